//! Claims: which blocks the processes that share a store are computing.
//!
//! A process that computes has one file below `claims/`, which it holds locked as long as it lives, to
//! which it appends the blocks that it takes, and a line every ten seconds. On its own machine the
//! system gives the lock back when the process ends, however that happens. Locks do not cross all
//! shared file systems: a process on another machine counts as alive as long as its file grows, by the
//! clock of who looks. Claims of a dead process are worth nothing and are cleared by the next that
//! looks. No result depends on any of this: what is computed twice is stored once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempPath;

use crate::identity::Digest;
use crate::store::arrivals::Arrivals;
use crate::store::claims::other::Other;
use crate::store::error::StoreError;
use crate::store::folder::{Store, temporary_file};
use crate::store::pack::BlockId;

mod other;

/// Folder of the claims.
pub(crate) const CLAIMS: &str = "claims";
/// Held while a process looks at all claims and adds its own.
const TURN: &str = "TURN";
/// How often a process says that it is alive.
pub(crate) const BEAT: Duration = Duration::from_secs(10);
/// For so long a process of another machine counts as alive after it was last seen to be: some beats,
/// and the time after which a network file system shows what others wrote.
const LEASE: Duration = Duration::from_secs(90);

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
    host: String,
    lease: Duration,
    /// None on a file system without locks: then two may claim a block at the same moment.
    turn: Option<File>,
    own: File,
    own_path: TempPath,
    own_blocks: BTreeSet<BlockId>,
    others: BTreeMap<PathBuf, Other>,
    arrivals: Arrivals,
}

impl Store {
    /// The claims of this process, none yet.
    ///
    /// # Arguments
    /// * `seen`: the results files whose blocks are known
    /// * `host`: the name of this machine
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn claims(&self, seen: BTreeSet<Digest>, host: &str) -> Result<Claims, StoreError> {
        let folder = self.root().join(CLAIMS);
        let failed = |source| StoreError::Write { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let turn = File::options().create(true).truncate(false).write(true).open(folder.join(TURN));
        let turn = turn.map_err(failed)?;
        // Others find the file only once it is locked.
        let has_locks = turn.lock().is_ok();
        let own = temporary_file(&folder, "run-").map_err(failed)?;
        let (own, own_path) = own.into_parts();
        let is_locked = own.try_lock().is_ok();
        let mut claims = Claims {
            folder: folder.clone(),
            host: host.to_owned(),
            lease: LEASE,
            turn: (has_locks && is_locked).then_some(turn),
            own,
            own_path,
            own_blocks: BTreeSet::new(),
            others: BTreeMap::new(),
            arrivals: Arrivals::since(seen),
        };
        claims.append(&format!("@{host}\n"))?;
        if let Some(turn) = &claims.turn {
            turn.unlock().map_err(failed)?;
        }
        Ok(claims)
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
        self.turn.as_ref().map_or(Ok(()), File::lock).map_err(failed)?;
        let taken = self.take_in_turn(store, blocks);
        self.turn.as_ref().map_or(Ok(()), File::unlock).map_err(failed)?;
        taken
    }

    fn take_in_turn(
        &mut self,
        store: &Store,
        blocks: &[BlockId],
    ) -> Result<Vec<Whose>, StoreError> {
        if let Err(source) = self.living() {
            return Err(StoreError::Read { path: self.folder.clone(), source });
        }
        let stored = self.arrivals.look(store)?;
        let mut line = String::new();
        let whose = |id: &BlockId| {
            if self.own_blocks.contains(id) {
                Whose::Ours
            } else if stored.contains(id) {
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
        self.arrivals.wrote(file);
    }

    fn append(&mut self, lines: &str) -> Result<(), StoreError> {
        let written = self.own.write_all(lines.as_bytes());
        written.map_err(|source| StoreError::Write { path: self.own_path.to_path_buf(), source })
    }

    /// Says that this process is alive.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn beat(&mut self) -> Result<(), StoreError> {
        self.append(".\n")
    }

    /// Reads what the living processes have claimed since it was read last, and clears the dead.
    fn living(&mut self) -> io::Result<()> {
        let mut alive = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path == *self.own_path || path.file_name().is_some_and(|name| name == TURN) {
                continue;
            }
            let mut file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let mut other = self.others.remove(&path).unwrap_or_else(Other::new);
            other.read(&mut file)?;
            if other.lives(&file, &self.host, self.lease) {
                alive.insert(path, other);
            } else {
                let _ = fs::remove_file(&path);
            }
        }
        self.others = alive;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
