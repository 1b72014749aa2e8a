//! Sine and cosine of angles in radians.
//!
//! ```text
//! x = n pi/2 + r,  |r| <= pi/4 + 0.01,  and sin x, cos x are +-sin r, +-cos r by n mod 4
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use crate::simd::exp::INTEGERS;
use crate::simd::isa::Isa;
use crate::simd::polynomial::horner;
use crate::simd::trigonometric::turn_by_quarters;

/// `pi/2` less its rounded value.
const FRAC_PI_2_LOW: f64 = 6.123_233_995_736_766e-17;

/// `pi/2` less the two parts above.
const FRAC_PI_2_LOWEST: f64 = -1.497_384_904_859_169_8e-33;

/// `(sin r - r)/r^3` in powers of `r^2`; near-minimax on `|r| <= pi/4 + 0.01`, relative error of the
/// sine 7e-18.
const SIN_TAIL: [f64; 7] = [
    -0.166_666_666_666_666_66,
    0.008_333_333_333_333_331,
    -1.984_126_984_126_442_3e-4,
    2.755_731_921_884_501e-6,
    -2.505_210_606_298_387e-8,
    1.605_850_509_962_878_8e-10,
    -7.585_153_629_861_176e-13,
];

/// `(cos r - 1)/r^2` in powers of `r^2`; near-minimax, relative error of the cosine 8e-19.
const COS_TAIL: [f64; 7] = [
    -0.5,
    0.041_666_666_666_666_63,
    -0.001_388_888_888_887_968_2,
    2.480_158_729_285_414e-5,
    -2.755_731_527_851_373e-7,
    2.087_584_169_611_082_5e-9,
    -1.136_537_712_201_449_3e-11,
];

/// `(sin x, cos x)` for `|x| <= 2^40`; both are NaN for other `x`.
///
/// # Accuracy
/// Within 1.6 ulp. The first product with `n` is taken off exactly, since all that is left is a
/// multiple of the last place of `pi/2` below 1; the others leave `n 2^-160`.
#[inline(always)]
pub fn sin_cos<S: Isa>(isa: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let origin = isa.splat_f64s(INTEGERS);
    let shifted = isa.mul_add_f64s(x, isa.splat_f64s(FRAC_2_PI), origin);
    let n = isa.sub_f64s(shifted, origin);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(FRAC_PI_2), x);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(FRAC_PI_2_LOW), r);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(FRAC_PI_2_LOWEST), r);
    let square = isa.mul_f64s(r, r);
    let cube = isa.mul_f64s(r, square);
    let sin = isa.mul_add_f64s(cube, horner(isa, square, &SIN_TAIL), r);
    let cos = isa.mul_add_f64s(square, horner(isa, square, &COS_TAIL), isa.splat_f64s(1.0));
    let (sin, cos) = turn_by_quarters(isa, isa.transmute_u64s_f64s(shifted), sin, cos);
    let limit = isa.splat_f64s((1_u64 << 40) as f64);
    let in_range = isa.less_than_or_equal_f64s(isa.abs_f64s(x), limit);
    let nan = isa.splat_f64s(f64::NAN);
    (isa.select_f64s(in_range, sin, nan), isa.select_f64s(in_range, cos, nan))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;
    use crate::simd::check::{assert_near, assert_same_bits, assert_table, even, function, value};

    function!(Sin, isa, x => sin_cos(isa, x).0);
    function!(Cos, isa, x => sin_cos(isa, x).1);

    #[test]
    #[expect(clippy::approx_constant, reason = "the values of a function are no constants")]
    fn sines_and_cosines_are_those_of_high_precision() {
        const VALUES: [(f64, f64, f64); 16] = [
            (1e-9, 1e-9, 1.0),
            (0.1, 0.099_833_416_646_828_15, 0.995_004_165_278_025_8),
            (0.5, 0.479_425_538_604_203, 0.877_582_561_890_372_8),
            (0.785_398_163_397_448_3, 0.707_106_781_186_547_5, 0.707_106_781_186_547_6),
            (1.0, 0.841_470_984_807_896_5, 0.540_302_305_868_139_8),
            (1.570_796_326_794_896_6, 1.0, 6.123_233_995_736_766e-17),
            (2.0, 0.909_297_426_825_681_7, -0.416_146_836_547_142_4),
            (3.141_592_653_589_793, 1.224_646_799_147_353_2e-16, -1.0),
            (-4.5, 0.977_530_117_665_097, -0.210_795_799_430_779_7),
            (10.0, -0.544_021_110_889_369_8, -0.839_071_529_076_452_4),
            (22.0, -0.008_851_309_290_403_876, -0.999_960_826_394_637_1),
            (355.0, -3.014_435_335_948_845e-5, -0.999_999_999_545_659),
            (-1_000.5, -0.995_273_957_105_213_5, 0.097_106_901_444_385_26),
            (100_000.0, 0.035_748_797_972_016_51, -0.999_360_807_438_212_4),
            (1_234_567.875, -0.481_140_778_264_311_6, -0.876_643_343_379_285_8),
            (1e9, 0.545_843_449_448_699_6, 0.837_887_181_363_902_4),
        ];
        assert_table(Sin, &VALUES.map(|(x, sin, _)| (x, sin)), 1.6);
        assert_table(Cos, &VALUES.map(|(x, _, cos)| (x, cos)), 1.6);
    }

    #[test]
    fn sines_and_cosines_agree_with_the_library() {
        for angles in [even(-0.8, 0.8, 200_000), even(-40.0, 40.0, 200_000), even(1e4, 1e6, 50_000)]
        {
            assert_near(Sin, real::sin, &angles, 2.6);
            assert_near(Cos, real::cos, &angles, 2.6);
        }
    }

    #[test]
    fn ends_are_handled() {
        assert_eq!((value(Sin, -0.0), value(Cos, -0.0)), (0.0, 1.0));
        for x in [2e12, f64::INFINITY, f64::NAN] {
            assert!(value(Sin, x).is_nan() && value(Cos, -x).is_nan());
        }
    }

    #[test]
    fn every_level_gives_the_same_sines_and_cosines() {
        assert_same_bits(Sin, &even(-30.0, 30.0, 100_000));
        assert_same_bits(Cos, &even(-30.0, 30.0, 100_000));
    }
}
