//! One block: its chains, simulated one after the other.

use std::sync::Arc;

use maruyama_dynamics::parameter::{Lookup as _, Value};
use maruyama_dynamics::simulate::{ChainRecord, Simulation};

use crate::plan::PlannedBlock;
use crate::store::{Block, Observations};

/// Simulates the chains of `planned`.
///
/// # Errors
/// A sentence, if the data set cannot be built.
pub(crate) fn compute(planned: &PlannedBlock) -> Result<Block, String> {
    let ensemble = &planned.ensemble;
    let parameters = &ensemble.parameters;
    let data = ensemble.data.as_ref().ok_or("the problem needs a data set")?;
    let problem =
        data.least_squares(parameters.real("ridge")).map_err(|error| error.to_string())?;
    let simulation = Simulation::new(parameters, problem, ensemble.stream);
    let names = parameters.get("observe").and_then(Value::as_list).unwrap_or_default();
    let mut observations = Observations {
        first_chain: planned.first_chain,
        observables: names.iter().map(ToString::to_string).collect(),
        steps: simulation.record_at.clone(),
        values: Vec::new(),
        diverged_at: Vec::new(),
    };
    for chain in planned.first_chain..planned.first_chain + planned.n_chains {
        append(&mut observations, simulation.run_chain(chain));
    }
    Ok(Block {
        id: planned.id,
        ensemble: ensemble.id,
        description: ensemble.description(),
        code: Arc::clone(&ensemble.code),
        observations,
    })
}

/// Appends the record of one chain; what a divergence has left unseen is NaN.
fn append(observations: &mut Observations, record: ChainRecord) {
    let per_chain = observations.steps.len() * observations.observables.len();
    let end = observations.values.len() + per_chain;
    for (_, values) in record.observations {
        observations.values.extend(values);
    }
    observations.values.resize(end, f64::NAN);
    observations.diverged_at.push(record.diverged_at);
}
