//! AdamW: moving averages of the gradient and its square, bias correction, decoupled decay.
//!
//! ```text
//! m <- beta1 m + (1 − beta1) g,   v <- beta2 v + (1 − beta2) g²,   m_0 = v_0 = 0
//! x <- x − gamma_k [ m_hat / (sqrt(v_hat) + epsilon) + theta x ]
//! m_hat = m / (1 − beta1^k),   v_hat = v / (1 − beta2^k)   in the k-th step, k = 1, 2, ...
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING};
use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::mini_batch::{self, BATCH_SIZE, PROBLEMS, SAMPLING};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::model::optimizer::Optimizer;
use crate::model::preconditioner::{bias, halves, quotients_by_root, set_halves};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::settings::{BETA1, BETA2, EPSILON, STEP_SIZE, WEIGHT_DECAY, is_on};
use crate::model::uniform_noise::check_schedule;
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::Problem;
use crate::simd::Isa;

/// AdamW.
pub struct AdamWKind;

const PART: Part = Part {
    name: "adam_w",
    doc: "AdamW with PyTorch's conventions: averages m, v of the gradient and its square from zero, \
          x ← x − γ_k[m̂/(√v̂ + ε) + θx] with the new averages and the old x. Without decay it is \
          Adam.",
    parameters: &[
        STEP_SIZE,
        DECAY_POWER,
        DECAY_STEPS,
        NOISE_DECAY_POWER,
        NOISE_DECAY_STEPS,
        BETA1,
        BETA2,
        EPSILON,
        WEIGHT_DECAY,
        Parameter {
            name: "bias_correction",
            doc: "Whether the averages are divided by 1 − β^k, which makes up for their start at \
                  zero.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(true),
        },
        Parameter {
            name: "decay_form",
            doc: "How θ acts: `decoupled` takes γ_kθx off x; `l2` adds θx to the gradient, as a \
                  penalty θ|x|²/2 does.",
            unit: "",
            kind: Kind::Choice(&["decoupled", "l2"]),
            default: Default::Text("decoupled"),
        },
        BATCH_SIZE,
        SAMPLING,
        AVERAGING,
        AVERAGE_FROM,
    ],
    source: file!(),
};

impl ModelKind for AdamWKind {
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
        check_schedule(parameters, problem).into_iter().collect()
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        common_noise::optimiser_step(PART.name, parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let theta = parameters.real("weight_decay");
        let is_decoupled = parameters.text("decay_form") == "decoupled";
        let (weight_decay, penalty) = if is_decoupled { (theta, 0.0) } else { (0.0, theta) };
        let optimizer = AdamW {
            beta1: parameters.real("beta1"),
            beta2: parameters.real("beta2"),
            epsilon: parameters.real("epsilon"),
            weight_decay,
            penalty,
            corrects_bias: is_on(parameters, "bias_correction"),
        };
        mini_batch::descent(parameters, problem, optimizer)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        1 + mini_batch::batch_size(parameters)
    }
}

/// AdamW; its memory is `m/(1 − beta1)` and `v/(1 − beta2)`, which saves two products.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Appendix C.5, with the conventions of `PyTorch`'s `AdamW`: bias
/// correction, `epsilon` outside the root, the decay times the step size and the old `x`.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// Rate `beta1` in `[0, 1)` of the average of gradients.
    pub beta1: f64,
    /// Rate `beta2` in `[0, 1)` of the average of squares.
    pub beta2: f64,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// Decoupled decay `theta ≥ 0`.
    pub weight_decay: f64,
    /// Coefficient `theta' ≥ 0` of a penalty `theta' |x|²/2`, whose gradient is added to `g`.
    pub penalty: f64,
    /// Whether averages are divided by `1 − beta^k`.
    pub corrects_bias: bool,
}

/// The constants of a step of [`AdamW`].
#[derive(Clone, Copy, Debug)]
pub struct AdamWStep {
    beta1: f64,
    beta2: f64,
    penalty: f64,
    /// What `m/(1 − beta1)` over the root is multiplied by.
    scale: f64,
    /// `epsilon` in the scale of the root of `v/(1 − beta2)`.
    epsilon: f64,
    /// `1 − gamma_k theta`
    shrinkage: f64,
}

