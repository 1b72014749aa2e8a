//! Exponential function, hyperbolic tangent.
//!
//! ```text
//! x = n ln 2 + r,  |r| <= (ln 2) / 2,  e^x = 2^n (1 + r + r^2 p(r))
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::LOG2_E;

use crate::simd::isa::Isa;
use crate::simd::polynomial::even_odd;

/// `ln 2` without its last 21 bits, so that its product with an exponent is exact.
pub(crate) const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;

/// `ln 2 - LN_2_HIGH`.
pub(crate) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1.5 2^52: numbers near it are integers, whose last bits are those of their distance to it.
pub(crate) const INTEGERS: f64 = 6_755_399_441_055_744.0;

/// The bias of the exponent of one number.
pub(crate) const BIAS: f64 = 1023.0;

/// `(e^r - 1 - r) / r^2` on `|r| <= (ln 2) / 2`; minimax, relative error of `e^r` 4e-18.
const EXP_TAIL: [f64; 10] = [
    0.500_000_000_000_001_1,
    0.166_666_666_666_664_13,
    0.041_666_666_666_530_16,
    0.008_333_333_333_494_47,
    0.001_388_888_894_362_913_8,
    0.000_198_412_695_065_553,
    2.480_149_309_986_921_7e-5,
    2.755_758_639_857_401_4e-6,
    2.763_024_805_249_966_3e-7,
    2.500_005_287_474_659e-8,
];

/// `(n + bias, r)` with `x = n ln 2 + r`; the words are to be shifted left by 52.
///
/// For `|x| < 2^20` and integer `bias`; the remainder is within 2^-55 of its exact value.
#[inline(always)]
pub(crate) fn reduce<S: Isa>(isa: S, x: S::f64s, bias: f64) -> (S::u64s, S::f64s) {
    let origin = isa.splat_f64s(INTEGERS + bias);
    let shifted = isa.mul_add_f64s(x, isa.splat_f64s(LOG2_E), origin);
    let n = isa.sub_f64s(shifted, origin);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(LN_2_HIGH), x);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(LN_2_LOW), r);
    (isa.transmute_u64s_f64s(shifted), r)
}

/// `e^r - 1` for the remainder of [`reduce`].
#[inline(always)]
pub(crate) fn exp_m1_of_remainder<S: Isa>(isa: S, r: S::f64s) -> S::f64s {
    isa.mul_add_f64s(isa.mul_f64s(r, r), even_odd(isa, r, &EXP_TAIL), r)
}

/// `2^n` from `n + BIAS`, for `-1022 <= n <= 1023`.
#[inline(always)]
pub(crate) fn power_of_two<S: Isa>(isa: S, biased: S::u64s) -> S::f64s {
    isa.transmute_f64s_u64s(isa.shift_left(biased, 52))
}

/// Two powers of two whose product is `2^n`, from `n + 2 BIAS`, for `|n| <= 2044`.
#[inline(always)]
pub(crate) fn halves_of_power_of_two<S: Isa>(isa: S, biased_twice: S::u64s) -> (S::f64s, S::f64s) {
    let half = isa.shift_right(biased_twice, 1);
    let rest = isa.sub_u64s(biased_twice, half);
    (power_of_two(isa, half), power_of_two(isa, rest))
}

/// `value`, but one NaN for all NaN `x`.
#[inline(always)]
pub(crate) fn or_nan<S: Isa>(isa: S, x: S::f64s, value: S::f64s) -> S::f64s {
    isa.select_f64s(isa.equal_f64s(x, x), value, isa.splat_f64s(f64::NAN))
}

/// `x` within `[low, high]`; for NaN either bound or NaN, to be replaced by [`or_nan`] later.
#[inline(always)]
pub(crate) fn clamp<S: Isa>(isa: S, x: S::f64s, low: f64, high: f64) -> S::f64s {
    isa.min_f64s(isa.max_f64s(x, isa.splat_f64s(low)), isa.splat_f64s(high))
}

