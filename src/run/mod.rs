//! Running a plan: missing blocks through a pool of threads, each result to the store as it comes.

mod block;
mod interrupt;
mod progress;
mod recording;
mod reduction;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use crate::plan::{NUMBERS_AT_ONCE, PlannedBlock};
use crate::run::block::NotStored;
use crate::store::{Block, BlockId, Provenance, Store, StoreError};

pub use interrupt::Interrupt;
pub use progress::{Progress, Verbosity};

/// A task gathers at least this many passes over a chain's state before it stops taking blocks, and
/// at most [`MAX_PASSES_PER_TASK`]: files stay few, and a killed run loses little.
const MIN_PASSES_PER_TASK: u64 = 1 << 19;
const MAX_PASSES_PER_TASK: u64 = 1 << 22;
/// Tasks that a run is to have at least, so that threads end at about the same time. It is no
/// function of their number: the same run makes the same files, bit for bit, on any machine.
const TASKS: u64 = 64;
/// A task gathers at most this many recorded numbers, 32 MiB, unless a single block has more; so a
/// block that is not computed all at once is alone.
const VALUES_PER_TASK: u64 = NUMBERS_AT_ONCE;
/// A task gathers at most this many blocks, so that a killed run loses little.
const BLOCKS_PER_TASK: usize = 512;

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
    /// Blocks left because the user interrupted.
    pub left: usize,
}

/// Computes `blocks` and stores them.
///
/// Blocks are gathered into tasks of comparable work, largest first; a task is computed by one
/// thread and stored as one file. Which thread computes what, and when, has no influence on any
/// result. A block that panics is a failure of that block alone.
///
/// # Errors
/// If the store cannot be written; what was stored before stays.
pub fn run(
    blocks: Vec<PlannedBlock>,
    store: &Store,
    interrupt: &Interrupt,
    verbosity: Verbosity,
) -> Result<Summary, StoreError> {
    let n_blocks = blocks.len();
    if n_blocks == 0 {
        return Ok(Summary::default());
    }
    let tasks = gather(blocks);
    let progress = Progress::start(verbosity, "simulate", "blocks", n_blocks as u64);
    let state = State {
        tasks: &tasks,
        next: AtomicUsize::new(0),
        summary: Mutex::default(),
        error: Mutex::default(),
        machine: Machine::here(),
    };
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| state.work(store, interrupt, &progress));
        }
    });
    progress.finish();
    if let Some(error) = state.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut summary = state.summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.failures.sort_by_key(|failure| failure.id);
    summary.left = n_blocks - summary.computed - summary.failures.len();
    Ok(summary)
}

/// Gathers consecutive blocks into tasks, and puts the largest first.
fn gather(blocks: Vec<PlannedBlock>) -> Vec<Vec<PlannedBlock>> {
    let total = blocks.iter().map(PlannedBlock::work).fold(0, u64::saturating_add);
    let most = (total / TASKS).clamp(MIN_PASSES_PER_TASK, MAX_PASSES_PER_TASK);
    let mut tasks: Vec<(u64, Vec<PlannedBlock>)> = Vec::new();
    let mut n_values = 0_u64;
    for block in blocks {
        let work = block.work();
        n_values = n_values.saturating_add(block.values());
        match tasks.last_mut() {
            Some((total, task))
                if total.saturating_add(work) <= most
                    && task.last().is_some_and(|last| last.is_reduced() == block.is_reduced())
                    && n_values <= VALUES_PER_TASK
                    && task.len() < BLOCKS_PER_TASK =>
            {
                *total += work;
                task.push(block);
            }
            _ => {
                n_values = block.values();
                tasks.push((work, vec![block]));
            }
        }
    }
    tasks.sort_by_key(|(work, _)| std::cmp::Reverse(*work));
    tasks.into_iter().map(|(_, task)| task).collect()
}

/// What the threads of a run share.
struct State<'a> {
    tasks: &'a [Vec<PlannedBlock>],
    next: AtomicUsize,
    summary: Mutex<Summary>,
    error: Mutex<Option<StoreError>>,
    machine: Machine,
}

