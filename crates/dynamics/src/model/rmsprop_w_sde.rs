//! The stochastic differential equation of RMSpropW.
//!
//! ```text
//! dX = −(∇f(X) dt + sqrt(eta) Sigma^(1/2) dW) / (sqrt(V) + epsilon) − theta X dt
//! dV = rho (∇f(X)² + diag Sigma − V) dt,   rho = (1 − beta)/eta
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::model::preconditioner::{halves, quotients_by_root, set_halves, set_square};
use crate::model::rmsprop_w::{INITIAL_SQUARE, starts_at_mean};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::sde::{DT, Interval, SECOND_MOMENT, Sde, scheme, squares_gradient};
use crate::model::settings::{BETA2, EPSILON, STEP_SIZE, WEIGHT_DECAY, parts_of_a_step};
use crate::model::uniform_noise::{UniformNoise, check_schedule, check_uniform, check_variance};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part, Violation};
use crate::problem::Problem;
use crate::simd::Isa;

/// The stochastic differential equation of RMSpropW.
pub struct RmspropWSdeKind;

const PART: Part = Part {
    name: "rmsprop_w_sde",
    doc: "The stochastic differential equation of RMSpropW, by Euler–Maruyama. One step stands for \
          one iteration, time η. In each part of a step V moves first, then x with the new V.",
    parameters: &[
        STEP_SIZE,
        DECAY_POWER,
        DECAY_STEPS,
        NOISE_DECAY_POWER,
        NOISE_DECAY_STEPS,
        BETA2,
        EPSILON,
        WEIGHT_DECAY,
        INITIAL_SQUARE,
        DT,
        SECOND_MOMENT,
    ],
    source: file!(),
};

impl ModelKind for RmspropWSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic", "formula", "network"]
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let of_problem = check_variance(problem).into_iter().chain(check_uniform(problem));
        of_problem.chain(check_schedule(parameters, problem)).collect()
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        common_noise::equation_step(parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let noise = UniformNoise::of(problem.as_ref()).expect("the noise of the cell is checked");
        let sde = RmspropWSde {
            beta: parameters.real("beta2"),
            epsilon: parameters.real("epsilon"),
            weight_decay: parameters.real("weight_decay"),
            noise_std: common_noise::sign(parameters) * noise.variance().sqrt(),
            initial_variance: starts_at_mean(parameters).then(|| noise.variance()),
            squares_gradient: squares_gradient(parameters),
        };
        scheme(parameters, problem, sde)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        2 * parts_of_a_step(parameters.real("dt"))
    }
}

/// The equation of RMSpropW; its memory is `V`.
///
/// A step of Euler–Maruyama of length `h` moves `V` first, since `V_0 = 0` is singular:
///
/// ```text
/// V += h rho (g² + sigma² − V)
/// X −= (h g + sqrt(eta h) sigma z) / (sqrt(V) + epsilon) + h theta X
/// ```
///
/// With a schedule drift and noise of `X` are multiplied by `gamma_k/eta`.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, section 3.3, as recalled.
#[derive(Clone, Copy, Debug)]
pub struct RmspropWSde {
    /// `beta` in `[0, 1)`.
    pub beta: f64,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// Decoupled decay `theta ≥ 0`.
    pub weight_decay: f64,
    /// Standard deviation `sigma` of the noise on each coordinate; its sign is that of the noise.
    pub noise_std: f64,
    /// `V_0 = ∇f(x_0)² + initial_variance`, or zero.
    pub initial_variance: Option<f64>,
    /// Whether `∇f(X)²` is in the equation of `V`; it is not in that of Malladi et al. 2022.
    pub squares_gradient: bool,
}

/// The constants of an interval of [`RmspropWSde`].
#[derive(Clone, Copy, Debug)]
pub struct RmspropWSdeStep {
    /// `V <- keep_square V + add_square g² + add_variance`
    keep_square: f64,
    add_square: f64,
    add_variance: f64,
    /// The numerator `g + noise z`.
    noise: f64,
    scale: f64,
    epsilon: f64,
    shrinkage: f64,
}

impl Sde<1> for RmspropWSde {
    type Step = RmspropWSdeStep;

    fn step(&self, interval: Interval) -> RmspropWSdeStep {
        let Interval { n_parts, step_size, noise, .. } = interval;
        let noise_std = self.noise_std * noise;
        let add_square = (1.0 - self.beta) / n_parts;
        RmspropWSdeStep {
            keep_square: 1.0 - add_square,
            add_square: if self.squares_gradient { add_square } else { 0.0 },
            add_variance: add_square * noise_std * noise_std,
            noise: noise_std * n_parts.sqrt(),
            scale: -step_size / n_parts,
            epsilon: self.epsilon,
            shrinkage: 1.0 - step_size / n_parts * self.weight_decay,
        }
    }

    #[inline(always)]
    fn begin<S: Isa>(&self, isa: S, gradient: &Lanes, [square]: [&mut Lanes; 1]) {
        if let Some(variance) = self.initial_variance {
            set_square(isa, variance, gradient, square);
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: RmspropWSdeStep,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        [square]: [&mut Lanes; 1],
    ) {
        let (keep, add) = (isa.splat_f64s(step.keep_square), isa.splat_f64s(step.add_square));
        let (variance, noise) = (isa.splat_f64s(step.add_variance), isa.splat_f64s(step.noise));
        let shrinkage = isa.splat_f64s(step.shrinkage);
        for i in 0..LANES / 2 / S::F64_LANES {
            let (gradients, normals) = (halves(isa, gradient, i), halves(isa, normals, i));
            let (mut points, mut squares) = (halves(isa, x, i), halves(isa, square, i));
            let mut numerators = gradients;
            for half in 0..2 {
                let g = gradients[half];
                let source = isa.mul_add_f64s(isa.mul_f64s(add, g), g, variance);
                squares[half] = isa.mul_add_f64s(keep, squares[half], source);
                numerators[half] = isa.mul_add_f64s(noise, normals[half], g);
            }
            let moves = quotients_by_root(isa, step.scale, step.epsilon, numerators, squares);
            for half in 0..2 {
                points[half] = isa.mul_add_f64s(shrinkage, points[half], moves[half]);
            }
            set_halves(isa, x, i, points);
            set_halves(isa, square, i, squares);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sde::tests::{STEP, assert_moments};

    #[test]
    fn one_step_has_the_moments_of_the_equation() {
        let sde = RmspropWSde {
            beta: 0.9,
            epsilon: 0.05,
            weight_decay: 0.4,
            noise_std: 0.7,
            initial_variance: Some(0.2),
            squares_gradient: true,
        };
        let after = |sde: RmspropWSde, g: f64| {
            let source = if sde.squares_gradient { g * g } else { 0.0 };
            let v = g * g + 0.2;
            v + (1.0 - 0.9) * (source + 0.49 - v)
        };
        for sde in [sde, RmspropWSde { squares_gradient: false, ..sde }] {
            assert_moments(sde, |g, x, vector| {
                let v = after(sde, g);
                let denominator = v.sqrt() + 0.05;
                match vector {
                    0 => (x - STEP * (g / denominator + 0.4 * x), STEP * 0.7 / denominator),
                    _ => (v, 0.0),
                }
            });
        }
    }
}
