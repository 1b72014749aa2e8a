//! Natural logarithm.
//!
//! ```text
//! x = 2^k (1 + f),  1 + f in [sqrt(1/2), sqrt(2)),  ln x = k ln 2 + f + f^2 p(f)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::simd::exp::{LN_2_HIGH, LN_2_LOW};
use crate::simd::isa::Isa;
use crate::simd::polynomial::even_odd;

const ONE: u64 = 0x3ff0_0000_0000_0000;
const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// An integer below 2^52 becomes a float by standing in the mantissa of 2^52.
const TWO_52: u64 = 0x4330_0000_0000_0000;
const TWO_52_AND_BIAS: f64 = (1_u64 << 52) as f64 + 1023.0;

const TWO_54: f64 = (1_u64 << 54) as f64;

/// `(ln(1 + f) - f) / f^2` on `[sqrt(1/2) - 1, sqrt(2) - 1]`; minimax, relative error of
/// `ln(1 + f)` 8e-18.
const LN_TAIL: [f64; 20] = [
    -0.500_000_000_000_000_3,
    0.333_333_333_333_330_26,
    -0.249_999_999_999_749_26,
    0.200_000_000_000_852_05,
    -0.166_666_666_713_549,
    0.142_857_142_796_202_96,
    -0.124_999_996_045_435_59,
    0.111_111_110_989_955_99,
    -0.100_000_179_374_587_72,
    0.090_909_274_425_852_1,
    -0.083_328_641_064_153_14,
    0.076_914_331_935_392_85,
    -0.071_499_374_261_493_76,
    0.066_859_335_137_841_83,
    -0.061_943_639_163_194_18,
    0.056_589_794_747_924_4,
    -0.056_781_267_922_142_86,
    0.065_295_135_381_556_7,
    -0.060_060_509_297_683_16,
    0.026_173_696_038_882_36,
];

/// `(k + 1023, k, f)` of a positive normal number.
#[inline(always)]
fn split<S: Isa>(isa: S, x: S::f64s) -> (S::u64s, S::f64s, S::f64s) {
    let offset = isa.splat_u64s(ONE - SQRT_HALF);
    let shifted = isa.add_u64s(isa.transmute_u64s_f64s(x), offset);
    let exponent = isa.shift_right(shifted, 52);
    let k = isa.transmute_f64s_u64s(isa.or_u64s(exponent, isa.splat_u64s(TWO_52)));
    let k = isa.sub_f64s(k, isa.splat_f64s(TWO_52_AND_BIAS));
    let mantissa = isa.and_u64s(shifted, isa.splat_u64s(MANTISSA));
    let mantissa = isa.add_u64s(mantissa, isa.splat_u64s(SQRT_HALF));
    let f = isa.sub_f64s(isa.transmute_f64s_u64s(mantissa), isa.splat_f64s(1.0));
    (exponent, k, f)
}

/// `k ln 2 + ln(1 + f)`.
#[inline(always)]
fn join<S: Isa>(isa: S, k: S::f64s, f: S::f64s) -> S::f64s {
    let small = isa.mul_f64s(k, isa.splat_f64s(LN_2_LOW));
    let tail = isa.mul_add_f64s(isa.mul_f64s(f, f), even_odd(isa, f, &LN_TAIL), small);
    isa.add_f64s(isa.mul_add_f64s(k, isa.splat_f64s(LN_2_HIGH), f), tail)
}

/// `value` where `0 < x < inf`; else what a logarithm is at `x`: `x` itself at infinity, minus
/// infinity at zero, and NaN.
#[inline(always)]
fn with_limits<S: Isa>(isa: S, x: S::f64s, value: S::f64s) -> S::f64s {
    let infinity = isa.splat_f64s(f64::INFINITY);
    let zero = isa.splat_f64s(0.0);
    let minus_infinity = isa.splat_f64s(f64::NEG_INFINITY);
    let nan = isa.splat_f64s(f64::NAN);
    let not_positive = isa.select_f64s(isa.equal_f64s(x, zero), minus_infinity, nan);
    let value = isa.select_f64s(isa.less_than_f64s(x, infinity), value, x);
    isa.select_f64s(isa.greater_than_f64s(x, zero), value, not_positive)
}

/// Natural logarithm of all `x`: minus infinity at zero, NaN below it.
///
/// # Accuracy
/// Within 1.2 ulp, for subnormal `x` too.
#[inline(always)]
pub fn ln<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let is_subnormal = isa.less_than_f64s(x, isa.splat_f64s(f64::MIN_POSITIVE));
    let enlarged = isa.mul_f64s(x, isa.splat_f64s(TWO_54));
    let normal = isa.select_f64s(is_subnormal, enlarged, x);
    let (_, k, f) = split(isa, normal);
    let shift = isa.select_f64s(is_subnormal, isa.splat_f64s(54.0), isa.splat_f64s(0.0));
    with_limits(isa, x, join(isa, isa.sub_f64s(k, shift), f))
}

