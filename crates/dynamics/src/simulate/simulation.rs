//! Running one chain of one cell.

use std::sync::Arc;

use crate::model::{ChainStreams, Model, Workspace};
use crate::noise::StreamKey;
use crate::observable::{Observable, State};
use crate::problem::LeastSquares;

/// A chain has diverged when an entry of its state is beyond this, infinite or not a number.
///
/// Squares of such entries still are finite, so that every observable is; and a law with a positive
/// tail index reaches it with a probability that is zero in practice.
pub const DIVERGED_BEYOND: f64 = 1e100;

/// Divergence is looked for at multiples of this many steps, and at every recorded step.
const CHECK_EVERY: u64 = 64;

/// Everything that is needed to run the chains of one cell.
pub struct Simulation {
    /// The problem that observables refer to.
    pub problem: Arc<LeastSquares>,
    /// The process.
    pub model: Box<dyn Model>,
    /// What is recorded.
    pub observables: Vec<&'static Observable>,
    /// Standard deviation of the Gaussian starting point; zero starts every chain at `x = 0`.
    pub start_std: f64,
    /// The steps after which observables are recorded, increasing; 0 is the start.
    pub record_at: Vec<u64>,
    /// Key of the random streams: a function of the identity of the cell.
    pub key: StreamKey,
}

/// What one chain did.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainRecord {
    /// Recorded steps in order, each with the values of the observables; all finite. Steps from
    /// [`ChainRecord::diverged_at`] on are absent.
    pub observations: Vec<(u64, Vec<f64>)>,
    /// The first step after which the state was beyond [`DIVERGED_BEYOND`], if the chain diverged.
    pub diverged_at: Option<u64>,
}

/// What a chain carries from step to step.
#[derive(Clone)]
struct Walker {
    step: u64,
    state: Vec<f64>,
    streams: ChainStreams,
}

impl Simulation {
    /// Runs the chain with index `chain`.
    ///
    /// Its record depends on the key and the index alone, not on other chains; that of a longer run
    /// starts with that of a shorter one, bit for bit.
    #[must_use]
    pub fn run_chain(&self, chain: u64) -> ChainRecord {
        let mut walker = self.start(chain);
        let mut before = walker.clone();
        let mut workspace = self.model.workspace();
        let mut observations = Vec::with_capacity(self.record_at.len());
        if !is_bounded(&walker.state) {
            return ChainRecord { observations, diverged_at: Some(0) };
        }
        for &target in &self.record_at {
            while walker.step < target {
                before.clone_from(&walker);
                let next_check = (walker.step / CHECK_EVERY + 1) * CHECK_EVERY;
                self.advance(&mut walker, target.min(next_check), &mut workspace);
                if !is_bounded(&walker.state) {
                    let diverged_at = Some(self.first_unbounded(before, workspace));
                    return ChainRecord { observations, diverged_at };
                }
            }
            let values = self.observe(&walker.state);
            if values.iter().any(|value| !value.is_finite()) {
                return ChainRecord { observations, diverged_at: Some(target) };
            }
            observations.push((target, values));
        }
        ChainRecord { observations, diverged_at: None }
    }

    fn start(&self, chain: u64) -> Walker {
        let mut streams = ChainStreams::new(self.key, chain);
        let mut x = vec![0.0; self.problem.dataset().n_columns()];
        if self.start_std > 0.0 {
            streams.start.fill_normals(&mut x);
            for entry in &mut x {
                *entry *= self.start_std;
            }
        }
        let mut state = vec![0.0; self.model.dim()];
        self.model.embed(&x, &mut state);
        Walker { step: 0, state, streams }
    }

    fn advance(&self, walker: &mut Walker, target: u64, workspace: &mut Workspace) {
        let n_steps = target - walker.step;
        self.model.advance(n_steps, &mut walker.streams, workspace, &mut walker.state);
        walker.step = target;
    }

    /// Replays a stretch of steps that ends unbounded one by one, up to the first unbounded state.
    fn first_unbounded(&self, mut walker: Walker, mut workspace: Workspace) -> u64 {
        while is_bounded(&walker.state) {
            let next = walker.step + 1;
            self.advance(&mut walker, next, &mut workspace);
        }
        walker.step
    }

