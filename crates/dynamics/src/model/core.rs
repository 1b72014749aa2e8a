//! The trait of a model: chains that move in steps, sixteen at a time.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::batch::Sampler;
use crate::model::cause::Cause;
use crate::model::common_noise;
use crate::model::shape::{Coordinates, Shape};
use crate::noise::{LANES, LaneStream, Lanes, Purpose, StreamKey};
use crate::parameter::{Parameters, Part, Violation};
use crate::problem::Problem;
use crate::simd::{Aligned, Isa, Kernel, dispatch};

/// The random streams of [`LANES`] chains.
#[derive(Clone, Debug)]
pub struct Streams {
    /// Which samples a mini-batch holds.
    pub batch: LaneStream,
    /// Noise of gradients and increments of Brownian motion.
    pub brownian: LaneStream,
    /// Refinements of Brownian motion, a stream for each level; none until they are first used.
    pub bridges: Vec<LaneStream>,
    /// Halves of increments whose time has not come, `[levels, d]`; none unless steps share one.
    pub waiting: Vec<Lanes>,
    /// Whether a proposed move is accepted.
    pub acceptance: LaneStream,
}

/// [`LANES`] consecutive chains that move together.
#[derive(Debug)]
pub struct Bundle {
    /// Key of the experiment.
    pub key: StreamKey,
    /// Index of the first chain.
    pub first_chain: u64,
    /// Steps done.
    pub step: u64,
    /// The vectors of [`Shape`], one after the other.
    pub state: Aligned,
    /// Random numbers.
    pub streams: Streams,
    /// What ended each chain, where its model found it to have no further steps.
    pub causes: [Option<Cause>; LANES],
}

impl Bundle {
    /// The chains from `first_chain` on in the experiment `key`, all with zero state.
    #[must_use]
    pub fn new(shape: Shape, key: StreamKey, first_chain: u64) -> Bundle {
        let stream = |purpose| LaneStream::new(key, first_chain, purpose);
        let streams = Streams {
            batch: stream(Purpose::Batch),
            brownian: stream(Purpose::Brownian),
            bridges: Vec::new(),
            waiting: Vec::new(),
            acceptance: stream(Purpose::Acceptance),
        };
        let state = Aligned::zeros(shape.len() * shape.n_vectors);
        Bundle { key, first_chain, step: 0, state, streams, causes: [None; LANES] }
    }

    /// Writes the numbers of one vector of chain `lane`.
    pub fn set(&mut self, shape: Shape, vector: usize, lane: usize, values: &[f64]) {
        let state = &mut self.state[vector * shape.len()..];
        for (coordinate, value) in values.iter().enumerate() {
            state[shape.place(lane, coordinate)] = *value;
        }
    }

    /// Reads the numbers of one vector of chain `lane` into `out`, `[dim]`.
    pub fn get(&self, shape: Shape, vector: usize, lane: usize, out: &mut [f64]) {
        let state = &self.state[vector * shape.len()..];
        for (coordinate, value) in out.iter_mut().enumerate() {
            *value = state[shape.place(lane, coordinate)];
        }
    }
}

impl Clone for Bundle {
    fn clone(&self) -> Bundle {
        let Bundle { key, first_chain, step, ref state, ref streams, causes } = *self;
        Bundle { key, first_chain, step, state: state.clone(), streams: streams.clone(), causes }
    }

    /// Keeps the memory of the state, since a simulation does so every few steps.
    fn clone_from(&mut self, source: &Bundle) {
        let Bundle { key, first_chain, step, ref state, ref streams, causes } = *source;
        (self.key, self.first_chain, self.step) = (key, first_chain, step);
        self.causes = causes;
        self.state.clone_from(state);
        self.streams.clone_from(streams);
    }
}

/// Memory that a model uses within a call of [`Model::advance`]; no result depends on what is in it.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Room for real numbers.
    pub reals: Aligned,
    /// Room for indices of samples, `[B, LANES]`.
    pub indices: Vec<[u64; LANES]>,
    /// What drawing batches needs.
    pub sampler: Sampler,
}

/// Consecutive numbers of [`LANES`] chains as rows.
#[must_use]
#[inline(always)]
pub fn rows(reals: &[f64]) -> &[Lanes] {
    reals.as_chunks().0
}

/// Consecutive numbers of [`LANES`] chains as rows.
#[inline(always)]
pub fn rows_mut(reals: &mut [f64]) -> &mut [Lanes] {
    reals.as_chunks_mut().0
}

/// How the chains of a model move, written once for all instruction sets.
pub trait Dynamics: Send + Sync {
    /// What its state is.
    fn coordinates(&self) -> Coordinates {
        Coordinates::Parameters
    }

    /// The shape of its state.
    fn shape(&self) -> Shape;

    /// Index of the vector that observables see; unlike others it starts where the chains do.
    fn observed_vector(&self) -> usize {
        0
    }

