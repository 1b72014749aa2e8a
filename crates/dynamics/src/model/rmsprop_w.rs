//! RMSpropW: division by the root of a moving average of squares, decoupled decay.
//!
//! ```text
//! v <- beta v + (1 − beta) g²
//! x <- x − gamma_k [ g / (sqrt(v) + epsilon) + theta x ]   with the new v and the old x
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING, Averaging};
use crate::model::core::{Model, ModelKind};
use crate::model::descent::Descent;
use crate::model::gradient_noise::{Noisy, check_variance, variance};
use crate::model::optimizer::Optimizer;
use crate::model::preconditioner::{halves, quotients_by_root, set_halves};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS, Schedule};
use crate::model::settings::{BETA2, EPSILON, STEP_SIZE, WEIGHT_DECAY};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::{Problem, Quadratic};
use crate::simd::Isa;

/// RMSpropW.
pub struct RmspropWKind;

/// The parameter `initial_square` of RMSprop and its equation.
pub(crate) const INITIAL_SQUARE: Parameter = Parameter {
    name: "initial_square",
    doc: "The average of squares at the start: `mean` is ∇f(x₀)² + σ², the mean of g². `zero` is \
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
        BETA2,
        EPSILON,
        WEIGHT_DECAY,
        INITIAL_SQUARE,
        AVERAGING,
        AVERAGE_FROM,
    ],
    source: file!(),
};

/// The variance that `initial_square` adds to the square of the mean gradient, unless it is `zero`.
pub(crate) fn initial_variance(parameters: &Parameters, problem: &Quadratic) -> Option<f64> {
    (parameters.text("initial_square") == "mean").then(|| variance(problem))
}

impl ModelKind for RmspropWKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic"]
    }

    fn check(&self, _: &Parameters, _: usize) -> Vec<Violation> {
        Vec::new()
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let starts_at_zero = parameters.text("initial_square") == "zero";
        if starts_at_zero { Vec::new() } else { check_variance(problem) }
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let problem: &Quadratic = problem.expect();
        let optimizer = RmspropW {
            beta: parameters.real("beta2"),
            epsilon: parameters.real("epsilon"),
            weight_decay: parameters.real("weight_decay"),
            initial_variance: initial_variance(parameters, problem),
        };
        Box::new(Descent {
            gradient: Noisy::of(problem),
            optimizer,
            schedule: Schedule::from_parameters(parameters),
            averaging: Averaging::from_parameters(parameters),
        })
    }

    fn passes_per_step(&self, _: &Parameters) -> u64 {
        2
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
    /// `v_0 = (E g)² + initial_variance`, or zero.
    pub initial_variance: Option<f64>,
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

/// `v_0 = g² + variance`
#[inline(always)]
pub(crate) fn set_square<S: Isa>(isa: S, variance: f64, gradient: &Lanes, square: &mut Lanes) {
    let variance = isa.splat_f64s(variance);
    for (v, g) in S::as_mut_simd_f64s(square).0.iter_mut().zip(S::as_simd_f64s(gradient).0) {
        *v = isa.mul_add_f64s(*g, *g, variance);
    }
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

    #[inline(always)]
    fn begin<S: Isa>(&self, isa: S, mean: &Lanes, [square]: [&mut Lanes; 1]) {
        if let Some(variance) = self.initial_variance {
            set_square(isa, variance, mean, square);
        }
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
    use crate::simd::{Kernel, dispatch};

    #[test]
    fn a_step_is_that_of_the_equations() {
        let optimizer =
            RmspropW { beta: 0.95, epsilon: 0.01, weight_decay: 0.7, initial_variance: None };
        for k in [1, 50] {
            let [square] = rows::<1>().map(|row| row.map(f64::abs));
            assert_update(&optimizer, k, [square], |g, x, [v]| {
                let v = 0.95 * v + (1.0 - 0.95) * g * g;
                (x - STEP * (g / (v.sqrt() + 0.01) + 0.7 * x), [v])
            });
        }
    }

    struct Begin<'a>(RmspropW, &'a Lanes, &'a mut Lanes);

    impl Kernel for Begin<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) {
            self.0.begin(isa, self.1, [self.2]);
        }
    }

    #[test]
    fn the_average_starts_at_the_mean_square_or_at_zero() {
        let [gradient] = rows::<1>();
        let start = |initial_variance| {
            let mut square = [0.0; LANES];
            let beta = 0.9;
            let optimizer = RmspropW { beta, epsilon: 0.0, weight_decay: 0.0, initial_variance };
            dispatch(Begin(optimizer, &gradient, &mut square));
            square
        };
        assert_eq!(start(None), [0.0; LANES]);
        for (v, g) in start(Some(0.25)).iter().zip(gradient) {
            assert!((v - g * g - 0.25).abs() < 1e-14);
        }
    }
}
