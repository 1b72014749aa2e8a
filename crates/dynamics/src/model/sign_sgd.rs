//! SignSGD.
//!
//! ```text
//! x <- x − gamma_k sign(g),   sign(0) = 0
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING, Averaging};
use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::descent::Descent;
use crate::model::mini_batch::{self, BATCH_SIZE, PROBLEMS, SAMPLING};
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS, NoiseSchedule};
use crate::model::optimizer::Optimizer;
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS, Schedule};
use crate::model::settings::STEP_SIZE;
use crate::model::sign_draws::SignDraws;
use crate::model::sign_law::{OfSignLaw, SignLaw, with_law};
use crate::model::uniform_noise::check_schedule;
use crate::noise::Lanes;
use crate::parameter::{Default, Kind, Parameter, Parameters, Part, Value, Violation};
use crate::problem::{GradientNoise, Problem, Quadratic};
use crate::simd::Isa;

/// SignSGD.
pub struct SignSgdKind;

const PART: Part = Part {
    name: "sign_sgd",
    doc: "SignSGD: x ← x − γ_k sign(g), coordinate by coordinate, with a random gradient g. With a \
          constant step size the iterates of a chain stay on a lattice of width γ.",
    parameters: &[
        STEP_SIZE,
        DECAY_POWER,
        DECAY_STEPS,
        NOISE_DECAY_POWER,
        NOISE_DECAY_STEPS,
        BATCH_SIZE,
        SAMPLING,
        Parameter {
            name: DRAWS,
            doc: "On a quadratic, what is drawn for each coordinate: `noise`, which is added to the \
                  gradient, or `bernoulli`, the sign of the sum by its probability, which has the \
                  same law and is faster for Student-t noise; `noise` if it is not given.",
            unit: "",
            kind: Kind::Choice(&["noise", BERNOULLI]),
            default: Default::Absent,
        },
        AVERAGING,
        AVERAGE_FROM,
    ],
    source: file!(),
};

const DRAWS: &str = "draws";
const BERNOULLI: &str = "bernoulli";

/// Whether signs are drawn by their probability.
fn draws_signs(parameters: &Parameters) -> bool {
    parameters.get(DRAWS).and_then(Value::as_text) == Some(BERNOULLI)
}

/// The model on a quadratic, but for the law of its noise.
struct Signs<'a> {
    parameters: &'a Parameters,
    quadratic: &'a Quadratic,
}

impl OfSignLaw for Signs<'_> {
    fn build<L: SignLaw>(self, law: L) -> Box<dyn Model> {
        Box::new(Descent {
            gradient: SignDraws::new(
                self.quadratic,
                law,
                NoiseSchedule::from_parameters(self.parameters),
            ),
            optimizer: SignSgd,
            schedule: Schedule::from_parameters(self.parameters),
            averaging: Averaging::from_parameters(self.parameters),
        })
    }
}

impl ModelKind for SignSgdKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        PROBLEMS
    }

    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
        let mut violations = mini_batch::check(parameters, n_rows);
        if n_rows > 0 && parameters.contains_key(DRAWS) {
            violations.push(Violation {
                parameter: DRAWS,
                message: "the noise of samples is that of the data".to_owned(),
                remedy: "leave it out, or take a `quadratic`".to_owned(),
            });
        }
        violations
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        if let Some(violation) = check_schedule(parameters, problem) {
            return vec![violation];
        }
        let has_density = |quadratic: &Quadratic| {
            quadratic.noise_std > 0.0 && quadratic.noise != GradientNoise::Rademacher
        };
        if !draws_signs(parameters) || problem.get::<Quadratic>().is_none_or(has_density) {
            return Vec::new();
        }
        vec![Violation {
            parameter: DRAWS,
            message: "the noise has no density, so that a sign may be zero".to_owned(),
            remedy: "take `gaussian` or `student_t` noise of a positive scale, or `noise`"
                .to_owned(),
        }]
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        if draws_signs(parameters) {
            return Err(Violation {
                parameter: DRAWS,
                message: "a sign that is drawn is no increment of a Brownian path".to_owned(),
                remedy: "take `noise`, or leave `common_noise` out".to_owned(),
            });
        }
        common_noise::optimiser_step(PART.name, parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        if let Some(quadratic) = problem.get::<Quadratic>().filter(|_| draws_signs(parameters)) {
            return with_law(quadratic.noise, Signs { parameters, quadratic });
        }
        mini_batch::descent(parameters, problem, SignSgd)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        mini_batch::batch_size(parameters)
    }
}

/// Descent by the sign of each coordinate of the gradient; the sign of zero is zero.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, section 3.1.
#[derive(Clone, Copy, Debug)]
pub struct SignSgd;

impl Optimizer<0> for SignSgd {
    type Step = f64;

    fn step(&self, _: u64, step_size: f64) -> f64 {
        step_size
    }

    #[inline(always)]
    fn update<S: Isa>(isa: S, step: f64, gradient: &Lanes, x: &mut Lanes, _: [&mut Lanes; 0]) {
        let (zero, sign_bit) = (isa.splat_f64s(0.0), isa.splat_f64s(-0.0));
        let step = isa.splat_f64s(step);
        for (x, g) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(gradient).0) {
            let size = isa.select_f64s(isa.equal_f64s(*g, zero), zero, step);
            *x = isa.sub_f64s(*x, isa.or_f64s(size, isa.and_f64s(*g, sign_bit)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::optimizer::tests::{STEP, assert_update};

    #[test]
    fn a_step_has_the_sign_of_the_gradient_and_none_at_zero() {
        for k in [1, 50] {
            assert_update(&SignSgd, k, [], |g, x, []| {
                let sign = if g == 0.0 { 0.0 } else { g.signum() };
                (x - STEP * sign, [])
            });
        }
    }
}
