//! Checkpoints: how far a block has come that takes long, so that a killed run need not begin it anew.
//!
//! A file `checkpoints/<block>` holds words of 64 bits, little-endian, between a line that says what it
//! is and the SHA-256 of everything before. The name of a block is a function of its parameters, data
//! and code, so that a checkpoint of other code is never found. It is removed once its block is stored.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::BlockId;

/// Folder of the checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// The first line of each.
const FORMAT: &[u8] = b"maruyama checkpoint 1\n";
/// Bytes of a digest.
const DIGEST: usize = 32;

impl Store {
    /// Writes `words` as the checkpoint of `block`, in place of the one before, in one atomic step.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_checkpoint(&self, block: BlockId, words: &[u64]) -> Result<(), StoreError> {
        let mut bytes = Vec::with_capacity(FORMAT.len() + 8 * words.len() + DIGEST);
        bytes.extend_from_slice(FORMAT);
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let digest = Digest::of_bytes(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        self.write_file(&self.checkpoint(block), &bytes)
    }

    /// The words of the checkpoint of `block`, if there is one; one that is not what was written is
    /// moved to `damaged/`.
    ///
    /// # Errors
    /// If it is there and cannot be read, or cannot be moved.
    pub fn read_checkpoint(&self, block: BlockId) -> Result<Option<Vec<u64>>, StoreError> {
        let path = self.checkpoint(block);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        let words = words(&bytes);
        if words.is_none() {
            self.quarantine(&path)?;
        }
        Ok(words)
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

    fn checkpoint(&self, block: BlockId) -> PathBuf {
        self.root().join(CHECKPOINTS).join(block.0.to_string())
    }
}

/// The words of a checkpoint; `None` if the bytes are not those of one.
fn words(bytes: &[u8]) -> Option<Vec<u64>> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    let (words, rest) = content.strip_prefix(FORMAT)?.as_chunks::<8>();
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
        assert_eq!(store.read_checkpoint(block).unwrap(), None);
        store.write_checkpoint(block, &[7]).unwrap();
        store.write_checkpoint(block, &[1, u64::MAX, 3]).unwrap();
        assert_eq!(store.read_checkpoint(block).unwrap(), Some(vec![1, u64::MAX, 3]));
        let sound = fs::read(store.checkpoint(block)).unwrap();
        for at in 0..sound.len() {
            let mut changed = sound.clone();
            changed[at] ^= 0x10;
            assert_eq!(words(&changed), None, "byte {at}");
            assert_eq!(words(&sound[..at]), None, "{at} bytes");
        }
        fs::write(store.checkpoint(block), &sound[1..]).unwrap();
        assert_eq!(store.read_checkpoint(block).unwrap(), None);
        assert!(!store.checkpoint(block).exists());
        assert_eq!(store.list("damaged").unwrap().len(), 1);
        store.remove_checkpoint(block).unwrap();
    }
}