/// Exponential function `e^x` for all `x`.
///
/// # Accuracy
/// Within 1.1 ulp, subnormal results included.
/// Overflow gives infinity, underflow zero.
#[inline(always)]
pub fn exp<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let (exponent, r) = reduce(isa, clamp(isa, x, -746.0, 710.0), 2.0 * BIAS);
    let (first, second) = halves_of_power_of_two(isa, exponent);
    let scaled = isa.mul_add_f64s(first, exp_m1_of_remainder(isa, r), first);
    or_nan(isa, x, isa.mul_f64s(scaled, second))
}

/// `e^x - 1` for all `x`, without cancellation for small `x`.
///
/// # Accuracy
/// Within 2.3 ulp.
#[inline(always)]
pub fn exp_m1<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let value = exp_m1_of_finite(isa, clamp(isa, x, -40.0, 710.0));
    let value = isa.select_f64s(isa.equal_f64s(x, isa.splat_f64s(0.0)), x, value);
    or_nan(isa, x, value)
}

/// `e^x - 1` for `-40 <= x <= 710`, as `2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2))`: `2^n` itself may
/// overflow where the result does not.
#[inline(always)]
fn exp_m1_of_finite<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let (exponent, r) = reduce(isa, x, BIAS - 1.0);
    let scale = power_of_two(isa, exponent);
    let constant = isa.sub_f64s(scale, isa.splat_f64s(0.5));
    let half = isa.mul_add_f64s(scale, exp_m1_of_remainder(isa, r), constant);
    isa.add_f64s(half, half)
}

