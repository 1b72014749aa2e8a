//! The digits data set as the paper uses it: data set Y.
//!
//! ```text
//! A = pixels / 16 in [0, 1],  b = 0.1 digit
//! ```

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::csv_numbers;
use crate::dataset::supplied::{ROWS, n_rows};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};

/// Pixels of an image; the label follows them.
pub(crate) const PIXELS: usize = 64;

/// Images of handwritten digits, scaled to [0, 1], with the digit as the response.
///
/// # Source
/// Alpaydin & Kaynak, UCI Machine Learning Repository, doi 10.24432/C50P49, test split;
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4.1, and the authors' notebooks for the responses.
pub struct Digits;

/// The parameter `file` of the sources that read the digits.
pub(crate) const FILE: Parameter = Parameter {
    name: "file",
    doc: "CSV file without header: 64 pixels in 0..16 and the digit in each row.",
    unit: "",
    kind: Kind::Text,
    default: Default::Text("data/digits.csv"),
};

/// The parameter `labels` of the sources that read the digits.
pub(crate) const LABELS: Parameter = Parameter {
    name: "labels",
    doc: "Responses are 0.1 times the digit. `authors` leaves the last one at 0, as the authors' \
          code does; `all` sets every one; `classes` has the digits themselves.",
    unit: "",
    kind: Kind::Choice(&["authors", "all", "classes"]),
    default: Default::Text("authors"),
};

const PART: Part = Part {
    name: "digits",
    doc: "Images of 8 by 8 pixels of handwritten digits (UCI optdigits, test split), scaled to \
          [0, 1], with 0.1 times the digit as the response.",
    parameters: &[FILE, LABELS, ROWS],
    source: file!(),
};

impl Source for Digits {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        vec![("file", parameters.text("file").to_owned())]
    }

    fn check(&self, _: &Parameters) -> Vec<Violation> {
        Vec::new()
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let (mut pixels, mut response) = read(&files[0], parameters.text("labels"))?;
        let n = n_rows(parameters, response.len())?;
        if n < response.len() {
            pixels = Matrix::new(n, PIXELS, pixels.entries()[..n * PIXELS].to_vec());
            response.truncate(n);
        }
        for pixel in pixels.entries_mut() {
            *pixel /= 16.0;
        }
        Ok(Dataset::new(pixels, response))
    }
}

/// Raw pixels, `[n, 64]`, and responses, `[n]`, from a table of digits.
///
/// # Errors
/// If a row does not hold 64 pixels in 0..16 and a digit in 0..9.
pub(crate) fn read(bytes: &[u8], labels: &str) -> Result<(Matrix, Vec<f64>), DatasetError> {
    let rows = csv_numbers::rows(bytes, PIXELS + 1)?;
    let mut pixels = Vec::with_capacity(rows.len() * PIXELS);
    let mut response = Vec::with_capacity(rows.len());
    for row in &rows {
        for column in 0..PIXELS {
            pixels.push(row.integer(column, 16, "a pixel, an integer in 0..16")?);
        }
        let digit = row.integer(PIXELS, 9, "a digit, an integer in 0..9")?;
        response.push(if labels == "classes" { digit } else { 0.1 * digit });
    }
    if let (Some(last), "authors") = (response.last_mut(), labels) {
        *last = 0.0;
    }
    Ok((Matrix::new(rows.len(), PIXELS, pixels), response))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str) -> String {
        let mut fields = vec!["16"; PIXELS];
        fields.push(label);
        fields.join(",") + "\n"
    }

    #[test]
    fn the_last_label_depends_on_the_convention() {
        let table = line("3") + &line("8");
        assert_eq!(read(table.as_bytes(), "all").map(|(_, b)| b[1]), Ok(0.8));
        assert_eq!(read(table.as_bytes(), "classes").map(|(_, b)| b), Ok(vec![3.0, 8.0]));
        assert_eq!(read(table.as_bytes(), "authors").map(|(_, b)| b), Ok(vec![0.1 * 3.0, 0.0]));
    }

    #[test]
    fn wrong_fields_are_located() {
        let table = line("3") + &line("12");
        let error = read(table.as_bytes(), "all").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2, column `65`: found `12`, expected a digit, an integer in 0..9"
        );
        let error = read(b"1,2,3\n", "all").unwrap_err();
        assert_eq!(error.to_string(), "line 1 has 3 fields, expected 65");
        assert_eq!(read(b"", "all").unwrap_err(), DatasetError::Empty);
    }
}
