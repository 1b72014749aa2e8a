//! Sine and cosine of multiples of pi.
//!
//! ```text
//! x = n / 2 + r exactly,  |r| <= 1/4,  and sin(pi x), cos(pi x) are +-sin(pi r), +-cos(pi r) by n mod 4
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::PI;

use crate::simd::exp::INTEGERS;
use crate::simd::isa::Isa;
use crate::simd::polynomial::horner;

/// `sin(pi r) / r - PI` in powers of `r^2`, with `PI` rounded; minimax on `|r| <= 1/4`, relative
/// error of the sine 4e-18.
const SIN_TAIL: [f64; 7] = [
    1.120_599_973_186_724_7e-16,
    -5.167_712_780_049_954,
    2.550_164_039_873_266,
    -0.599_264_528_932_154_5,
    0.082_145_868_949_461_1,
    -0.007_370_018_314_741_168,
    0.000_461_514_432_528_615_4,
];

/// `(cos(pi r) - 1) / r^2` in powers of `r^2`; minimax on `|r| <= 1/4`, relative error of the
/// cosine 4e-20.
const COS_TAIL: [f64; 7] = [
    -4.934_802_200_544_679,
    4.058_712_126_416_749,
    -1.335_262_768_852_004_5,
    0.235_330_630_192_911_37,
    -0.025_806_885_671_161_1,
    0.001_929_465_719_982_993_6,
    -0.000_103_566_571_923_822_76,
];

/// `(sin(pi x), cos(pi x))` for `|x| <= 2^50`; both are NaN for other `x`.
///
/// # Accuracy
/// Within 1.1 ulp; exact where `2x` is an integer.
#[inline(always)]
pub fn sin_cos_pi<S: Isa>(isa: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let origin = isa.splat_f64s(INTEGERS);
    let shifted = isa.mul_add_f64s(x, isa.splat_f64s(2.0), origin);
    let n = isa.sub_f64s(shifted, origin);
    let r = isa.negate_mul_add_f64s(n, isa.splat_f64s(0.5), x);
    let square = isa.mul_f64s(r, r);
    let sin_tail = isa.mul_f64s(r, horner(isa, square, &SIN_TAIL));
    let sin = isa.mul_add_f64s(r, isa.splat_f64s(PI), sin_tail);
    let cos = isa.mul_add_f64s(square, horner(isa, square, &COS_TAIL), isa.splat_f64s(1.0));
    let (sin, cos) = turn_by_quarters(isa, isa.transmute_u64s_f64s(shifted), sin, cos);
    let limit = isa.splat_f64s((1_u64 << 50) as f64);
    let in_range = isa.less_than_or_equal_f64s(isa.abs_f64s(x), limit);
    let nan = isa.splat_f64s(f64::NAN);
    (isa.select_f64s(in_range, sin, nan), isa.select_f64s(in_range, cos, nan))
}

