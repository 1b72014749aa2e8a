//! Rows of numbers out of CSV text, with located errors.

use crate::dataset::core::DatasetError;

/// One row of a table.
pub(crate) struct Row {
    line: u64,
    record: csv::StringRecord,
}

impl Row {
    /// Field `column` as an integer in `0..=max`; `expected` says so in words.
    pub(crate) fn integer(
        &self,
        column: usize,
        max: u32,
        expected: &'static str,
    ) -> Result<f64, DatasetError> {
        match self.record[column].trim().parse::<u32>() {
            Ok(value) if value <= max => Ok(f64::from(value)),
            _ => Err(self.bad_field(column, &(column + 1).to_string(), expected)),
        }
    }

    /// Field `column`, named `name`, as a finite number.
    pub(crate) fn number(&self, column: usize, name: &str) -> Result<f64, DatasetError> {
        match self.record[column].trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.bad_field(column, name, "a finite number")),
        }
    }

    fn bad_field(&self, column: usize, name: &str, expected: &'static str) -> DatasetError {
        let (column, found) = (name.to_owned(), self.record[column].to_owned());
        DatasetError::BadField { line: self.line, column, found, expected }
    }
}

/// The rows of a table without header, each of `n_fields` fields; at least one.
///
/// # Errors
/// If the bytes are not CSV, a row has another number of fields, or there is no row.
pub(crate) fn rows(bytes: &[u8], n_fields: usize) -> Result<Vec<Row>, DatasetError> {
    let (_, rows) = read(bytes, false, Some(n_fields))?;
    Ok(rows)
}

/// The header and the rows below it; at least one row, each as long as the header.
///
/// # Errors
/// As [`rows`].
pub(crate) fn table(bytes: &[u8]) -> Result<(Vec<String>, Vec<Row>), DatasetError> {
    read(bytes, true, None)
}

fn read(
    bytes: &[u8],
    has_header: bool,
    n_fields: Option<usize>,
) -> Result<(Vec<String>, Vec<Row>), DatasetError> {
    let not_csv = |error: csv::Error| DatasetError::NotCsv { reason: error.to_string() };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(has_header).flexible(true).from_reader(bytes);
    let mut header = Vec::new();
    if has_header {
        let names = reader.headers().map_err(not_csv)?;
        header.extend(names.iter().map(|name| name.trim().to_owned()));
    }
    let expected = n_fields.unwrap_or(header.len());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != expected {
            return Err(DatasetError::UnevenRow { line, found: record.len(), expected });
        }
        rows.push(Row { line, record });
    }
    if rows.is_empty() { Err(DatasetError::Empty) } else { Ok((header, rows)) }
}
