//! Error function and its complement.
//!
//! ```text
//! |x| < 3/4:  erf x = x P(x^2)
//! x >= 0:     erfc x = e^(-x^2) N(x) / M(x)
//! ```
//!
//! All coefficients of `N` and `M` are positive, so that nothing cancels.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::FRAC_2_SQRT_PI;

use crate::simd::exp::{self, BIAS, or_nan};
use crate::simd::isa::Isa;
use crate::simd::polynomial::even_odd;

/// From here on [`erf`] is one less its complement, and below it [`erfc`] is one less its own.
const SMALL: f64 = 0.75;

/// `N`, in powers of `x`, with a relative error of `N / M` below 3.7e-17 on `0.7 <= x <= 27.3`, and
/// below it in what it does to `erfc(x) (2 - erfc x)`; weighted rational least squares.
const NUMERATOR: [f64; 10] = [
    1.0,
    2.200_186_642_441_386_3,
    2.393_999_355_920_045_4,
    1.655_055_508_187_457,
    0.793_467_469_626_143_9,
    0.272_495_239_169_536_94,
    0.067_039_243_882_576_7,
    0.011_435_060_342_648_832,
    0.001_236_976_412_695_466_9,
    6.565_484_448_312_898e-5,
];

/// `M`, in powers of `x`, with `NUMERATOR`.
const DENOMINATOR: [f64; 11] = [
    1.0,
    3.328_565_809_536_833_3,
    5.149_883_671_710_165,
    4.889_763_924_804_188,
    3.165_014_420_130_361_4,
    1.464_700_153_520_353_7,
    0.493_061_112_341_271_04,
    0.119_920_207_672_242_67,
    0.020_326_301_833_443_614,
    0.002_192_483_606_118_991,
    0.000_116_370_181_935_013_21,
];

/// `P - FRAC_2_SQRT_PI` in powers of `x^2`; minimax on `|x| <= 3/4`, relative error of the error
/// function 8e-19.
const SMALL_TAIL: [f64; 11] = [
    1.445_294_560_117_936_4e-17,
    -0.376_126_389_031_837_15,
    0.112_837_916_709_524_81,
    -0.026_866_170_644_402_478,
    0.005_223_977_615_122_226,
    -0.000_854_832_616_908_492_5,
    0.000_120_552_887_769_219_72,
    -1.492_417_662_922_647_1e-5,
    1.643_038_809_376_813_9e-6,
    -1.593_759_900_485_655_3e-7,
    1.146_375_426_840_572_8e-8,
];

/// `(-square, -rest)` with `x^2 = square + rest`, the square rounded: the rest is up to 6e-14, and
/// exponentials amplify it.
#[inline(always)]
pub(crate) fn minus_square<S: Isa>(isa: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let square = isa.mul_f64s(x, x);
    (isa.neg_f64s(square), isa.negate_mul_add_f64s(x, x, square))
}

/// `(|x| < 3/4, erf x)`; for other finite `x` the second is a finite number of no meaning.
#[inline(always)]
pub(crate) fn erf_of_small<S: Isa>(isa: S, x: S::f64s) -> (S::m64s, S::f64s) {
    let tail = isa.mul_f64s(x, even_odd(isa, isa.mul_f64s(x, x), &SMALL_TAIL));
    let value = isa.mul_add_f64s(x, isa.splat_f64s(FRAC_2_SQRT_PI), tail);
    (isa.less_than_f64s(isa.abs_f64s(x), isa.splat_f64s(SMALL)), value)
}

/// `(1 + m) N(x) / M(x)`.
#[inline(always)]
pub(crate) fn scaled_complement<S: Isa>(isa: S, m: S::f64s, x: S::f64s) -> S::f64s {
    let scaled = isa.div_f64s(even_odd(isa, x, &NUMERATOR), even_odd(isa, x, &DENOMINATOR));
    isa.mul_add_f64s(scaled, m, scaled)
}

/// Error function of all `x`.
///
/// ```text
/// erf x = (2 / sqrt(pi)) int_0^x e^(-s^2) ds
/// ```
///
/// # Accuracy
/// Within 1.7 ulp, and never beyond 1.
///
/// # Source
/// The rational function and the polynomial are ours.
#[inline(always)]
pub fn erf<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let size = isa.min_f64s(isa.abs_f64s(x), isa.splat_f64s(6.0));
    let (square, _) = minus_square(isa, size);
    let (exponent, r) = exp::reduce(isa, square, BIAS);
    let scale = exp::power_of_two(isa, exponent);
    let scaled = scaled_complement(isa, exp::exp_m1_of_remainder(isa, r), size);
    let large = isa.negate_mul_add_f64s(scaled, scale, isa.splat_f64s(1.0));
    let large = isa.or_f64s(large, isa.and_f64s(x, isa.splat_f64s(-0.0)));
    let (is_small, small) = erf_of_small(isa, x);
    or_nan(isa, x, isa.select_f64s(is_small, small, large))
}

