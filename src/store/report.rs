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
    /// The report of `item` as it was last written, if its record can be read.
    #[must_use]
    pub fn published_report(&self, item: &str) -> Option<PublishedReport> {
        let bytes = fs::read(self.root().join("reports").join(format!("{item}.json"))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Records that the report of `item` was written.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn record_report(&self, item: &str, report: &PublishedReport) -> Result<(), StoreError> {
        let path = self.root().join("reports").join(format!("{item}.json"));
        let text = serde_json::json!(report);
        self.write_file(&path, format!("{text:#}\n").as_bytes())
    }

    /// Writes a file of a report, atomically, below the folder `reports`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_report_file(&self, reports: &Path, file: &WrittenFile) -> Result<(), StoreError> {
        let path = reports.join(&file.path);
        let failed = |source: io::Error| StoreError::Write { path: path.clone(), source };
        let folder = path.parent().unwrap_or(reports);
        fs::create_dir_all(folder).map_err(failed)?;
        write_atomically(folder, &path, &file.bytes).map_err(failed)
    }
}
