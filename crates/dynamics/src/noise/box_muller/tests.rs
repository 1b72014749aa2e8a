use super::*;
use crate::noise::{Purpose, Stream, StreamKey};
use crate::real;
use crate::simd::{Kernel, Level, dispatch, dispatch_at};

/// For each pair of words: two normals, `−2 ln u`, cosine and sine.
struct Transform<'a>(&'a [u64], &'a [u64]);

impl Kernel for Transform<'_> {
    type Output = [Vec<f64>; 5];

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> [Vec<f64>; 5] {
        let mut out = [0; 5].map(|_| Vec::with_capacity(self.0.len()));
        for (radial, angular) in S::as_simd_u64s(self.0).0.iter().zip(S::as_simd_u64s(self.1).0) {
            let (first, second) = pair(isa, *radial, *angular);
            let (cos, sin) = arc(isa, *angular);
            let vectors = [first, second, minus_two_ln(isa, *radial), cos, sin];
            for (out, vector) in out.iter_mut().zip(vectors) {
                out.extend_from_slice(pulp::bytemuck::cast_slice(&[vector]));
            }
        }
        out
    }
}

fn words(n: usize, chain: u64) -> Vec<u64> {
    let mut stream = Stream::new(StreamKey(17), chain, Purpose::Start);
    (0..n).map(|_| stream.next_u64()).collect()
}

/// All pairs of words whose bits are extreme, and words near `u = 1` and the borders of the table.
fn extremes() -> (Vec<u64>, Vec<u64>) {
    let ends = [0, 1, 2, MANTISSA, MANTISSA - 1, MANTISSA >> 1, (MANTISSA >> 1) + 1, u64::MAX];
    let borders = (1..16).flat_map(|i| [(i << 48) - 1, i << 48]);
    let all: Vec<u64> =
        ends.into_iter().chain(borders).flat_map(|w| [w, w | SWAP, w | NEGATE, !w]).collect();
    all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))).unzip()
}

fn relative_error(value: f64, reference: f64) -> f64 {
    (value - reference).abs() / reference.abs()
}

/// The largest relative errors of the logarithm, the arc and the normals.
fn worst_errors(radial: &[u64], angular: &[u64]) -> [f64; 3] {
    const CELLS: f64 = (1_u64 << 52) as f64;
    let out = dispatch(Transform(radial, angular));
    let mut worst = [0.0_f64; 3];
    for (i, (radial, angular)) in radial.iter().zip(angular).enumerate() {
        let u = ((radial & MANTISSA) as f64 + 0.5) / CELLS;
        let t = (angular & MANTISSA | 1) as f64 / CELLS - 0.5;
        let ln = if u < 0.5 { real::ln(u) } else { real::ln_1p(u - 1.0) };
        let (sin, cos) = real::sin_cos(t * std::f64::consts::FRAC_PI_2);
        let radius = if angular & NEGATE == 0 { 1.0 } else { -1.0 } * (-2.0 * ln).sqrt();
        let (a, b) = if angular & SWAP == 0 { (cos, sin) } else { (sin, cos) };
        let references = [radius * a, radius * b, -2.0 * ln, cos, sin];
        for (kind, (out, reference)) in [2, 2, 0, 1, 1].into_iter().zip(out.iter().zip(references))
        {
            worst[kind] = worst[kind].max(relative_error(out[i], reference));
        }
    }
    worst
}

#[test]
fn a_million_pairs_agree_with_the_mathematical_library() {
    let (radial, angular) = extremes();
    let n = 1 << 20;
    let random = worst_errors(&words(n, 0), &words(n, 1));
    let extreme = worst_errors(&radial, &angular);
    for [ln, arc, normal] in [random, extreme] {
        assert!(ln < 6e-16, "ln {ln:e}");
        assert!(arc < 5e-16, "cos, sin {arc:e}");
        assert!(normal < 1e-15, "pair {normal:e}");
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let (mut radial, mut angular) = extremes();
    radial.extend(words(1 << 14, 2));
    angular.extend(words(1 << 14, 3));
    let bits = |level| dispatch_at(level, Transform(&radial, &angular)).concat();
    let reference: Vec<u64> = bits(Level::Scalar).iter().map(|real| real.to_bits()).collect();
    for level in Level::available() {
        assert!(
            bits(level).iter().map(|real| real.to_bits()).eq(reference.iter().copied()),
            "{level}"
        );
    }
}

#[test]
fn extreme_words_give_finite_normals_beyond_eight_sigma() {
    let (radial, angular) = extremes();
    let [first, second, ..] = dispatch(Transform(&radial, &angular));
    let largest = first.iter().chain(&second).fold(0.0_f64, |max, x| {
        assert!(x.is_finite() && *x != 0.0);
        max.max(x.abs())
    });
    assert!(8.5 < largest && largest < 8.6, "{largest}");
}

#[test]
fn tables_hold_reciprocals_and_their_logarithms() {
    for i in 0..8 {
        let (reciprocal, logarithm) = (RECIPROCALS[i], LOGARITHMS[i]);
        assert_eq!(reciprocal.to_bits() << 32, 0, "21 bits");
        assert!((logarithm - 2.0 * real::ln(2.0 * reciprocal)).abs() < 3e-16);
        // |c m − 1| at both ends of the cell.
        let ends = [0.0, 0.125].map(|end| (1.0 + i as f64 / 8.0 + end) * reciprocal - 1.0);
        assert!(-1.0 / 16.0 <= ends[0] && ends[1] <= 1.0 / 16.98, "{i}: {ends:?}");
    }
}
