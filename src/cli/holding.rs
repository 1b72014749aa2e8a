//! What the store holds of a cell: its blocks, their share of files and of time.

use std::collections::BTreeMap;
use std::fmt;

use clap::ValueEnum;

use crate::identity::Digest;
use crate::plan::PlannedCell;
use crate::store::{Index, Origin, Store, StoredBlock};

/// Whether a cell can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum State {
    /// All of its blocks are stored.
    Stored,
    /// Some are.
    Partial,
    /// None is.
    Missing,
    /// A damaged file held one, as far as the file beside it tells.
    Damaged,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            State::Stored => "stored",
            State::Partial => "partial",
            State::Missing => "missing",
            State::Damaged => "damaged",
        })
    }
}

/// What is stored of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Holding {
    pub state: State,
    pub n_blocks: usize,
    pub n_stored: usize,
    /// Its rows' share of the bytes of the files that hold them.
    pub size_bytes: f64,
    /// Its rows' share of the time of computation of these files, in seconds of one thread.
    pub seconds: f64,
    /// Chains that ended for another cause than overflow, by its name.
    pub ended: BTreeMap<String, usize>,
}

/// What the store holds, with the times beside its files, which are read once.
pub(crate) struct Holdings<'a> {
    index: &'a Index,
    seconds: BTreeMap<Digest, f64>,
}

impl<'a> Holdings<'a> {
    /// Reads the provenance of all files of `index`.
    pub(crate) fn new(index: &'a Index, store: &Store) -> Holdings<'a> {
        store.bring_origins(index.files.keys());
        let seconds = |file: &Digest| {
            let origin: Option<Origin> = store.origin(*file);
            let seconds = origin.map_or(0.0, |origin| origin.wall_seconds);
            (*file, if seconds.is_finite() { seconds.max(0.0) } else { 0.0 })
        };
        Holdings { index, seconds: index.files.keys().map(seconds).collect() }
    }

    /// What is stored of `cell`.
    pub(crate) fn of(&self, cell: &PlannedCell) -> Holding {
        let mut holding = Holding {
            state: State::Missing,
            n_blocks: 0,
            n_stored: 0,
            size_bytes: 0.0,
            seconds: 0.0,
            ended: BTreeMap::new(),
        };
        let mut is_lost = false;
        for block in cell.blocks() {
            holding.n_blocks += 1;
            if let Some(stored) = self.index.blocks.get(&block.id) {
                holding.n_stored += 1;
                self.add(stored, &mut holding);
                for (cause, chains) in self.index.causes.get(&block.id).into_iter().flatten() {
                    *holding.ended.entry(cause.clone()).or_default() += chains.len();
                }
            } else {
                is_lost |= self.index.lost.contains(&block.id);
            }
        }
        holding.state = match holding.n_stored {
            _ if is_lost => State::Damaged,
            n if n == holding.n_blocks => State::Stored,
            0 => State::Missing,
            _ => State::Partial,
        };
        holding
    }

    fn add(&self, stored: &StoredBlock, holding: &mut Holding) {
        let Some(file) = self.index.files.get(&stored.file) else { return };
        let share = stored.n_rows as f64 / file.n_rows.max(1) as f64;
        holding.size_bytes += share * file.size_bytes as f64;
        holding.seconds += share * self.seconds.get(&stored.file).copied().unwrap_or(0.0);
    }
}

/// `512 B`, `1.5 KiB`, `3.2 MiB`.
pub(crate) fn size(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1024.0 {
            return if unit == "B" {
                format!("{value:.0} B")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1024.0;
    }
    format!("{value:.1} GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        let shown = [0.0, 1023.0, 1536.0, 3.5 * 1_048_576.0, 2e12].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "1.5 KiB", "3.5 MiB", "1862.6 GiB"]);
    }
}
