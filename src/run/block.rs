//! One block: its chains, simulated together.

use std::ops::Range;
use std::sync::Arc;

use maruyama_dynamics::noise::{LANES, StreamKey};
use maruyama_dynamics::parameter::{Lookup as _, Parameters};
use maruyama_dynamics::problem::Problem;
use maruyama_dynamics::simulate::{Column, Simulation, Steps};

use crate::identity::Digest;
use crate::plan::{NUMBERS_AT_ONCE, PlannedBlock};
use crate::run::checkpoint::{Saves, Simulated, Timer};
use crate::run::contain;
use crate::run::recording::{self, Receiver, UnderWay};
use crate::store::{Block, BlockHead, Observations, OpenRecord, Provenance, StoreError, causes};

/// Why a block was not stored.
pub(crate) enum NotStored {
    /// It could not be computed, for this reason.
    Failed(String),
    /// The user interrupted.
    Interrupted,
    /// The store cannot be written.
    Store(StoreError),
}

/// Simulates the chains of `planned`, from its checkpoint if there is one; gives the number of steps
/// that need not be done again too.
///
/// # Errors
/// If they cannot be computed, the user interrupts, or a checkpoint cannot be read or written.
pub(crate) fn compute(
    planned: &PlannedBlock,
    saves: &Saves<'_>,
) -> Result<(Block, u64), NotStored> {
    let built = contain(|| simulation(planned, Simulation::new)).flatten();
    let simulation = built.map_err(NotStored::Failed)?;
    let chains = planned.first_chain..planned.first_chain + planned.n_chains;
    let simulated = contain(|| saves.run(&simulation, chains)).map_err(NotStored::Failed)?;
    let simulated = simulated.map_err(NotStored::Store)?.ok_or(NotStored::Interrupted)?;
    let Simulated { record, n_resumed } = simulated;
    let observations = Observations {
        first_chain: planned.first_chain,
        observables: simulation.observables.iter().map(Column::name).collect(),
        steps: simulation.record_at,
        values: record.values,
        diverged_at: record.diverged_at,
    };
    let block = Block {
        causes: causes(planned.first_chain, &record.causes),
        id: planned.id,
        ensemble: planned.ensemble.id,
        description: planned.ensemble.description(),
        code: Arc::clone(&planned.ensemble.code),
        observations,
    };
    Ok((block, n_resumed))
}

/// Simulates the chains of `planned`, some recorded steps after the other, from its checkpoint if there
/// is one, and stores them as a file; gives its name, and the number of steps that were not done again.
///
/// # Errors
/// If they cannot be computed or written, or the user interrupts; nothing is stored then but a
/// checkpoint.
pub(crate) fn record(
    planned: &PlannedBlock,
    saves: &Saves<'_>,
    provenance: impl FnOnce() -> Provenance,
) -> Result<(Digest, u64), NotStored> {
    let store = saves.store;
    let simulation = unlisted(planned)?;
    let chains = planned.first_chain..planned.first_chain + planned.n_chains;
    let head = head(planned, &simulation);
    let resumed = resume(&head, &simulation, &chains, saves).map_err(NotStored::Store)?;
    let (record, under_way) = match resumed {
        Some(resumed) => resumed,
        None => (store.begin_record(head).map_err(NotStored::Store)?, UnderWay::default()),
    };
    let numbers_per_step = simulation.observables.len().max(1) * LANES;
    let steps_at_once = NUMBERS_AT_ONCE as usize / numbers_per_step;
    let steps = Steps::new(&planned.ensemble.parameters);
    let n_resumed = under_way.n_steps(planned.ensemble.parameters.count("steps"));
    let mut recorder = Recorder { record, timer: Timer::new(saves) };
    let run = || {
        recording::record(&simulation, (&steps, steps_at_once), chains, under_way, &mut recorder)
    };
    let ends = contain(run).map_err(NotStored::Failed)??;
    let mut record = recorder.record;
    record.note(causes(planned.first_chain, &ends.causes));
    let file = record.keep(&steps, &ends.diverged_at, &provenance()).map_err(NotStored::Store)?;
    Ok((file, n_resumed))
}

/// The record of a block and its chains as its checkpoint has them; `None` if there is none, or the
/// numbers beside it are not what was written.
fn resume<'a>(
    head: &BlockHead,
    simulation: &'a Simulation,
    chains: &Range<u64>,
    saves: &Saves<'a>,
) -> Result<Option<(OpenRecord<'a>, UnderWay<'a>)>, StoreError> {
    saves.resume(|words| {
        let mut words = words.into_iter();
        let record = saves.store.resume_record(head, &mut words)?;
        let under_way = UnderWay::restore(simulation, chains, &mut words);
        Ok(record.zip(under_way).filter(|_| words.next().is_none()))
    })
}

/// A record that is saved from time to time.
struct Recorder<'a> {
    record: OpenRecord<'a>,
    timer: Timer<'a>,
}

impl Receiver for Recorder<'_> {
    type Error = NotStored;

    fn push(&mut self, chains: Range<u64>, values: &[f64]) -> Result<(), NotStored> {
        self.record.push(chains, values).map_err(NotStored::Store)
    }

    fn is_due(&self) -> bool {
        self.timer.is_due() || self.timer.is_stopped()
    }

    fn save(&mut self, words: &[u64]) -> Result<(), NotStored> {
        let is_stopped = self.timer.is_stopped();
        let mut all = Vec::new();
        let saved = self.record.save(&mut all).and_then(|()| {
            all.extend_from_slice(words);
            self.timer.write(&all)?;
            self.record.saved()
        });
        saved.map_err(NotStored::Store)?;
        if is_stopped { Err(NotStored::Interrupted) } else { Ok(()) }
    }
}

/// What is known of `planned` before it is computed.
pub(crate) fn head(planned: &PlannedBlock, simulation: &Simulation) -> BlockHead {
    BlockHead {
        id: planned.id,
        ensemble: planned.ensemble.id,
        description: planned.ensemble.description(),
        code: Arc::clone(&planned.ensemble.code),
        first_chain: planned.first_chain,
        n_chains: planned.n_chains,
        observables: simulation.observables.iter().map(Column::name).collect(),
    }
}

/// The simulation of `planned` without a list of its recorded steps.
pub(crate) fn unlisted(planned: &PlannedBlock) -> Result<Simulation, NotStored> {
    let built = contain(|| simulation(planned, Simulation::unlisted)).flatten();
    built.map_err(NotStored::Failed)
}

fn simulation(
    planned: &PlannedBlock,
    build: fn(&Parameters, Arc<dyn Problem>, StreamKey) -> Simulation,
) -> Result<Simulation, String> {
    let ensemble = &planned.ensemble;
    let problem = ensemble.problem().map_err(|error| error.to_string())?;
    Ok(build(&ensemble.parameters, problem, ensemble.stream))
}
