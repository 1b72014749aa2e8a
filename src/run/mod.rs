//! Running a plan: missing blocks through a pool of threads, each result to the store as it comes.

mod block;
mod checkpoint;
#[cfg(test)]
mod expanding;
mod interrupt;
mod machine;
mod progress;
mod recording;
mod reducing;
mod reduction;
mod task;
mod work;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use crate::plan::PlannedBlock;
use crate::run::task::gather;
use crate::run::work::Work;
use crate::store::{BlockId, Index, Store, StoreError};

pub use interrupt::Interrupt;
pub use progress::{Progress, Verbosity};

/// A block that could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The block.
    pub id: BlockId,
    /// Why.
    pub reason: String,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Blocks computed and stored.
    pub computed: usize,
    /// Blocks that could not be computed; the others went on.
    pub failures: Vec<Failure>,
    /// Blocks that other processes computed meanwhile.
    pub shared: usize,
    /// Blocks left because the user interrupted.
    pub left: usize,
    /// Steps of chains that checkpoints held, so that they were not done again.
    pub steps_resumed: u64,
    /// Checkpoints that were not what was written, with the reason; their blocks began anew.
    pub damaged: Vec<(PathBuf, String)>,
}

/// Computes `blocks` and stores them, sharing the work with other processes on the same store.
///
/// Blocks are gathered into tasks of comparable work, largest first; a task is computed by one
/// thread and stored as one file. Which process and which thread computes what, and when, has no
/// influence on any result. A block that panics is a failure of that block alone.
///
/// # Arguments
/// * `index`: what was known of the store when `blocks` were found to be missing
/// * `save_every`: how often a block that takes longer is saved, to go on from there after a kill
///
/// # Errors
/// If the store cannot be written; what was stored before stays.
pub fn run(
    blocks: Vec<PlannedBlock>,
    (store, index): (&Store, &Index),
    interrupt: &Interrupt,
    (verbosity, save_every): (Verbosity, Duration),
) -> Result<Summary, StoreError> {
    store.remove_idle_checkpoints(index);
    let n_blocks = blocks.len();
    if n_blocks == 0 {
        return Ok(Summary::default());
    }
    let progress = Progress::start(verbosity, "simulate", "blocks", n_blocks as u64);
    let work = Work::new(store, (interrupt, save_every), &progress, index)?;
    work.while_alive(|| {
        work.through(&gather(blocks))?;
        work.wait_for_others()
    })?;
    progress.finish();
    let mut summary = work.finish();
    summary.failures.sort_by_key(|failure| failure.id);
    summary.left = n_blocks - summary.computed - summary.shared - summary.failures.len();
    Ok(summary)
}

/// Number of tasks into which `blocks` are gathered: more threads or processes than that find nothing
/// to do.
#[must_use]
pub fn n_tasks(blocks: Vec<PlannedBlock>) -> usize {
    gather(blocks).len()
}

/// Calls `work`, which leaves nothing half done behind it; a panic becomes an error that says why.
pub(crate) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        format!("internal error: {}", text.unwrap_or("unknown panic"))
    })
}
