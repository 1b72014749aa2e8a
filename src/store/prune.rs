//! What could be removed from a store: every file of it with its size.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::error::StoreError;
use crate::store::folder::Store;

/// A file below the store's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreFile {
    /// Its path.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size_bytes: u64,
}

impl StoreFile {
    /// The name without its extension: a digest, or the name of a report.
    #[must_use]
    pub fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Store {
    /// The files of `folder`, in the order of their names; none if there is no such folder.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(&self, folder: &str) -> Result<Vec<StoreFile>, StoreError> {
        let path = self.root().join(folder);
        let failed = |source| StoreError::Read { path: path.clone(), source };
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let metadata = entry.metadata().map_err(failed)?;
            if metadata.is_file() {
                files.push(StoreFile { path: entry.path(), size_bytes: metadata.len() });
            }
        }
        files.sort();
        Ok(files)
    }

    /// Removes `files`, which nothing needs, and what killed processes left behind. The store has to
    /// be open for this process alone ([`Store::open_alone`]).
    ///
    /// # Errors
    /// If a file cannot be removed; those before it are.
    pub fn remove(&self, files: &[StoreFile]) -> Result<(), StoreError> {
        for file in files {
            remove_file(&file.path)?;
        }
        self.clear_temporary_files()
    }
}

fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| StoreError::Write { path: path.to_owned(), source }),
    }
}