/// Sine and cosine of an angle that is larger by `n` right angles; only `n mod 4` matters.
#[inline(always)]
pub(crate) fn turn_by_quarters<S: Isa>(
    isa: S,
    n: S::u64s,
    sin: S::f64s,
    cos: S::f64s,
) -> (S::f64s, S::f64s) {
    let one = isa.splat_u64s(1);
    let is_even = isa.equal_u64s(isa.and_u64s(n, one), isa.splat_u64s(0));
    let minus_zero = isa.splat_f64s(-0.0);
    let sign = |n| isa.and_f64s(isa.transmute_f64s_u64s(isa.shift_left(n, 62)), minus_zero);
    let turned_sin = isa.select_f64s(is_even, sin, cos);
    let turned_cos = isa.select_f64s(is_even, cos, sin);
    (isa.xor_f64s(turned_sin, sign(n)), isa.xor_f64s(turned_cos, sign(isa.add_u64s(n, one))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;
    use crate::simd::check::{assert_near, assert_same_bits, assert_table, even, function, value};

    function!(Sin, isa, x => sin_cos_pi(isa, x).0);
    function!(Cos, isa, x => sin_cos_pi(isa, x).1);

    #[test]
    #[expect(clippy::approx_constant, reason = "the values of a function are no constants")]
    fn sines_and_cosines_are_those_of_high_precision() {
        const SINES: [(f64, f64); 17] = [
            (-1_000_000.3, -0.809_016_994_460_935_6),
            (-1.75, 0.707_106_781_186_547_6),
            (-0.6, -0.951_056_516_295_153_6),
            (1.0e-300, 3.141_592_653_589_793_6e-300),
            (1.0e-9, 3.141_592_653_589_793_6e-9),
            (0.01, 0.031_410_759_078_128_29),
            (0.1, 0.309_016_994_374_947_45),
            (0.25, 0.707_106_781_186_547_6),
            (0.26, 0.728_968_627_421_411_6),
            (0.4, 0.951_056_516_295_153_6),
            (0.5, 1.0),
            (0.75, 0.707_106_781_186_547_6),
            (0.999, 0.003_141_587_485_879_566),
            (1.1, -0.309_016_994_374_947_7),
            (1.5, -1.0),
            (100.3, 0.809_016_994_374_942_1),
            (12_345_678.9, 0.309_016_993_261_893_2),
        ];
        const COSINES: [(f64, f64); 17] = [
            (-1_000_000.3, 0.587_785_252_174_120_6),
            (-1.75, 0.707_106_781_186_547_6),
            (-0.6, -0.309_016_994_374_947_34),
            (1.0e-300, 1.0),
            (1.0e-9, 1.0),
            (0.01, 0.999_506_560_365_731_6),
            (0.1, 0.951_056_516_295_153_5),
            (0.25, 0.707_106_781_186_547_6),
            (0.26, 0.684_547_105_928_688_6),
            (0.4, 0.309_016_994_374_947_34),
            (0.499_999_999, 3.141_592_739_132_91e-9),
            (0.75, -0.707_106_781_186_547_6),
            (0.999, -0.999_995_065_201_858_2),
            (1.1, -0.951_056_516_295_153_5),
            (1.499, -0.003_141_587_485_879_217_4),
            (100.3, 0.587_785_252_292_480_4),
            (12_345_678.9, -0.951_056_516_656_806_8),
        ];
        assert_table(Sin, &SINES, 1.1);
        assert_table(Cos, &COSINES, 1.1);
    }

    #[test]
    fn sines_and_cosines_agree_with_the_library() {
        // The library's argument is rounded, which adds one more unit.
        let angles = even(-0.25, 0.25, 1_000_000);
        assert_near(Sin, |x| real::sin(x * PI), &angles, 3.1);
        assert_near(Cos, |x| real::cos(x * PI), &angles, 3.1);
    }

    #[test]
    fn right_angles_are_exact() {
        for n in -1_000_i32..1_000 {
            let (sin, cos) =
                [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)][n.rem_euclid(4) as usize];
            for x in [f64::from(n) / 2.0, f64::from(n) / 2.0 + (1_u64 << 49) as f64] {
                assert_eq!((value(Sin, x), value(Cos, x)), (sin, cos), "{x}");
            }
            let x = f64::from(n) / 1024.0;
            assert_eq!(value(Sin, x + 0.5), value(Cos, x));
            assert_eq!(value(Cos, x + 3.0), -value(Cos, x));
        }
        assert_eq!(value(Sin, -0.0).to_bits(), (-0.0_f64).to_bits());
        for x in [2e15, f64::INFINITY, f64::NAN] {
            assert!(value(Sin, x).is_nan() && value(Cos, -x).is_nan());
        }
    }

    #[test]
    fn every_level_gives_the_same_sines_and_cosines() {
        assert_same_bits(Sin, &even(-3.0, 3.0, 100_000));
        assert_same_bits(Cos, &even(-3.0, 3.0, 100_000));
    }
}
