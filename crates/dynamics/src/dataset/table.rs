//! A user's own table.

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::{csv_numbers, scale};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Value, Violation};

/// A CSV file with a header: one column is the response, others are features.
pub struct Table;

const PART: Part = Part {
    name: "table",
    doc: "A table: a CSV file with a header line, or a Parquet file (not compressed, or with zstd); \
          every field that is used must be a finite number.",
    parameters: &[
        Parameter {
            name: "file",
            doc: "CSV file with a header line, or Parquet file.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: "response",
            doc: "Name of the column of the response b.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: "features",
            doc: "Names of the columns of the design A, in order; all but the response if absent.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Absent,
        },
        Parameter {
            name: "scale",
            doc: "`none` takes the features as they are, `min_max` maps the whole design to [0, 1] \
                  by its extremes as the paper does, `standardise` gives each column mean 0 and \
                  variance 1.",
            unit: "",
            kind: Kind::Choice(&["none", "min_max", "standardise"]),
            default: Default::Text("none"),
        },
    ],
    source: file!(),
};

impl Source for Table {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn files(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        vec![("file", parameters.text("file").to_owned())]
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        let violation = |message: String, remedy: &str| Violation {
            parameter: "features",
            message,
            remedy: remedy.to_owned(),
        };
        let Some(features) = feature_names(parameters) else { return Vec::new() };
        let mut violations = Vec::new();
        if features.is_empty() {
            violations.push(violation("no feature".to_owned(), "name at least one column"));
        }
        for (idx, name) in features.iter().enumerate() {
            if name == parameters.text("response") {
                violations.push(violation(
                    format!("`{name}` is the response"),
                    "take it out of the features",
                ));
            }
            if features[..idx].contains(name) {
                violations.push(violation(format!("`{name}` is named twice"), "name it once"));
            }
        }
        violations
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let (header, rows) = csv_numbers::table(&files[0])?;
        let response_name = parameters.text("response");
        let response_column = column(&header, response_name)?;
        let features = feature_names(parameters).unwrap_or_else(|| {
            header.iter().filter(|name| *name != response_name).cloned().collect()
        });
        if features.is_empty() {
            return Err(DatasetError::NoFeature { response: response_name.to_owned() });
        }
        let columns: Vec<usize> =
            features.iter().map(|name| column(&header, name)).collect::<Result<_, _>>()?;
        let mut entries = Vec::with_capacity(rows.len() * columns.len());
        let mut response = Vec::with_capacity(rows.len());
        for row in &rows {
            for (&idx, name) in columns.iter().zip(&features) {
                entries.push(row.number(idx, name)?);
            }
            response.push(row.number(response_column, response_name)?);
        }
        let mut design = Matrix::new(rows.len(), columns.len(), entries);
        match parameters.text("scale") {
            "min_max" => scale::min_max(&mut design)?,
            "standardise" => scale::standardise(&mut design, &features)?,
            _ => {}
        }
        Ok(Dataset { features, ..Dataset::new(design, response) })
    }
}

fn feature_names(parameters: &Parameters) -> Option<Vec<String>> {
    let names = parameters.get("features").and_then(Value::as_list)?;
    Some(names.iter().filter_map(Value::as_text).map(str::to_owned).collect())
}

fn column(header: &[String], name: &str) -> Result<usize, DatasetError> {
    let mut matching = (0..header.len()).filter(|&idx| header[idx] == name);
    match (matching.next(), matching.next()) {
        (Some(idx), None) => Ok(idx),
        (Some(_), Some(_)) => Err(DatasetError::RepeatedColumn { column: name.to_owned() }),
        (None, _) => {
            Err(DatasetError::UnknownColumn { column: name.to_owned(), available: header.to_vec() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(features: Option<&[&str]>, scale: &str) -> Parameters {
        let mut parameters = Parameters::new();
        let mut set = |name: &str, value| parameters.insert(name.to_owned(), value);
        let text = |value: &str| Value::Text(value.to_owned());
        set("file", text("t.csv"));
        set("response", text("y"));
        set("scale", text(scale));
        if let Some(names) = features {
            set("features", Value::List(names.iter().map(|name| text(name)).collect()));
        }
        parameters
    }

    fn build(table: &str, features: Option<&[&str]>, scale: &str) -> Result<Dataset, String> {
        Table
            .build(&parameters(features, scale), &[table.as_bytes().to_vec()])
            .map_err(|error| error.to_string())
    }

    const PLAIN: &str = "\u{feff}a, y,b\r\n1,10,2.5\r\n-3,20,4e0\r\n";

    #[test]
    fn columns_are_taken_by_name_and_scaled() {
        let all = build(PLAIN, None, "none").unwrap();
        assert_eq!(all.features, ["a", "b"]);
        assert_eq!(all.design.entries(), [1.0, 2.5, -3.0, 4.0]);
        assert_eq!(all.response, [10.0, 20.0]);
        let chosen = build(PLAIN, Some(&["b", "a"]), "standardise").unwrap();
        assert_eq!(chosen.design.entries(), [-1.0, 1.0, 1.0, -1.0]);
        let scaled = build(PLAIN, None, "min_max").unwrap();
        assert_eq!(scaled.design.row(1), [0.0, 1.0]);
    }

    #[test]
    fn errors_say_where_and_what_was_expected() {
        let message = |table, features| build(table, features, "none").unwrap_err();
        assert_eq!(
            message("a,y\n1,2\n3,x\n", None),
            "line 3, column `y`: found `x`, expected a finite number"
        );
        assert_eq!(
            message("a,y\nnan,2\n", None),
            "line 2, column `a`: found `nan`, expected a finite number"
        );
        assert_eq!(message("a,y\n1,2\n3\n", None), "line 3 has 1 fields, expected 2");
        assert_eq!(message(PLAIN, Some(&["c"])), "no column `c`; the columns are a, y, b");
        assert_eq!(message("y,y\n1,2\n", None), "two columns are named `y`");
        assert_eq!(message("y\n1\n", None), "no column besides the response `y`");
        assert_eq!(message("a,y\n", None), "no rows of data");
        assert_eq!(message("", None), "no rows of data");
        let not_text = Table.build(&parameters(None, "none"), &[b"a,y\n1,\xff\n".to_vec()]);
        assert!(matches!(not_text, Err(DatasetError::NotCsv { .. })));
    }

    #[test]
    fn features_must_be_distinct_and_not_the_response() {
        let check = |features| Table.check(&parameters(features, "none"));
        assert!(check(None).is_empty());
        assert!(check(Some(&["a", "b"])).is_empty());
        assert_eq!(check(Some(&[])).len(), 1);
        assert_eq!(check(Some(&["y", "a", "a"])).len(), 2);
    }
}
