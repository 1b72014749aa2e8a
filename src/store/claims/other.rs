//! The claims of another process.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use crate::identity::Digest;
use crate::store::pack::BlockId;

/// The claims of another process, as far as its file has been read.
#[derive(Debug)]
pub(crate) struct Other {
    offset: u64,
    /// The beginning of a line that was being written.
    rest: String,
    /// The machine on which it runs.
    host: Option<String>,
    /// When its file was last seen to have grown.
    grew: Instant,
    pub blocks: BTreeSet<BlockId>,
}

impl Other {
    /// A process of which nothing has been read.
    pub(crate) fn new() -> Other {
        Other {
            offset: 0,
            rest: String::new(),
            host: None,
            grew: Instant::now(),
            blocks: BTreeSet::new(),
        }
    }

    /// Reads what its file has more.
    pub(crate) fn read(&mut self, file: &mut File) -> io::Result<()> {
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        let n_new = file.read_to_end(&mut bytes)? as u64;
        if n_new > 0 {
            self.grew = Instant::now();
        }
        self.offset += n_new;
        self.rest.push_str(&String::from_utf8_lossy(&bytes));
        let end = self.rest.rfind('\n').map_or(0, |end| end + 1);
        for line in self.rest[..end].lines() {
            let id = line.get(1..).and_then(Digest::parse).map(BlockId);
            match (line.split_at_checked(1), id) {
                (Some(("+", _)), Some(id)) => _ = self.blocks.insert(id),
                (Some(("-", _)), Some(id)) => _ = self.blocks.remove(&id),
                (Some(("@", host)), None) => self.host = Some(host.to_owned()),
                _ => {}
            }
        }
        self.rest.drain(..end);
        Ok(())
    }

    /// Whether it is alive, as seen from the machine `here`: by its lock on this machine, elsewhere by
    /// its file, which has grown within `lease`.
    pub(crate) fn lives(&self, file: &File, here: &str, lease: Duration) -> bool {
        let grows = || self.grew.elapsed() < lease;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => true,
            Ok(()) => self.host.as_deref().is_some_and(|host| host != here) && grows(),
            Err(TryLockError::Error(_)) => grows(),
        }
    }
}
