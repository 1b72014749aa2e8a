//! Stochastic descent: an optimiser that is fed with a random gradient.
//!
//! ```text
//! g_k = g(x_k; noise),   (x_{k+1}, memory) = optimiser(k + 1, gamma_k, g_k, x_k, memory)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::averaging::Averaging;
use crate::model::core::{Bundle, Dynamics, Workspace, rows_mut};
use crate::model::optimizer::{Optimizer, split};
use crate::model::schedule::Schedule;
use crate::model::shape::Shape;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa};

/// An optimiser with `M` vectors of memory on a random gradient.
///
/// The state is `x`, then the memory, then the average of the iterates if there is one.
#[derive(Clone, Debug)]
pub struct Descent<G, O, const M: usize> {
    /// The random gradient.
    pub gradient: G,
    /// What is done with it.
    pub optimizer: O,
    /// Step sizes.
    pub schedule: Schedule,
    /// What is averaged, if anything.
    pub averaging: Option<Averaging>,
}

impl<G: StochasticGradient, O: Optimizer<M>, const M: usize> Descent<G, O, M> {
    /// Rows of a vector.
    fn n_rows(&self) -> usize {
        Dynamics::shape(self).stride()
    }

    #[inline(always)]
    fn begin<S: Isa>(&self, isa: S, state: &mut [Lanes], room: &mut [Lanes]) {
        let (x, mut memory, _) = split::<M>(state, self.n_rows());
        self.gradient.mean_square(isa, x, room);
        for (j, mean_square) in room.iter().enumerate() {
            let memory = memory.each_mut().map(|vector| &mut vector[j]);
            self.optimizer.begin(mean_square, memory);
        }
    }

    #[inline(always)]
    fn step<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, gradient: &mut [Lanes]) {
        self.gradient.draw(isa, bundle, room, gradient);
        let (x, mut memory, average) = split::<M>(rows_mut(&mut bundle.state), gradient.len());
        let n = bundle.step + 1;
        let step = self.optimizer.step(n, self.schedule.step_size(bundle.step));
        for (j, (x, gradient)) in x.iter_mut().zip(gradient.iter()).enumerate() {
            let memory = memory.each_mut().map(|vector| &mut vector[j]);
            O::update(isa, step, gradient, x, memory);
        }
        if let Some(averaging) = self.averaging {
            averaging.update(isa, n, x, average);
        }
        bundle.step = n;
    }
}

impl<G: StochasticGradient, O: Optimizer<M>, const M: usize> Dynamics for Descent<G, O, M> {
    fn shape(&self) -> Shape {
        let n_vectors = 1 + M + usize::from(self.averaging.is_some());
        Shape { layout: self.gradient.layout(), dim: self.gradient.dim(), n_vectors }
    }

    fn observed_vector(&self) -> usize {
        if self.averaging.is_some() { 1 + M } else { 0 }
    }

    fn workspace(&self) -> Workspace {
        let of_gradient = self.gradient.workspace();
        let reals = Aligned::zeros(self.n_rows() * LANES + of_gradient.reals.len());
        Workspace { reals, ..of_gradient }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let Workspace { reals, indices, sampler } = workspace;
        let (gradient, reals) = reals.split_at_mut(self.n_rows() * LANES);
        let gradient = rows_mut(gradient);
        if bundle.step == 0 && n_steps > 0 && self.optimizer.starts_at_mean_square() {
            self.begin(isa, rows_mut(&mut bundle.state), gradient);
        }
        for _ in 0..n_steps {
            self.step(isa, bundle, Room { reals, indices, sampler }, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::core::Model;
    use crate::model::gradient_descent::GradientDescent;
    use crate::model::gradient_noise::Noisy;
    use crate::noise::StreamKey;
    use crate::problem::{GradientNoise, Quadratic};

    /// `E x_k = a^k x_0`, `Var x_k = gamma² sigma² Var(xi) (1 − a^2k)/(1 − a²)`, `a = 1 − gamma h`.
    #[test]
    fn sgd_on_a_quadratic_has_the_exact_moments() {
        let (h, step_size, sigma, k, start) = (0.7, 0.2, 0.5, 9, 1.5);
        let a: f64 = 1.0 - step_size * h;
        let power: f64 = (0..k).map(|_| a).product();
        for (noise, variance) in [
            (GradientNoise::Gaussian, 1.0),
            (GradientNoise::Rademacher, 1.0),
            (GradientNoise::StudentT { nu: 9.0 }, 9.0 / 7.0),
        ] {
            let descent = Descent {
                gradient: Noisy::of(&Quadratic::new(vec![h; 500], sigma, noise)),
                optimizer: GradientDescent,
                schedule: Schedule::constant(step_size),
                averaging: None,
            };
            let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
            let mut workspace = Dynamics::workspace(&descent);
            for first_chain in (0..320).step_by(LANES) {
                let mut bundle = Bundle::new(Dynamics::shape(&descent), StreamKey(2), first_chain);
                bundle.state.fill(start);
                Model::advance(&descent, k, &mut bundle, &mut workspace);
                for x in bundle.state.iter() {
                    let centred = x - power * start;
                    n += 1.0;
                    sum += centred;
                    squares += centred * centred;
                }
            }
            let scale = step_size * step_size * sigma * sigma * variance;
            let expected = scale * (1.0 - power * power) / (1.0 - a * a);
            assert!((sum / (n * expected).sqrt()).abs() < 4.5, "{noise:?}");
            // The excess kurtosis of one t(9) variate is 6/5; that of a weighted sum is smaller.
            let error = (squares / n / expected - 1.0) * f64::sqrt(n / (2.0 + 1.2));
            assert!(error.abs() < 4.5, "{noise:?}: {error}");
        }
    }
}
