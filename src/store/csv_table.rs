//! CSV text of any origin: its rows, or one column.

use thiserror::Error;

/// Why a file is no table, or has no such column of numbers.
#[derive(Debug, Error)]
pub enum CsvTableError {
    /// The bytes are no table.
    #[error(transparent)]
    NotCsv(#[from] csv::Error),
    /// There is not even a header.
    #[error("it is empty")]
    Empty,
    /// There is no column of the name that is asked for.
    #[error("it has no column `{name}`; its columns are {}", .columns.join(", "))]
    NoColumn {
        /// The name.
        name: String,
        /// The names that there are.
        columns: Vec<String>,
    },
    /// A field is no number.
    #[error("`{found}` in row {row} of `{name}` is no number")]
    NoNumber {
        /// The field.
        found: String,
        /// The row below the header, from 1.
        row: usize,
        /// The column.
        name: String,
    },
}

/// The column `name` of CSV text with a header line; `None` for an empty field, `nan`, `NA` and
/// `null`. The other columns may be in any encoding.
///
/// # Errors
/// If the bytes are no table, or the column is not there or not one of numbers.
pub fn csv_column(bytes: &[u8], name: &str) -> Result<Vec<Option<f64>>, CsvTableError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let columns: Vec<String> = reader.byte_headers()?.iter().map(shown).collect();
    if columns.is_empty() {
        return Err(CsvTableError::Empty);
    }
    let Some(column) = columns.iter().position(|one| *one == name) else {
        return Err(CsvTableError::NoColumn { name: name.to_owned(), columns });
    };
    let value = |(idx, row): (usize, Result<csv::ByteRecord, csv::Error>)| {
        let text = shown(&row?[column]);
        if text.is_empty() || text.eq_ignore_ascii_case("nan") || text == "NA" || text == "null" {
            return Ok(None);
        }
        let wrong = |_| CsvTableError::NoNumber {
            found: text.clone(),
            row: idx + 1,
            name: name.to_owned(),
        };
        text.parse::<f64>().map(Some).map_err(wrong)
    };
    reader.byte_records().enumerate().map(value).collect()
}

/// A field, with U+FFFD for what is not UTF-8.
fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// The rows of `text`, of any lengths, with its header.
///
/// # Errors
/// If it is no table.
pub fn csv_records(text: &str) -> Result<Vec<csv::StringRecord>, CsvTableError> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
    Ok(reader.into_records().collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_written() {
        let text = "\u{feff}a,\"b, \"\"c\"\"\"\r\n\r\n1,\r2,\"x\ny\"";
        let rows = csv_records(text).unwrap();
        assert_eq!(rows, [vec!["a", "b, \"c\""], vec!["1", ""], vec!["2", "x\ny"]]);
        assert!(csv_records("").unwrap().is_empty());
    }

    #[test]
    fn a_column_is_found_by_its_name() {
        assert_eq!(csv_column(b"a, b\n1,2\n\xff,NaN\n", "b").unwrap(), [Some(2.0), None]);
        for (table, name, message) in [
            (&b"a, b\n1,2\n3\n"[..], "b", "found record with 1 fields"),
            (b"a\n1\nx\n", "a", "`x` in row 2 of `a` is no number"),
            (b"a, b\n", "c", "it has no column `c`; its columns are a, b"),
            (b"a\n\xff", "a", "`\u{fffd}` in row 1 of `a` is no number"),
            (b"", "a", "it is empty"),
        ] {
            let error = csv_column(table, name).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
