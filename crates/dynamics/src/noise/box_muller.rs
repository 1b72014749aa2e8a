//! Box–Muller transform of a block of random words, free of branches so that it vectorises.
//!
//! ```text
//! u in (0,1),  r = sqrt(-2 ln u),  angle uniform on the circle,  (r cos angle, r sin angle) ~ N(0, I_2)
//! ```
//!
//! Only `+ - * /`, `sqrt` and integer operations occur, each exact or correctly rounded; there is no
//! fused multiply-add. The same words therefore give the same bits whatever the width of the
//! processor's vectors.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use pulp::{Arch, Simd, WithSimd};

/// Number of normal variates of one block.
pub(crate) const BLOCK: usize = 64;

const PAIRS: usize = BLOCK / 2;

/// Turns [`BLOCK`] random words into as many standard normal variates.
///
/// Words `i` and `i + 32` give variates `i` and `i + 32`.
/// The first word gives the radius, from the midpoints of 2⁵² equal cells of (0, 1); the second the
/// angle: 52 bits place it in the arc (−π/4, π/4), one bit reflects and one negates.
///
/// # Accuracy
/// Each variate is within a relative error of 1e-15 of its exact value at the same words.
///
/// # Source
/// Box & Muller, Annals of Mathematical Statistics 29(2), 1958.
pub(crate) fn transform(words: &[u64; BLOCK], out: &mut [f64; BLOCK]) {
    Arch::new().dispatch(Transform { words, out });
}

struct Transform<'a> {
    words: &'a [u64; BLOCK],
    out: &'a mut [f64; BLOCK],
}

impl WithSimd for Transform<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        transform_plainly(self.words, self.out);
    }
}

#[inline(always)]
fn transform_plainly(words: &[u64; BLOCK], out: &mut [f64; BLOCK]) {
    let (radial, angular) = words.split_at(PAIRS);
    let (first, second) = out.split_at_mut(PAIRS);
    for i in 0..PAIRS {
        let radius = (-2.0 * ln(centred(radial[i]) + 0.5)).sqrt();
        let (cos, sin) = arc(centred(angular[i]));
        let swap = 0_u64.wrapping_sub(angular[i] & 1);
        let sign = (angular[i] & 2) << 62;
        let difference = (cos.to_bits() ^ sin.to_bits()) & swap;
        first[i] = radius * f64::from_bits(cos.to_bits() ^ difference ^ sign);
        second[i] = radius * f64::from_bits(sin.to_bits() ^ difference ^ sign);
    }
}

/// The upper 52 bits of `word` as a multiple of 2⁻⁵² plus 2⁻⁵³, less one half: in (−1/2, 1/2), exact.
#[inline(always)]
fn centred(word: u64) -> f64 {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const HALF_CELL: f64 = f64::EPSILON / 2.0;
    f64::from_bits(word >> 12 | ONE) - 1.5 + HALF_CELL
}

/// Natural logarithm of a normal number, by the argument reduction and polynomial of fdlibm's `e_log.c`.
///
/// ```text
/// u = 2^k m,  m in [sqrt(1/2), sqrt(2)),  f = m - 1,  s = f / (2 + f)
/// ln u = k ln 2 + f - f^2/2 + s (f^2/2 + R(s^2))
/// ```
#[inline(always)]
fn ln(u: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    // An integer below 2^52 becomes a float by standing in the mantissa of 2^52; 1023 is the bias.
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    const BIASED: f64 = (1_u64 << 52) as f64 + 1023.0;

    let shifted = u.to_bits() + (ONE - SQRT_HALF);
    let k = f64::from_bits(shifted >> 52 | TWO_52) - BIASED;
    let f = f64::from_bits((shifted & MANTISSA) + SQRT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w
        * (3.999_999_999_940_942e-1
            + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
    let odd = z
        * (6.666_666_666_666_735e-1
            + w * (2.857_142_874_366_239e-1
                + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + (even + odd)) + k * LN2_LOW)) - f)
}