/// Complement `erfc x = 1 - erf x` of the error function, for all `x`.
///
/// # Accuracy
/// Within 6 ulp, subnormal results included; within 1.7 ulp for `|x| < 3/4`.
///
/// # Source
/// The rational function and the polynomial are ours.
#[inline(always)]
pub fn erfc<S: Isa>(isa: S, x: S::f64s) -> S::f64s {
    let size = isa.min_f64s(isa.abs_f64s(x), isa.splat_f64s(28.0));
    let (square, rest) = minus_square(isa, size);
    let (exponent, r) = exp::reduce(isa, square, 2.0 * BIAS);
    let (first, second) = exp::halves_of_power_of_two(isa, exponent);
    let m = exp::exp_m1_of_remainder(isa, isa.add_f64s(r, rest));
    let scaled = isa.mul_f64s(scaled_complement(isa, m, size), first);
    let positive = isa.mul_f64s(scaled, second);
    let negative = isa.sub_f64s(isa.splat_f64s(2.0), positive);
    let is_negative = isa.less_than_f64s(x, isa.splat_f64s(0.0));
    let large = isa.select_f64s(is_negative, negative, positive);
    let (is_small, small) = erf_of_small(isa, x);
    let small = isa.sub_f64s(isa.splat_f64s(1.0), small);
    or_nan(isa, x, isa.select_f64s(is_small, small, large))
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

    function!(Erf, isa, x => erf(isa, x));
    function!(Erfc, isa, x => erfc(isa, x));

    #[test]
    fn error_functions_are_those_of_high_precision() {
        const VALUES: [(f64, f64); 19] = [
            (-7.0, -1.0),
            (-2.0, -0.995_322_265_018_952_7),
            (-0.74, -0.704_678_077_854_745_8),
            (1.0e-300, 1.128_379_167_095_512_6e-300),
            (1.0e-9, 1.128_379_167_095_512_7e-9),
            (0.01, 0.011_283_415_555_849_618),
            (0.1, 0.112_462_916_018_284_9),
            (0.3, 0.328_626_759_459_127_4),
            (0.5, 0.520_499_877_813_046_5),
            (0.749_9, 0.711_091_335_724_585_8),
            (0.75, 0.711_155_633_653_515_1),
            (0.8, 0.742_100_964_707_660_5),
            (1.0, 0.842_700_792_949_714_9),
            (1.5, 0.966_105_146_475_310_8),
            (2.0, 0.995_322_265_018_952_7),
            (3.0, 0.999_977_909_503_001_4),
            (4.0, 0.999_999_984_582_742_1),
            (5.5, 0.999_999_999_999_992_7),
            (5.9, 0.999_999_999_999_999_9),
        ];
        assert_table(Erf, &VALUES, 1.7);
    }

    #[test]
    fn complements_are_those_of_high_precision() {
        const VALUES: [(f64, f64); 22] = [
            (-7.0, 2.0),
            (-2.0, 1.995_322_265_018_952_8),
            (-0.76, 1.717_536_752_805_591),
            (-0.5, 1.520_499_877_813_046_5),
            (-1.0e-9, 1.000_000_001_128_379_2),
            (1.0e-300, 1.0),
            (0.01, 0.988_716_584_444_150_3),
            (0.3, 0.671_373_240_540_872_6),
            (0.5, 0.479_500_122_186_953_5),
            (0.749_9, 0.288_908_664_275_414_2),
            (0.75, 0.288_844_366_346_484_86),
            (1.0, 0.157_299_207_050_285_13),
            (2.0, 0.004_677_734_981_047_266),
            (4.0, 1.541_725_790_028_002e-8),
            (6.0, 2.151_973_671_249_891_3e-17),
            (10.0, 2.088_487_583_762_545e-45),
            (15.0, 7.212_994_172_451_207e-100),
            (20.0, 5.395_865_611_607_901e-176),
            (26.0, 5.663_192_408_856_143e-296),
            (26.5, 2.210_907_664_263_734_3e-307),
            (26.8, 2.484_962_157e-314),
            (27.2, 1.0e-323),
        ];
        assert_table(Erfc, &VALUES, 6.0);
    }

    #[test]
    fn error_functions_agree_with_the_library() {
        assert_near(Erf, real::erf, &even(-6.0, 6.0, 500_000), 1.7 + LIBRARY);
        assert_near(Erf, real::erf, &spread(1e-300, 2.0, 500_000), 1.7 + LIBRARY);
        assert_near(Erfc, real::erfc, &even(-6.0, 27.2, 500_000), 6.0 + LIBRARY);
        assert_near(Erfc, real::erfc, &even(-1.5, 1.5, 500_000), 6.0 + LIBRARY);
    }

    #[test]
    fn limits_of_error_functions() {
        for (x, expected) in [(0.0, 0.0), (6.0, 1.0), (f64::INFINITY, 1.0)] {
            assert_eq!([value(Erf, x), value(Erf, -x)], [expected, -expected]);
            assert_eq!(value(Erfc, -x), 1.0 + expected);
        }
        assert_eq!([value(Erfc, 27.5), value(Erfc, f64::INFINITY)], [0.0, 0.0]);
        assert!(value(Erf, f64::NAN).is_nan() && value(Erfc, f64::NAN).is_nan());
        assert_eq!(value(Erf, -0.0).to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn every_level_gives_the_same_error_functions() {
        assert_same_bits(Erf, &even(-7.0, 7.0, 100_000));
        assert_same_bits(Erfc, &even(-7.0, 28.5, 100_000));
    }
}
