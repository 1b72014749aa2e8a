//! Where bytes of unknown origin enter the program: each of these reads them to the end, or refuses
//! them, and says which. The fuzz targets and `tests/it/hostile.rs` call the same.

use std::path::Path;

use maruyama::data::Library;
use maruyama::load;
use maruyama::store::{csv_column, csv_text, parquet_column};
use maruyama_dynamics::dataset;
use maruyama_dynamics::parameter::{Parameters, Value, defaults};

/// A manifest, with the data that it names.
pub fn manifest(bytes: &[u8]) -> bool {
    let path = Path::new("hostile.yaml");
    load::read(path, bytes.to_vec(), "paper", &Library::default()).is_ok()
}

/// A Parquet file: a column of it, and all of it as text.
pub fn parquet(bytes: &[u8]) -> bool {
    let column = parquet_column(bytes.to_vec(), "value").is_ok();
    csv_text(bytes.to_vec()).is_ok() && column
}

/// CSV text: a column of it, and as a data set.
pub fn csv(bytes: &[u8]) -> bool {
    let column = csv_column(bytes, "y").is_ok();
    let source = dataset::source("table").expect("a data source");
    let mut parameters: Parameters = defaults(source.part().parameters);
    parameters.insert("response".to_owned(), Value::Text("y".to_owned()));
    source.build(&parameters, &[bytes.to_vec()]).is_ok() && column
}
