//! Results that appear in a store while it is watched.

use std::collections::BTreeSet;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::{BlockId, RESULTS};

/// What has appeared since some results files were known. A look reads the files that are new, each
/// once.
#[derive(Debug)]
pub struct Arrivals {
    seen: BTreeSet<Digest>,
    stored: BTreeSet<BlockId>,
}

impl Arrivals {
    /// Nothing yet, beside the blocks of the files `seen`.
    #[must_use]
    pub fn since(seen: BTreeSet<Digest>) -> Arrivals {
        Arrivals { seen, stored: BTreeSet::new() }
    }

    /// Notes a file that this process has written, which need not be looked into.
    pub fn wrote(&mut self, file: Digest) {
        self.seen.insert(file);
    }

    /// Looks into the files that have appeared; gives the blocks of all of them.
    ///
    /// # Errors
    /// If the store cannot be read. A damaged file has no blocks.
    pub fn look(&mut self, store: &Store) -> Result<&BTreeSet<BlockId>, StoreError> {
        let (folder, extension) = RESULTS;
        let (files, _) = store.contents(folder, extension)?;
        for file in files.into_iter().chain(store.shared_files()) {
            if self.seen.insert(file) {
                self.stored.extend(store.blocks_of(file)?);
            }
        }
        Ok(&self.stored)
    }
}