impl State<'_> {
    /// Takes tasks until none is left, the user interrupts, or the store fails.
    fn work(&self, store: &Store, interrupt: &Interrupt, progress: &Progress) {
        while !interrupt.requested() && self.lock_error().is_none() {
            let Some(task) = self.tasks.get(self.next.fetch_add(1, Ordering::SeqCst)) else {
                return;
            };
            let worked = match task.first() {
                Some(first) if first.is_reduced() => self.reduce(task, store, interrupt, progress),
                Some(first) if first.is_long() => self.record(first, store, interrupt, progress),
                _ => self.compute(task, store, interrupt, progress),
            };
            match worked {
                Ok((computed, mut failures)) => {
                    let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
                    summary.computed += computed;
                    summary.failures.append(&mut failures);
                }
                Err(error) => {
                    self.lock_error().get_or_insert(error);
                    return;
                }
            }
        }
    }

    /// Computes the chains of the blocks of `task` and stores them; gives the number of stored
    /// blocks, and those that failed.
    fn compute(
        &self,
        task: &[PlannedBlock],
        store: &Store,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(usize, Vec<Failure>), StoreError> {
        let start = Instant::now();
        let mut done = Vec::with_capacity(task.len());
        let mut failures = Vec::new();
        for planned in task {
            if interrupt.requested() {
                break;
            }
            match compute(planned) {
                Ok(block) => done.push(block),
                Err(reason) => failures.push(Failure { id: planned.id, reason }),
            }
            progress.advance(1);
        }
        if !done.is_empty() {
            let provenance = self.machine.provenance(start.elapsed().as_secs_f64());
            store.write_blocks(&done, &provenance)?;
        }
        Ok((done.len(), failures))
    }

    /// Computes the chains of a long block, which is alone in its task, as [`State::compute`] does.
    fn record(
        &self,
        planned: &PlannedBlock,
        store: &Store,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(usize, Vec<Failure>), StoreError> {
        let start = Instant::now();
        let provenance = || self.machine.provenance(start.elapsed().as_secs_f64());
        let recorded = block::record(planned, store, interrupt, provenance);
        let done = match recorded {
            Ok(()) => (1, Vec::new()),
            Err(NotStored::Failed(reason)) => (0, vec![Failure { id: planned.id, reason }]),
            Err(NotStored::Interrupted) => return Ok((0, Vec::new())),
            Err(NotStored::Store(error)) => return Err(error),
        };
        progress.advance(1);
        Ok(done)
    }

    /// Computes statistics over the chains of the blocks of `task`, as [`State::compute`] does chains.
    fn reduce(
        &self,
        task: &[PlannedBlock],
        store: &Store,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(usize, Vec<Failure>), StoreError> {
        let start = Instant::now();
        let mut file = store.begin_summaries()?;
        let mut failures = Vec::new();
        for planned in task {
            if interrupt.requested() {
                break;
            }
            match block::reduce(planned, (store, &mut file), interrupt) {
                Ok(()) => {}
                Err(NotStored::Failed(reason)) => failures.push(Failure { id: planned.id, reason }),
                Err(NotStored::Interrupted) => break,
                Err(NotStored::Store(error)) => return Err(error),
            }
            progress.advance(1);
        }
        let n_done = file.n_blocks();
        if n_done > 0 {
            let provenance = self.machine.provenance(start.elapsed().as_secs_f64());
            store.keep_summaries(file, &provenance)?;
        }
        Ok((n_done, failures))
    }

    fn lock_error(&self) -> std::sync::MutexGuard<'_, Option<StoreError>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Computes one block; a panic is caught and becomes the reason of its failure.
fn compute(planned: &PlannedBlock) -> Result<Block, String> {
    contain(|| block::compute(planned)).and_then(|result| result)
}

/// Calls `work`, which leaves nothing half done behind it; a panic becomes an error that says why.
pub(crate) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        format!("internal error: {}", text.unwrap_or("unknown panic"))
    })
}

/// Where a run takes place.
struct Machine {
    host: String,
    git_commit: Option<String>,
    threads: usize,
}

impl Machine {
    fn here() -> Machine {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| std::env::var("HOSTNAME").map_err(std::io::Error::other))
            .unwrap_or_default();
        let commit = std::process::Command::new("git")
            .args(["rev-parse", "HEAD"])
            .stderr(std::process::Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok());
        Machine {
            host: host.trim().to_owned(),
            git_commit: commit.map(|commit| commit.trim().to_owned()),
            threads: rayon::current_num_threads(),
        }
    }

    fn provenance(&self, wall_seconds: f64) -> Provenance {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Provenance {
            wall_seconds,
            host: self.host.clone(),
            threads: self.threads,
            git_commit: self.git_commit.clone(),
            version: env!("CARGO_PKG_VERSION"),
            unix_time: since_epoch.map_or(0, |duration| duration.as_secs()),
        }
    }
}
