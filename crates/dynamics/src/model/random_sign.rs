//! Mean and standard deviation of the sign of a normal variate.
//!
//! ```text
//! P(sign = 1) = (1 + erf y)/2:   mean = erf y,   std = sqrt(1 − erf(y)²)
//! |y| < 3/4:  erf y = y P(y²)
//! else:       1 − erf(y)² = q (2 − q),   q = erfc |y| = e^(−y²) N(|y|) / M(|y|)
//! ```
//!
//! Near a minimum, where noise outweighs the gradient, all of `y` are small, and the second form is
//! left out; which form a number takes depends on that number alone.
//!
//! What the drift and the diffusion of an equation need is absolute accuracy, which is cheaper than
//! the relative one of [`erfc`](crate::simd::erfc).

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::{LN_2, LOG2_E};

use crate::simd::erf::erf_of_small;
use crate::simd::{Isa, even_odd};

/// `|y|` is taken to be at most this, where the standard deviation is 1.7e-16.
const LARGEST: f64 = 8.4;

/// `N`, in powers of `|y|`; with `M` both results have an absolute error below 3e-17 but for rounding.
/// Own, by weighted rational least squares.
const N: [f64; 8] = [
    1.0,
    1.626_632_091_184_846_6,
    1.328_505_556_850_967_4,
    0.668_296_980_617_101_1,
    0.220_261_355_300_573_78,
    0.047_230_276_124_888_66,
    0.006_099_881_547_405_745_4,
    0.000_367_925_984_395_919_93,
];

/// `M`, in powers of `|y|`.
const M: [f64; 9] = [
    1.0,
    2.755_011_258_280_358,
    3.437_202_865_808_193_7,
    2.544_006_607_257_672,
    1.226_127_418_733_361_5,
    0.395_801_190_886_191_4,
    0.084_040_168_803_664_91,
    0.010_811_726_709_849_87,
    0.000_652_132_623_970_027_3,
];

/// `e^r` on `|r| <= (ln 2)/2`; minimax, relative error 3e-18.
const EXP: [f64; 12] = [
    1.0,
    1.0,
    0.500_000_000_000_001_8,
    0.166_666_666_666_661_66,
    0.041_666_666_666_492_616,
    0.008_333_333_333_559_404,
    0.001_388_888_895_125_810_5,
    0.000_198_412_694_326_241_57,
    2.480_148_649_253_862e-5,
    2.755_762_265_254_881_3e-6,
    2.763_230_177_971_24e-7,
    2.499_421_729_187_587_2e-8,
];

/// Means and standard deviations of two vectors of signs, `[mean, std]` each; they share a division.
///
/// # Accuracy
/// Both are within 4e-16.
#[inline(always)]
pub(crate) fn means_and_stds<S: Isa>(isa: S, y: [S::f64s; 2]) -> [[S::f64s; 2]; 2] {
    let (is_small, small) = erf_of_small(isa, y[0]);
    let first = [small, isa.negate_mul_add_f64s(small, small, isa.splat_f64s(1.0))];
    let (is_other_small, small) = erf_of_small(isa, y[1]);
    let second = [small, isa.negate_mul_add_f64s(small, small, isa.splat_f64s(1.0))];
    let all = isa.and_m64s(is_small, is_other_small);
    let [first, second] = if isa.first_true_m64s(isa.not_m64s(all)) < S::F64_LANES {
        let [large, other_large] = large(isa, y);
        [select(isa, is_small, first, large), select(isa, is_other_small, second, other_large)]
    } else {
        [first, second]
    };
    [[first[0], isa.sqrt_f64s(first[1])], [second[0], isa.sqrt_f64s(second[1])]]
}

/// The means of [`means_and_stds`], bit for bit, without the roots.
#[inline(always)]
pub(crate) fn means<S: Isa>(isa: S, y: [S::f64s; 2]) -> [S::f64s; 2] {
    let (is_small, first) = erf_of_small(isa, y[0]);
    let (is_other_small, second) = erf_of_small(isa, y[1]);
    let all = isa.and_m64s(is_small, is_other_small);
    if isa.first_true_m64s(isa.not_m64s(all)) >= S::F64_LANES {
        return [first, second];
    }
    let [[large, _], [other_large, _]] = large(isa, y);
    [isa.select_f64s(is_small, first, large), isa.select_f64s(is_other_small, second, other_large)]
}

