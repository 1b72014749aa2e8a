//! RMSpropW: division by the root of a moving average of squares, decoupled decay.
//!
//! ```text
//! v <- beta v + (1 − beta) g²
//! x <- x − gamma_k [ g / (sqrt(v) + epsilon) + theta x ]   with the new v and the old x
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING};
use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::mini_batch::{self, BATCH_SIZE, PROBLEMS, SAMPLING};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::model::optimizer::Optimizer;
use crate::model::preconditioner::{halves, quotients_by_root, set_halves};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::settings::{BETA2, EPSILON, STEP_SIZE, WEIGHT_DECAY};
use crate::model::uniform_noise::{check_schedule, check_variance};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::Problem;
use crate::simd::Isa;

/// RMSpropW.
pub struct RmspropWKind;

/// The parameter `initial_square` of RMSprop and its equation.
pub(crate) const INITIAL_SQUARE: Parameter = Parameter {
    name: "initial_square",
    doc: "The average of squares at the start: `mean` is the mean E g² at x₀, which is ∇f(x₀)² + σ² on a quadratic. `zero` is \
          PyTorch's, whose first steps are 1/√(1 − β) times as long, beyond any limit equation.",
    unit: "",
    kind: Kind::Choice(&["mean", "zero"]),
    default: Default::Text("mean"),
};

const PART: Part = Part {
    name: "rmsprop_w",
    doc: "RMSprop with decoupled decay: v ← β₂v + (1 − β₂)g², x ← x − γ_k[g/(√v + ε) + θx] with \
          the new v and the old x, without bias correction.",
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
        BATCH_SIZE,
        SAMPLING,
        AVERAGING,
        AVERAGE_FROM,
    ],
    source: file!(),
};

/// Whether `initial_square` is `mean`.
pub(crate) fn starts_at_mean(parameters: &Parameters) -> bool {
    parameters.text("initial_square") == "mean"
}

impl ModelKind for RmspropWKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        PROBLEMS
    }

    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
        mini_batch::check(parameters, n_rows)
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        if let Some(violation) = check_schedule(parameters, problem) {
            return vec![violation];
        }
        if !starts_at_mean(parameters) {
            return Vec::new();
        }
        check_variance(problem)
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        common_noise::optimiser_step(PART.name, parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let optimizer = RmspropW {
            beta: parameters.real("beta2"),
            epsilon: parameters.real("epsilon"),
            weight_decay: parameters.real("weight_decay"),
            starts_at_mean_square: starts_at_mean(parameters),
        };
        mini_batch::descent(parameters, problem, optimizer)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        1 + mini_batch::batch_size(parameters)
    }
}

/// RMSpropW; its memory is `v`.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, section 3.3, with PyTorch's convention that the denominator
/// has the new `v`.
#[derive(Clone, Copy, Debug)]
pub struct RmspropW {
    /// Rate `beta` in `[0, 1)` of the average of squares.
    pub beta: f64,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// Decoupled decay `theta ≥ 0`.
    pub weight_decay: f64,
    /// Whether `v_0 = E g²`; or else it is zero.
    pub starts_at_mean_square: bool,
}

/// The constants of a step of [`RmspropW`].
#[derive(Clone, Copy, Debug)]
pub struct RmspropWStep {
    beta: f64,
    rate: f64,
    epsilon: f64,
    /// `−gamma_k`
    scale: f64,
    /// `1 − gamma_k theta`
    shrinkage: f64,
}

impl Optimizer<1> for RmspropW {
    type Step = RmspropWStep;

    fn step(&self, _: u64, step_size: f64) -> RmspropWStep {
        RmspropWStep {
            beta: self.beta,
            rate: 1.0 - self.beta,
            epsilon: self.epsilon,
            scale: -step_size,
            shrinkage: 1.0 - step_size * self.weight_decay,
        }
    }

    fn starts_at_mean_square(&self) -> bool {
        self.starts_at_mean_square
    }

    #[inline(always)]
    fn begin(&self, mean_square: &Lanes, [square]: [&mut Lanes; 1]) {
        *square = *mean_square;
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: RmspropWStep,
        gradient: &Lanes,
        x: &mut Lanes,
        [square]: [&mut Lanes; 1],
    ) {
        let (beta, rate) = (isa.splat_f64s(step.beta), isa.splat_f64s(step.rate));
        let shrinkage = isa.splat_f64s(step.shrinkage);
        for i in 0..LANES / 2 / S::F64_LANES {
            let (mut points, gradients) = (halves(isa, x, i), halves(isa, gradient, i));
            let mut squares = halves(isa, square, i);
            for half in 0..2 {
                let g = gradients[half];
                let source = isa.mul_f64s(isa.mul_f64s(rate, g), g);
                squares[half] = isa.mul_add_f64s(beta, squares[half], source);
            }
            let moves = quotients_by_root(isa, step.scale, step.epsilon, gradients, squares);
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
    use crate::model::optimizer::tests::{STEP, assert_update, rows};

    #[test]
    fn a_step_is_that_of_the_equations() {
        let optimizer =
            RmspropW { beta: 0.95, epsilon: 0.01, weight_decay: 0.7, starts_at_mean_square: false };
        for k in [1, 50] {
            let [square] = rows::<1>().map(|row| row.map(f64::abs));
            assert_update(&optimizer, k, [square], |g, x, [v]| {
                let v = 0.95 * v + (1.0 - 0.95) * g * g;
                (x - STEP * (g / (v.sqrt() + 0.01) + 0.7 * x), [v])
            });
        }
    }
}
