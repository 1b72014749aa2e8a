//! Gradients of sixteen chains with the noise of a Brownian path that several steps share.
//!
//! ```text
//! x_{k+1} = x_k − gamma [∇f(x_k) + sigma xi_k],   xi_k = −[W((k + 1) gamma) − W(k gamma)]/sqrt(gamma)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::brownian::BrownianIncrements;
use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::gradient_noise::Noisy;
use crate::model::objective::Objective;
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa};

/// A gradient with additive Gaussian noise, `2^levels` of which add up to one increment of the path.
///
/// The noise of a step of size `gamma` is an increment over that time, in units of its standard
/// deviation; those of two steps of size `gamma/2` are the increments over its halves, so that they
/// are the noise of the longer step, `xi = (xi_1 + xi_2)/sqrt(2)`.
#[derive(Clone, Debug)]
pub(crate) struct PathNoise<O> {
    noisy: Noisy<O>,
    increments: BrownianIncrements,
    levels: u32,
}

impl<O: Objective> PathNoise<O> {
    /// The gradient `noisy`, whose noise is Gaussian, along increments that are halved `levels` times.
    pub(crate) fn new(noisy: Noisy<O>, levels: u32) -> PathNoise<O> {
        let increments = BrownianIncrements::new(noisy.objective.dim(), levels);
        PathNoise { noisy, increments, levels }
    }
}

impl<O: Objective> StochasticGradient for PathNoise<O> {
    fn layout(&self) -> Layout {
        self.noisy.layout()
    }

    fn dim(&self) -> usize {
        self.noisy.dim()
    }

    fn workspace(&self) -> Workspace {
        let reals = Aligned::zeros(self.noisy.objective.n_rooms() * LANES);
        Workspace { reals, ..Workspace::default() }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        self.noisy.mean_square(isa, x, out);
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let part = bundle.step & ((1 << self.levels) - 1);
        self.increments.fill_part(isa, part, bundle, out);
        let std = self.noisy.std_at(bundle.step);
        let x = &rows(&bundle.state)[..out.len()];
        self.noisy.objective.add_gradient(isa, x, std, rows_mut(room.reals), out);
    }
}
