//! Images and labels in the IDX format of MNIST.

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::supplied::{ROWS, SHA256, n_rows};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};

/// Images of bytes and their labels, pixels scaled to [0, 1].
///
/// # Source
/// LeCun, Cortes & Burges, "The MNIST database of handwritten digits", for the format.
pub struct Idx;

const PART: Part = Part {
    name: "idx",
    doc: "Images and labels in the IDX format, unpacked, such as MNIST: pixels in 0..255, scaled to \
          [0, 1], with the label as the response.",
    parameters: &[
        Parameter {
            name: "images",
            doc: "IDX file of images: unsigned bytes in three dimensions.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("data/mnist/train-images-idx3-ubyte"),
        },
        Parameter {
            name: "labels",
            doc: "IDX file of labels: unsigned bytes in one dimension.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("data/mnist/train-labels-idx1-ubyte"),
        },
        ROWS,
        SHA256,
    ],
    source: file!(),
};

impl Source for Idx {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        ["images", "labels"].map(|name| (name, parameters.text(name).to_owned())).to_vec()
    }

    fn check(&self, _: &Parameters) -> Vec<Violation> {
        Vec::new()
    }

    fn supply(&self) -> Option<&'static str> {
        Some("it is not part of the project: unpack MNIST's training files there")
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let (sizes, pixels) = read(&files[0], 3, "an IDX file of bytes in three dimensions")?;
        let (n_labels, labels) = read(&files[1], 1, "an IDX file of bytes in one dimension")?;
        if n_labels[0] != sizes[0] {
            let (images, labels) = (sizes[0], n_labels[0]);
            return Err(DatasetError::UnevenFiles { images, labels });
        }
        let (n, n_pixels) = (n_rows(parameters, sizes[0])?, sizes[1] * sizes[2]);
        if n_pixels == 0 {
            return Err(DatasetError::Empty);
        }
        let entries = pixels[..n * n_pixels].iter().map(|pixel| f64::from(*pixel) / 255.0);
        let design = Matrix::new(n, n_pixels, entries.collect());
        Ok(Dataset::new(design, labels[..n].iter().map(|label| f64::from(*label)).collect()))
    }
}

/// Sizes in `n_dimensions` dimensions, and the bytes, as many as their product.
fn read<'a>(
    bytes: &'a [u8],
    n_dimensions: usize,
    expected: &'static str,
) -> Result<(Vec<usize>, &'a [u8]), DatasetError> {
    let wrong = |found: String| DatasetError::WrongFormat { found, expected };
    let words: Vec<[u8; 4]> = bytes.as_chunks().0.iter().take(1 + n_dimensions).copied().collect();
    let Some((magic, sizes)) = words.split_first().filter(|(_, rest)| rest.len() == n_dimensions)
    else {
        return Err(wrong(format!("{} bytes", bytes.len())));
    };
    let is_it = magic[..3] == [0, 0, 8] && usize::from(magic[3]) == n_dimensions;
    if !is_it {
        return Err(wrong(format!("a file that begins with the bytes {magic:?}")));
    }
    let sizes: Vec<usize> = sizes.iter().map(|word| u32::from_be_bytes(*word) as usize).collect();
    let rest = &bytes[4 * (1 + n_dimensions)..];
    let len = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    if len != Some(rest.len()) {
        return Err(wrong(format!("{} bytes for the sizes {sizes:?}", rest.len())));
    }
    Ok((sizes, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{Value, defaults};

    fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
        let header = sizes.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, sizes.len() as u8]
            .into_iter()
            .chain(header)
            .chain(bytes.iter().copied())
            .collect()
    }

    #[test]
    fn images_are_read_with_their_labels() {
        let images = idx(&[3, 1, 2], &[0, 255, 51, 102, 1, 2]);
        let labels = idx(&[3], &[7, 0, 3]);
        let mut parameters = defaults(PART.parameters);
        let data = Idx.build(&parameters, &[images.clone(), labels.clone()]).unwrap();
        assert_eq!(data.design.entries()[..4], [0.0, 1.0, 0.2, 0.4]);
        assert_eq!(data.response, [7.0, 0.0, 3.0]);
        parameters.insert("rows".to_owned(), Value::Integer(2));
        assert_eq!(Idx.build(&parameters, &[images.clone(), labels]).unwrap().n_rows(), 2);
        parameters.insert("rows".to_owned(), Value::Integer(4));
        let build = |images: &[u8], labels: Vec<u8>| {
            Idx.build(&parameters, &[images.to_vec(), labels]).unwrap_err().to_string()
        };
        let labels = idx(&[3], &[7, 0, 3]);
        assert_eq!(build(&images, labels.clone()), "3 samples, and 4 are asked for");
        assert_eq!(build(&images, idx(&[1], &[7])), "3 images and 1 labels");
        let message = build(&images[..17], labels.clone());
        assert!(message.starts_with("1 bytes for the sizes [3, 1, 2]; expected"), "{message}");
        let message = build(b"GIF89a, and some more bytes", labels);
        assert!(message.contains("begins with the bytes [71, 73, 70, 56]"), "{message}");
    }
}
