//! A block of statistics over chains: some recorded steps after the other, saved on its way.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use maruyama_dynamics::parameter::Lookup as _;
use maruyama_dynamics::simulate::{MOMENTS, QUANTILES, Simulation, Steps, keeps};
use maruyama_statistics::stream::Kept;

use crate::plan::{NUMBERS_AT_ONCE, PlannedBlock};
use crate::run::block::{NotStored, head, unlisted};
use crate::run::checkpoint::{Saves, Timer};
use crate::run::contain;
use crate::run::reduction::{Keeper, Reduction};
use crate::store::{StoreError, SummaryFile, WaitingSummaries};

/// Simulates the chains of `planned`, from its checkpoint if there is one, and writes statistics over
/// them to `file` once they are complete; gives the number of steps that were not done again.
///
/// # Errors
/// If they cannot be computed or written, or the user interrupts; nothing of the block is in the list
/// of the file then.
pub(crate) fn reduce(
    planned: &PlannedBlock,
    (saves, file): (&Saves<'_>, &mut SummaryFile),
) -> Result<u64, NotStored> {
    let store = saves.store;
    let simulation = unlisted(planned)?;
    let parameters = &planned.ensemble.parameters;
    let kept =
        Kept { moments: keeps(parameters, MOMENTS), quantiles: keeps(parameters, QUANTILES) };
    let chains = planned.first_chain..planned.first_chain + planned.n_chains;
    let resumed = resume(&simulation, kept, &chains, saves).map_err(NotStored::Store)?;
    let (waiting, mut reduction) = resumed.unwrap_or_else(|| {
        (store.waiting_summaries(planned.id), Reduction::new(&simulation, kept, chains))
    });
    let n_resumed = reduction.n_steps(parameters.count("steps"));
    let keeper = Saving::new(saves, waiting);
    let n_observables = simulation.observables.len().max(1);
    let rows_at_once = NUMBERS_AT_ONCE / planned.ensemble.numbers_per_row();
    let steps_at_once = (rows_at_once as usize / n_observables).max(1);
    let mut steps = Steps::new(parameters).skip(reduction.n_records() as usize).peekable();
    let mut last = (Vec::new(), Vec::new());
    while steps.peek().is_some() {
        let some: Vec<u64> = steps.by_ref().take(steps_at_once).collect();
        let is_last = steps.peek().is_none();
        let summaries = contain(|| reduction.advance(&some, is_last, &keeper));
        let summaries = summaries.map_err(NotStored::Failed)?;
        keeper.check().map_err(NotStored::Store)?;
        let summaries = summaries.ok_or(NotStored::Interrupted)?;
        if is_last {
            last = (some, summaries);
        } else {
            lock(&keeper.waiting).push(&summaries).map_err(NotStored::Store)?;
        }
    }
    let mut block = file.begin(store, head(planned, &simulation));
    let mut steps = Steps::new(parameters);
    let write = |summaries: &[_]| {
        let some: Vec<u64> = steps.by_ref().take(summaries.len() / n_observables).collect();
        block.push(&some, summaries)
    };
    let written = keeper.into_waiting().each(steps_at_once * n_observables, write);
    written.and_then(|()| block.push(&last.0, &last.1)).map_err(NotStored::Store)?;
    block.finish();
    Ok(n_resumed)
}

/// The block as its checkpoint has it; `None` if there is none, or the summaries beside it are not what
/// was written.
fn resume<'a>(
    simulation: &'a Simulation,
    kept: Kept,
    chains: &Range<u64>,
    saves: &Saves<'a>,
) -> Result<Option<(WaitingSummaries<'a>, Reduction<'a>)>, StoreError> {
    saves.resume(|words| {
        let mut words = words.into_iter();
        let waiting = saves.store.resume_summaries(saves.block, &mut words)?;
        let reduction = Reduction::restore(simulation, kept, chains.clone(), &mut words);
        Ok(waiting.zip(reduction))
    })
}

/// Saves a block of statistics.
struct Saving<'a> {
    saves: &'a Saves<'a>,
    timer: Mutex<Timer<'a>>,
    /// Summaries at the steps that all chains have done.
    waiting: Mutex<WaitingSummaries<'a>>,
    has_failed: AtomicBool,
    error: Mutex<Option<StoreError>>,
}

impl<'a> Saving<'a> {
    fn new(saves: &'a Saves<'a>, waiting: WaitingSummaries<'a>) -> Saving<'a> {
        Saving {
            saves,
            timer: Mutex::new(Timer::new(saves)),
            waiting: Mutex::new(waiting),
            has_failed: AtomicBool::new(false),
            error: Mutex::default(),
        }
    }

    /// The error of a checkpoint that could not be written.
    fn check(&self) -> Result<(), StoreError> {
        lock(&self.error).take().map_or(Ok(()), Err)
    }

    fn into_waiting(self) -> WaitingSummaries<'a> {
        self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a checkpoint of `words`, which are those of the chains.
    fn write(&self, words: &[u64]) -> Result<(), StoreError> {
        let mut waiting = lock(&self.waiting);
        let mut all = Vec::new();
        waiting.save(&mut all)?;
        all.extend_from_slice(words);
        lock(&self.timer).write(&all)?;
        waiting.saved()
    }
}

impl Keeper for Saving<'_> {
    fn is_stopped(&self) -> bool {
        let is_asked = self.saves.interrupt.requested() && lock(&self.timer).is_worth();
        is_asked || self.has_failed.load(Ordering::Relaxed)
    }

    fn every(&self) -> Duration {
        self.saves.every
    }

    fn is_due(&self) -> bool {
        let timer = lock(&self.timer);
        timer.is_due() || timer.is_stopped()
    }

    fn save(&self, words: &[u64]) {
        if let Err(error) = self.write(words) {
            self.has_failed.store(true, Ordering::Relaxed);
            lock(&self.error).get_or_insert(error);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
