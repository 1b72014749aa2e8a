//! Checkpoints: how far a block has come that takes long, so that a killed run need not begin it anew.
//!
//! A file `checkpoints/<block>` holds the identity of the block and words of 64 bits, little-endian,
//! between a line that says what it is and the SHA-256 of everything before, so that the file of another
//! block is none of this one. The name of a block is a function of its parameters, data
//! and code, so that a checkpoint of other code is never found. It is removed once its block is stored.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::index::Index;
use crate::store::pack::BlockId;

/// Folder of the checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// The first line of each.
const FORMAT: &[u8] = b"maruyama checkpoint 2\n";
/// Bytes of a digest.
const DIGEST: usize = 32;

/// What there is of a block that was under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// Nothing.
    None,
    /// The words that were written.
    Words(Vec<u64>),
    /// A file that is not what was written; it has been moved to `damaged/`.
    Damaged(PathBuf),
}

impl Store {
    /// Writes `words` as the checkpoint of `block`, in place of the one before, in one atomic step.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_checkpoint(&self, block: BlockId, words: &[u64]) -> Result<(), StoreError> {
        let mut bytes = Vec::with_capacity(FORMAT.len() + 8 * words.len() + 2 * DIGEST);
        bytes.extend_from_slice(FORMAT);
        bytes.extend_from_slice(block.0.as_bytes());
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let digest = Digest::of_bytes(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        self.write_file(&self.checkpoint(block), &bytes)
    }

    /// The checkpoint of `block`.
    ///
    /// # Errors
    /// If it is there and cannot be read, or cannot be moved.
    pub fn read_checkpoint(&self, block: BlockId) -> Result<Checkpoint, StoreError> {
        let path = self.checkpoint(block);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Checkpoint::None),
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        if let Some(words) = words(block, &bytes) {
            return Ok(Checkpoint::Words(words));
        }
        self.quarantine(&path)?;
        Ok(Checkpoint::Damaged(path))
    }

    /// Removes the checkpoints of blocks that `index` has, with what waited beside them: of a block
    /// that another process or machine has stored. One that cannot be removed stays, and is of no use.
    pub fn remove_idle_checkpoints(&self, index: &Index) {
        for file in self.list(CHECKPOINTS).unwrap_or_default() {
            let block = Digest::parse(&file.stem()).map(BlockId);
            if block.is_some_and(|block| index.blocks.contains_key(&block)) {
                let _ = fs::remove_file(&file.path);
            }
        }
    }

    /// Removes the checkpoint of `block`, if there is one.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_checkpoint(&self, block: BlockId) -> Result<(), StoreError> {
        let path = self.checkpoint(block);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Write { path, source: error })
            }
            _ => Ok(()),
        }
    }

    /// The file of the checkpoint of `block`.
    pub(crate) fn checkpoint(&self, block: BlockId) -> PathBuf {
        self.root().join(CHECKPOINTS).join(block.0.to_string())
    }
}

/// The words of a checkpoint; `None` if the bytes are not those of one of `block`.
fn words(block: BlockId, bytes: &[u8]) -> Option<Vec<u64>> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    let words = content.strip_prefix(FORMAT)?.strip_prefix(block.0.as_bytes())?;
    let (words, rest) = words.as_chunks::<8>();
    let is_whole = rest.is_empty() && Digest::of_bytes(content).as_bytes() == digest;
    is_whole.then(|| words.iter().map(|word| u64::from_le_bytes(*word)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_what_was_written_or_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_to_write(&folder.path().join("store")).unwrap();
        let block = BlockId(Digest::of_bytes(b"block"));
        assert_eq!(store.read_checkpoint(block).unwrap(), Checkpoint::None);
        store.write_checkpoint(block, &[7]).unwrap();
        store.write_checkpoint(block, &[1, u64::MAX, 3]).unwrap();
        let all = vec![1, u64::MAX, 3];
        assert_eq!(store.read_checkpoint(block).unwrap(), Checkpoint::Words(all));
        let sound = fs::read(store.checkpoint(block)).unwrap();
        for at in 0..sound.len() {
            let mut changed = sound.clone();
            changed[at] ^= 0x10;
            assert_eq!(words(block, &changed), None, "byte {at}");
            assert_eq!(words(block, &sound[..at]), None, "{at} bytes");
        }
        let other = BlockId(Digest::of_bytes(b"other"));
        assert!(words(block, &sound).is_some() && words(other, &sound).is_none());
        fs::write(store.checkpoint(block), &sound[1..]).unwrap();
        let damaged = Checkpoint::Damaged(store.checkpoint(block));
        assert_eq!(store.read_checkpoint(block).unwrap(), damaged);
        assert!(!store.checkpoint(block).exists());
        assert_eq!(store.list("damaged").unwrap().len(), 1);
        store.remove_checkpoint(block).unwrap();
    }
}
