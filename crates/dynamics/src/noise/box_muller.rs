//! Box–Muller transform of random words.
//!
//! ```text
//! u in (0, 1),  r = sqrt(−2 ln u),  phi uniform on the circle:  (r cos phi, r sin phi) ~ N(0, I_2)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::f64::consts::{FRAC_PI_2, LN_2};

use crate::simd::Isa;

/// The bits of a word that become a significand.
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// The bit of an angular word that exchanges sine and cosine, and the one that negates both.
const SWAP: u64 = 1 << 62;
const NEGATE: u64 = 1 << 63;

/// `2²¹ c_i`, `c_i` being `1/(1 + (i + 1/2)/8)` to 21 bits, but `1/2` for `i = 7`: reciprocals of
/// significands whose leading three bits are `i`.
const RECIPROCALS: [f64; 8] = {
    let numerators = [
        1_973_790.0,
        1_766_023.0,
        1_597_830.0,
        1_458_888.0,
        1_342_177.0,
        1_242_757.0,
        1_157_049.0,
        1_048_576.0,
    ];
    let mut reciprocals = [0.0; 8];
    let mut i = 0;
    while i < 8 {
        reciprocals[i] = numerators[i] / (1 << 21) as f64;
        i += 1;
    }
    reciprocals
};

/// `2 ln(2 c_i)`
const LOGARITHMS: [f64; 8] = [
    1.265_044_998_277_727_9,
    1.042_594_145_289_773_8,
    0.842_426_810_943_314,
    0.660_482_896_903_938_7,
    0.493_719_738_630_494_6,
    0.339_798_490_823_264_85,
    0.196_879_489_975_305_05,
    0.0,
];

/// Coefficients of `(2 r − 2 ln(1 + r))/r²` on [−1/16, 1/17]; relative error of the logarithm 1.4e-16.
const LN: [f64; 9] = [
    1.000_000_000_000_010_4,
    -0.666_666_666_664_407_1,
    0.499_999_999_945_294_4,
    -0.400_000_005_976_426_26,
    0.333_333_402_345_365_74,
    -0.285_709_348_381_747_55,
    0.249_968_381_266_854_92,
    -0.223_835_416_320_760_57,
    0.205_232_440_800_265_7,
];

/// Coefficients of `sin(pi t/2)/t` in `t²` on [0, 1/4]; relative error 4e-18.
const SIN: [f64; 7] = [
    FRAC_PI_2,
    -0.645_964_097_506_244_3,
    0.079_692_626_246_039_57,
    -0.004_681_754_132_282_397,
    0.000_160_441_150_291_410_55,
    -3.598_641_753_409_932_5e-6,
    5.633_720_856_452_633e-8,
];

/// Coefficients of `(cos(pi t/2) − 1)/t²` in `t²` on [0, 1/4]; error of the cosine 7e-17.
const COS: [f64; 6] = [
    -1.233_700_550_136_155_3,
    0.253_669_507_899_959_35,
    -0.020_863_480_735_867_683,
    0.000_919_259_954_149_229_2,
    -2.520_014_306_268_493_5e-5,
    4.655_337_279_912_653_3e-7,
];

/// Two standard normal variates from two words, in each lane.
///
/// The first word gives the radius, from the midpoints of 2⁵² equal cells of (0, 1); the second the
/// angle: 51 bits place it in the arc (−π/4, π/4), one bit reflects and one negates.
///
/// # Accuracy
/// Each variate is within a relative error of 1e-15 of its exact value at the same words; the
/// largest are 8.57.
///
/// # Source
/// Box & Muller, Annals of Mathematical Statistics 29(2), 1958. The logarithm is reduced by a table
/// as in Tang, ACM TOMS 16(4), 1990; all polynomials are minimax, by the algorithm of Remez.
#[inline(always)]
pub(crate) fn pair<S: Isa>(isa: S, radial: S::u64s, angular: S::u64s) -> (S::f64s, S::f64s) {
    let radius = isa.sqrt_f64s(minus_two_ln(isa, radial));
    let sign = isa.and_u64s(angular, isa.splat_u64s(NEGATE));
    let radius = isa.xor_f64s(radius, isa.transmute_f64s_u64s(sign));
    let (cos, sin) = arc(isa, angular);
    let swap = isa.and_u64s(angular, isa.splat_u64s(SWAP));
    let swap = isa.equal_u64s(swap, isa.splat_u64s(SWAP));
    let first = isa.select_f64s(swap, sin, cos);
    let second = isa.select_f64s(swap, cos, sin);
    (isa.mul_f64s(radius, first), isa.mul_f64s(radius, second))
}

