//! One column of numbers of any Parquet file.

use std::fs::File;
use std::panic::catch_unwind;
use std::path::Path;

use arrow::array::{ArrayRef, AsArray as _, RecordBatchReader as _};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Largest integer that a double holds with all its neighbours.
const MAX_INTEGER: u64 = 1 << 53;

/// The column `name` of the Parquet file `path`; `None` where it is null.
///
/// # Errors
/// A sentence, if the file cannot be read, has no such column, or it does not hold numbers.
pub fn read_column(path: &Path, name: &str) -> Result<Vec<Option<f64>>, String> {
    // The reader is not proof against every file that pretends to be one.
    let read = catch_unwind(|| read(path, name));
    read.unwrap_or_else(|_| Err("it is no Parquet file that can be read".to_owned()))
}

fn read(path: &Path, name: &str) -> Result<Vec<Option<f64>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let names: Vec<String> =
        builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let Some(idx) = names.iter().position(|one| one == name) else {
        return Err(format!("it has no column `{name}`; its columns are {}", names.join(", ")));
    };
    let mask = ProjectionMask::roots(builder.parquet_schema(), [idx]);
    let reader = builder.with_projection(mask).build().map_err(|error| error.to_string())?;
    let kind = reader.schema().field(0).data_type().clone();
    let mut values = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        append(batch.column(0), &kind, &mut values)
            .map_err(|reason| format!("column `{name}`: {reason}"))?;
    }
    Ok(values)
}

fn append(column: &ArrayRef, kind: &DataType, values: &mut Vec<Option<f64>>) -> Result<(), String> {
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
                    Some(value) => Err(format!("{value} is no double without rounding")),
                })
                .collect()
        };
    }
    let new: Result<Vec<Option<f64>>, String> = match kind {
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
        other => Err(format!("its type is {other}, not one of numbers")),
    };
    values.extend(new?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float32Array, Int64Array, RecordBatch, StringArray};
    use arrow::datatypes::{Field, Schema};
    use parquet::arrow::ArrowWriter;

    use super::*;

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
        let columns: Vec<ArrayRef> = vec![
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
        assert!(read_column(&path, "big").unwrap_err().contains("without rounding"));
        assert!(read_column(&path, "name").unwrap_err().contains("not one of numbers"));
        assert!(read_column(&path, "y").unwrap_err().contains("columns are x, n, big, name"));
        assert!(read_column(folder.path().join("none").as_path(), "x").is_err());
    }
}
