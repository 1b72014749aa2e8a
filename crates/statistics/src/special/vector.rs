//! Elementary functions of whole slices, in vectors.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch, ln, ln_1p};

/// Natural logarithms of `values`.
pub(crate) fn logarithms(values: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    dispatch(Logarithms { values, out: &mut out });
    out
}

/// `out_i = ln(1 + factor x_i)`.
///
/// # Panics
/// If the lengths differ.
pub(crate) fn ln_1p_scaled(factor: f64, values: &[f64], out: &mut [f64]) {
    assert_eq!(values.len(), out.len(), "as many logarithms as values");
    dispatch(ScaledLogarithms { factor, values, out });
}

struct Logarithms<'a> {
    values: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Logarithms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let (vectors, rest) = S::as_simd_f64s(self.values);
        let (targets, last) = S::as_mut_simd_f64s(self.out);
        for (target, x) in targets.iter_mut().zip(vectors) {
            *target = ln(isa, *x);
        }
        isa.partial_store_f64s(last, ln(isa, isa.partial_load_f64s(rest)));
    }
}

struct ScaledLogarithms<'a> {
    factor: f64,
    values: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for ScaledLogarithms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let factor = isa.splat_f64s(self.factor);
        let (vectors, rest) = S::as_simd_f64s(self.values);
        let (targets, last) = S::as_mut_simd_f64s(self.out);
        for (target, x) in targets.iter_mut().zip(vectors) {
            *target = ln_1p(isa, isa.mul_f64s(factor, *x));
        }
        let value = ln_1p(isa, isa.mul_f64s(factor, isa.partial_load_f64s(rest)));
        isa.partial_store_f64s(last, value);
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::real;

    use super::*;

    #[test]
    fn every_value_has_its_logarithm() {
        for n in 0..20 {
            let x: Vec<f64> = (1..=n).map(|i| f64::from(i) * 0.37).collect();
            let mut shifted = vec![0.0; x.len()];
            ln_1p_scaled(-0.1, &x, &mut shifted);
            for ((x, a), b) in x.iter().zip(logarithms(&x)).zip(shifted) {
                assert!((a - real::ln(*x)).abs() <= 5e-16 * a.abs());
                assert!((b - real::ln_1p(-0.1 * x)).abs() <= 6e-16 * b.abs());
            }
        }
    }
}
