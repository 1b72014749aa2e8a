//! One block: its chains, simulated together.

use std::ops::Range;
use std::sync::Arc;

use maruyama_dynamics::noise::{LANES, StreamKey};
use maruyama_dynamics::parameter::Parameters;
use maruyama_dynamics::problem::Problem;
use maruyama_dynamics::simulate::{Column, MOMENTS, QUANTILES, Simulation, Steps, keeps};
use maruyama_statistics::stream::Kept;

use crate::identity::Digest;
use crate::plan::{NUMBERS_AT_ONCE, PlannedBlock};
use crate::run::checkpoint::{Saves, Simulated};
use crate::run::recording;
use crate::run::reduction::Reduction;
use crate::run::{Interrupt, contain};
use crate::store::{
    Block, BlockHead, Observations, Provenance, Store, StoreError, SummaryFile, causes,
};

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

/// Simulates the chains of `planned` and writes statistics over them to `file`, some recorded steps
/// after the other.
///
/// # Errors
/// If they cannot be computed or written, or the user interrupts; what was written of the block is
/// then in no list of the file.
pub(crate) fn reduce(
    planned: &PlannedBlock,
    (store, file): (&Store, &mut SummaryFile),
    interrupt: &Interrupt,
) -> Result<(), NotStored> {
    let simulation = unlisted(planned)?;
    let parameters = &planned.ensemble.parameters;
    let kept =
        Kept { moments: keeps(parameters, MOMENTS), quantiles: keeps(parameters, QUANTILES) };
    let chains = planned.first_chain..planned.first_chain + planned.n_chains;
    let mut reduction = Reduction::new(&simulation, kept, chains);
    let mut block = file.begin(store, head(planned, &simulation));
    let rows_at_once = NUMBERS_AT_ONCE / planned.ensemble.numbers_per_row();
    let steps_at_once = (rows_at_once as usize / simulation.observables.len().max(1)).max(1);
    let mut steps = Steps::new(parameters).peekable();
    while steps.peek().is_some() {
        let some: Vec<u64> = steps.by_ref().take(steps_at_once).collect();
        let is_last = steps.peek().is_none();
        let is_stopped = || interrupt.requested();
        let summaries = contain(|| reduction.advance(&some, is_last, &is_stopped));
        let summaries = summaries.map_err(NotStored::Failed)?.ok_or(NotStored::Interrupted)?;
        block.push(&some, &summaries).map_err(NotStored::Store)?;
    }
    block.finish();
    Ok(())
}

/// Simulates the chains of `planned`, some recorded steps after the other, and stores them as a file,
/// whose name it gives.
///
/// # Errors
/// If they cannot be computed or written, or the user interrupts; nothing is stored then.
pub(crate) fn record(
    planned: &PlannedBlock,
    store: &Store,
    interrupt: &Interrupt,
    provenance: impl FnOnce() -> Provenance,
) -> Result<Digest, NotStored> {
    let simulation = unlisted(planned)?;
    let mut record = store.begin_record(head(planned, &simulation)).map_err(NotStored::Store)?;
    let numbers_per_step = simulation.observables.len().max(1) * LANES;
    let steps_at_once = NUMBERS_AT_ONCE as usize / numbers_per_step;
    let steps = Steps::new(&planned.ensemble.parameters);
    let chains = planned.first_chain..planned.first_chain + planned.n_chains;
    let pass_on = |chains: Range<u64>, values: &[f64]| {
        record.push(chains, values).map_err(NotStored::Store)?;
        if interrupt.requested() { Err(NotStored::Interrupted) } else { Ok(()) }
    };
    let run = || recording::record(&simulation, (&steps, steps_at_once), chains, pass_on);
    let ends = contain(run).map_err(NotStored::Failed)??;
    record.note(causes(planned.first_chain, &ends.causes));
    record.keep(&steps, &ends.diverged_at, &provenance()).map_err(NotStored::Store)
}

/// What is known of `planned` before it is computed.
fn head(planned: &PlannedBlock, simulation: &Simulation) -> BlockHead {
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
fn unlisted(planned: &PlannedBlock) -> Result<Simulation, NotStored> {
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