/// Hyperbolic tangent for all `x`.
///
/// ```text
/// tanh |x| = m / (m + 2),  m = e^(2|x|) - 1
/// ```
///
/// # Accuracy
/// Within 2.8 ulp.
#[inline(always)]
pub fn tanh<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let sign = isa.and_f64s(x, isa.splat_f64s(-0.0));
    let size = isa.min_f64s(isa.abs_f64s(x), isa.splat_f64s(20.0));
    let m = exp_m1_of_finite(isa, isa.add_f64s(size, size));
    let value = isa.div_f64s(m, isa.add_f64s(m, isa.splat_f64s(2.0)));
    or_nan(isa, x, isa.or_f64s(value, sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;
    use crate::simd::check::{
        assert_near, assert_same_bits, assert_table, even, function, spread, value,
    };

    /// Error of the library itself, in ulp.
    const LIBRARY: f64 = 1.0;

    function!(Exp, isa, x => exp(isa, x));
    function!(ExpM1, isa, x => exp_m1(isa, x));
    function!(Tanh, isa, x => tanh(isa, x));

    #[test]
    #[expect(clippy::approx_constant, reason = "the values of a function are no constants")]
    fn exponentials_are_those_of_high_precision() {
        const VALUES: [(f64, f64); 18] = [
            (-745.0, 5.0e-324),
            (-740.5, 2.5e-322),
            (-709.0, 1.216_780_750_623_423e-308),
            (-708.3, 2.450_295_530_965_988e-308),
            (-100.0, 3.720_075_976_020_836e-44),
            (-1.0, 0.367_879_441_171_442_33),
            (-0.346_573_59, 0.707_106_781_384_518_1),
            (-1.0e-10, 0.999_999_999_9),
            (1.0e-17, 1.0),
            (0.3, 1.349_858_807_576_003_2),
            (0.346_573_59, 1.414_213_561_977_153_9),
            (0.5, 1.648_721_270_700_128_2),
            (1.0, 2.718_281_828_459_045),
            (2.5, 12.182_493_960_703_473),
            (10.0, 22_026.465_794_806_718),
            (300.0, 1.942_426_395_241_255_8e130),
            (709.0, 8.218_407_461_554_972e307),
            (709.78, 1.792_822_794_394_515_5e308),
        ];
        const VALUES_M1: [(f64, f64); 17] = [
            (-50.0, -1.0),
            (-37.0, -0.999_999_999_999_999_9),
            (-10.0, -0.999_954_600_070_237_5),
            (-1.0, -0.632_120_558_828_557_7),
            (-0.35, -0.295_311_910_281_286_56),
            (-0.1, -0.095_162_581_964_040_43),
            (-1.0e-9, -9.999_999_995e-10),
            (1.0e-300, 1.0e-300),
            (1.0e-17, 1.0e-17),
            (1.0e-5, 1.000_005_000_016_666_8e-5),
            (0.1, 0.105_170_918_075_647_63),
            (0.346_57, 0.414_208_484_959_579_7),
            (0.347, 0.414_816_725_370_428_63),
            (1.0, 1.718_281_828_459_045_3),
            (5.0, 147.413_159_102_576_6),
            (40.0, 2.353_852_668_370_2e17),
            (709.78, 1.792_822_794_394_515_5e308),
        ];
        assert_table(Exp, &VALUES, 1.1);
        assert_table(ExpM1, &VALUES_M1, 2.3);
    }

    #[test]
    fn hyperbolic_tangents_are_those_of_high_precision() {
        const VALUES: [(f64, f64); 16] = [
            (-15.0, -0.999_999_999_999_812_8),
            (-1.0, -0.761_594_155_955_764_9),
            (-0.1, -0.099_667_994_624_955_82),
            (1.0e-300, 1.0e-300),
            (1.0e-9, 1.0e-9),
            (0.01, 0.009_999_666_679_999_46),
            (0.17, 0.168_381_045_870_814_73),
            (0.18, 0.178_080_868_117_330_2),
            (0.5, 0.462_117_157_260_009_74),
            (0.55, 0.500_520_211_190_235_3),
            (1.0, 0.761_594_155_955_764_9),
            (2.0, 0.964_027_580_075_816_9),
            (5.0, 0.999_909_204_262_595_1),
            (10.0, 0.999_999_995_877_692_7),
            (19.0, 0.999_999_999_999_999_9),
            (25.0, 1.0),
        ];
        assert_table(Tanh, &VALUES, 2.8);
    }

    #[test]
    fn exponentials_agree_with_the_library() {
        assert_near(Exp, real::exp, &even(-745.0, 709.78, 500_000), 1.1 + LIBRARY);
        assert_near(Exp, real::exp, &even(-1.0, 1.0, 500_000), 1.1 + LIBRARY);
        assert_near(ExpM1, real::expm1, &even(-40.0, 709.78, 500_000), 2.3 + LIBRARY);
        assert_near(ExpM1, real::expm1, &even(-1.0, 1.0, 500_000), 2.3 + LIBRARY);
        // The library's hyperbolic tangent errs by more than its other functions.
        assert_near(Tanh, real::tanh, &even(-20.0, 20.0, 500_000), 2.8 + 2.0 * LIBRARY);
        assert_near(Tanh, real::tanh, &spread(1e-300, 2.0, 500_000), 2.8 + 2.0 * LIBRARY);
    }

    #[test]
    fn limits_of_exponentials() {
        for (x, expected) in [
            (0.0, 1.0),
            (-746.0, 0.0),
            (f64::NEG_INFINITY, 0.0),
            (709.8, f64::INFINITY),
            (f64::INFINITY, f64::INFINITY),
        ] {
            assert_eq!(value(Exp, x), expected);
            assert_eq!(value(ExpM1, x), expected - 1.0);
        }
        assert_eq!([value(Tanh, f64::INFINITY), value(Tanh, f64::NEG_INFINITY)], [1.0, -1.0]);
        assert!(
            [value(Exp, f64::NAN), value(ExpM1, f64::NAN), value(Tanh, f64::NAN)]
                .iter()
                .all(|v| v.is_nan())
        );
        assert_eq!([value(ExpM1, -0.0), value(Tanh, -0.0)].map(f64::to_bits), [1 << 63; 2]);
    }

    #[test]
    fn every_level_gives_the_same_exponentials() {
        assert_same_bits(Exp, &even(-750.0, 712.0, 100_000));
        assert_same_bits(ExpM1, &even(-45.0, 45.0, 100_000));
        assert_same_bits(Tanh, &even(-21.0, 21.0, 100_000));
    }
}
