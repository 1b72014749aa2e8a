//! The stochastic differential equation of SignSGD, by Euler–Maruyama.
//!
//! ```text
//! dX = −m dt + sqrt(eta) sqrt(1 − m²) dW
//! m = erf(∇f(X)/(sqrt(2) sigma)) for Gaussian noise,  2 F(∇f(X)/sigma) − 1 for Student-t noise
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::sde::{DT, Interval, Sde, scheme};
use crate::model::settings::{STEP_SIZE, parts_of_a_step};
use crate::model::sign_law::{OfSignLaw, SignLaw, with_law};
use crate::model::uniform_noise::{UniformNoise, check_schedule, check_uniform};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part, Violation};
use crate::problem::{GradientNoise, Problem};
use crate::simd::Isa;

/// The stochastic differential equation of SignSGD.
pub struct SignSgdSdeKind;

const PART: Part = Part {
    name: "sign_sgd_sde",
    doc: "The stochastic differential equation of SignSGD, by Euler–Maruyama: \
          dX = −m dt + √η √(1 − m²) dW with m = erf(∇f(X)/(√2 σ)) for Gaussian noise, \
          m = 2F(∇f(X)/σ) − 1 for Student-t noise with the distribution function F. One step stands \
          for one iteration, time η. A schedule multiplies drift and diffusion alike.",
    parameters: &[STEP_SIZE, DECAY_POWER, DECAY_STEPS, NOISE_DECAY_POWER, NOISE_DECAY_STEPS, DT],
    source: file!(),
};

impl ModelKind for SignSgdSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic", "formula", "network"]
    }

    fn check(&self, _: &Parameters, _: usize) -> Vec<Violation> {
        Vec::new()
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        if let Some(violation) = check_schedule(parameters, problem) {
            return vec![violation];
        }
        let Some(noise) = UniformNoise::of(problem) else {
            return check_uniform(problem).into_iter().collect();
        };
        let mut violations = Vec::new();
        if noise.law == GradientNoise::Rademacher {
            violations.push(Violation {
                parameter: "gradient_noise",
                message: "the drift jumps where the noise has no density".to_owned(),
                remedy: "take `gaussian` or `student_t`".to_owned(),
            });
        }
        if noise.std == 0.0 {
            violations.push(Violation {
                parameter: "noise_std",
                message: "without noise the drift is a jump at zero".to_owned(),
                remedy: "take a positive scale of the noise".to_owned(),
            });
        }
        violations
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        common_noise::equation_step(parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let noise = UniformNoise::of(problem.as_ref()).expect("the noise of the cell is checked");
        with_law(noise.law, Scheme { parameters, problem, noise })
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        2 * parts_of_a_step(parameters.real("dt"))
    }
}

/// The equation on a problem, but for the law of its noise.
struct Scheme<'a> {
    parameters: &'a Parameters,
    problem: &'a Arc<dyn Problem>,
    noise: UniformNoise,
}

impl OfSignLaw for Scheme<'_> {
    fn build<L: SignLaw>(self, law: L) -> Box<dyn Model> {
        let sde = SignSgdSde { law, noise_scale: self.noise.std };
        scheme(self.parameters, self.problem, sde)
    }
}

/// The equation of SignSGD for noise `sigma xi` on every coordinate of a gradient, where the sign of
/// the gradient has the mean `m`.
///
/// ```text
/// h = gamma_k/n in time units:   X += −h m + (gamma_k/sqrt(n)) sqrt(1 − m²) z
/// ```
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Corollary 3.3 for Gaussian noise, and for Student-t noise
/// Theorem 3.2 and Corollary 3.11 as recalled, where `sigma` is the scale of the law, not its standard
/// deviation; with a schedule as the step sizes `eta eta_t` there.
#[derive(Clone, Copy, Debug)]
struct SignSgdSde<L> {
    /// The law of `xi`.
    law: L,
    /// Scale `sigma > 0`.
    noise_scale: f64,
}

/// The constants of an interval of [`SignSgdSde`].
#[derive(Clone, Copy, Debug)]
struct SignSgdSdeStep<L> {
    law: L,
    inverse: f64,
    drift: f64,
    diffusion: f64,
}

impl<L: SignLaw> Sde<0> for SignSgdSde<L> {
    type Step = SignSgdSdeStep<L>;

    fn step(&self, interval: Interval) -> SignSgdSdeStep<L> {
        SignSgdSdeStep {
            law: self.law,
            inverse: self.law.inverse_scale(self.noise_scale * interval.noise),
            drift: -interval.step_size / interval.n_parts,
            diffusion: interval.step_size / interval.n_parts.sqrt(),
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: SignSgdSdeStep<L>,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        _: [&mut Lanes; 0],
    ) {
        let (drift, diffusion) = (isa.splat_f64s(step.drift), isa.splat_f64s(step.diffusion));
        let inverse = isa.splat_f64s(step.inverse);
        let mut s = *gradient;
        for s in S::as_mut_simd_f64s(&mut s).0 {
            *s = isa.mul_f64s(inverse, *s);
        }
        let [means, stds] = step.law.moments(isa, &s);
        let (means, stds) = (S::as_simd_f64s(&means).0, S::as_simd_f64s(&stds).0);
        let (normals, points) = (S::as_simd_f64s(normals).0, S::as_mut_simd_f64s(x).0);
        for i in 0..LANES / S::F64_LANES {
            let moved = isa.mul_add_f64s(drift, means[i], points[i]);
            points[i] = isa.mul_add_f64s(isa.mul_f64s(diffusion, stds[i]), normals[i], moved);
        }
    }
}

#[cfg(test)]
mod tests;
