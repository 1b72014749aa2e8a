//! The random stream of one chain: xoshiro256++ seeded by Philox from (key, chain, purpose).

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::box_muller::pair;
use crate::noise::philox::philox4x32;
use crate::simd::{Isa, Kernel, dispatch};

/// Pairs of normals that one stream makes at a time.
const PAIRS: usize = 32;

/// Which experiment a stream belongs to: 64 bits derived from the identity of its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey(pub u64);

impl StreamKey {
    /// The key of the part `index` of the experiment, for streams that are made anew in each part.
    #[must_use]
    pub fn derive(self, index: u64) -> StreamKey {
        /// Beyond every [`Purpose`], so that no counter occurs twice.
        const DERIVED: u32 = u32::MAX;
        let [low, high] = halves(index);
        let [a, b, _, _] = philox4x32([low, high, DERIVED, 0], halves(self.0));
        StreamKey(u64::from(a) | u64::from(b) << 32)
    }
}

/// What a stream is used for; different purposes of one chain never share a variate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The starting point of the chain.
    Start = 0,
    /// Which samples a mini-batch holds.
    Batch = 1,
    /// Increments of Brownian motion.
    Brownian = 2,
    /// Resampling in an analysis.
    Bootstrap = 3,
    /// Whether a proposed move is accepted.
    Acceptance = 4,
}

/// A sequence of random numbers owned by one chain.
///
/// The generator is xoshiro256++ (Blackman & Vigna, ACM TOMS 47(4), 2021); its 256 bits of state
/// are two Philox4x32-10 blocks at the counters `(chain, purpose, 0)` and `(chain, purpose, 1)`
/// under the experiment's key.
///
/// Two words make a pair of normal variates; the second of a pair is kept until it is asked for.
/// Normal variates form one sequence, however requests are split: [`Stream::fill_normals`] of `k`
/// and then of `m` values gives what one call for `k + m` gives.
#[derive(Clone, Debug)]
pub struct Stream {
    state: [u64; 4],
    spare: Option<f64>,
}

impl Stream {
    /// The stream of `chain` for `purpose` in the experiment `key`.
    #[must_use]
    pub fn new(key: StreamKey, chain: u64, purpose: Purpose) -> Stream {
        let [key_low, key_high] = halves(key.0);
        let [chain_low, chain_high] = halves(chain);
        let mut state = [0; 4];
        for (block, pair) in (0_u32..).zip(state.chunks_exact_mut(2)) {
            let counter = [chain_low, chain_high, purpose as u32, block];
            let [a, b, c, d] = philox4x32(counter, [key_low, key_high]);
            pair[0] = u64::from(a) | u64::from(b) << 32;
            pair[1] = u64::from(c) | u64::from(d) << 32;
        }
        Stream { state, spare: None }
    }

    /// 64 uniform random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        next_word(&mut self.state)
    }

    /// A uniform variate in the open interval (0, 1): the midpoints of 2⁵² equal cells.
    pub fn uniform(&mut self) -> f64 {
        const CELL: f64 = 1.0 / (1_u64 << 52) as f64;
        ((self.next_u64() >> 12) as f64 + 0.5) * CELL
    }

    /// A uniform index in `0..n`, exactly uniform.
    ///
    /// # Source
    /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
    ///
    /// # Panics
    /// If `n` is zero.
    pub fn index(&mut self, n: usize) -> usize {
        draw_index(&mut self.state, n)
    }

    /// The state of the generator.
    pub(crate) fn state(&self) -> [u64; 4] {
        self.state
    }

    /// The next standard normal variate, by Box–Muller.
    pub fn normal(&mut self) -> f64 {
        let mut out = [0.0];
        self.fill_normals(&mut out);
        out[0]
    }

    /// Fills `out` with the next standard normal variates; 1e-15 of relative accuracy.
    pub fn fill_normals(&mut self, out: &mut [f64]) {
        let (head, rest) = out.split_at_mut(usize::from(self.spare.is_some() && !out.is_empty()));
        if let [head] = head {
            *head = self.spare.take().unwrap_or_default();
        }
        dispatch(Fill { stream: self, out: rest });
    }
}

/// A uniform index in `0..n` from the words of the generator `state`.
#[inline]
pub(crate) fn draw_index(state: &mut [u64; 4], n: usize) -> usize {
    assert!(n > 0, "an index is drawn from a non-empty range");
    let n = n as u64;
    loop {
        let product = u128::from(next_word(state)) * u128::from(n);
        let low = product as u64;
        if low >= n || low >= n.wrapping_neg() % n {
            return (product >> 64) as usize;
        }
    }
}

/// One step of xoshiro256++.
#[inline]
pub(crate) fn next_word(s: &mut [u64; 4]) -> u64 {
    let output = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
    let shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = s[3].rotate_left(45);
    output
}

