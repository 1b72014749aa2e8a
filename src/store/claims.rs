//! Claims: which blocks the processes that share a store are computing.
//!
//! A process that computes has one file below `claims/`, which it holds locked as long as it lives and
//! to which it appends the blocks that it takes. The system gives the lock back when the process
//! ends, however that happens: claims of a dead process are worth nothing and are cleared by the next
//! that looks. No result depends on any of this; without locks every process computes every block.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::{BlockId, RESULTS};

/// Folder of the claims.
pub(crate) const CLAIMS: &str = "claims";
/// Held while a process looks at all claims and adds its own.
const TURN: &str = "TURN";

/// Whose a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This process has claimed it, now or before.
    Ours,
    /// Another process, which is alive, is computing it.
    Theirs,
    /// Another process has stored it since the index was read.
    Stored,
}

/// The claims of this process.
#[derive(Debug)]
pub struct Claims {
    folder: PathBuf,
    turn: File,
    own: File,
    own_path: TempPath,
    own_blocks: BTreeSet<BlockId>,
    others: BTreeMap<PathBuf, Other>,
    /// Results files that have been looked into.
    seen: BTreeSet<Digest>,
    stored: BTreeSet<BlockId>,
}

/// The claims of another process, as far as its file has been read.
#[derive(Debug, Default)]
struct Other {
    offset: u64,
    /// The beginning of a line that was being written.
    rest: String,
    blocks: BTreeSet<BlockId>,
}

impl Store {
    /// The claims of this process, none yet; `None` on a file system without locks.
    ///
    /// # Arguments
    /// * `seen`: the results files whose blocks are known
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn claims(&self, seen: BTreeSet<Digest>) -> Result<Option<Claims>, StoreError> {
        let folder = self.root().join(CLAIMS);
        let failed = |source| StoreError::Write { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let turn = File::options().create(true).truncate(false).write(true).open(folder.join(TURN));
        let turn = turn.map_err(failed)?;
        // Others find the file only once it is locked.
        if turn.lock().is_err() {
            return Ok(None);
        }
        let own = tempfile::Builder::new().prefix("run-").tempfile_in(&folder).map_err(failed)?;
        let (own, own_path) = own.into_parts();
        let is_locked = own.try_lock().is_ok();
        turn.unlock().map_err(failed)?;
        let claims = Claims {
            folder,
            turn,
            own,
            own_path,
            own_blocks: BTreeSet::new(),
            others: BTreeMap::new(),
            seen,
            stored: BTreeSet::new(),
        };
        Ok(is_locked.then_some(claims))
    }
}

impl Claims {
    /// Claims those of `blocks` that no living process has claimed and none has stored, and says
    /// whose each is.
    ///
    /// # Errors
    /// If the claims cannot be read or written.
    pub fn take(&mut self, store: &Store, blocks: &[BlockId]) -> Result<Vec<Whose>, StoreError> {
        let folder = self.folder.clone();
        let failed = |source| StoreError::Write { path: folder.clone(), source };
        self.turn.lock().map_err(failed)?;
        let taken = self.take_in_turn(store, blocks);
        self.turn.unlock().map_err(failed)?;
        taken
    }

    fn take_in_turn(
        &mut self,
        store: &Store,
        blocks: &[BlockId],
    ) -> Result<Vec<Whose>, StoreError> {
        let read = |source| StoreError::Read { path: self.folder.clone(), source };
        let others = living(&self.folder, &self.own_path, &mut self.others);
        others.map_err(read)?;
        self.look_for_results(store)?;
        let mut line = String::new();
        let whose = |id: &BlockId| {
            if self.own_blocks.contains(id) {
                Whose::Ours
            } else if self.stored.contains(id) {
                Whose::Stored
            } else if self.others.values().any(|other| other.blocks.contains(id)) {
                Whose::Theirs
            } else {
                let _ = writeln!(line, "+{}", id.0);
                Whose::Ours
            }
        };
        let whose: Vec<Whose> = blocks.iter().map(whose).collect();
        self.append(&line)?;
        let ours = blocks.iter().zip(&whose).filter(|(_, whose)| **whose == Whose::Ours);
        self.own_blocks.extend(ours.map(|(id, _)| *id));
        Ok(whose)
    }