/// `ln(1 + x)` for all `x`, without cancellation for small `x`: minus infinity at -1, NaN below it.
///
/// ```text
/// 1 + x = u + e exactly, with u rounded;  u = 2^k (1 + f);  ln(1 + x) = k ln 2 + ln(1 + f + e / 2^k)
/// ```
///
/// # Accuracy
/// Within 1.8 ulp.
#[inline(always)]
pub fn ln_1p<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let one = isa.splat_f64s(1.0);
    let u = isa.add_f64s(one, x);
    let part_of_x = isa.sub_f64s(u, one);
    let part_of_one = isa.sub_f64s(u, part_of_x);
    let error = isa.add_f64s(isa.sub_f64s(one, part_of_one), isa.sub_f64s(x, part_of_x));
    let (exponent, k, f) = split(isa, u);
    let inverse = isa.sub_u64s(isa.splat_u64s(2 * 1023), exponent);
    let inverse = isa.transmute_f64s_u64s(isa.shift_left(inverse, 52));
    let is_small = isa.less_than_f64s(x, isa.splat_f64s(TWO_54));
    let f_of_small = isa.mul_add_f64s(error, inverse, f);
    let value = join(isa, k, isa.select_f64s(is_small, f_of_small, f));
    let value = isa.select_f64s(isa.equal_f64s(x, isa.splat_f64s(0.0)), x, value);
    with_limits(isa, u, value)
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

    function!(Ln, isa, x => ln(isa, x));
    function!(Ln1p, isa, x => ln_1p(isa, x));

    #[test]
    #[expect(clippy::approx_constant, reason = "the values of a function are no constants")]
    fn logarithms_are_those_of_high_precision() {
        const VALUES: [(f64, f64); 17] = [
            (5.0e-324, -744.440_071_921_381_2),
            (1.5e-310, -713.395_913_720_046),
            (2.225_073_858_507_201_4e-308, -708.396_418_532_264_1),
            (1.0e-100, -230.258_509_299_404_58),
            (0.1, -2.302_585_092_994_045_5),
            (0.5, -0.693_147_180_559_945_3),
            (0.707_106_781_186_547_5, -0.346_573_590_279_972_75),
            (0.707_106_781_186_547_6, -0.346_573_590_279_972_6),
            (0.999_999, -1.000_000_500_029_089e-6),
            (1.000_000_000_000_000_2, 2.220_446_049_250_312_8e-16),
            (1.25, 0.223_143_551_314_209_76),
            (1.414_213_562_373_095_1, 0.346_573_590_279_972_7),
            (2.0, 0.693_147_180_559_945_3),
            (10.0, 2.302_585_092_994_046),
            (123_456.789, 11.723_646_487_185_881),
            (1.0e200, 460.517_018_598_809_16),
            (1.797_693_134_862_315_7e308, 709.782_712_893_384),
        ];
        const VALUES_1P: [(f64, f64); 17] = [
            (-0.999_999_999_999_999_9, -36.736_800_569_677_1),
            (-0.9, -2.302_585_092_994_046),
            (-0.5, -0.693_147_180_559_945_3),
            (-0.292_9, -0.346_583_180_371_941_9),
            (-0.1, -0.105_360_515_657_826_31),
            (-1.0e-8, -1.000_000_005_000_000_1e-8),
            (1.0e-300, 1.0e-300),
            (1.0e-17, 1.0e-17),
            (1.0e-9, 9.999_999_995e-10),
            (0.1, 0.095_310_179_804_324_87),
            (0.41, 0.343_589_704_390_076_9),
            (0.42, 0.350_656_871_613_169_33),
            (1.0, 0.693_147_180_559_945_3),
            (10.0, 2.397_895_272_798_370_7),
            (1_000_000_000.0, 20.723_265_837_946_41),
            (1.0e18, 41.446_531_673_892_82),
            (1.797_693_134_862_315_7e308, 709.782_712_893_384),
        ];
        assert_table(Ln, &VALUES, 1.2);
        assert_table(Ln1p, &VALUES_1P, 1.8);
    }

    #[test]
    fn logarithms_agree_with_the_library() {
        assert_near(Ln, real::ln, &spread(f64::from_bits(1), f64::MAX, 500_000), 1.2 + LIBRARY);
        assert_near(Ln, real::ln, &even(0.3, 3.0, 500_000), 1.2 + LIBRARY);
        assert_near(Ln1p, real::ln_1p, &even(-0.999_999, 3.0, 500_000), 1.8 + LIBRARY);
        assert_near(Ln1p, real::ln_1p, &spread(1e-300, f64::MAX, 400_000), 1.8 + LIBRARY);
        let negative: Vec<f64> = spread(1e-300, 0.5, 100_000).iter().map(|x| -x).collect();
        assert_near(Ln1p, real::ln_1p, &negative, 1.8 + LIBRARY);
    }

    #[test]
    fn limits_of_logarithms() {
        for (x, expected) in [
            (0.0, f64::NEG_INFINITY),
            (-0.0, f64::NEG_INFINITY),
            (1.0, 0.0),
            (f64::INFINITY, f64::INFINITY),
        ] {
            assert_eq!(value(Ln, x), expected);
            assert_eq!(value(Ln1p, x - 1.0), expected);
        }
        for x in [-f64::MIN_POSITIVE, -1.0, f64::NEG_INFINITY, f64::NAN] {
            assert!(value(Ln, x).is_nan() && value(Ln1p, x - 1.5).is_nan());
        }
        assert_eq!(value(Ln1p, -0.0).to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn every_level_gives_the_same_logarithms() {
        assert_same_bits(Ln, &spread(f64::from_bits(1), f64::MAX, 100_000));
        assert_same_bits(Ln1p, &even(-1.5, 3.0, 50_000));
        assert_same_bits(Ln1p, &spread(1e-300, f64::MAX, 50_000));
    }
}
