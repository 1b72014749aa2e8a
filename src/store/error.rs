//! What can go wrong with the store.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A failure of the store or the disk below it; the program ends with exit code 3.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file or folder could not be read.
    #[error("cannot read {path}")]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write {path}")]
    Write {
        /// What was written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder exists and is not a store, or is one of another format.
    #[error("{path} says `{found}`: it is not a store that this version can use (`{expected}`)")]
    Format {
        /// The format file.
        path: PathBuf,
        /// Its first line.
        found: String,
        /// What this version writes.
        expected: &'static str,
    },
    /// A folder that holds other things was given as the store.
    #[error("{path} is not empty and not a store; give an empty or new folder to `--store`")]
    NotAStore {
        /// The folder.
        path: PathBuf,
    },
    /// Another process reads or writes the store.
    #[error("{path} is in use by another process; nothing was removed")]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// A stored file's bytes are not those that were written.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Arrow or Parquet refused to encode a block; not a condition of the disk.
    #[error("cannot encode results as Parquet")]
    Encode(#[from] parquet::errors::ParquetError),
}
