//! What can go wrong with the store.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::store::remote::Fault;

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
    /// What was given as the place of the store is none.
    #[error("`{url}` cannot be the store: {reason}")]
    Address {
        /// What was given.
        url: String,
        /// Why not.
        reason: &'static str,
    },
    /// A store on S3 was asked of a program that knows nothing of it.
    #[error(
        "{url} is on S3, for which this program was not built; `cargo build --release` without `--no-default-features` builds one that is"
    )]
    NotBuilt {
        /// The store.
        url: String,
    },
    /// The folder that was given as a cache is that of another store.
    #[error(
        "{folder} is the cache of {known}, not of {url}; give another folder to `--store-cache`"
    )]
    OtherCache {
        /// The folder.
        folder: PathBuf,
        /// Of what it is the cache.
        known: String,
        /// What was asked for.
        url: String,
    },
    /// A store on S3 could not be reached, read or written.
    #[error("cannot {doing} {url}")]
    Bucket {
        /// What was tried: `read`, `write`.
        doing: &'static str,
        /// The store.
        url: String,
        /// Why not.
        source: Box<Fault>,
    },
    /// Results could not be uploaded.
    #[error("cannot upload {n_files} to {url}; they are safe in {folder}, and the next run uploads them",
        n_files = crate::error::plural(*.n_files, "file"))]
    NotShared {
        /// How many files.
        n_files: usize,
        /// The cache, which has them.
        folder: PathBuf,
        /// The store.
        url: String,
        /// Why not.
        source: Box<Fault>,
    },
    /// Arrow or Parquet refused to encode a block; not a condition of the disk.
    #[error("cannot encode results as Parquet")]
    Encode(#[from] parquet::errors::ParquetError),
}
