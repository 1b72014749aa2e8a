//! The stochastic differential equation of AdamW.
//!
//! ```text
//! dX = −(1/gamma1) (M + eta rho1 (∇f(X) − M)) / (sqrt(V/gamma2) + epsilon) dt − theta X dt
//! dM = rho1 (∇f(X) − M) dt + sqrt(eta) rho1 Sigma^(1/2) dW,   M_0 = 0
//! dV = rho2 (∇f(X)² + diag Sigma − V) dt,                      V_0 = 0
//! rho_i = (1 − beta_i)/eta,   gamma_i = 1 − exp(−rho_i t)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::model::preconditioner::{bias, halves, quotients_by_root, set_halves};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::sde::{DT, Interval, SECOND_MOMENT, Sde, scheme, squares_gradient};
use crate::model::settings::{BETA1, BETA2, EPSILON, STEP_SIZE, WEIGHT_DECAY, parts_of_a_step};
use crate::model::uniform_noise::{UniformNoise, check_schedule, check_uniform, check_variance};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::Problem;
use crate::real;
use crate::simd::Isa;

/// The stochastic differential equation of AdamW.
pub struct AdamWSdeKind;

const PART: Part = Part {
    name: "adam_w_sde",
    doc: "The stochastic differential equation of AdamW, by Euler–Maruyama. One step stands for \
          one iteration, time η. In each part of a step V moves first, then x with the new V and \
          the old M, then M.",
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
        DT,
        Parameter {
            name: "bias_form",
            doc: "Bias correction: `exponential` has γᵢ = 1 − exp(−ρᵢt), as the equation is \
                  written; `power` has those of the optimiser, 1 − βᵢ^k; `none` has none.",
            unit: "",
            kind: Kind::Choice(&["exponential", "power", "none"]),
            default: Default::Text("exponential"),
        },
        Parameter {
            name: "look_ahead",
            doc: "The term ηρ₁(∇f(X) − M) of the drift of X: `drift` has it, `drift_and_noise` \
                  has the noise that belongs to it too, `none` has neither.",
            unit: "",
            kind: Kind::Choice(&["drift", "drift_and_noise", "none"]),
            default: Default::Text("drift"),
        },
        SECOND_MOMENT,
    ],
    source: file!(),
};

impl ModelKind for AdamWSdeKind {
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
        let look_ahead = parameters.text("look_ahead");
        let sde = AdamWSde {
            beta1: parameters.real("beta1"),
            beta2: parameters.real("beta2"),
            epsilon: parameters.real("epsilon"),
            weight_decay: parameters.real("weight_decay"),
            noise_std: common_noise::sign(parameters) * noise.variance().sqrt(),
            bias: match parameters.text("bias_form") {
                "power" => BiasForm::Power,
                "none" => BiasForm::None,
                _ => BiasForm::Exponential,
            },
            looks_ahead: look_ahead != "none",
            look_ahead_noise: look_ahead == "drift_and_noise",
            squares_gradient: squares_gradient(parameters),
        };
        scheme(parameters, problem, sde)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        2 * parts_of_a_step(parameters.real("dt"))
    }
}

/// How the averages `M` and `V` are corrected for their start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BiasForm {
    /// Not at all: `gamma_i = 1`.
    None,
    /// `gamma_i = 1 − exp(−rho_i t)`, as the equation is written.
    Exponential,
    /// `gamma1 = 1 − beta1^(s/eta + 1)`, `gamma2 = 1 − beta2^(t/eta)` for a part of a step from `s`
    /// to `t`: those of the optimiser.
    Power,
}

/// The equation of AdamW; its memory is `M` and `V`.
///
/// Since `V_0 = 0` is singular, a step of Euler–Maruyama of length `h` first moves `V`; then `x`
/// with the new `V`, the old `M` and the time `t` at the end of the step; then `M`:
///
/// ```text
/// V += h rho2 (g² + sigma² − V)
/// X −= h [(1/gamma1(t)) (M + eta rho1 (g − M)) / (sqrt(V/gamma2(t)) + epsilon) + theta X]
/// M += h rho1 (g − M) + sqrt(eta h) rho1 sigma z
/// ```
///
/// With a schedule `h` in the equation of `X` is `gamma_k/n`, for parts of `1/n` of a step.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Theorem 3.12 as recalled; [`BiasForm::Power`] and
/// `look_ahead_noise` are corrections of our own.
#[derive(Clone, Copy, Debug)]
pub struct AdamWSde {
    /// `beta1` in `[0, 1)`.
    pub beta1: f64,
    /// `beta2` in `[0, 1)`.
    pub beta2: f64,
    /// `epsilon ≥ 0`
    pub epsilon: f64,
    /// Decoupled decay `theta ≥ 0`.
    pub weight_decay: f64,
    /// Standard deviation `sigma` of the noise on each coordinate; its sign is that of the noise.
    pub noise_std: f64,
    /// `gamma1` and `gamma2`.
    pub bias: BiasForm,
    /// Whether the drift of `X` has the term `eta rho1 (∇f(X) − M)`: the average after the step,
    /// which the optimiser uses.
    pub looks_ahead: bool,
    /// Whether `X` also has the noise that belongs to that term.
    pub look_ahead_noise: bool,
    /// Whether `∇f(X)²` is in the equation of `V`; without it and without `looks_ahead` it is the
    /// equation of Malladi et al. 2022.
    pub squares_gradient: bool,
}

