//! The Breast Cancer Wisconsin (Diagnostic) table.

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::{csv_numbers, scale};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};

/// Measurements in a row; the class follows them.
const FEATURES: usize = 30;

/// Measurements of cell nuclei of breast masses, with the class as the response: 0 malignant, 1
/// benign.
///
/// # Source
/// Wolberg, Mangasarian, Street & Street, UCI Machine Learning Repository, doi 10.24432/C5DW2B.
pub struct BreastCancer;

const PART: Part = Part {
    name: "breast_cancer",
    doc: "Breast Cancer Wisconsin (Diagnostic): 30 measurements of 569 masses, with the class as the \
          response, 0 malignant or 1 benign.",
    parameters: &[
        Parameter {
            name: "file",
            doc: "CSV file without header: 30 numbers and the class 0 or 1 in each row.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("data/breast_cancer.csv"),
        },
        Parameter {
            name: "scale",
            doc: "`standardise` gives each feature mean 0 and variance 1, `none` takes it as it is.",
            unit: "",
            kind: Kind::Choice(&["standardise", "none"]),
            default: Default::Text("standardise"),
        },
    ],
    source: file!(),
};

impl Source for BreastCancer {
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
        let rows = csv_numbers::rows(&files[0], FEATURES + 1)?;
        let names: Vec<String> = (1..=FEATURES).map(|column| column.to_string()).collect();
        let mut entries = Vec::with_capacity(rows.len() * FEATURES);
        let mut response = Vec::with_capacity(rows.len());
        for row in &rows {
            for (column, name) in names.iter().enumerate() {
                entries.push(row.number(column, name)?);
            }
            response.push(row.integer(FEATURES, 1, "a class, 0 or 1")?);
        }
        let mut design = Matrix::new(rows.len(), FEATURES, entries);
        if parameters.text("scale") == "standardise" {
            scale::standardise(&mut design, &names)?;
        }
        Ok(Dataset::new(design, response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{Value, defaults};

    const FILE: &str = include_str!("../../../../data/breast_cancer.csv");

    #[test]
    fn the_table_is_standardised() {
        let parameters = defaults(PART.parameters);
        let data = BreastCancer.build(&parameters, &[FILE.as_bytes().to_vec()]).unwrap();
        assert_eq!((data.n_rows(), data.n_columns()), (569, 30));
        assert_eq!(data.response.iter().filter(|class| **class == 1.0).count(), 357);
        for column in 0..30 {
            let values: Vec<f64> = data.design.rows().map(|row| row[column]).collect();
            let square: f64 = values.iter().map(|value| value * value).sum();
            assert!(values.iter().sum::<f64>().abs() < 1e-9, "{column}");
            assert!((square / 569.0 - 1.0).abs() < 1e-12, "{column}");
        }
        // Mean radius of the first mass, 17.99: mean 14.1272917, standard deviation 3.5209508.
        assert!((data.design.row(0)[0] - 1.097_063_981_272_1).abs() < 1e-9);
    }

    #[test]
    fn wrong_fields_are_located() {
        let mut parameters = defaults(PART.parameters);
        parameters.insert("scale".to_owned(), Value::Text("none".to_owned()));
        let line = |class: &str| ["1.5,".repeat(30), class.to_owned(), "\n".to_owned()].concat();
        let build = |table: String| BreastCancer.build(&parameters, &[table.into_bytes()]);
        assert_eq!(build(line("1")).unwrap().design.row(0), [1.5; 30]);
        let message = build(line("1") + &line("2")).unwrap_err().to_string();
        assert_eq!(message, "line 2, column `31`: found `2`, expected a class, 0 or 1");
    }
}
