//! Reading results files for analyses.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::identity::Digest;
use crate::store::{BlockId, Observations, Store, StoreError};

/// Decoded results files kept in memory.
const DECODED_FILES: usize = 16;

/// The blocks of a results file.
pub(crate) type DecodedFile = Arc<BTreeMap<BlockId, Observations>>;

/// Reads results files, keeping the last few decoded: neighbouring cells share them.
pub(crate) struct Reader<'a> {
    store: &'a Store,
    decoded: Mutex<VecDeque<(Digest, DecodedFile)>>,
}

impl Reader<'_> {
    pub(crate) fn new(store: &Store) -> Reader<'_> {
        Reader { store, decoded: Mutex::default() }
    }

    /// The verified blocks of the results file `name`.
    pub(crate) fn file(&self, name: Digest) -> Result<DecodedFile, StoreError> {
        let lock = || self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = lock().iter().find(|(known, _)| *known == name) {
            return Ok(Arc::clone(file));
        }
        let file: DecodedFile = Arc::new(self.store.read_blocks(name)?.into_iter().collect());
        let mut decoded = lock();
        decoded.push_back((name, Arc::clone(&file)));
        if decoded.len() > DECODED_FILES {
            decoded.pop_front();
        }
        Ok(file)
    }
}