impl Optimizer<2> for AdamW {
    type Step = AdamWStep;

    fn step(&self, k: u64, step_size: f64) -> AdamWStep {
        let bias = |beta| if self.corrects_bias { bias(beta, k as f64) } else { 1.0 };
        let unit_of_root = ((1.0 - self.beta2) / bias(self.beta2)).sqrt();
        let unit_of_mean = (1.0 - self.beta1) / bias(self.beta1);
        AdamWStep {
            beta1: self.beta1,
            beta2: self.beta2,
            penalty: self.penalty,
            scale: -step_size * unit_of_mean / unit_of_root,
            epsilon: self.epsilon / unit_of_root,
            shrinkage: 1.0 - step_size * self.weight_decay,
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: AdamWStep,
        gradient: &Lanes,
        x: &mut Lanes,
        [mean, square]: [&mut Lanes; 2],
    ) {
        let (beta1, beta2) = (isa.splat_f64s(step.beta1), isa.splat_f64s(step.beta2));
        let (penalty, shrinkage) = (isa.splat_f64s(step.penalty), isa.splat_f64s(step.shrinkage));
        for i in 0..LANES / 2 / S::F64_LANES {
            let (mut points, gradients) = (halves(isa, x, i), halves(isa, gradient, i));
            let (mut means, mut squares) = (halves(isa, mean, i), halves(isa, square, i));
            for half in 0..2 {
                let g = isa.mul_add_f64s(penalty, points[half], gradients[half]);
                means[half] = isa.mul_add_f64s(beta1, means[half], g);
                squares[half] = isa.mul_add_f64s(beta2, squares[half], isa.mul_f64s(g, g));
            }
            let moves = quotients_by_root(isa, step.scale, step.epsilon, means, squares);
            for half in 0..2 {
                points[half] = isa.mul_add_f64s(shrinkage, points[half], moves[half]);
            }
            set_halves(isa, x, i, points);
            set_halves(isa, mean, i, means);
            set_halves(isa, square, i, squares);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::optimizer::tests::{STEP, assert_update, rows};

    const ADAM_W: AdamW = AdamW {
        beta1: 0.8,
        beta2: 0.99,
        epsilon: 0.02,
        weight_decay: 0.6,
        penalty: 0.0,
        corrects_bias: true,
    };

    /// `product` of `k` factors `beta`.
    fn power(beta: f64, k: u64) -> f64 {
        (0..k).map(|_| beta).product()
    }

    fn assert_steps(optimizer: AdamW) {
        for k in [1, 50] {
            let [mean, square] = if k == 1 { [[0.0; LANES]; 2] } else { rows() };
            let memory = [mean, square.map(f64::abs)];
            assert_update(&optimizer, k, memory, |g, x, [m, v]| {
                let AdamW { beta1, beta2, epsilon, weight_decay, penalty, .. } = optimizer;
                let g = g + penalty * x;
                // The memory is that of the equations in units of 1 − beta.
                let (m, v) = (beta1 * m + g, beta2 * v + g * g);
                let is_on = f64::from(optimizer.corrects_bias);
                let mean = (1.0 - beta1) * m / (1.0 - is_on * power(beta1, k));
                let square = (1.0 - beta2) * v / (1.0 - is_on * power(beta2, k));
                (x - STEP * (mean / (square.sqrt() + epsilon) + weight_decay * x), [m, v])
            });
        }
    }

    #[test]
    fn a_step_is_that_of_the_equations() {
        assert_steps(ADAM_W);
        assert_steps(AdamW { corrects_bias: false, ..ADAM_W });
        assert_steps(AdamW { weight_decay: 0.0, penalty: 0.6, ..ADAM_W });
        assert_steps(AdamW { beta1: 0.0, beta2: 0.0, ..ADAM_W });
        assert_steps(AdamW { epsilon: 1e-8, ..ADAM_W });
    }

    #[test]
    fn the_first_step_has_the_length_of_the_step_size() {
        let plain = AdamW { epsilon: 0.0, weight_decay: 0.0, ..ADAM_W };
        assert_update(&plain, 1, [[0.0; LANES]; 2], |g, x, _| {
            let sign = if g == 0.0 { 0.0 } else { g.signum() };
            (x - STEP * sign, [g, g * g])
        });
    }
}
