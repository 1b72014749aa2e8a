//! Gradients of a network's mean loss over all samples, with noise that is added to them.
//!
//! ```text
//! g = (1/n) sum_i ∇ loss(f(x; a_i), b_i) + sigma xi
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::common_noise;
use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::gradient_noise::fill;
use crate::model::halves::{halves, halves_mut, write_by_half};
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::objective::Objective;
use crate::model::preconditioner::set_square;
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Parameters, Violation};
use crate::problem::network::deep;
use crate::problem::{AddedNoise, Network, Problem};
use crate::simd::{Aligned, Isa};

/// The mean loss of a network over all samples, without noise.
///
/// A gradient takes memory for itself, which is little beside what it reads.
#[derive(Clone, Debug)]
pub struct FullGradient {
    network: Arc<Network>,
}

impl FullGradient {
    /// The objective of `network`.
    #[must_use]
    pub fn new(network: Arc<Network>) -> FullGradient {
        FullGradient { network }
    }
}

impl Objective for FullGradient {
    fn layout(&self) -> Layout {
        Layout::ByHalf
    }

    fn dim(&self) -> usize {
        self.network.dim()
    }

    #[inline(always)]
    fn gradient<S: Isa>(&self, _: S, x: &[Lanes], out: &mut [Lanes]) {
        for (x, out) in halves(x).into_iter().zip(halves_mut(out)) {
            deep::full_gradient(&self.network, x, out);
        }
    }

    #[inline(always)]
    fn value<S: Isa>(&self, _: S, x: &[Lanes], out: &mut Lanes) {
        let rows = halves(x);
        for (lane, out) in out.iter_mut().enumerate() {
            let x: Vec<f64> = rows[lane / 8].iter().map(|row| row[lane % 8]).collect();
            *out = self.network.risk(&x);
        }
    }
}

/// The gradient of a network's mean loss with the noise that belongs to the problem.
#[derive(Clone, Debug)]
pub struct NoisyNetwork {
    objective: FullGradient,
    noise: AddedNoise,
    schedule: NoiseSchedule,
}

impl NoisyNetwork {
    /// The gradient of `network` with `noise`, whose sign does not change its law, times its `schedule`.
    #[must_use]
    pub fn new(network: Arc<Network>, noise: AddedNoise, schedule: NoiseSchedule) -> NoisyNetwork {
        NoisyNetwork { objective: FullGradient::new(network), noise, schedule }
    }

    /// The gradient of `problem` if it is a network with noise, with the sign that the noise of a cell
    /// with these parameters has.
    pub(crate) fn of(parameters: &Parameters, problem: &Arc<dyn Problem>) -> Option<NoisyNetwork> {
        let AddedNoise { std, law } = problem.get::<Network>()?.noise()?;
        let noise = AddedNoise { std: common_noise::sign(parameters) * std, law };
        let schedule = NoiseSchedule::from_parameters(parameters);
        Some(NoisyNetwork::new(problem.expect_shared(), noise, schedule))
    }
}

impl StochasticGradient for NoisyNetwork {
    fn layout(&self) -> Layout {
        Layout::ByHalf
    }

    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn workspace(&self) -> Workspace {
        Workspace { reals: Aligned::zeros(self.dim() * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        self.objective.gradient(isa, x, out);
        let variance = self.noise.variance();
        for row in out {
            let mean = *row;
            set_square(isa, variance, &mean, row);
        }
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let drawn = rows_mut(room.reals);
        fill(isa, self.noise.law, &mut bundle.streams.brownian, drawn);
        write_by_half(drawn, out);
        let x = &rows(&bundle.state)[..out.len()];
        let std = self.noise.std * self.schedule.factor(bundle.step);
        self.objective.add_gradient(isa, x, std, drawn, out);
    }
}

/// Batches of SGD where gradients are those of all samples.
pub(crate) fn check_batches(n: u64, problem: &dyn Problem) -> Option<Violation> {
    problem.get::<Network>()?.noise()?;
    (n != 1).then(|| Violation {
        parameter: "batch_size",
        message: "gradients with `noise_std` are those of all samples".to_owned(),
        remedy: "leave it out, and divide `noise_std` by √B".to_owned(),
    })
}

impl AddedNoise {
    /// Variance on each coordinate; infinite for Student's law with two degrees of freedom or fewer.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.std * self.std * self.law.variance()
    }
}
