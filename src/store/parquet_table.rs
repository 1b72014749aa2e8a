//! Tables in Parquet files of any origin: as the CSV text that data sources read, or one column.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::array::{Array, AsArray as _, RecordBatch, RecordBatchReader as _};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;
use thiserror::Error;

/// The first bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// Largest integer that a double holds with all its neighbours.
const MAX_INTEGER: u64 = 1 << 53;

/// Why a file is no table of numbers.
#[derive(Debug, Error)]
pub enum ParquetTableError {
    /// The file cannot be opened.
    #[error(transparent)]
    Open(#[from] io::Error),
    /// The file is damaged, or of a kind that is not read, such as another compression than zstd.
    #[error("cannot read it as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Rows cannot be decoded.
    #[error("cannot read its rows: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The reader, which is not proof against every file, has panicked.
    #[error("it is no Parquet file that can be read")]
    Unreadable,
    /// There is no column of the name that is asked for.
    #[error("it has no column `{name}`; its columns are {}", .columns.join(", "))]
    NoColumn {
        /// The name.
        name: String,
        /// The names that there are.
        columns: Vec<String>,
    },
    /// A column is not one of numbers.
    #[error("column `{name}`: {source}")]
    Column {
        /// Name of the column.
        name: String,
        /// Why not.
        source: NoNumbers,
    },
}

/// Why a column is not one of numbers.
#[derive(Debug, Error)]
pub enum NoNumbers {
    /// It holds something else.
    #[error("its type is {0}, not one of numbers")]
    Type(DataType),
    /// An integer would be rounded.
    #[error("{0} is no double without rounding")]
    Rounded(String),
}

/// The contents of a file as CSV text: those of a Parquet table converted, others as they are.
///
/// Numbers keep their bits. What is missing, and a column that does not hold numbers, becomes empty
/// fields, which are no numbers to whoever reads them.
///
/// # Errors
/// If the bytes begin as a Parquet file does and cannot be read as one.
pub fn csv_text(bytes: Vec<u8>) -> Result<Vec<u8>, ParquetTableError> {
    if !bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    contained(|| text_of(bytes))
}

fn text_of(bytes: Vec<u8>) -> Result<Vec<u8>, ParquetTableError> {
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
    let of = |column: &dyn Array| numbers(column).unwrap_or_else(|_| vec![None; column.len()]);
    let columns: Vec<Vec<Option<f64>>> =
        batch.columns().iter().map(|column| of(column.as_ref())).collect();
    for row in 0..batch.num_rows() {
        for (idx, column) in columns.iter().enumerate() {
            let separator = if idx > 0 { "," } else { "" };
            let field = column[row].map_or_else(String::new, |value| value.to_string());
            write!(text, "{separator}{field}").expect("a string takes all text");
        }
        text.push('\n');
    }
}

/// The column `name` of the Parquet file `path`; `None` where it is null.
///
/// # Errors
/// If the file cannot be read, has no such column, or it does not hold numbers.
pub fn read_column(path: &Path, name: &str) -> Result<Vec<Option<f64>>, ParquetTableError> {
    let file = File::open(path)?;
    contained(|| read(file, name))
}

/// The column `name` of a Parquet file that is in memory, as [`read_column`] gives it.
///
/// # Errors
/// As [`read_column`].
pub fn parquet_column(bytes: Vec<u8>, name: &str) -> Result<Vec<Option<f64>>, ParquetTableError> {
    contained(|| read(bytes::Bytes::from(bytes), name))
}

/// Calls a reader that may panic on a file that is none; it leaves nothing behind.
fn contained<T>(
    read: impl FnOnce() -> Result<T, ParquetTableError>,
) -> Result<T, ParquetTableError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(ParquetTableError::Unreadable))
}

fn read(
    file: impl ChunkReader + 'static,
    name: &str,
) -> Result<Vec<Option<f64>>, ParquetTableError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let columns: Vec<String> =
        builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let Some(idx) = columns.iter().position(|one| one == name) else {
        return Err(ParquetTableError::NoColumn { name: name.to_owned(), columns });
    };
    let mask = ProjectionMask::roots(builder.parquet_schema(), [idx]);
    let reader = builder.with_projection(mask).build()?;
    let failed = |source| ParquetTableError::Column { name: name.to_owned(), source };
    // A file without rows has a type all the same.
    let kind = reader.schema().field(0).data_type().clone();
    numbers(&arrow::array::new_empty_array(&kind)).map_err(failed)?;
    let mut values = Vec::new();
    for batch in reader {
        values.extend(numbers(batch?.column(0)).map_err(failed)?);
    }
    Ok(values)
}

/// The numbers of a column; `None` where it is null.
fn numbers(column: &dyn Array) -> Result<Vec<Option<f64>>, NoNumbers> {
    macro_rules! numbers {
        ($kind:ty) => {
            column.as_primitive::<$kind>().iter().map(|value| Ok(value.map(f64::from))).collect()
        };
    }
    macro_rules! integers {
        ($kind:ty) => {
            column
                .as_primitive::<$kind>()
                .iter()
                .map(|value| match value {
                    None => Ok(None),
                    Some(value) if value.abs_diff(0) <= MAX_INTEGER => Ok(Some(value as f64)),
                    Some(value) => Err(NoNumbers::Rounded(value.to_string())),
                })
                .collect()
        };
    }
    match column.data_type() {
        DataType::Float64 => numbers!(Float64Type),
        DataType::Float32 => numbers!(Float32Type),
        DataType::Int8 => numbers!(Int8Type),
        DataType::Int16 => numbers!(Int16Type),
        DataType::Int32 => numbers!(Int32Type),
        DataType::UInt8 => numbers!(UInt8Type),
        DataType::UInt16 => numbers!(UInt16Type),
        DataType::UInt32 => numbers!(UInt32Type),
        DataType::Int64 => integers!(Int64Type),
        DataType::UInt64 => integers!(UInt64Type),
        other => Err(NoNumbers::Type(other.clone())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float32Array, Float64Array, Int64Array, StringArray};
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

    #[test]
    fn numbers_of_any_type_are_read_and_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.parquet");
        let schema = Arc::new(Schema::new(vec![
            Field::new("x", DataType::Float32, true),
            Field::new("n", DataType::Int64, false),
            Field::new("big", DataType::Int64, false),
            Field::new("name", DataType::Utf8, false),
        ]));
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(Float32Array::from(vec![Some(0.5), None])),
            Arc::new(Int64Array::from(vec![-3, 1 << 53])),
            Arc::new(Int64Array::from(vec![0, (1 << 53) + 1])),
            Arc::new(StringArray::from(vec!["a", "b"])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(read_column(&path, "x").unwrap(), [Some(0.5), None]);
        assert_eq!(read_column(&path, "n").unwrap(), [Some(-3.0), Some(9_007_199_254_740_992.0)]);
        assert!(read_column(&path, "big").unwrap_err().to_string().contains("without rounding"));
        assert!(read_column(&path, "name").unwrap_err().to_string().contains("not one of numbers"));
        assert!(
            read_column(&path, "y")
                .unwrap_err()
                .to_string()
                .contains("columns are x, n, big, name")
        );
        assert!(read_column(folder.path().join("none").as_path(), "x").is_err());
    }
}
