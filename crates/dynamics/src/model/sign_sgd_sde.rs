//! The stochastic differential equation of SignSGD, by Euler–Maruyama; here for Gaussian noise.
//!
//! ```text
//! dX = −erf(Y) dt + sqrt(eta) sqrt(1 − erf(Y)²) dW,   Y = ∇f(X) / (sqrt(2) sigma)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::FRAC_1_SQRT_2;
use std::sync::Arc;

use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::preconditioner::{halves, set_halves};
use crate::model::random_sign::means_and_stds;
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::sde::{DT, EulerScheme, Interval, Sde};
use crate::model::settings::{STEP_SIZE, parts_of_a_step};
use crate::model::student_sign_sde;
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part, Violation};
use crate::problem::{GradientNoise, Problem, Quadratic};
use crate::simd::Isa;

/// The stochastic differential equation of SignSGD.
pub struct SignSgdSdeKind;

const PART: Part = Part {
    name: "sign_sgd_sde",
    doc: "The stochastic differential equation of SignSGD, by Euler–Maruyama: \
          dX = −m dt + √η √(1 − m²) dW with m = erf(∇f(X)/(√2 σ)) for Gaussian noise, \
          m = 2F(∇f(X)/σ) − 1 for Student-t noise with the distribution function F. One step stands \
          for one iteration, time η. A schedule multiplies drift and diffusion alike.",
    parameters: &[STEP_SIZE, DECAY_POWER, DECAY_STEPS, DT],
    source: file!(),
};

impl ModelKind for SignSgdSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic"]
    }

    fn check(&self, _: &Parameters, _: usize) -> Vec<Violation> {
        Vec::new()
    }

    fn check_problem(&self, _: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let problem: &Quadratic = problem.expect();
        let mut violations = Vec::new();
        if problem.noise == GradientNoise::Rademacher {
            violations.push(Violation {
                parameter: "gradient_noise",
                message: "the drift jumps where the noise has no density".to_owned(),
                remedy: "take `gaussian` or `student_t`".to_owned(),
            });
        }
        if problem.noise_std == 0.0 {
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
        let problem: &Quadratic = problem.expect();
        if let GradientNoise::StudentT { nu } = problem.noise {
            return student_sign_sde::boxed(parameters, problem, nu);
        }
        Box::new(EulerScheme::from_parameters(
            parameters,
            problem,
            SignSgdSde { noise_std: problem.noise_std },
        ))
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        2 * parts_of_a_step(parameters.real("dt"))
    }
}

/// The equation of SignSGD for noise `N(0, sigma²)` on every coordinate of a gradient.
///
/// ```text
/// h = gamma_k/n in time units:   X += −h erf(Y) + (gamma_k/sqrt(n)) sqrt(1 − erf(Y)²) z
/// ```
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Corollary 3.3; with a schedule as the step sizes
/// `eta eta_t` there.
#[derive(Clone, Copy, Debug)]
pub struct SignSgdSde {
    /// Standard deviation `sigma > 0` of the noise.
    pub noise_std: f64,
}

/// The constants of an interval of [`SignSgdSde`].
#[derive(Clone, Copy, Debug)]
pub struct SignSgdSdeStep {
    /// `1/(sqrt(2) sigma)`
    inverse: f64,
    drift: f64,
    diffusion: f64,
}

impl Sde<0> for SignSgdSde {
    type Step = SignSgdSdeStep;

    fn step(&self, interval: Interval) -> SignSgdSdeStep {
        SignSgdSdeStep {
            inverse: FRAC_1_SQRT_2 / self.noise_std,
            drift: -interval.step_size / interval.n_parts,
            diffusion: interval.step_size / interval.n_parts.sqrt(),
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        isa: S,
        step: SignSgdSdeStep,
        gradient: &Lanes,
        normals: &Lanes,
        x: &mut Lanes,
        _: [&mut Lanes; 0],
    ) {
        let (drift, diffusion) = (isa.splat_f64s(step.drift), isa.splat_f64s(step.diffusion));
        let inverse = isa.splat_f64s(step.inverse);
        for i in 0..LANES / 2 / S::F64_LANES {
            let (gradients, normals) = (halves(isa, gradient, i), halves(isa, normals, i));
            let y = [isa.mul_f64s(inverse, gradients[0]), isa.mul_f64s(inverse, gradients[1])];
            let moments = means_and_stds(isa, y);
            let mut points = halves(isa, x, i);
            for half in 0..2 {
                let [mean, std] = moments[half];
                let moved = isa.mul_add_f64s(drift, mean, points[half]);
                let noise = isa.mul_f64s(diffusion, std);
                points[half] = isa.mul_add_f64s(noise, normals[half], moved);
            }
            set_halves(isa, x, i, points);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sde::tests::{STEP, assert_moments};
    use crate::real;

    #[test]
    fn one_step_has_the_moments_of_the_equation() {
        assert_moments(SignSgdSde { noise_std: 0.7 }, |g, x, _| {
            let erf = real::erf(g / (2.0_f64.sqrt() * 0.7));
            (x - STEP * erf, STEP * (1.0 - erf * erf).sqrt())
        });
    }

    #[test]
    fn other_noise_and_none_are_refused() {
        let violations = |sigma, noise| {
            let problem = Quadratic::new(vec![1.0], sigma, noise);
            SignSgdSdeKind.check_problem(&Parameters::new(), &problem).len()
        };
        assert_eq!(violations(1.0, GradientNoise::Gaussian), 0);
        assert_eq!(violations(0.0, GradientNoise::Rademacher), 2);
    }
}
