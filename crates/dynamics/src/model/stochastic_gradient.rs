//! Random gradients of sixteen chains.

use crate::model::batch::Sampler;
use crate::model::core::{Bundle, Workspace};
use crate::model::shape::Layout;
use crate::noise::{LANES, Lanes};
use crate::simd::Isa;

/// Memory for drawing a gradient; no result depends on what is in it.
#[derive(Debug)]
pub struct Room<'a> {
    /// As many reals as [`StochasticGradient::workspace`] has.
    pub reals: &'a mut [f64],
    /// As many indices.
    pub indices: &'a mut [[u64; LANES]],
    /// What drawing batches needs.
    pub sampler: &'a mut Sampler,
}

/// A random gradient, drawn for [`LANES`] chains at a time.
pub trait StochasticGradient: Send + Sync {
    /// How points and gradients lie in memory.
    fn layout(&self) -> Layout;

    /// Number of parameters `d`.
    fn dim(&self) -> usize;

    /// Memory for [`StochasticGradient::draw`].
    fn workspace(&self) -> Workspace;

    /// Writes the mean square `E g(x)²` of each coordinate to `out`, a vector in the same layout as
    /// `x`; infinite where it does not exist. To be marked `#[inline(always)]`.
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]);

    /// Writes a draw of `g(x)` to `out`, where `x` is the first vector of the state of `bundle`. To be
    /// marked `#[inline(always)]`.
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]);
}
