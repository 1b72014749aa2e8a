//! CSV text of any origin (RFC 4180: commas, quoted fields, any line ends): its rows, or one column.

use thiserror::Error;

/// Why a file is no table, or has no such column of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CsvTableError {
    /// The bytes are not UTF-8 from this one on.
    #[error("byte {0} is not UTF-8")]
    NotText(usize),
    /// A quoted field goes on to the end of the file.
    #[error("the quote in line {0} is not closed")]
    OpenQuote(usize),
    /// Something stands between a closing quote and the next comma.
    #[error("a field in line {0} goes on behind its quote")]
    BehindQuote(usize),
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
    /// A row ends before the column.
    #[error("row {row} has no column `{name}`")]
    ShortRow {
        /// The row below the header, from 1.
        row: usize,
        /// The column.
        name: String,
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
/// `null`.
///
/// # Errors
/// If the bytes are no such text, or the column is not there or not one of numbers.
pub fn csv_column(bytes: &[u8], name: &str) -> Result<Vec<Option<f64>>, CsvTableError> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|error| CsvTableError::NotText(error.valid_up_to()))?;
    let records = csv_records(text)?;
    let (header, rows) = records.split_first().ok_or(CsvTableError::Empty)?;
    let columns: Vec<&str> = header.iter().map(|name| name.trim()).collect();
    let named = || name.to_owned();
    let Some(column) = columns.iter().position(|one| *one == name) else {
        let columns = columns.into_iter().map(str::to_owned).collect();
        return Err(CsvTableError::NoColumn { name: named(), columns });
    };
    let value = |(idx, fields): (usize, &Vec<String>)| {
        let row = idx + 1;
        let field = fields.get(column);
        let text = field.ok_or_else(|| CsvTableError::ShortRow { row, name: named() })?.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("nan") || text == "NA" || text == "null" {
            return Ok(None);
        }
        let found = || text.to_owned();
        let value = text.parse::<f64>();
        value.map(Some).map_err(|_| CsvTableError::NoNumber { found: found(), row, name: named() })
    };
    rows.iter().enumerate().map(value).collect()
}

/// The rows of `text`, empty lines left out.
///
/// # Errors
/// If a quoted field is not closed or goes on behind its quote.
pub fn csv_records(text: &str) -> Result<Vec<Vec<String>>, CsvTableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut line = 1;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if field.is_empty() => {
                quoted(&mut characters, &mut field, &mut line)?;
            }
            ',' => record.push(std::mem::take(&mut field)),
            '\n' | '\r' => {
                if character == '\r' {
                    characters.next_if_eq(&'\n');
                }
                end(&mut records, &mut record, &mut field);
                line += 1;
            }
            other => field.push(other),
        }
    }
    end(&mut records, &mut record, &mut field);
    Ok(records)
}

fn quoted(
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    field: &mut String,
    line: &mut usize,
) -> Result<(), CsvTableError> {
    let first = *line;
    loop {
        match characters.next() {
            None => return Err(CsvTableError::OpenQuote(first)),
            Some('"') if characters.next_if_eq(&'"').is_some() => field.push('"'),
            Some('"') => break,
            Some(other) => {
                *line += usize::from(other == '\n');
                field.push(other);
            }
        }
    }
    match characters.peek() {
        None | Some(',' | '\n' | '\r') => Ok(()),
        Some(_) => Err(CsvTableError::BehindQuote(*line)),
    }
}

fn end(records: &mut Vec<Vec<String>>, record: &mut Vec<String>, field: &mut String) {
    if !record.is_empty() || !field.is_empty() {
        record.push(std::mem::take(field));
        records.push(std::mem::take(record));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_written() {
        let text = "\u{feff}a,\"b, \"\"c\"\"\"\r\n\r\n1,\r2,\"x\ny\"";
        let rows = csv_records(text).unwrap();
        assert_eq!(rows, [["a", "b, \"c\""], ["1", ""], ["2", "x\ny"]]);
        assert!(csv_records("").unwrap().is_empty());
        assert_eq!(csv_records("a,\"b"), Err(CsvTableError::OpenQuote(1)));
        assert_eq!(csv_records("a\n\"b\"c"), Err(CsvTableError::BehindQuote(2)));
    }
    #[test]
    fn a_column_is_found_by_its_name() {
        let table = b"a, b\n1,2\n,NaN\n3\n";
        assert_eq!(csv_column(b"a, b\n1,2\n,NaN\n", "b"), Ok(vec![Some(2.0), None]));
        let short = CsvTableError::ShortRow { row: 3, name: "b".to_owned() };
        assert_eq!(csv_column(table, "b"), Err(short));
        assert_eq!(
            csv_column(b"a\n1\nx\n", "a").unwrap_err().to_string(),
            "`x` in row 2 of `a` is no number"
        );
        assert_eq!(
            csv_column(table, "c").unwrap_err().to_string(),
            "it has no column `c`; its columns are a, b"
        );
        assert_eq!(csv_column(b"a\n\xff", "a"), Err(CsvTableError::NotText(2)));
        assert_eq!(csv_column(b"", "a"), Err(CsvTableError::Empty));
    }
}
