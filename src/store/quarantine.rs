//! Damaged files are set aside: kept for inspection, and never used.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::path::Path;

use crate::identity::Digest;
use crate::store::analyses::are_outcomes;
use crate::store::error::StoreError;
use crate::store::folder::{Store, digest_of};
use crate::store::pack::{RESULTS, read_footer};

impl Store {
    /// Moves a damaged file out of the way, with the provenance beside it; not if another process has
    /// written it anew since it was found to be damaged. An object of the bucket is moved within it.
    ///
    /// # Errors
    /// If the file cannot be moved.
    pub fn quarantine(&self, path: &Path) -> Result<(), StoreError> {
        if let Some(set_aside) = self.set_aside(path) {
            return set_aside;
        }
        if is_as_written(path) {
            return Ok(());
        }
        for file in [path.to_owned(), path.with_extension("json")] {
            let Some(name) = file.file_name() else { continue };
            let target = self.root().join("damaged").join(name);
            match fs::rename(&file, &target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::Write { path: target, source: error });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether the file is named by its bytes and can be read.
fn is_as_written(path: &Path) -> bool {
    let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(Digest::parse);
    let Ok(mut file) = File::open(path) else { return false };
    let is_whole = digest_of(&file).is_ok_and(|(found, _)| Some(found) == name);
    if !is_whole || file.rewind().is_err() {
        return false;
    }
    if path.extension().is_some_and(|extension| extension == RESULTS.1) {
        read_footer(&file).is_ok()
    } else {
        fs::read(path).is_ok_and(|bytes| are_outcomes(&bytes))
    }
}
