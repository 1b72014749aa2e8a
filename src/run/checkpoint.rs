//! Blocks that take long are saved from time to time, and go on from there after a run that ended.
//!
//! Random numbers are addressed and chains keep their state in words, so that a block that went on is
//! bit for bit the one that was never stopped. When it is saved has no influence on any result.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use maruyama_dynamics::model::Cause;
use maruyama_dynamics::noise::LANES;
use maruyama_dynamics::simulate::{RECORDS_PER_LOOK, Record, Scratch, Simulation, Walk};

use crate::run::Interrupt;
use crate::store::{BlockId, Checkpoint, Store, StoreError};

/// A block that was interrupted after it has taken so long is saved; others are finished.
const WORTH_SAVING: Duration = Duration::from_secs(1);

/// When and where a block is saved.
pub(crate) struct Saves<'a> {
    pub store: &'a Store,
    pub block: BlockId,
    pub every: Duration,
    pub interrupt: &'a Interrupt,
    /// Checkpoints that were of no use, with the reason.
    pub damaged: &'a Mutex<Vec<(PathBuf, String)>>,
}

/// What was done of a block: all of its first bundles, and a part of the next one's records.
struct Done {
    /// Numbers of all chains, as [`Record::values`].
    values: Vec<f64>,
    diverged_at: Vec<Option<u64>>,
    causes: Vec<Option<Cause>>,
    /// Records of the bundle that is on its way.
    n_records: usize,
}

/// Chains that were simulated.
pub(crate) struct Simulated {
    pub record: Record,
    /// Steps of chains that a checkpoint held, and which were not done again.
    pub n_resumed: u64,
}

impl Saves<'_> {
    /// What `restore` makes of the words of the block's checkpoint; `None` if there is none, or it is
    /// of no use, which is noted.
    ///
    /// # Errors
    /// If it cannot be read, or those of `restore`.
    pub(crate) fn resume<T>(
        &self,
        restore: impl FnOnce(Vec<u64>) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let note = |path, reason: &str| {
            let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
            damaged.push((path, reason.to_owned()));
        };
        match self.store.read_checkpoint(self.block)? {
            Checkpoint::None => Ok(None),
            Checkpoint::Damaged(path) => {
                note(path, "it is not the checkpoint that was written; its block begins anew");
                Ok(None)
            }
            Checkpoint::Words(words) => {
                let restored = restore(words)?;
                if restored.is_none() {
                    let path = self.store.checkpoint(self.block);
                    self.store.quarantine(&path)?;
                    note(
                        path,
                        "what waits beside it is not what was written; its block begins anew",
                    );
                }
                Ok(restored)
            }
        }
    }

    /// Runs `chains` as [`Simulation::run`] does, from the checkpoint of the block if there is one;
    /// `None` if the user interrupted, after which a later call goes on.
    ///
    /// # Errors
    /// If a checkpoint cannot be read or written.
    pub(crate) fn run(
        &self,
        simulation: &Simulation,
        chains: Range<u64>,
    ) -> Result<Option<Simulated>, StoreError> {
        let mut timer = Timer::new(self);
        let n_chains = chains.end.saturating_sub(chains.start) as usize;
        let per_chain = simulation.record_at.len() * simulation.observables.len();
        let fresh = || (Done::new(n_chains * per_chain), None);
        let saved = self
            .resume(|words| Ok(Done::restore(simulation, &chains, n_chains * per_chain, words)))?;
        let (mut done, mut walk) = saved.unwrap_or_else(fresh);
        let n_resumed = done.n_steps(simulation, walk.as_ref());
        let mut scratch = Scratch::new(simulation);
        while done.diverged_at.len() < n_chains {
            let first = done.diverged_at.len();
            let mut walk =
                walk.take().unwrap_or_else(|| Walk::start(simulation, chains.start + first as u64));
            let n_lanes = (n_chains - first).min(LANES);
            let place = first * per_chain..(first + n_lanes) * per_chain;
            if !done.bundle(simulation, (&mut walk, &mut scratch), place, &mut timer)? {
                return Ok(None);
            }
            done.diverged_at.extend_from_slice(&walk.diverged_at()[..n_lanes]);
            done.causes.extend_from_slice(&walk.causes()[..n_lanes]);
            done.n_records = 0;
        }
        let Done { values, diverged_at, causes, .. } = done;
        Ok(Some(Simulated { record: Record { values, diverged_at, causes }, n_resumed }))
    }
}

impl Done {
    fn new(n_values: usize) -> Done {
        let (diverged_at, causes) = (Vec::new(), Vec::new());
        Done { values: vec![f64::NAN; n_values], diverged_at, causes, n_records: 0 }
    }

