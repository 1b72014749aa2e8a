//! Reading results files for analyses.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::identity::Digest;
use crate::store::{BlockId, Observations, Store, StoreError, Summarised};

/// Decoded results files kept in memory.
const DECODED_FILES: usize = 16;

/// The blocks of a results file.
pub(crate) type DecodedFile<T> = Arc<BTreeMap<BlockId, T>>;

/// Reads results files, keeping the last few decoded: neighbouring cells share them.
pub(crate) struct Reader<'a> {
    store: &'a Store,
    chains: Recent<Observations>,
    ends: Recent<Observations>,
    summaries: Recent<Summarised>,
}

impl Reader<'_> {
    pub(crate) fn new(store: &Store) -> Reader<'_> {
        Reader { store, chains: Recent::new(), ends: Recent::new(), summaries: Recent::new() }
    }

    /// The verified blocks of the results file `name`, which holds chains.
    pub(crate) fn file(&self, name: Digest) -> Result<DecodedFile<Observations>, StoreError> {
        self.chains.get(name, || self.store.read_blocks(name))
    }

    /// As [`Reader::file`], but nothing is kept.
    pub(crate) fn once(&self, name: Digest) -> Result<BTreeMap<BlockId, Observations>, StoreError> {
        Ok(self.store.read_blocks(name)?.into_iter().collect())
    }

    /// The last recorded step of the blocks of the results file `name`, which holds chains.
    pub(crate) fn ends(&self, name: Digest) -> Result<DecodedFile<Observations>, StoreError> {
        self.ends.get(name, || self.store.read_ends(name))
    }

    /// The verified blocks of the results file `name`, which holds statistics over chains.
    pub(crate) fn summaries(&self, name: Digest) -> Result<DecodedFile<Summarised>, StoreError> {
        self.summaries.get(name, || self.store.read_summaries(name))
    }
}

/// The files that were read last.
struct Recent<T>(Mutex<VecDeque<(Digest, DecodedFile<T>)>>);

impl<T> Recent<T> {
    fn new() -> Recent<T> {
        Recent(Mutex::default())
    }

    fn get(
        &self,
        name: Digest,
        read: impl FnOnce() -> Result<Vec<(BlockId, T)>, StoreError>,
    ) -> Result<DecodedFile<T>, StoreError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = lock().iter().find(|(known, _)| *known == name) {
            return Ok(Arc::clone(file));
        }
        let file: DecodedFile<T> = Arc::new(read()?.into_iter().collect());
        let mut decoded = lock();
        decoded.push_back((name, Arc::clone(&file)));
        if decoded.len() > DECODED_FILES {
            decoded.pop_front();
        }
        Ok(file)
    }
}
