//! The code that a cell is computed by.

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_dynamics::parameter::Lookup as _;
use maruyama_dynamics::{dataset, model, problem, simulate};

use crate::fingerprint::{self, Fingerprint};
use crate::manifest::types::Cell;

/// What every simulation goes through.
const SIMULATION: &str = "crates/dynamics/src/simulate/cell.rs";

/// What summarises chains, where statistics over them are kept.
const REDUCTION: &str = "src/run/reduction.rs";

/// Fingerprints of the combinations of parts met so far.
#[derive(Default)]
pub(crate) struct Fingerprints(BTreeMap<Vec<&'static str>, Arc<Fingerprint>>);

impl Fingerprints {
    /// The fingerprint of the parts that compute `cell`.
    pub(crate) fn of_cell(&mut self, cell: &Cell) -> Arc<Fingerprint> {
        let parameters = &cell.parameters;
        let known = "the name passed the vocabulary";
        let problem = problem::problem(parameters.text("problem")).expect(known).part();
        let model = model::model(parameters.text("model")).expect(known);
        let mut sources = vec![SIMULATION, problem.source, model.part().source];
        if let Some(data) = &cell.data {
            let source = dataset::source(data.parameters.text("source")).expect(known);
            sources.push(source.part().source);
        }
        sources.extend(simulate::sources(parameters));
        if simulate::is_reduced(parameters) {
            sources.push(REDUCTION);
        }
        sources.sort_unstable();
        sources.dedup();
        if let Some(known) = self.0.get(&sources) {
            return Arc::clone(known);
        }
        let fingerprint = Arc::new(fingerprint::of(&sources));
        self.0.insert(sources, Arc::clone(&fingerprint));
        fingerprint
    }
}