    /// Steps of all chains that this holds.
    fn n_steps(&self, simulation: &Simulation, walk: Option<&Walk<'_>>) -> u64 {
        let last = simulation.record_at.last().copied().unwrap_or(0);
        let on_the_way = walk.map_or(0, |walk| walk.step().saturating_mul(LANES as u64));
        last.saturating_mul(self.diverged_at.len() as u64).saturating_add(on_the_way)
    }

    /// Moves one bundle through the records that are left, whose values are at `place`; `false` if it
    /// was saved and left since the user interrupted.
    fn bundle(
        &mut self,
        simulation: &Simulation,
        (walk, scratch): (&mut Walk<'_>, &mut Scratch),
        place: Range<usize>,
        timer: &mut Timer<'_>,
    ) -> Result<bool, StoreError> {
        let steps = &simulation.record_at;
        let mut row = vec![[f64::NAN; LANES]; simulation.observables.len()];
        while self.n_records < steps.len() {
            let step = steps[self.n_records];
            let mut is_close = false;
            while !is_close {
                is_close = walk.approach(step, scratch);
                if is_close && !self.n_records.is_multiple_of(RECORDS_PER_LOOK) {
                    continue;
                }
                let is_stopped = timer.is_stopped();
                if is_stopped || timer.is_due() {
                    timer.save(self, walk)?;
                }
                if is_stopped {
                    return Ok(false);
                }
            }
            let values = &mut self.values[place.clone()];
            walk.record_one((step, self.n_records), steps.len(), (scratch, &mut row), values);
            self.n_records += 1;
        }
        Ok(true)
    }

    fn save(&self, walk: &Walk<'_>, words: &mut Vec<u64>) {
        words.extend([self.values.len(), self.diverged_at.len(), self.n_records].map(|n| n as u64));
        words.extend(self.values.iter().map(|value| value.to_bits()));
        words.extend(self.diverged_at.iter().map(|end| end.map_or(0, |step| step + 1)));
        words.extend(self.causes.iter().copied().map(Cause::word));
        walk.save(words);
    }

    /// What [`Done::save`] wrote of the block of `chains`; `None` if it is of another one.
    fn restore<'a>(
        simulation: &'a Simulation,
        chains: &Range<u64>,
        n_values: usize,
        words: Vec<u64>,
    ) -> Option<(Done, Option<Walk<'a>>)> {
        let n_words = words.len() as u64;
        let mut words = words.into_iter();
        let (found, n_ends, n_records) = (words.next()?, words.next()?, words.next()?);
        if found != n_values as u64 || n_values as u64 > n_words || n_ends > n_words {
            return None;
        }
        let values: Vec<f64> = words.by_ref().take(n_values).map(f64::from_bits).collect();
        let ends = words.by_ref().take(n_ends as usize);
        let diverged_at: Vec<Option<u64>> = ends.map(|end| end.checked_sub(1)).collect();
        let causes = words.by_ref().take(n_ends as usize).map(Cause::of_word);
        let causes: Vec<Option<Cause>> = causes.collect::<Option<_>>()?;
        let walk = Walk::restore(simulation, chains.start + n_ends, &mut words)?;
        let is_whole = words.next().is_none() && n_records <= simulation.record_at.len() as u64;
        let done = Done { values, diverged_at, causes, n_records: n_records as usize };
        is_whole.then_some((done, Some(walk)))
    }
}

/// How long a block has been under way.
pub(crate) struct Timer<'a> {
    start: Instant,
    last: Instant,
    saves: &'a Saves<'a>,
}

impl<'a> Timer<'a> {
    /// A block that begins now, or goes on.
    pub(crate) fn new(saves: &'a Saves<'a>) -> Timer<'a> {
        let start = Instant::now();
        Timer { start, last: start, saves }
    }

    /// Whether it is time to save.
    pub(crate) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.saves.every
    }

    /// Whether the block has taken so long that an interrupted one is saved.
    pub(crate) fn is_worth(&self) -> bool {
        self.start.elapsed() >= self.saves.every.min(WORTH_SAVING)
    }

    /// Whether to save and stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_worth() && self.saves.interrupt.requested()
    }

    /// Writes a checkpoint.
    pub(crate) fn write(&mut self, words: &[u64]) -> Result<(), StoreError> {
        self.saves.store.write_checkpoint(self.saves.block, words)?;
        self.last = Instant::now();
        Ok(())
    }

    fn save(&mut self, done: &Done, walk: &Walk<'_>) -> Result<(), StoreError> {
        let mut words = Vec::new();
        done.save(walk, &mut words);
        self.write(&words)
    }
}