/// Fills a slice with normals, in vectors across the pairs of one stream.
struct Fill<'a> {
    stream: &'a mut Stream,
    out: &'a mut [f64],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let mut state = self.stream.state;
        for part in self.out.chunks_mut(2 * PAIRS) {
            let n_pairs = part.len().div_ceil(2);
            let (mut radial, mut angular) = ([0; PAIRS], [0; PAIRS]);
            for i in 0..n_pairs {
                radial[i] = next_word(&mut state);
                angular[i] = next_word(&mut state);
            }
            let (mut first, mut second) = ([0.0; PAIRS], [0.0; PAIRS]);
            for vector in 0..n_pairs.div_ceil(S::F64_LANES) {
                let words = [&radial, &angular].map(|words| S::as_simd_u64s(words).0[vector]);
                let (a, b) = pair(isa, words[0], words[1]);
                S::as_mut_simd_f64s(&mut first).0[vector] = a;
                S::as_mut_simd_f64s(&mut second).0[vector] = b;
            }
            for (i, target) in part.iter_mut().enumerate() {
                *target = if i % 2 == 0 { first[i / 2] } else { second[i / 2] };
            }
            self.stream.spare = (part.len() % 2 == 1).then_some(second[n_pairs - 1]);
        }
        self.stream.state = state;
    }
}

fn halves(bits: u64) -> [u32; 2] {
    [bits as u32, (bits >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;

    fn stream(key: u64, chain: u64, purpose: Purpose) -> Stream {
        Stream::new(StreamKey(key), chain, purpose)
    }

    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        // First outputs of the authors' C code from the state (1, 2, 3, 4).
        let mut generator = stream(0, 0, Purpose::Start);
        generator.state = [1, 2, 3, 4];
        let outputs: Vec<u64> = (0..4).map(|_| generator.next_u64()).collect();
        assert_eq!(outputs, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn normals_are_one_sequence_however_requests_are_split() {
        let mut whole = vec![0.0; 500];
        stream(3, 1, Purpose::Brownian).fill_normals(&mut whole);
        let mut parts = vec![0.0; 500];
        let mut splitting = stream(3, 1, Purpose::Brownian);
        let mut rest = parts.as_mut_slice();
        for len in [1, 0, 63, 64, 65, 200, 7, 100] {
            let (head, tail) = rest.split_at_mut(len);
            if len == 1 {
                head[0] = splitting.normal();
            } else {
                splitting.fill_normals(head);
            }
            rest = tail;
        }
        assert!(rest.is_empty());
        assert_eq!(whole, parts);
    }

    #[test]
    fn streams_differ_by_key_chain_and_purpose() {
        let mut firsts: Vec<u64> = Vec::new();
        for key in 0..4 {
            for chain in [0, 1, 2, 1 << 32, u64::MAX] {
                for purpose in [
                    Purpose::Start,
                    Purpose::Batch,
                    Purpose::Brownian,
                    Purpose::Bootstrap,
                    Purpose::Acceptance,
                ] {
                    firsts.push(stream(key, chain, purpose).next_u64());
                }
            }
        }
        let n_streams = firsts.len();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), n_streams);
    }

    /// Means of powers of `n` normals, of lag-one products and of products within pairs, in units
    /// of their standard errors.
    #[test]
    fn normals_have_the_moments_of_the_normal_law() {
        let n = 2_000_000;
        let mut x = vec![0.0; n];
        stream(5, 0, Purpose::Brownian).fill_normals(&mut x);
        let root = (n as f64).sqrt();
        // E x^p and Var x^p = E x^2p - (E x^p)^2 for p = 1..6.
        let laws =
            [(0.0, 1.0), (1.0, 2.0), (0.0, 15.0), (3.0, 96.0), (0.0, 945.0), (15.0, 10170.0)];
        let mut powers = x.clone();
        for (p, (mean, variance)) in laws.into_iter().enumerate() {
            let z = (real::sum(&powers) / n as f64 - mean) / f64::sqrt(variance) * root;
            assert!(z.abs() < 4.5, "power {}: {z}", p + 1);
            powers.iter_mut().zip(&x).for_each(|(power, value)| *power *= value);
        }
        for lag in [1, 32, 64] {
            let z = real::dot(&x[lag..], &x[..n - lag]) / root;
            assert!(z.abs() < 4.5, "lag {lag}: {z}");
        }
    }

    #[test]
    fn uniform_indices_are_uniform_and_in_range() {
        let mut stream = stream(9, 2, Purpose::Batch);
        let (n, draws) = (7_usize, 70_000);
        let mut counts = [0_u32; 7];
        (0..draws).for_each(|_| counts[stream.index(n)] += 1);
        let expected = f64::from(draws) / n as f64;
        let chi_square: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - expected) * (f64::from(count) - expected) / expected)
            .sum();
        // 99.99 % quantile of chi-square with six degrees of freedom.
        assert!(chi_square < 27.86, "{chi_square}");
    }
}