#[inline(always)]
fn select<S: Isa>(
    isa: S,
    is_small: S::m64s,
    small: [S::f64s; 2],
    large: [S::f64s; 2],
) -> [S::f64s; 2] {
    [isa.select_f64s(is_small, small[0], large[0]), isa.select_f64s(is_small, small[1], large[1])]
}

/// Means and variances where `|y|` is not small.
#[inline(always)]
fn large<S: Isa>(isa: S, y: [S::f64s; 2]) -> [[S::f64s; 2]; 2] {
    let largest = isa.splat_f64s(LARGEST);
    let first = isa.min_f64s(isa.abs_f64s(y[0]), largest);
    let second = isa.min_f64s(isa.abs_f64s(y[1]), largest);
    let (m0, m1) = (even_odd(isa, first, &M), even_odd(isa, second, &M));
    let inverse = isa.div_f64s(isa.splat_f64s(1.0), isa.mul_f64s(m0, m1));
    let n0 = isa.mul_f64s(even_odd(isa, first, &N), gaussian(isa, first));
    let n1 = isa.mul_f64s(even_odd(isa, second, &N), gaussian(isa, second));
    let q0 = isa.mul_f64s(isa.mul_f64s(n0, m1), inverse);
    let q1 = isa.mul_f64s(isa.mul_f64s(n1, m0), inverse);
    [mean_and_variance(isa, y[0], q0), mean_and_variance(isa, y[1], q1)]
}

/// `e^(−x²)` for `|x| <= LARGEST`, with an absolute error below 2e-16.
#[inline(always)]
fn gaussian<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    /// 1.5 2^52 and the bias of exponents: near it the last bits of a number are those of 2^n.
    const ORIGIN: f64 = 6_755_399_441_055_744.0 + 1023.0;
    let origin = isa.splat_f64s(ORIGIN);
    let square = isa.mul_f64s(x, x);
    let shifted = isa.negate_mul_add_f64s(square, isa.splat_f64s(LOG2_E), origin);
    let n = isa.sub_f64s(shifted, origin);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(LN_2), isa.neg_f64s(square));
    let power = isa.transmute_f64s_u64s(isa.shift_left(isa.transmute_u64s_f64s(shifted), 52));
    isa.mul_f64s(even_odd(isa, r, &EXP), power)
}

#[inline(always)]
fn mean_and_variance<S: Isa>(isa: S, y: S::f64s, q: S::f64s) -> [S::f64s; 2] {
    let sign = isa.and_f64s(y, isa.splat_f64s(-0.0));
    let mean = isa.xor_f64s(isa.sub_f64s(isa.splat_f64s(1.0), q), sign);
    [mean, isa.mul_f64s(q, isa.sub_f64s(isa.splat_f64s(2.0), q))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;
    use crate::simd::{Kernel, dispatch};

    struct Moments(f64, f64);

    impl Kernel for Moments {
        type Output = [[f64; 2]; 2];

        #[inline(always)]
        fn run<S: Isa>(self, isa: S) -> Self::Output {
            let y = [isa.splat_f64s(self.0), isa.splat_f64s(self.1)];
            let [first, second] = means_and_stds(isa, y);
            [
                [isa.reduce_max_f64s(first[0]), isa.reduce_max_f64s(first[1])],
                [isa.reduce_max_f64s(second[0]), isa.reduce_max_f64s(second[1])],
            ]
        }
    }

    #[test]
    fn both_moments_are_those_of_the_error_function() {
        for i in -2_000..=2_000 {
            let y = f64::from(i) * 0.005;
            let moments = dispatch(Moments(y, 1.1 - y));
            for (y, [mean, std]) in [y, 1.1 - y].into_iter().zip(moments) {
                let q = real::erfc(y.abs());
                assert!((mean - real::erf(y)).abs() < 5e-16, "{y}: {mean}");
                assert!((std - (q * (2.0 - q)).sqrt()).abs() < 5e-16, "{y}: {std}");
            }
        }
    }

    #[test]
    fn far_out_a_sign_is_certain() {
        let [[mean, std], [other, _]] = dispatch(Moments(-1e300, f64::INFINITY));
        assert_eq!((mean, other), (-1.0, 1.0));
        assert!(std < 2e-16);
    }
}
