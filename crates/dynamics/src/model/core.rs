//! The trait of a model: a chain that moves in steps.

use std::sync::Arc;

use crate::noise::{Purpose, Stream, StreamKey};
use crate::parameter::{Parameters, Part, Violation};
use crate::problem::LeastSquares;

/// What the numbers of a state are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinates {
    /// The parameters `x`, `[d]`.
    Parameters,
    /// The principal coordinates `Y = Qᵀ (x − x_*)`, `[r]`.
    Principal,
}

/// The random streams of one chain.
#[derive(Clone, Debug)]
pub struct ChainStreams {
    /// The starting point.
    pub start: Stream,
    /// Which samples a mini-batch holds.
    pub batch: Stream,
    /// Increments of Brownian motion.
    pub brownian: Stream,
}

impl ChainStreams {
    /// The streams of `chain` in the experiment `key`.
    #[must_use]
    pub fn new(key: StreamKey, chain: u64) -> ChainStreams {
        let stream = |purpose| Stream::new(key, chain, purpose);
        ChainStreams {
            start: stream(Purpose::Start),
            batch: stream(Purpose::Batch),
            brownian: stream(Purpose::Brownian),
        }
    }
}

/// Memory that a model uses within a step and whose contents mean nothing between calls, except
/// that `indices` keeps the order that [`Model::workspace`] gave it.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Room for real numbers.
    pub reals: Vec<f64>,
    /// Room for indices.
    pub indices: Vec<usize>,
}

/// A stochastic process in discrete steps, one step being one iteration of SGD.
pub trait Model: Send + Sync {
    /// What its state is.
    fn coordinates(&self) -> Coordinates;

    /// Number of real numbers in its state.
    fn dim(&self) -> usize;

    /// Writes to `state`, `[dim]`, the state that starts at the parameters `x`, `[d]`.
    fn embed(&self, x: &[f64], state: &mut [f64]);

    /// Memory for [`Model::advance`].
    fn workspace(&self) -> Workspace;

    /// Moves `state` by `n_steps` steps.
    ///
    /// Steps taken in several calls give the same bits as in one.
    fn advance(
        &self,
        n_steps: u64,
        streams: &mut ChainStreams,
        workspace: &mut Workspace,
        state: &mut [f64],
    );
}

/// A kind of model that a manifest selects by name.
pub trait ModelKind: Send + Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// Combinations of parameters that are invalid for data of `n_rows` samples.
    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation>;

    /// Combinations that are invalid for this problem; may compute its spectrum.
    fn check_problem(&self, parameters: &Parameters, problem: &LeastSquares) -> Vec<Violation>;

    /// The model.
    ///
    /// # Panics
    /// If the parameters have not been checked against [`ModelKind::part`].
    fn build(&self, parameters: &Parameters, problem: Arc<LeastSquares>) -> Box<dyn Model>;

    /// Number of passes over the state that one step takes: the unit in which work is divided.
    fn passes_per_step(&self, parameters: &Parameters) -> u64;
}