/// A uniform number in the open interval (0, 1): the midpoint of one of 2⁵² equal cells.
#[inline(always)]
pub(crate) fn open_unit<S: Isa>(isa: S, word: S::u64s) -> S::f64s {
    const ONE: u64 = 1.0_f64.to_bits();
    let significand = isa.or_u64s(isa.shift_right(word, 12), isa.splat_u64s(ONE));
    let significand = isa.transmute_f64s_u64s(significand);
    isa.sub_f64s(significand, isa.splat_f64s(1.0 - f64::EPSILON / 2.0))
}

/// `−2 ln u`; `u` is the midpoint of one of 2⁵² equal cells of (0, 1).
///
/// ```text
/// 2 u = 2^k m,  m in [1, 2),  r = c_i m − 1:  −2 ln u = −2 k ln 2 + 2 ln(2 c_i) − 2 ln(1 + r)
/// ```
///
/// The first two terms are not negative, and both zero near `u = 1`: nothing cancels.
#[inline(always)]
pub(crate) fn minus_two_ln<S: Isa>(isa: S, word: S::u64s) -> S::f64s {
    const TWO: u64 = 2.0_f64.to_bits();
    let u = isa.or_u64s(isa.and_u64s(word, isa.splat_u64s(MANTISSA)), isa.splat_u64s(TWO));
    let u = isa.sub_f64s(isa.transmute_f64s_u64s(u), isa.splat_f64s(2.0 - f64::EPSILON));
    let (k, m) = (isa.exponent(u), isa.significand(u));
    let (reciprocal, logarithm) = (isa.look_up(&RECIPROCALS, u), isa.look_up(&LOGARITHMS, u));
    let r = isa.mul_add_f64s(m, reciprocal, isa.splat_f64s(-1.0));
    let sum = isa.mul_add_f64s(k, isa.splat_f64s(-2.0 * LN_2), logarithm);
    let sum = isa.mul_add_f64s(r, isa.splat_f64s(-2.0), sum);
    let square = isa.mul_f64s(r, r);
    isa.mul_add_f64s(square, polynomial(isa, r, square, &LN), sum)
}

/// `(cos, sin)` of `t pi/2`; `t` is an odd multiple of 2⁻⁵² in (−1/2, 1/2).
#[inline(always)]
fn arc<S: Isa>(isa: S, word: S::u64s) -> (S::f64s, S::f64s) {
    const ODD: u64 = 1.0_f64.to_bits() | 1;
    let t = isa.or_u64s(isa.and_u64s(word, isa.splat_u64s(MANTISSA)), isa.splat_u64s(ODD));
    let t = isa.sub_f64s(isa.transmute_f64s_u64s(t), isa.splat_f64s(1.5));
    let z = isa.mul_f64s(t, t);
    let square = isa.mul_f64s(z, z);
    let sin = isa.mul_f64s(t, polynomial(isa, z, square, &SIN));
    let cos = isa.mul_add_f64s(z, polynomial(isa, z, square, &COS), isa.splat_f64s(1.0));
    (cos, sin)
}

/// `sum_i c_i x^i`: even and odd terms apart, so that fewer additions wait for each other.
#[inline(always)]
fn polynomial<S: Isa, const N: usize>(
    isa: S,
    x: S::f64s,
    square: S::f64s,
    coefficients: &[f64; N],
) -> S::f64s {
    let mut high = isa.splat_f64s(coefficients[N - 1]);
    let mut low = isa.splat_f64s(coefficients[N - 2]);
    let mut i = N - 2;
    while i >= 2 {
        high = isa.mul_add_f64s(high, square, isa.splat_f64s(coefficients[i - 1]));
        low = isa.mul_add_f64s(low, square, isa.splat_f64s(coefficients[i - 2]));
        i -= 2;
    }
    if i == 1 {
        high = isa.mul_add_f64s(high, square, isa.splat_f64s(coefficients[0]));
        isa.mul_add_f64s(low, x, high)
    } else {
        isa.mul_add_f64s(high, x, low)
    }
}

#[cfg(test)]
mod tests;
