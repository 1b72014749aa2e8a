//! One block: its chains, simulated together.

use std::sync::Arc;

use maruyama_dynamics::simulate::{Column, Simulation};

use crate::plan::PlannedBlock;
use crate::store::{Block, Observations};

/// Simulates the chains of `planned`.
///
/// # Errors
/// A sentence, if the data set cannot be built.
pub(crate) fn compute(planned: &PlannedBlock) -> Result<Block, String> {
    let ensemble = &planned.ensemble;
    let parameters = &ensemble.parameters;
    let problem = ensemble.problem().map_err(|error| error.to_string())?;
    let simulation = Simulation::new(parameters, problem, ensemble.stream);
    let record = simulation.run(planned.first_chain..planned.first_chain + planned.n_chains);
    let observations = Observations {
        first_chain: planned.first_chain,
        observables: simulation.observables.iter().map(Column::name).collect(),
        steps: simulation.record_at,
        values: record.values,
        diverged_at: record.diverged_at,
    };
    Ok(Block {
        id: planned.id,
        ensemble: ensemble.id,
        description: ensemble.description(),
        code: Arc::clone(&ensemble.code),
        observations,
    })
}
