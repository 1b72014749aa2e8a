//! Which report of an item is published, what it was made from, and the files that it consists of.

use std::collections::BTreeMap;
use std::io;
use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::store::error::StoreError;
use crate::store::folder::{Store, write_atomically};

/// The report of an item as it was last written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedReport {
    /// Identity of everything that it was made from.
    pub key: String,
    /// SHA-256 of each of its files, by path below the folder of reports.
    pub files: BTreeMap<String, String>,
}

/// A file of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenFile {
    /// Path below the folder of reports, with `/` as separator.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl Store {
    /// The report that is recorded as `name` as it was last written, if its record can be read.
    #[must_use]
    pub fn published_report(&self, name: &str) -> Option<PublishedReport> {
        let bytes = fs::read(self.root().join("reports").join(format!("{name}.json"))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Records as `name` that a report was written.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn record_report(&self, name: &str, report: &PublishedReport) -> Result<(), StoreError> {
        let path = self.root().join("reports").join(format!("{name}.json"));
        let text = serde_json::json!(report);
        self.write_file(&path, format!("{text:#}\n").as_bytes())
    }

    /// Makes the folder `reports`, so that a place that cannot be written is noticed before anything
    /// is computed.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn prepare_reports(&self, reports: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::Write { path: reports.to_owned(), source };
        fs::create_dir_all(reports).map_err(failed)
    }

    /// Writes a file of a report, atomically, below the folder `reports`.
    ///
    /// The temporary file is in the store, where a killed run's are cleared, unless the reports are
    /// on another file system.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_report_file(&self, reports: &Path, file: &WrittenFile) -> Result<(), StoreError> {
        let path = reports.join(&file.path);
        let failed = |source: io::Error| StoreError::Write { path: path.clone(), source };
        let folder = path.parent().unwrap_or(reports);
        fs::create_dir_all(folder).map_err(failed)?;
        match write_atomically(&self.root().join("tmp"), &path, &file.bytes) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                write_atomically(folder, &path, &file.bytes)
            }
            written => written,
        }
        .map_err(failed)
    }

    /// Removes a file that a report no longer has.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_report_file(&self, path: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::Write { path: path.to_owned(), source };
        match fs::remove_file(path) {
            // Another process has removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(failed),
        }
    }
}
