//! Box–Muller transform of random words.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::simd::Isa;

const LN: [f64; 19] = [
    0.9999999999999994,
    -0.6666666666665619,
    0.5000000000002472,
    -0.4000000000348345,
    0.3333333333253503,
    -0.28571428174337,
    0.24999999659442404,
    -0.222222440364361,
    0.20000036379207103,
    -0.1818116658271282,
    0.1666510398721506,
    -0.1539542141071547,
    0.1432052267004234,
    -0.13243215321046078,
    0.12082233053387127,
    -0.11947053822766694,
    0.1357414196938812,
    -0.12650287244886424,
    0.05660112815334491,
];
const SIN: [f64; 7] = [
    1.5707963267948966,
    -0.6459640975062443,
    0.07969262624603957,
    -0.004681754132282457,
    0.00016044115029191622,
    -3.598641755244711e-06,
    5.633721100202825e-08,
];
const COS: [f64; 6] = [
    -1.2337005501361553,
    0.25366950789995935,
    -0.020863480735867183,
    0.0009192599541461406,
    -2.5200143053971974e-05,
    4.655337188040085e-07,
];

/// Two standard normal variates from two words, in each lane.
#[inline(always)]
pub(crate) fn pair<S: Isa>(isa: S, radial: S::u64s, angular: S::u64s) -> (S::f64s, S::f64s) {
    let radius = radius(isa, radial);
    let sign = isa.shift_left(isa.and_u64s(angular, isa.splat_u64s(2)), 62);
    let radius = isa.xor_f64s(radius, isa.transmute_f64s_u64s(sign));
    let (cos, sin) = arc(isa, angular);
    let swap = isa.equal_u64s(isa.and_u64s(angular, isa.splat_u64s(1)), isa.splat_u64s(1));
    let first = isa.select_f64s(swap, sin, cos);
    let second = isa.select_f64s(swap, cos, sin);
    (isa.mul_f64s(radius, first), isa.mul_f64s(radius, second))
}

/// The upper 52 bits of `word` as the mantissa of a number in [1, 2).
#[inline(always)]
fn mantissa<S: Isa>(isa: S, word: S::u64s) -> S::f64s {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    isa.transmute_f64s_u64s(isa.or_u64s(isa.shift_right(word, 12), isa.splat_u64s(ONE)))
}

/// A uniform number in the open interval (0, 1): the midpoint of one of 2⁵² equal cells.
#[inline(always)]
pub(crate) fn open_unit<S: Isa>(isa: S, word: S::u64s) -> S::f64s {
    isa.sub_f64s(mantissa(isa, word), isa.splat_f64s(1.0 - f64::EPSILON / 2.0))
}

/// `sqrt(−2 ln u)`
#[inline(always)]
fn radius<S: Isa>(isa: S, word: S::u64s) -> S::f64s {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    const BIASED: f64 = (1_u64 << 52) as f64 + 1023.0;
    const HIGH: f64 = -2.0 * 6.931_471_803_691_238e-1;
    const LOW: f64 = -2.0 * 1.908_214_929_270_587_7e-10;
    let u = open_unit(isa, word);
    let shifted = isa.add_u64s(isa.transmute_u64s_f64s(u), isa.splat_u64s(ONE - SQRT_HALF));
    let k = isa.or_u64s(isa.shift_right(shifted, 52), isa.splat_u64s(TWO_52));
    let k = isa.sub_f64s(isa.transmute_f64s_u64s(k), isa.splat_f64s(BIASED));
    let m =
        isa.add_u64s(isa.and_u64s(shifted, isa.splat_u64s(MANTISSA)), isa.splat_u64s(SQRT_HALF));
    let f = isa.sub_f64s(isa.transmute_f64s_u64s(m), isa.splat_f64s(1.0));
    let square = isa.mul_f64s(f, f);
    let p = horner(isa, f, &LN);
    let low = isa.mul_add_f64s(square, p, isa.mul_f64s(k, isa.splat_f64s(LOW)));
    let low = isa.mul_add_f64s(f, isa.splat_f64s(-2.0), low);
    isa.sqrt_f64s(isa.mul_add_f64s(k, isa.splat_f64s(HIGH), low))
}

#[inline(always)]
fn arc<S: Isa>(isa: S, word: S::u64s) -> (S::f64s, S::f64s) {
    let t = isa.sub_f64s(mantissa(isa, word), isa.splat_f64s(1.5));
    let t = isa.add_f64s(t, isa.splat_f64s(f64::EPSILON / 2.0));
    let z = isa.mul_f64s(t, t);
    let sin = isa.mul_f64s(t, horner(isa, z, &SIN));
    let cos = isa.mul_add_f64s(z, horner(isa, z, &COS), isa.splat_f64s(1.0));
    (cos, sin)
}

/// `sum_i c_i x^i`: even and odd terms apart, so that fewer additions wait for each other.
#[inline(always)]
fn horner<S: Isa, const N: usize>(isa: S, x: S::f64s, coefficients: &[f64; N]) -> S::f64s {
    let square = isa.mul_f64s(x, x);
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