    /// Writes to `state`, `[dim]`, the first vector of a chain that starts at the parameters `x`,
    /// `[d]`; other vectors start at zero, but for the one that is observed.
    fn embed(&self, x: &[f64], state: &mut [f64]) {
        state.copy_from_slice(x);
    }

    /// Writes to `state`, `[dim]`, the observed vector, if it is not the first, of a chain that starts at
    /// the parameters `x`, `[d]`.
    fn embed_observed(&self, x: &[f64], state: &mut [f64]) {
        self.embed(x, state);
    }

    /// Memory for [`Dynamics::advance`].
    fn workspace(&self) -> Workspace;

    /// Moves the chains of `bundle` by `n_steps` steps and counts them.
    ///
    /// Steps taken in several calls give the same bits as in one; a chain does not depend on its
    /// neighbours. To be marked `#[inline(always)]`.
    fn advance<S: Isa>(&self, isa: S, n_steps: u64, bundle: &mut Bundle, workspace: &mut Workspace);
}

/// A stochastic process in discrete steps, one step being one iteration of SGD: [`Dynamics`] behind
/// a pointer, with one virtual call for many steps of many chains.
pub trait Model: Send + Sync {
    /// As [`Dynamics::coordinates`].
    fn coordinates(&self) -> Coordinates;

    /// As [`Dynamics::shape`].
    fn shape(&self) -> Shape;

    /// As [`Dynamics::observed_vector`].
    fn observed_vector(&self) -> usize;

    /// As [`Dynamics::embed`].
    fn embed(&self, x: &[f64], state: &mut [f64]);

    /// As [`Dynamics::embed_observed`].
    fn embed_observed(&self, x: &[f64], state: &mut [f64]);

    /// As [`Dynamics::workspace`].
    fn workspace(&self) -> Workspace;

    /// As [`Dynamics::advance`], on the instruction set [`crate::simd::Level::current`].
    fn advance(&self, n_steps: u64, bundle: &mut Bundle, workspace: &mut Workspace);
}

impl<D: Dynamics> Model for D {
    fn coordinates(&self) -> Coordinates {
        Dynamics::coordinates(self)
    }

    fn shape(&self) -> Shape {
        Dynamics::shape(self)
    }

    fn observed_vector(&self) -> usize {
        Dynamics::observed_vector(self)
    }

    fn embed(&self, x: &[f64], state: &mut [f64]) {
        Dynamics::embed(self, x, state);
    }

    fn embed_observed(&self, x: &[f64], state: &mut [f64]) {
        Dynamics::embed_observed(self, x, state);
    }

    fn workspace(&self) -> Workspace {
        Dynamics::workspace(self)
    }

    fn advance(&self, n_steps: u64, bundle: &mut Bundle, workspace: &mut Workspace) {
        dispatch(Advance { dynamics: self, n_steps, bundle, workspace });
    }
}

struct Advance<'a, D> {
    dynamics: &'a D,
    n_steps: u64,
    bundle: &'a mut Bundle,
    workspace: &'a mut Workspace,
}

impl<D: Dynamics> Kernel for Advance<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        self.dynamics.advance(isa, self.n_steps, self.bundle, self.workspace);
    }
}

/// A kind of model that a manifest selects by name.
pub trait ModelKind: Send + Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// Names of the problems that it is a model for.
    fn problems(&self) -> &'static [&'static str];

    /// What its state is; as [`Dynamics::coordinates`].
    fn coordinates(&self) -> Coordinates {
        Coordinates::Parameters
    }

    /// Whether it is also for quadratics with matrices, where `quadratic` is one of its problems.
    fn takes_matrices(&self) -> bool {
        false
    }

    /// Combinations of parameters that are invalid, given the number of samples of the data, zero for
    /// a problem without data.
    fn check(&self, _: &Parameters, _: usize) -> Vec<Violation> {
        Vec::new()
    }

    /// Combinations that are invalid for this problem; may compute its spectrum.
    fn check_problem(&self, _: &Parameters, _: &dyn Problem) -> Vec<Violation> {
        Vec::new()
    }

    /// The time that a step takes along a Brownian path that cells of several models share: the
    /// first increments of each step, `[d]`, are those of the path over that time. Of a model whose
    /// steps share increments it is the time of so many steps.
    ///
    /// # Errors
    /// What keeps the model with these parameters from sharing one.
    fn common_step(&self, _: &Parameters) -> Result<f64, Violation> {
        Err(common_noise::refuse(self.part().name))
    }

    /// The model.
    ///
    /// # Panics
    /// If the parameters have not been checked against [`ModelKind::part`], or the problem is not
    /// one of [`ModelKind::problems`].
    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model>;

    /// Number of passes over the state that one step takes: the unit in which work is divided.
    fn passes_per_step(&self, parameters: &Parameters) -> u64;
}
