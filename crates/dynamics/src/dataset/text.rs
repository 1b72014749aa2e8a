//! A text as rows of characters, each of which is to be followed by the next one.

use std::collections::BTreeSet;

use crate::dataset::core::{Dataset, DatasetError, Source};
use crate::dataset::supplied::{ROWS, SHA256, n_rows};
use crate::linear_algebra::Matrix;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Value, Violation};

/// Windows of a text: the features are the numbers of consecutive characters, the response that of
/// the character after them.
pub struct Text;

const PART: Part = Part {
    name: "text",
    doc: "A text in UTF-8: the features of a sample are the numbers of `context` consecutive characters, \
          its response that of the next one. Characters are numbered from 0 in the order of Unicode, \
          those that occur.",
    parameters: &[
        Parameter {
            name: "file",
            doc: "Text file.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("data/sonnet_18.txt"),
        },
        Parameter {
            name: "context",
            doc: "Characters that are read for the next one.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 4096 },
            default: Default::Integer(8),
        },
        Parameter {
            name: "lower_case",
            doc: "Whether the letters A to Z count as a to z.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
        },
        ROWS,
        SHA256,
    ],
    source: file!(),
};

impl Source for Text {
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
        Some("put a text of your own there, or take `data/sonnet_18.txt`")
    }

    fn build(&self, parameters: &Parameters, files: &[Vec<u8>]) -> Result<Dataset, DatasetError> {
        let wrong = |error: std::str::Utf8Error| DatasetError::WrongFormat {
            found: format!("bytes that are no UTF-8 after {} bytes", error.valid_up_to()),
            expected: "text",
        };
        let text = std::str::from_utf8(&files[0]).map_err(wrong)?;
        let is_lower = parameters.get("lower_case") == Some(&Value::Boolean(true));
        let fold = |c: char| if is_lower { c.to_ascii_lowercase() } else { c };
        let characters: Vec<char> = text.chars().map(fold).collect();
        let alphabet: BTreeSet<char> = characters.iter().copied().collect();
        let alphabet: Vec<char> = alphabet.into_iter().collect();
        let number = |c: &char| alphabet.partition_point(|other| other < c) as f64;
        let numbers: Vec<f64> = characters.iter().map(number).collect();
        let context = parameters.count("context") as usize;
        let n = n_rows(parameters, numbers.len().saturating_sub(context))?;
        let entries = numbers.windows(context).take(n).flatten().copied().collect();
        let design = Matrix::new(n, context, entries);
        Ok(Dataset::new(design, numbers[context..][..n].to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::defaults;

    fn build(text: &[u8], changes: &[(&str, Value)]) -> Result<Dataset, String> {
        let mut parameters = defaults(PART.parameters);
        for (name, value) in changes {
            parameters.insert((*name).to_owned(), value.clone());
        }
        Text.build(&parameters, &[text.to_vec()]).map_err(|error| error.to_string())
    }

    #[test]
    fn windows_are_followed_by_the_next_character() {
        let context = ("context", Value::Integer(2));
        let data = build(b"abcaB", std::slice::from_ref(&context)).unwrap();
        // B is before a, b and c.
        assert_eq!(data.design.entries(), [1.0, 2.0, 2.0, 3.0, 3.0, 1.0]);
        assert_eq!(data.response, [3.0, 1.0, 0.0]);
        let folded = build(b"abcaB", &[context.clone(), ("lower_case", Value::Boolean(true))]);
        assert_eq!(folded.unwrap().response, [2.0, 0.0, 1.0]);
        let first = build(b"abcaB", &[context, ("rows", Value::Integer(2))]).unwrap();
        assert_eq!(first.response, [3.0, 1.0]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(build(b"abc", &[]), Err("no rows of data".to_owned()));
        let message = build(b"abc\xff", &[]).unwrap_err();
        assert_eq!(message, "bytes that are no UTF-8 after 3 bytes; expected text");
    }
}
