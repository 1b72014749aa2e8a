//! Tables in Parquet files, turned into the CSV text that data sources read.

use std::fmt::Write as _;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use thiserror::Error;

/// The first bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// Why a file is no table.
#[derive(Debug, Error)]
pub enum ParquetTableError {
    /// The file is damaged, or of a kind that is not read, such as another compression than zstd.
    #[error("cannot read it as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Rows cannot be decoded.
    #[error("cannot read its rows: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// The contents of a file as CSV text: those of a Parquet table converted, others as they are.
///
/// Numbers keep their bits. What is missing, and a column that does not hold 32- or 64-bit numbers,
/// becomes empty fields, which are no numbers to whoever reads them.
///
/// # Errors
/// If the bytes begin as a Parquet file does and cannot be read as one.
pub fn csv_text(bytes: Vec<u8>) -> Result<Vec<u8>, ParquetTableError> {
    if !bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let names: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|field| format!("\"{}\"", field.name().replace('"', "\"\"")))
        .collect();
    let mut text = names.join(",");
    text.push('\n');
    for batch in builder.build()? {
        write_rows(&batch?, &mut text);
    }
    Ok(text.into_bytes())
}

fn write_rows(batch: &RecordBatch, text: &mut String) {
    let columns: Vec<Vec<String>> =
        batch.columns().iter().map(|column| fields(column.as_ref())).collect();
    for row in 0..batch.num_rows() {
        for (idx, column) in columns.iter().enumerate() {
            let separator = if idx > 0 { "," } else { "" };
            write!(text, "{separator}{}", column[row]).expect("a string takes all text");
        }
        text.push('\n');
    }
}

/// The fields of a column: shortest texts that read back as the same number.
fn fields(column: &dyn Array) -> Vec<String> {
    macro_rules! numbers {
        ($kind:ty) => {
            column
                .as_primitive::<$kind>()
                .iter()
                .map(|value| value.map_or_else(String::new, |value| value.to_string()))
                .collect()
        };
    }
    match column.data_type() {
        DataType::Float64 => numbers!(Float64Type),
        // The number that the file holds, not the shortest text of its lower precision.
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>().iter();
            values.map(|x| x.map_or_else(String::new, |x| f64::from(x).to_string())).collect()
        }
        DataType::Int64 => numbers!(Int64Type),
        DataType::Int32 => numbers!(Int32Type),
        _ => vec![String::new(); column.len()],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, StringArray};
    use arrow::datatypes::{Field, Schema};
    use maruyama_dynamics::dataset::source;
    use maruyama_dynamics::parameter::{Parameters, Value};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn table() -> Vec<u8> {
        let fields = vec![
            Field::new("a", DataType::Float64, true),
            Field::new("y, \"really\"", DataType::Int64, false),
            Field::new("name", DataType::Utf8, false),
        ];
        let schema = Arc::new(Schema::new(fields));
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(Float64Array::from(vec![Some(0.1 + 0.2), None])),
            Arc::new(Int64Array::from(vec![-3, 4])),
            Arc::new(StringArray::from(vec!["x", "y"])),
        ];
        let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    #[test]
    fn numbers_keep_their_bits_and_other_columns_are_empty() {
        let text = String::from_utf8(csv_text(table()).unwrap()).unwrap();
        assert_eq!(text, "\"a\",\"y, \"\"really\"\"\",\"name\"\n0.30000000000000004,-3,\n,4,\n");
        assert_eq!(csv_text(b"a,y\n1,2\n".to_vec()).unwrap(), b"a,y\n1,2\n");
        assert!(csv_text(b"PAR1 and no more".to_vec()).is_err());
    }

    #[test]
    fn a_missing_number_is_reported_where_it_is() {
        let text = |value: &str| Value::Text(value.to_owned());
        let parameters = Parameters::from([
            ("response".to_owned(), text("y, \"really\"")),
            ("features".to_owned(), Value::List(vec![text("a")])),
            ("scale".to_owned(), text("none")),
        ]);
        let built = source("table").unwrap().build(&parameters, &[csv_text(table()).unwrap()]);
        let message = built.unwrap_err().to_string();
        assert_eq!(message, "line 3, column `a`: found ``, expected a finite number");
    }
}
