//! Moving averages of gradients, and division by the root of that of their squares.
//!
//! ```text
//! scale m / (sqrt(v) + epsilon)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::{LANES, Lanes};
use crate::real;
use crate::simd::Isa;

/// `1 − beta^k`, without cancellation.
pub(crate) fn bias(beta: f64, k: f64) -> f64 {
    // beta^k is below exp(−k (1 − beta)), and below 2⁻⁵⁴ one less it is one.
    if k * (1.0 - beta) > 38.0 {
        return 1.0;
    }
    -real::expm1(k * real::ln(beta))
}

/// Quotients by a root: `scale m / (sqrt(v) + epsilon)` of two vectors, `v ≥ 0`.
///
/// The reciprocal of the root comes from its exponent, a Newton step and a third-order one; a last
/// correction makes the root accurate. Both quotients share one division.
///
/// # Accuracy
/// Relative errors within 5e-16, where `sqrt(v) + epsilon` lies in `[1e-150, 1e150]`; beyond it is
/// replaced by the nearest end, so that no vector spoils the other.
#[inline(always)]
pub(crate) fn quotients_by_root<S: Isa>(
    isa: S,
    scale: f64,
    epsilon: f64,
    m: [S::f64s; 2],
    v: [S::f64s; 2],
) -> [S::f64s; 2] {
    let a = denominator(isa, epsilon, v[0]);
    let b = denominator(isa, epsilon, v[1]);
    let inverse = isa.div_f64s(isa.splat_f64s(scale), isa.mul_f64s(a, b));
    let first = isa.mul_f64s(isa.mul_f64s(m[0], b), inverse);
    let second = isa.mul_f64s(isa.mul_f64s(m[1], a), inverse);
    [first, second]
}

/// `sqrt(v) + epsilon` for `v ≥ 0`, within `[1e-150, 1e150]`.
#[inline(always)]
fn denominator<S: Isa>(isa: S, epsilon: f64, v: S::f64s) -> S::f64s {
    /// Half the exponent, negated: `1/sqrt(v)` within 3.5 %.
    const MAGIC: u64 = 0x5fe6_eb50_c7b5_37a9;
    /// One half, and half the mean square of those 3.5 %: the error of a Newton step has one sign.
    const HALF_AND_MORE: f64 = 0.5009;
    let half = isa.splat_f64s(0.5);
    let exponent = isa.shift_right(isa.transmute_u64s_f64s(v), 1);
    let r = isa.transmute_f64s_u64s(isa.sub_u64s(isa.splat_u64s(MAGIC), exponent));
    // The root s and h = 1/(2s) together: e = 1/2 − s h is half their relative error.
    let s = isa.mul_f64s(v, r);
    let h = isa.mul_f64s(half, r);
    let e = isa.negate_mul_add_f64s(s, h, isa.splat_f64s(HALF_AND_MORE));
    let s = isa.mul_add_f64s(s, e, s);
    let h = isa.mul_add_f64s(h, e, h);
    let e = isa.negate_mul_add_f64s(s, h, half);
    let e = isa.mul_add_f64s(e, isa.mul_f64s(e, isa.splat_f64s(1.5)), e);
    let s = isa.mul_add_f64s(s, e, s);
    let h = isa.mul_add_f64s(h, e, h);
    let s_and_more = isa.add_f64s(s, isa.splat_f64s(epsilon));
    let value = isa.mul_add_f64s(isa.negate_mul_add_f64s(s, s, v), h, s_and_more);
    isa.max_f64s(isa.min_f64s(value, isa.splat_f64s(1e150)), isa.splat_f64s(1e-150))
}

/// `v_0 = g² + variance`
#[inline(always)]
pub(crate) fn set_square<S: Isa>(isa: S, variance: f64, gradient: &Lanes, square: &mut Lanes) {
    let variance = isa.splat_f64s(variance);
    for (v, g) in S::as_mut_simd_f64s(square).0.iter_mut().zip(S::as_simd_f64s(gradient).0) {
        *v = isa.mul_add_f64s(*g, *g, variance);
    }
}

/// The two halves of a row: vector `i` of the first and of the second.
#[inline(always)]
pub(crate) fn halves<S: Isa>(_: S, row: &Lanes, i: usize) -> [S::f64s; 2] {
    let row = S::as_simd_f64s(row).0;
    [row[i], row[i + LANES / 2 / S::F64_LANES]]
}

/// Writes the vectors that [`halves`] reads.
#[inline(always)]
pub(crate) fn set_halves<S: Isa>(_: S, row: &mut Lanes, i: usize, values: [S::f64s; 2]) {
    let row = S::as_mut_simd_f64s(row).0;
    row[i] = values[0];
    row[i + LANES / 2 / S::F64_LANES] = values[1];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch_at};

    struct Quotients<'a>(f64, &'a Lanes, &'a Lanes);

    impl Kernel for Quotients<'_> {
        type Output = Lanes;

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) -> Lanes {
            let mut out = [0.0; LANES];
            for i in 0..LANES / 2 / S::F64_LANES {
                let (m, v) = (halves(isa, self.1, i), halves(isa, self.2, i));
                set_halves(isa, &mut out, i, quotients_by_root(isa, -3.0, self.0, m, v));
            }
            out
        }
    }

    fn quotients(epsilon: f64, m: &Lanes, v: &Lanes) -> Lanes {
        dispatch_at(Level::current(), Quotients(epsilon, m, v))
    }

    #[test]
    fn quotients_are_exact_to_a_few_units_of_the_last_place() {
        for epsilon in [0.0, 1e-8, 0.3, 50.0] {
            for exponent in -90..90 {
                let scale = crate::real::pow(10.0, f64::from(exponent));
                let v: Lanes = std::array::from_fn(|lane| scale * (1.0 + lane as f64 * 0.61));
                let m: Lanes = std::array::from_fn(|lane| (0.37 * lane as f64 - 2.0) / scale);
                for (lane, found) in quotients(epsilon, &m, &v).into_iter().enumerate() {
                    let expected = -3.0 * m[lane] / (v[lane].sqrt() + epsilon);
                    let error = (found - expected).abs() / expected.abs();
                    assert!(error < 9e-16, "{epsilon} {scale}: {error}");
                }
            }
        }
    }

    #[test]
    fn no_number_spoils_another() {
        let m = [1.0; LANES];
        let mut v = [4.0; LANES];
        v[..5].copy_from_slice(&[0.0, f64::INFINITY, f64::NAN, 1e308, 1e-308]);
        let found = quotients(1e-8, &m, &v);
        assert!(found[5..].iter().all(|q| (q + 3.0 / (2.0 + 1e-8)).abs() < 1e-15));
        assert!((found[0] + 3e8).abs() < 1e-6);
        let mut m = m;
        m[0] = 0.0;
        v[0] = 0.0;
        assert_eq!(quotients(0.0, &m, &v)[0], 0.0, "0/0 counts as zero");
    }

    #[test]
    fn biases_are_powers() {
        for beta in [0.0, 0.5, 0.9, 0.999, 0.999_999] {
            let mut power = 1.0;
            for k in 1..=60 {
                power *= beta;
                let found = bias(beta, f64::from(k));
                assert!((found - (1.0 - power)).abs() < 1e-15 + 1e-15 * 60.0, "{beta} {k}");
            }
        }
    }
}
