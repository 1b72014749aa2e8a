//! Words of a block that wait for its end, in a file that only grows, eight bytes each.
//!
//! The file is a temporary one until a checkpoint needs it: then it is named `checkpoints/<block>.<n>`
//! and outlives the process. A checkpoint says how many of its words count, and their SHA-256; a
//! process that goes on from there copies them, so that no two processes write to one file.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::identity::{Digest, Digesting};
use crate::store::checkpoint::CHECKPOINTS;
use crate::store::error::StoreError;
use crate::store::folder::{Store, temporary_file};
use crate::store::pack::BlockId;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// Words that wait.
pub(crate) struct Spool<'a> {
    store: &'a Store,
    block: BlockId,
    writer: Digesting<BufWriter<File>>,
    /// Its name while it goes with the process.
    temporary: Option<TempPath>,
    /// Its name once a checkpoint may need it.
    named: Option<PathBuf>,
    n_words: u64,
}

impl Store {
    /// An empty spool for `block`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn spool(&self, block: BlockId) -> Result<Spool<'_>, StoreError> {
        let tmp = self.root().join("tmp");
        let file = temporary_file(&tmp, "");
        let file = file.map_err(|source| StoreError::Write { path: tmp, source })?;
        let (file, path) = file.into_parts();
        let writer = Digesting::new(BufWriter::with_capacity(BUFFER, file));
        let (temporary, named) = (Some(path), None);
        Ok(Spool { store: self, block, writer, temporary, named, n_words: 0 })
    }

    /// A spool that goes on after the first `n_words` of an earlier one, which have this digest; `None`
    /// if there is none that begins so.
    ///
    /// # Errors
    /// If one is there and cannot be read, or the new one cannot be written.
    pub(crate) fn spool_again(
        &self,
        block: BlockId,
        n_words: u64,
        digest: [u64; 4],
    ) -> Result<Option<Spool<'_>>, StoreError> {
        for path in self.spools(block)? {
            let failed = |source| StoreError::Read { path: path.clone(), source };
            let file = File::open(&path).map_err(failed)?;
            let mut spool = self.spool(block)?;
            let mut first = BufReader::with_capacity(BUFFER, file).take(n_words.saturating_mul(8));
            let copied = io::copy(&mut first, &mut spool.writer);
            let n_bytes = copied.map_err(|source| spool.failed(source))?;
            if n_bytes == n_words.saturating_mul(8) && spool.writer.so_far().words() == digest {
                spool.n_words = n_words;
                return Ok(Some(spool));
            }
        }
        Ok(None)
    }

    /// Removes the named spools of `block`.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub(crate) fn remove_spools(&self, block: BlockId) -> Result<(), StoreError> {
        self.remove_spools_but(block, None)
    }

    fn remove_spools_but(&self, block: BlockId, kept: Option<&Path>) -> Result<(), StoreError> {
        for path in self.spools(block)?.into_iter().filter(|path| Some(path.as_path()) != kept) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(|source| StoreError::Write { path, source })?,
            }
        }
        Ok(())
    }

    /// The named spools of `block`.
    fn spools(&self, block: BlockId) -> Result<Vec<PathBuf>, StoreError> {
        let (name, files) = (block.0.to_string(), self.list(CHECKPOINTS)?);
        let is_of_block = |path: &PathBuf| {
            path.extension().is_some() && path.file_stem().is_some_and(|stem| *stem == *name)
        };
        Ok(files.into_iter().map(|file| file.path).filter(is_of_block).collect())
    }
}

impl Spool<'_> {
    /// Number of the words.
    pub(crate) fn n_words(&self) -> u64 {
        self.n_words
    }

    /// Appends words.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn push(&mut self, words: impl Iterator<Item = u64>) -> Result<(), StoreError> {
        for word in words {
            let written = self.writer.write_all(&word.to_le_bytes());
            written.map_err(|source| self.failed(source))?;
            self.n_words += 1;
        }
        Ok(())
    }

    /// Brings all words to the disk, under a name that outlives the process; gives their digest.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn keep(&mut self) -> Result<Digest, StoreError> {
        self.writer.flush().map_err(|source| self.failed(source))?;
        let synced = self.writer.get_ref().get_ref().sync_data();
        synced.map_err(|source| self.failed(source))?;
        if let Some(path) = self.temporary.take() {
            self.named = Some(self.name(path).map_err(|source| self.failed(source))?);
        }
        Ok(self.writer.so_far())
    }

    /// Gives the file the first name that is free.
    fn name(&self, mut path: TempPath) -> io::Result<PathBuf> {
        let folder = self.store.root().join(CHECKPOINTS);
        for n in 0_u64.. {
            let name = folder.join(format!("{}.{n}", self.block.0));
            match path.persist_noclobber(&name) {
                Ok(()) => return Ok(name),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    path = error.path;
                }
                Err(error) => return Err(error.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Removes other spools of the block, which no checkpoint needs.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub(crate) fn remove_others(&self) -> Result<(), StoreError> {
        match &self.named {
            None => Ok(()),
            Some(path) => self.store.remove_spools_but(self.block, Some(path)),
        }
    }

    /// The file, to be read, and what removes it if no checkpoint needs it.
    ///
    /// # Errors
    /// If the last words cannot be written.
    pub(crate) fn finish(self) -> Result<(File, Option<TempPath>), StoreError> {
        let path = self.store.root().join("tmp");
        let file = self.writer.finish().0.into_inner();
        let file = file.map_err(|error| StoreError::Write { path, source: error.into_error() })?;
        Ok((file, self.temporary))
    }

    fn failed(&self, source: io::Error) -> StoreError {
        StoreError::Write { path: self.store.root().join("tmp"), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &Path) -> Vec<u64> {
        let bytes = fs::read(path).unwrap();
        bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()
    }

    #[test]
    fn a_spool_goes_on_after_the_words_that_a_checkpoint_counts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_to_write(&folder.path().join("store")).unwrap();
        let block = BlockId(Digest::of_bytes(b"block"));
        let mut spool = store.spool(block).unwrap();
        spool.push([1, 1 << 63].into_iter()).unwrap();
        assert!(store.spools(block).unwrap().is_empty());
        let digest = spool.keep().unwrap().words();
        spool.push(std::iter::once(3)).unwrap();
        drop(spool);
        let names = store.spools(block).unwrap();
        assert_eq!((names.len(), store.list("tmp").unwrap().len()), (1, 0));
        assert_eq!(words(&names[0])[..2], [1, 1 << 63]);

        for (n, digest) in [(3, digest), (2, [0; 4]), (u64::MAX, digest)] {
            assert!(store.spool_again(block, n, digest).unwrap().is_none(), "{n} words");
        }
        let mut again = store.spool_again(block, 2, digest).unwrap().unwrap();
        again.push(std::iter::once(7)).unwrap();
        let longer = again.keep().unwrap().words();
        assert_eq!((store.spools(block).unwrap().len(), again.n_words()), (2, 3));
        again.remove_others().unwrap();
        let names = store.spools(block).unwrap();
        assert_eq!(names.iter().map(|name| words(name)).collect::<Vec<_>>(), [[1, 1 << 63, 7]]);

        let mut changed = fs::read(&names[0]).unwrap();
        changed[9] ^= 1;
        fs::write(&names[0], changed).unwrap();
        assert!(store.spool_again(block, 3, longer).unwrap().is_none());
        assert!(again.finish().unwrap().1.is_none());
        store.remove_spools(block).unwrap();
        assert!(store.list(CHECKPOINTS).unwrap().is_empty());
        assert!(store.list("tmp").unwrap().is_empty());
    }
}