    fn observe(&self, values: &[f64]) -> Vec<f64> {
        let state = State { coordinates: self.model.coordinates(), values };
        self.observables
            .iter()
            .map(|observable| (observable.evaluate)(&self.problem, state))
            .collect()
    }
}

fn is_bounded(state: &[f64]) -> bool {
    state.iter().all(|entry| entry.abs() <= DIVERGED_BEYOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::noise::NumpyLegacy;
    use crate::observable::OBSERVABLES;
    use crate::parameter::{Parameters, Value, defaults};

    fn simulation(model: &str, step_size: f64, start_std: f64, record_at: &[u64]) -> Simulation {
        let mut generator = NumpyLegacy::new(9);
        let design = Matrix::new(30, 5, generator.normals(150));
        let dataset = Dataset::new(design, generator.normals(30));
        let kind = crate::model::model(model).unwrap();
        let mut parameters: Parameters = defaults(kind.part().parameters);
        parameters.insert("step_size".to_owned(), Value::Real(step_size));
        let problem = Arc::new(LeastSquares::new(dataset, 0.0));
        Simulation {
            model: kind.build(&parameters, Arc::clone(&problem)),
            problem,
            observables: OBSERVABLES.iter().collect(),
            start_std,
            record_at: record_at.to_vec(),
            key: StreamKey(21),
        }
    }

    #[test]
    fn a_longer_run_and_more_records_extend_a_shorter_run_bit_for_bit() {
        for model in ["sgd", "hsgd"] {
            let short = simulation(model, 0.05, 1.0, &[0, 70, 100]).run_chain(3);
            let long = simulation(model, 0.05, 1.0, &[0, 1, 70, 99, 100, 200]).run_chain(3);
            assert_eq!(short.diverged_at, None);
            assert_eq!(short.observations.len(), 3);
            for row in &short.observations {
                assert!(long.observations.contains(row), "{model} at step {}", row.0);
            }
        }
    }

    #[test]
    fn chains_differ_and_repeat() {
        for model in ["sgd", "hsgd"] {
            let simulation = simulation(model, 0.05, 1.0, &[40]);
            assert_eq!(simulation.run_chain(5), simulation.run_chain(5));
            assert_ne!(simulation.run_chain(5), simulation.run_chain(6));
        }
    }

    #[test]
    fn both_coordinates_give_the_same_observables_at_the_start() {
        let records = ["sgd", "hsgd"].map(|model| simulation(model, 0.05, 1.0, &[0]).run_chain(2));
        for (a, b) in records[0].observations[0].1.iter().zip(&records[1].observations[0].1) {
            assert!((a - b).abs() < 1e-13 * a.abs().max(1.0), "{a} vs {b}");
        }
    }

    #[test]
    fn divergence_is_recorded_at_its_step_and_leaves_no_rows_behind_it() {
        let every: Vec<u64> = (0..=2000).collect();
        for model in ["sgd", "hsgd"] {
            let full = simulation(model, 30.0, 1.0, &every).run_chain(0);
            let step = full.diverged_at.expect("a step size of 30 diverges");
            assert_eq!(full.observations.len() as u64, step);
            assert!(full.observations.iter().flat_map(|(_, values)| values).all(|v| v.is_finite()));
            let sparse = simulation(model, 30.0, 1.0, &[1, 2000]).run_chain(0);
            assert_eq!(sparse.diverged_at, Some(step));
            assert_eq!(sparse.observations, [full.observations[1].clone()]);
        }
        let at_once = simulation("sgd", 0.1, 1e300, &[0, 10]).run_chain(0);
        assert_eq!(at_once, ChainRecord { observations: Vec::new(), diverged_at: Some(0) });
    }

    #[test]
    fn sgd_stays_bounded_below_the_expansion_threshold() {
        // gamma max|a_i|² < 2: no order of the samples can expand without bound.
        let bounded = simulation("sgd", 0.1, 1.0, &[1_000, 10_000, 100_000]);
        let design = &bounded.problem.dataset().design;
        assert!(crate::theory::kesten_criterion(design, 0.1).expansion < 2.0);
        for chain in 0..5 {
            for (_, values) in bounded.run_chain(chain).observations {
                assert!(values[3] < 10.0, "norm {}", values[3]);
            }
        }
    }
}