/// `(cos, sin)` of `turn * π/2` for `turn` in (−1/2, 1/2), by the polynomials of fdlibm's `k_cos.c`
/// and `k_sin.c`.
#[inline(always)]
fn arc(turn: f64) -> (f64, f64) {
    let x = turn * std::f64::consts::FRAC_PI_2;
    let z = x * x;
    let sin_tail = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4
            + z * (2.755_731_370_707_006_8e-6
                + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)));
    let sin = x + (z * x) * (-1.666_666_666_666_663_2e-1 + z * sin_tail);
    let cos_tail = 4.166_666_666_666_66e-2
        + z * (-1.388_888_888_887_411e-3
            + z * (2.480_158_728_947_673e-5
                + z * (-2.755_731_435_139_066_3e-7
                    + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11))));
    let half_square = 0.5 * z;
    let head = 1.0 - half_square;
    let cos = head + (((1.0 - head) - half_square) + z * (z * cos_tail));
    (cos, sin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Purpose, Stream, StreamKey};
    use crate::real;

    /// Random words, with the extreme ones in front.
    fn words(block: u64) -> [u64; BLOCK] {
        let mut stream = Stream::new(StreamKey(17), block, Purpose::Start);
        let mut words = [0; BLOCK];
        words.fill_with(|| stream.next_u64());
        if block == 0 {
            words[..3].copy_from_slice(&[0, u64::MAX, 1 << 63]);
            words[PAIRS..PAIRS + 4].copy_from_slice(&[0, u64::MAX, 1 << 63, 3]);
        }
        words
    }

    fn relative_error(value: f64, reference: f64) -> f64 {
        (value - reference).abs() / reference.abs()
    }

    #[test]
    fn a_million_values_agree_with_the_mathematical_library() {
        let (mut worst_ln, mut worst_arc, mut worst_pair) = (0.0_f64, 0.0_f64, 0.0_f64);
        for block in 0..15_625 {
            let words = words(block);
            let mut out = [0.0; BLOCK];
            transform_plainly(&words, &mut out);
            for i in 0..PAIRS {
                let u = centred(words[i]) + 0.5;
                let turn = centred(words[i + PAIRS]);
                worst_ln = worst_ln.max(relative_error(ln(u), real::ln(u)));
                let (cos, sin) = arc(turn);
                let (exact_sin, exact_cos) = real::sin_cos(turn * std::f64::consts::FRAC_PI_2);
                worst_arc = worst_arc.max(relative_error(cos, exact_cos));
                worst_arc = worst_arc.max(relative_error(sin, exact_sin));
                let radius = (-2.0 * real::ln(u)).sqrt();
                let swapped = words[i + PAIRS] & 1 == 1;
                let sign = if words[i + PAIRS] & 2 == 2 { -radius } else { radius };
                let (a, b) = if swapped { (exact_sin, exact_cos) } else { (exact_cos, exact_sin) };
                worst_pair = worst_pair.max(relative_error(out[i], sign * a));
                worst_pair = worst_pair.max(relative_error(out[i + PAIRS], sign * b));
            }
        }
        assert!(worst_ln < 5e-16, "ln {worst_ln:e}");
        assert!(worst_arc < 5e-16, "cos, sin {worst_arc:e}");
        assert!(worst_pair < 1e-15, "pair {worst_pair:e}");
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for block in 0..2_000 {
            let words = words(block);
            let (mut plain, mut dispatched) = ([0.0; BLOCK], [0.0; BLOCK]);
            transform_plainly(&words, &mut plain);
            transform(&words, &mut dispatched);
            assert_eq!(plain.map(f64::to_bits), dispatched.map(f64::to_bits), "block {block}");
        }
    }

    #[test]
    fn extreme_words_stay_finite_and_in_range() {
        assert_eq!(centred(0), -0.5 + f64::EPSILON / 2.0);
        assert_eq!(centred(u64::MAX), 0.5 - f64::EPSILON / 2.0);
        let mut out = [0.0; BLOCK];
        transform(&words(0), &mut out);
        assert!(out.iter().all(|value| value.abs() < 8.6));
    }
}
