//! The trait of an integrator of `dX = −∇f(X) dt + sqrt(2 T) dW`.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::objective::Objective;
use crate::noise::{LaneStream, Lanes};
use crate::simd::Isa;

/// The length of a step and the strength of its noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Time step `h > 0`.
    pub size: f64,
    /// Temperature `T ≥ 0`.
    pub temperature: f64,
}

impl Step {
    /// Standard deviation `sqrt(2 T h)` of the noise of a step.
    #[must_use]
    pub fn noise(&self) -> f64 {
        (2.0 * self.temperature * self.size).sqrt()
    }
}

/// What an integrator works on.
#[derive(Debug)]
pub struct Chains<'a> {
    /// The point `x`, `[d, LANES]`, then what the integrator remembers, as many vectors as
    /// [`Integrator::N_VECTORS`] says.
    pub state: &'a mut [Lanes],
    /// Room for as many vectors as [`Integrator::N_ROOMS`] says; its contents do not matter.
    pub room: &'a mut [Lanes],
    /// Random numbers for accepting moves.
    pub acceptance: &'a mut LaneStream,
}

/// A way to take steps on the objectives `O`.
///
/// Its methods are to be marked `#[inline(always)]`.
pub trait Integrator<O: Objective>: Send + Sync {
    /// Vectors `[d, LANES]` of the state: the point, and what is remembered between steps.
    const N_VECTORS: usize = 1;

    /// Vectors `[d, LANES]` of room within a call.
    const N_ROOMS: usize;

    /// Before the first step: draws what is remembered, `memory`, from the Brownian stream.
    #[inline(always)]
    fn start<S: Isa>(&self, _isa: S, _stream: &mut LaneStream, _memory: &mut [Lanes]) {}

    /// Takes a step for each `[d, LANES]` of standard normals in `normals`.
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>);
}

/// One vector of a row.
#[inline(always)]
pub(crate) fn at<S: Isa>(rows: &[Lanes], j: usize, vector: usize) -> S::f64s {
    S::as_simd_f64s(&rows[j]).0[vector]
}

/// Sets each vector of each row by `rule(j, vector, old)`.
#[inline(always)]
pub(crate) fn set<S: Isa>(
    rows: &mut [Lanes],
    mut rule: impl FnMut(usize, usize, S::f64s) -> S::f64s,
) {
    for (j, row) in rows.iter_mut().enumerate() {
        for (vector, number) in S::as_mut_simd_f64s(row).0.iter_mut().enumerate() {
            *number = rule(j, vector, *number);
        }
    }
}
