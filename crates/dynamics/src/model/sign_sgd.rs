//! SignSGD.
//!
//! ```text
//! x <- x − gamma_k sign(g),   sign(0) = 0
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::averaging::{AVERAGE_FROM, AVERAGING};
use crate::model::common_noise;
use crate::model::core::{Model, ModelKind};
use crate::model::mini_batch::{self, BATCH_SIZE, PROBLEMS, SAMPLING};
use crate::model::optimizer::Optimizer;
use crate::model::schedule::{DECAY_POWER, DECAY_STEPS};
use crate::model::settings::STEP_SIZE;
use crate::noise::Lanes;
use crate::parameter::{Parameters, Part, Violation};
use crate::problem::Problem;
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
        BATCH_SIZE,
        SAMPLING,
        AVERAGING,
        AVERAGE_FROM,
    ],
    source: file!(),
};

impl ModelKind for SignSgdKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        PROBLEMS
    }

    fn check(&self, parameters: &Parameters, n_rows: usize) -> Vec<Violation> {
        mini_batch::check(parameters, n_rows)
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        common_noise::optimiser_step(PART.name, parameters)
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
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
