//! Files of a store that are there to be locked.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::store::error::StoreError;

/// Held shared while a process writes, so that no other one clears `tmp/`.
pub(crate) const LOCK: &str = "LOCK";
/// Held shared while a process reads or writes, alone while one prunes.
pub(crate) const USE: &str = "USE";

/// A file that is there to be locked.
pub(crate) fn lock_file(path: &Path) -> Result<File, StoreError> {
    let opened = File::options().create(true).truncate(false).write(true).open(path);
    opened.map_err(|source| StoreError::Write { path: path.to_owned(), source })
}

/// The file `name` of the store at `root`, locked for this process alone.
///
/// # Errors
/// [`StoreError::InUse`] while another process has it; if it cannot be opened or locked.
pub(crate) fn alone(root: &Path, name: &str) -> Result<File, StoreError> {
    let path = root.join(name);
    let file = lock_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: root.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Write { path, source }),
    }
}
