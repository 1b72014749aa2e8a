//! The Gaussian error linear unit.
//!
//! ```text
//! s(z) = z P(z),   s'(z) = P(z) + z p(z),   P and p of the standard normal law
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::FRAC_1_SQRT_2;

use crate::problem::network::graph::operation::{Backward, Operation};
use crate::problem::network::layer::Row;
use crate::simd::{Isa, Kernel, dispatch, erf, exp};

/// `1/sqrt(2 pi)`
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// The Gaussian error linear unit of each value; its derivative takes the argument, which the inputs
/// are.
///
/// # Source
/// Hendrycks & Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415, section 2, with the exact
/// distribution function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gelu {
    /// Values of a sample.
    pub(crate) len: usize,
}

impl Operation for Gelu {
    fn n_inputs(&self) -> usize {
        self.len
    }

    fn n_outputs(&self) -> usize {
        self.len
    }

    fn forward(&self, _: &[Row], inputs: &[Row], outputs: &mut [Row], _: &mut [Row], _: usize) {
        dispatch(Values(inputs, outputs));
    }

    fn backward(&self, pass: Backward<'_>) {
        if let Some(input_deltas) = pass.input_deltas {
            dispatch(Slopes(pass.inputs, pass.deltas, input_deltas));
        }
    }
}

/// `P(z) = (1 + erf(z/sqrt(2)))/2`
#[inline(always)]
fn distribution<S: Isa>(isa: S, z: S::f64s) -> S::f64s {
    let half = isa.splat_f64s(0.5);
    isa.mul_add_f64s(half, erf(isa, isa.mul_f64s(z, isa.splat_f64s(FRAC_1_SQRT_2))), half)
}

struct Values<'a>(&'a [Row], &'a mut [Row]);

impl Kernel for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let outputs = S::as_mut_simd_f64s(self.1.as_flattened_mut()).0;
        for (out, z) in outputs.iter_mut().zip(S::as_simd_f64s(self.0.as_flattened()).0) {
            *out = isa.mul_f64s(*z, distribution(isa, *z));
        }
    }
}

/// Adds the slopes at the first rows times the second ones to the third.
struct Slopes<'a>(&'a [Row], &'a [Row], &'a mut [Row]);

impl Kernel for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Slopes(inputs, deltas, out) = self;
        let numbers = S::as_simd_f64s(inputs.as_flattened()).0.iter();
        let deltas = S::as_simd_f64s(deltas.as_flattened()).0;
        let out = S::as_mut_simd_f64s(out.as_flattened_mut()).0;
        for ((z, delta), out) in numbers.zip(deltas).zip(out) {
            let exponent = isa.mul_f64s(isa.mul_f64s(isa.splat_f64s(-0.5), *z), *z);
            let density = isa.mul_f64s(isa.splat_f64s(DENSITY_AT_ZERO), exp(isa, exponent));
            let slope = isa.mul_add_f64s(*z, density, distribution(isa, *z));
            *out = isa.mul_add_f64s(slope, *delta, *out);
        }
    }
}
