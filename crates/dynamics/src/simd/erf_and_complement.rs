//! Error function together with the standard deviation of a random sign.
//!
//! ```text
//! 1 - erf(x)^2 = q (2 - q),  q = erfc|x|
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::simd::erf::{erf_of_small, minus_square, scaled_complement};
use crate::simd::exp::{self, BIAS, or_nan};
use crate::simd::isa::Isa;

/// `(erf x, sqrt(1 - erf(x)^2))` for all `x`: mean and standard deviation of a sign that is positive
/// with probability `(1 + erf x) / 2`.
///
/// One exponential function, one division and one square root for both.
///
/// # Accuracy
/// The error function is within 1.7 ulp and never beyond 1. The root is within 3 ulp for
/// `|x| <= 26.5`, and zero beyond, where it is below 1e-153.
///
/// # Source
/// That of [`erf`](crate::simd::erf).
#[inline(always)]
pub fn erf_and_complement<S: Isa>(isa: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let limit = isa.splat_f64s(26.5);
    let size = isa.abs_f64s(x);
    let is_huge = isa.greater_than_f64s(size, limit);
    let size = isa.min_f64s(size, limit);
    let (square, rest) = minus_square(isa, size);
    let (exponent, r) = exp::reduce(isa, square, BIAS);
    let m = exp::exp_m1_of_remainder(isa, isa.add_f64s(r, rest));
    let q = isa.mul_f64s(scaled_complement(isa, m, size), exp::power_of_two(isa, exponent));

    let large = isa.sub_f64s(isa.splat_f64s(1.0), q);
    let large = isa.or_f64s(large, isa.and_f64s(x, isa.splat_f64s(-0.0)));
    let (is_small, small) = erf_of_small(isa, x);
    let erf = isa.select_f64s(is_small, small, large);
    let root = isa.sqrt_f64s(isa.mul_f64s(q, isa.sub_f64s(isa.splat_f64s(2.0), q)));
    let root = isa.select_f64s(is_huge, isa.splat_f64s(0.0), root);
    (or_nan(isa, x, erf), or_nan(isa, x, root))
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

    function!(Mean, isa, x => erf_and_complement(isa, x).0);
    function!(Deviation, isa, x => erf_and_complement(isa, x).1);

    #[test]
    fn values_are_those_of_high_precision() {
        const MEANS: [(f64, f64); 19] = [
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
        const DEVIATIONS: [(f64, f64); 19] = [
            (-7.0, 9.147_486_657_852_434e-12),
            (-2.0, 0.096_610_500_244_754_02),
            (-0.76, 0.696_520_644_613_789_2),
            (1.0e-300, 1.0),
            (1.0e-9, 1.0),
            (0.01, 0.999_936_340_240_414_6),
            (0.3, 0.944_459_873_667_162_7),
            (0.5, 0.853_861_743_607_595_8),
            (0.749_9, 0.703_099_646_037_049_6),
            (0.75, 0.703_034_611_326_403_5),
            (1.0, 0.538_382_181_690_592_2),
            (2.0, 0.096_610_500_244_754_02),
            (4.0, 0.000_175_597_595_549_791_6),
            (6.0, 6.560_447_654_314_286e-9),
            (10.0, 6.462_952_241_449_019e-23),
            (15.0, 3.798_155_913_716_867_7e-50),
            (20.0, 3.285_077_049_814_174_5e-88),
            (26.0, 3.365_469_479_539_561e-148),
            (26.5, 6.649_673_171_312_608e-154),
        ];
        assert_table(Mean, &MEANS, 1.7);
        assert_table(Deviation, &DEVIATIONS, 3.0);
    }

    #[test]
    fn values_agree_with_the_library() {
        let deviation = |x: f64| (real::erfc(x.abs()) * (2.0 - real::erfc(x.abs()))).sqrt();
        assert_near(Mean, real::erf, &even(-6.0, 6.0, 500_000), 1.7 + LIBRARY);
        assert_near(Mean, real::erf, &spread(1e-300, 30.0, 500_000), 1.7 + LIBRARY);
        assert_near(Deviation, deviation, &even(-26.5, 26.5, 500_000), 3.0 + 2.0 * LIBRARY);
        assert_near(Deviation, deviation, &even(-1.5, 1.5, 500_000), 3.0 + 2.0 * LIBRARY);
    }

    #[test]
    fn limits() {
        for x in [26.6, f64::MAX, f64::INFINITY] {
            assert_eq!([value(Mean, x), value(Mean, -x)], [1.0, -1.0]);
            assert_eq!([value(Deviation, x), value(Deviation, -x)], [0.0, 0.0]);
        }
        assert!(value(Mean, f64::NAN).is_nan() && value(Deviation, f64::NAN).is_nan());
        assert_eq!(
            [value(Mean, -0.0).to_bits(), value(Deviation, -0.0).to_bits()],
            [1 << 63, 1.0_f64.to_bits()]
        );
        assert!(even(-8.0, 8.0, 100_000).iter().all(|x| value(Mean, *x).abs() <= 1.0));
    }

    #[test]
    fn every_level_gives_the_same_values() {
        assert_same_bits(Mean, &even(-28.0, 28.0, 100_000));
        assert_same_bits(Deviation, &even(-28.0, 28.0, 100_000));
    }
}
