//! Plain gradient descent.
//!
//! ```text
//! x <- x − gamma_k g
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::optimizer::Optimizer;
use crate::noise::Lanes;
use crate::simd::Isa;

/// Plain gradient descent: `x <- x − gamma_k g`; with a random gradient, SGD.
#[derive(Clone, Copy, Debug)]
pub struct GradientDescent;

impl Optimizer<0> for GradientDescent {
    type Step = f64;

    fn step(&self, _: u64, step_size: f64) -> f64 {
        step_size
    }

    #[inline(always)]
    fn update<S: Isa>(isa: S, step: f64, gradient: &Lanes, x: &mut Lanes, _: [&mut Lanes; 0]) {
        let step = isa.splat_f64s(-step);
        for (x, g) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(gradient).0) {
            *x = isa.mul_add_f64s(step, *g, *x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::optimizer::tests::{STEP, assert_update};

    #[test]
    fn a_step_is_against_the_gradient() {
        assert_update(&GradientDescent, 3, [], |g, x, []| (x - STEP * g, []));
    }
}
