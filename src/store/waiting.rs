//! Summaries of a block at its first recorded steps, which wait until it is complete.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};

use maruyama_statistics::stream::Summary;

use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::BlockId;
use crate::store::spool::Spool;

/// Summaries that wait on the disk; nothing grows in memory with their number.
pub struct WaitingSummaries<'a> {
    store: &'a Store,
    block: BlockId,
    /// Where they are, once there are some.
    spool: Option<Spool<'a>>,
}

/// The words of a file, until it ends or cannot be read.
struct Words {
    file: BufReader<File>,
    error: Option<io::Error>,
}

impl Store {
    /// No summaries of `block`.
    #[must_use]
    pub fn waiting_summaries(&self, block: BlockId) -> WaitingSummaries<'_> {
        WaitingSummaries { store: self, block, spool: None }
    }

    /// Summaries as [`WaitingSummaries::save`] left them; `None` if `words` are not what it gave, or they
    /// are not there as they were.
    ///
    /// # Errors
    /// If they cannot be read, or cannot be copied.
    pub fn resume_summaries(
        &self,
        block: BlockId,
        words: &mut impl Iterator<Item = u64>,
    ) -> Result<Option<WaitingSummaries<'_>>, StoreError> {
        let mut waiting = self.waiting_summaries(block);
        let head: Vec<u64> = words.take(5).collect();
        let &[n_words, ref digest @ ..] = head.as_slice() else { return Ok(None) };
        let Ok(digest) = <[u64; 4]>::try_from(digest) else { return Ok(None) };
        if n_words > 0 {
            waiting.spool = self.spool_again(block, n_words, digest)?;
        }
        Ok(Some(waiting).filter(|waiting| n_words == 0 || waiting.spool.is_some()))
    }
}

impl WaitingSummaries<'_> {
    /// Appends summaries.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn push(&mut self, summaries: &[Summary]) -> Result<(), StoreError> {
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(self.store.spool(self.block)?),
        };
        let mut words = Vec::new();
        for summary in summaries {
            summary.save(&mut words);
            spool.push(words.drain(..))?;
        }
        Ok(())
    }

    /// Brings the summaries to the disk and appends to `words` what [`Store::resume_summaries`] takes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(&mut self, words: &mut Vec<u64>) -> Result<(), StoreError> {
        let (n_words, digest) = match &mut self.spool {
            Some(spool) => (spool.n_words(), spool.keep()?.words()),
            None => (0, [0; 4]),
        };
        words.push(n_words);
        words.extend(digest);
        Ok(())
    }

    /// Removes what earlier checkpoints needed, once the one with the words of
    /// [`WaitingSummaries::save`] is written.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn saved(&self) -> Result<(), StoreError> {
        self.spool.as_ref().map_or(Ok(()), Spool::remove_others)
    }

    /// Hands the summaries to `take` in the order in which they came, some at a time.
    ///
    /// # Errors
    /// Those of `take`; if they cannot be read.
    pub fn each(
        self,
        n_at_once: usize,
        mut take: impl FnMut(&[Summary]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(spool) = self.spool else { return Ok(()) };
        let failed = |source| StoreError::Read { path: self.store.root().join("tmp"), source };
        let (mut file, _temporary) = spool.finish()?;
        file.rewind().map_err(failed)?;
        let mut words = Words { file: BufReader::new(file), error: None };
        loop {
            let summaries = (0..n_at_once.max(1)).map_while(|_| Summary::restore(&mut words));
            let summaries: Vec<Summary> = summaries.collect();
            if let Some(error) = words.error {
                return Err(failed(error));
            }
            if summaries.is_empty() {
                return Ok(());
            }
            take(&summaries)?;
        }
    }
}

impl Iterator for Words {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let mut bytes = [0; 8];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => Some(u64::from_le_bytes(bytes)),
            Err(error) => {
                self.error = Some(error).filter(|one| one.kind() != io::ErrorKind::UnexpectedEof);
                None
            }
        }
    }
}
