//! Images in the binary format of CIFAR-10.

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::supplied::{ROWS, SHA256, n_rows};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};

/// Bytes of the pixels of an image: red, green and blue planes of 32 by 32.
const PIXELS: usize = 3 * 32 * 32;

/// Colour images of 32 by 32 pixels, scaled to [0, 1], in ten classes.
///
/// # Source
/// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, for the data.
pub struct Cifar;

const PART: Part = Part {
    name: "cifar",
    doc: "One file of CIFAR-10's binary version: a class and 3 by 32 by 32 pixels in each record, \
          scaled to [0, 1], with the class as the response.",
    parameters: &[
        Parameter {
            name: "file",
            doc: "Binary file of records of 3073 bytes.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("data/cifar-10-batches-bin/data_batch_1.bin"),
        },
        ROWS,
        SHA256,
    ],
    source: file!(),
};

impl Source for Cifar {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        vec![("file", parameters.text("file").to_owned())]
    }

    fn check(&self, _: &Parameters) -> Vec<Violation> {
        Vec::new()
    }

    fn supply(&self) -> Option<&'static str> {
        Some("it is not part of the project: unpack CIFAR-10's binary version there")
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let (records, rest) = files[0].as_chunks::<{ PIXELS + 1 }>();
        if !rest.is_empty() {
            let found = format!("{} bytes", files[0].len());
            let expected = "a multiple of 3073, which a record has";
            return Err(DatasetError::WrongFormat { found, expected });
        }
        let records = &records[..n_rows(parameters, records.len())?];
        if let Some([class, ..]) = records.iter().find(|record| record[0] > 9) {
            let found = format!("a record of the class {class}");
            return Err(DatasetError::WrongFormat { found, expected: "classes 0 to 9" });
        }
        let pixels = records.iter().flat_map(|record| &record[1..]);
        let entries = pixels.map(|pixel| f64::from(*pixel) / 255.0).collect();
        let design = Matrix::new(records.len(), PIXELS, entries);
        Ok(Dataset::new(design, records.iter().map(|record| f64::from(record[0])).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::defaults;

    #[test]
    fn records_are_a_class_and_pixels() {
        let parameters = defaults(PART.parameters);
        let mut file = vec![51; 2 * (PIXELS + 1)];
        (file[0], file[PIXELS + 1]) = (9, 0);
        let data = Cifar.build(&parameters, &[file.clone()]).unwrap();
        assert_eq!((data.n_rows(), data.n_columns()), (2, PIXELS));
        assert_eq!((data.response.clone(), data.design.row(1)[7]), (vec![9.0, 0.0], 0.2));
        let message = |file: Vec<u8>| Cifar.build(&parameters, &[file]).unwrap_err().to_string();
        assert!(message(file[1..].to_vec()).starts_with("6145 bytes; expected a multiple of 3073"));
        file[0] = 10;
        assert_eq!(message(file), "a record of the class 10; expected classes 0 to 9");
        assert_eq!(message(Vec::new()), "no rows of data");
    }
}