/// The constants of an interval of [`AdamWSde`].
#[derive(Clone, Copy, Debug)]
pub struct AdamWSdeStep {
    /// `V <- keep_square V + add_square g² + add_variance`
    keep_square: f64,
    add_square: f64,
    add_variance: f64,
    /// The numerator `keep_ahead M + ahead g + ahead_noise z`.
    keep_ahead: f64,
    ahead: f64,
    ahead_noise: f64,
    /// What the numerator over the root is multiplied by.
    scale: f64,
    epsilon: f64,
    shrinkage: f64,
    /// `M <- keep_mean M + add_mean g + add_noise z`
    keep_mean: f64,
    add_mean: f64,
    add_noise: f64,
}

impl AdamWSde {
    /// `gamma1`, `gamma2`
    fn biases(&self, interval: Interval) -> (f64, f64) {
        let Interval { end, n_parts, .. } = interval;
        let exponential = |beta: f64| -real::expm1((beta - 1.0) * end);
        match self.bias {
            BiasForm::None => (1.0, 1.0),
            BiasForm::Exponential => (exponential(self.beta1), exponential(self.beta2)),
            BiasForm::Power => (bias(self.beta1, end - 1.0 / n_parts + 1.0), bias(self.beta2, end)),
        }
    }
}

impl Sde<2> for AdamWSde {
    type Step = AdamWSdeStep;

    fn step(&self, interval: Interval) -> AdamWSdeStep {
        let (gamma1, gamma2) = self.biases(interval);
        let Interval { n_parts, step_size, noise, .. } = interval;
        let noise_std = self.noise_std * noise;
        let (rate1, rate2) = (1.0 - self.beta1, 1.0 - self.beta2);
        let add_square = rate2 / n_parts;
        let ahead = if self.looks_ahead { rate1 } else { 0.0 };
        let ahead_noise = if self.look_ahead_noise { rate1 * n_parts.sqrt() } else { 0.0 };
        AdamWSdeStep {
            keep_square: 1.0 - add_square,
            add_square: if self.squares_gradient { add_square } else { 0.0 },
            add_variance: add_square * noise_std * noise_std,
            keep_ahead: 1.0 - ahead,
            ahead,
            ahead_noise: ahead_noise * noise_std,
            scale: -step_size / n_parts * gamma2.sqrt() / gamma1,
            epsilon: self.epsilon * gamma2.sqrt(),
            shrinkage: 1.0 - step_size / n_parts * self.weight_decay,
            keep_mean: 1.0 - rate1 / n_parts,
            add_mean: rate1 / n_parts,
            add_noise: rate1 / n_parts.sqrt() * noise_std,
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: AdamWSdeStep,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        [mean, square]: [&mut Lanes; 2],
    ) {
        for i in 0..LANES / 2 / S::F64_LANES {
            let (gradients, normals) = (halves(isa, gradient, i), halves(isa, normals, i));
            let (mut points, mut squares) = (halves(isa, x, i), halves(isa, square, i));
            let mut means = halves(isa, mean, i);
            let mut numerators = means;
            for half in 0..2 {
                let (g, z) = (gradients[half], normals[half]);
                squares[half] = step.square(isa, g, squares[half]);
                numerators[half] = step.numerator(isa, g, z, means[half]);
                means[half] = step.mean(isa, g, z, means[half]);
            }
            let moves = quotients_by_root(isa, step.scale, step.epsilon, numerators, squares);
            for half in 0..2 {
                let shrinkage = isa.splat_f64s(step.shrinkage);
                points[half] = isa.mul_add_f64s(shrinkage, points[half], moves[half]);
            }
            set_halves(isa, x, i, points);
            set_halves(isa, mean, i, means);
            set_halves(isa, square, i, squares);
        }
    }
}

impl AdamWSdeStep {
    #[inline(always)]
    fn square<S: Isa>(&self, isa: S, g: S::f64s, v: S::f64s) -> S::f64s {
        let variance = isa.splat_f64s(self.add_variance);
        let source =
            isa.mul_add_f64s(isa.mul_f64s(isa.splat_f64s(self.add_square), g), g, variance);
        isa.mul_add_f64s(isa.splat_f64s(self.keep_square), v, source)
    }

    #[inline(always)]
    fn numerator<S: Isa>(&self, isa: S, g: S::f64s, z: S::f64s, m: S::f64s) -> S::f64s {
        let noise = isa.mul_f64s(isa.splat_f64s(self.ahead_noise), z);
        let source = isa.mul_add_f64s(isa.splat_f64s(self.ahead), g, noise);
        isa.mul_add_f64s(isa.splat_f64s(self.keep_ahead), m, source)
    }

    #[inline(always)]
    fn mean<S: Isa>(&self, isa: S, g: S::f64s, z: S::f64s, m: S::f64s) -> S::f64s {
        let noise = isa.mul_f64s(isa.splat_f64s(self.add_noise), z);
        let source = isa.mul_add_f64s(isa.splat_f64s(self.add_mean), g, noise);
        isa.mul_add_f64s(isa.splat_f64s(self.keep_mean), m, source)
    }
}

#[cfg(test)]
mod tests;