    /// Gives up `blocks`, which this process could not compute.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn give_up(&mut self, blocks: &[BlockId]) -> Result<(), StoreError> {
        let mut lines = String::new();
        for id in blocks {
            let _ = writeln!(lines, "-{}", id.0);
        }
        self.append(&lines)
    }

    /// Notes a results file that this process has written, which need not be looked into.
    pub fn wrote(&mut self, file: Digest) {
        self.seen.insert(file);
    }

    fn append(&mut self, lines: &str) -> Result<(), StoreError> {
        let written = self.own.write_all(lines.as_bytes());
        written.map_err(|source| StoreError::Write { path: self.own_path.to_path_buf(), source })
    }

    /// Looks into the results files that have appeared.
    fn look_for_results(&mut self, store: &Store) -> Result<(), StoreError> {
        let (folder, extension) = RESULTS;
        let (files, _) = store.contents(folder, extension)?;
        for file in files {
            if self.seen.insert(file) {
                self.stored.extend(store.blocks_of(file)?);
            }
        }
        Ok(())
    }
}

/// Reads what the living processes have claimed since it was read last, and clears the dead.
fn living(folder: &Path, own: &Path, others: &mut BTreeMap<PathBuf, Other>) -> io::Result<()> {
    let mut alive = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path == own || path.file_name().is_some_and(|name| name == TURN) {
            continue;
        }
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            let mut other = others.remove(&path).unwrap_or_default();
            other.read(&mut file)?;
            alive.insert(path, other);
        } else {
            let _ = fs::remove_file(&path);
        }
    }
    *others = alive;
    Ok(())
}

impl Other {
    fn read(&mut self, file: &mut File) -> io::Result<()> {
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        self.offset += file.read_to_end(&mut bytes)? as u64;
        self.rest.push_str(&String::from_utf8_lossy(&bytes));
        let end = self.rest.rfind('\n').map_or(0, |end| end + 1);
        for line in self.rest[..end].lines() {
            let id = line.get(1..).and_then(Digest::parse).map(BlockId);
            match (line.as_bytes().first(), id) {
                (Some(b'+'), Some(id)) => _ = self.blocks.insert(id),
                (Some(b'-'), Some(id)) => _ = self.blocks.remove(&id),
                _ => {}
            }
        }
        self.rest.drain(..end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(name: &str) -> BlockId {
        BlockId(Digest::of_bytes(name.as_bytes()))
    }

    #[test]
    fn a_block_is_claimed_once_given_up_and_lost_with_its_process() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_to_write(&folder.path().join("store")).unwrap();
        let claims = || store.claims(BTreeSet::new()).unwrap().unwrap();
        let (mut first, mut second) = (claims(), claims());
        let [a, b, c] = ["a", "b", "c"].map(block);
        assert_eq!(first.take(&store, &[a, b]).unwrap(), [Whose::Ours; 2]);
        assert_eq!(second.take(&store, &[b, c]).unwrap(), [Whose::Theirs, Whose::Ours]);
        assert_eq!(first.take(&store, &[a, c]).unwrap(), [Whose::Ours, Whose::Theirs]);
        first.give_up(&[b]).unwrap();
        assert_eq!(second.take(&store, &[a, b]).unwrap(), [Whose::Theirs, Whose::Ours]);
        // A process that is killed closes its file and leaves it where it is.
        let path = first.own_path.to_path_buf();
        first.own_path.disable_cleanup(true);
        drop(first);
        assert!(path.exists());
        assert_eq!(second.take(&store, &[a]).unwrap(), [Whose::Ours]);
        assert!(!path.exists(), "the claims of a dead process are left");
    }

    #[test]
    fn a_line_that_is_being_written_is_read_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claims");
        let mut other = Other::default();
        let line = format!("+{}\n", block("a").0);
        for (end, n) in [(10, 0), (65, 0), (66, 1)] {
            fs::write(&path, &line[..end]).unwrap();
            other.read(&mut File::open(&path).unwrap()).unwrap();
            assert_eq!(other.blocks.len(), n, "after {end} bytes");
        }
    }
}
