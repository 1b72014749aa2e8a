//! Polynomials with constant coefficients, the constant term first.
//!
//! ```text
//! p(x) = c_0 + c_1 x + ... + c_d x^d
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::simd::isa::Isa;

/// `p(x)` by Horner's rule: one fused multiply-add for each coefficient but the last.
///
/// # Accuracy
/// The rounding of the last operation, and of the one before it times `x`, prevail if the terms
/// decrease.
///
/// # Panics
/// If there are no coefficients.
#[inline(always)]
pub fn horner<S: Isa, const N: usize>(isa: S, x: S::f64s, coefficients: &[f64; N]) -> S::f64s {
    let mut sum = isa.splat_f64s(coefficients[N - 1]);
    for degree in (0..N - 1).rev() {
        sum = isa.mul_add_f64s(sum, x, isa.splat_f64s(coefficients[degree]));
    }
    sum
}

/// `p(x)` as `even(x^2) + x odd(x^2)`, each part by Horner's rule.
///
/// Half as long a chain of dependent operations as [`horner`], for one more multiplication.
///
/// # Accuracy
/// As [`horner`].
///
/// # Panics
/// If there are fewer than three coefficients.
#[inline(always)]
pub fn even_odd<S: Isa, const N: usize>(isa: S, x: S::f64s, coefficients: &[f64; N]) -> S::f64s {
    let square = isa.mul_f64s(x, x);
    let mut high = isa.splat_f64s(coefficients[N - 1]);
    let mut low = isa.splat_f64s(coefficients[N - 2]);
    for degree in (0..N - 2).rev() {
        let next = isa.mul_add_f64s(high, square, isa.splat_f64s(coefficients[degree]));
        high = low;
        low = next;
    }
    isa.mul_add_f64s(high, x, low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch_at};

    #[test]
    fn both_schemes_evaluate_the_same_polynomial() {
        struct Both;
        impl Kernel for Both {
            type Output = ();
            #[inline(always)]
            fn run<S: Isa>(self, isa: S) {
                for x in [-3.0, 0.0, 1.0, 2.0] {
                    let expected = 5.0 + x * (-4.0 + x * (3.0 + x * (-2.0 + x)));
                    let x = isa.splat_f64s(x);
                    let coefficients = [5.0, -4.0, 3.0, -2.0, 1.0];
                    assert_eq!(isa.reduce_max_f64s(horner(isa, x, &coefficients)), expected);
                    assert_eq!(isa.reduce_max_f64s(even_odd(isa, x, &coefficients)), expected);
                    let odd = expected
                        - isa.reduce_max_f64s(isa.mul_f64s(isa.mul_f64s(x, x), isa.mul_f64s(x, x)));
                    assert_eq!(isa.reduce_max_f64s(even_odd(isa, x, &[5.0, -4.0, 3.0, -2.0])), odd);
                }
            }
        }
        for level in Level::available() {
            dispatch_at(level, Both);
        }
    }
}
