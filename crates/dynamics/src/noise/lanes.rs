//! The random streams of sixteen consecutive chains, one chain a lane.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::box_muller::{minus_two_ln, open_unit, pair};
use crate::noise::stream::{Purpose, Stream, StreamKey, draw_index, next_word};
use crate::simd::Isa;

/// Number of chains that move together: two vectors of AVX-512, four of AVX2.
pub const LANES: usize = 16;

const LOWER_HALF: u64 = 0xffff_ffff;

/// One number for each of [`LANES`] chains.
pub type Lanes = [f64; LANES];

/// The streams of [`LANES`] consecutive chains for one purpose.
///
/// Lane `l` yields, bit for bit, what the [`Stream`] of chain `first_chain + l` yields.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct LaneStream {
    /// State words of xoshiro256++, `[4, LANES]`.
    state: [[u64; LANES]; 4],
    spare: Lanes,
    has_spare: bool,
    /// Lower halves of words whose upper halves gave an index.
    halves: [u64; LANES],
    has_halves: bool,
}

impl LaneStream {
    /// The streams of the chains from `first_chain` on, for `purpose`, in the experiment `key`.
    #[must_use]
    pub fn new(key: StreamKey, first_chain: u64, purpose: Purpose) -> LaneStream {
        let mut state = [[0; LANES]; 4];
        for lane in 0..LANES {
            let words = Stream::new(key, first_chain.wrapping_add(lane as u64), purpose).state();
            for (row, word) in state.iter_mut().zip(words) {
                row[lane] = word;
            }
        }
        LaneStream {
            state,
            spare: [0.0; LANES],
            has_spare: false,
            halves: [0; LANES],
            has_halves: false,
        }
    }

    /// Fills `out` with the next standard normal variates of each chain.
    #[inline(always)]
    pub fn fill_normals<S: Isa>(&mut self, isa: S, out: &mut [Lanes]) {
        let (head, rest) = out.split_at_mut(usize::from(self.has_spare && !out.is_empty()));
        if let [head] = head {
            *head = self.spare;
            self.has_spare = false;
        }
        let (pairs, last) = rest.as_chunks_mut::<2>();
        self.fill_pairs(isa, pairs);
        if let [last] = last {
            let mut pair = [[0.0; LANES]; 2];
            self.fill_pairs(isa, std::slice::from_mut(&mut pair));
            *last = pair[0];
            self.spare = pair[1];
            self.has_spare = true;
        }
    }

    /// Fills `out` with the next uniform indices in `0..n` of each chain, exactly uniform.
    ///
    /// A word gives two: the upper half of the 64-bit product of each of its halves, the upper one
    /// first, and `n`. The fewer than `n` halves in 2³² that would make some indices more likely
    /// are replaced by an index from the next words, in their chain alone.
    ///
    /// # Source
    /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
    ///
    /// # Panics
    /// If `n` is zero.
    #[inline(always)]
    pub fn fill_indices<S: Isa>(&mut self, isa: S, n: u32, out: &mut [[u64; LANES]]) {
        assert!(n > 0, "an index is drawn from a non-empty range");
        let (head, rest) = out.split_at_mut(usize::from(self.has_halves && !out.is_empty()));
        if let [head] = head {
            for (lane, index) in head.iter_mut().enumerate() {
                *index = self.index_of_half(lane, self.halves[lane], n);
            }
            self.has_halves = false;
        }
        let (pairs, last) = rest.as_chunks_mut::<2>();
        self.fill_index_pairs(isa, n, pairs);
        if let [last] = last {
            for (lane, index) in last.iter_mut().enumerate() {
                let word = self.next_word(lane);
                *index = self.index_of_half(lane, word >> 32, n);
                self.halves[lane] = word & LOWER_HALF;
            }
            self.has_halves = true;
        }
    }

    /// The next uniform index in `0..n` of one chain; the others do not move.
    ///
    /// # Panics
    /// If `n` is zero.
    #[inline]
    pub fn index(&mut self, lane: usize, n: usize) -> usize {
        self.with_lane(lane, |state| draw_index(state, n))
    }

    /// Fills `out` with independent random signs, −1 or 1; each call takes one word a chain for
    /// every 64 of them.
    #[inline(always)]
    pub fn fill_signs<S: Isa>(&mut self, isa: S, out: &mut [Lanes]) {
        for vector in 0..LANES / S::U64_LANES {
            let mut state = self.load(isa, vector);
            for rows in out.chunks_mut(64) {
                let mut word = next(isa, &mut state);
                for row in rows {
                    let sign = isa.and_u64s(word, isa.splat_u64s(1 << 63));
                    let sign = isa.or_u64s(sign, isa.splat_u64s(1.0_f64.to_bits()));
                    S::as_mut_simd_f64s(row).0[vector] = isa.transmute_f64s_u64s(sign);
                    word = isa.shift_left(word, 1);
                }
            }
            self.store(isa, vector, state);
        }
    }

    /// Fills `out` with uniform variates in (0, 1): the midpoints of 2⁵² equal cells.
    #[inline(always)]
    pub fn fill_uniforms<S: Isa>(&mut self, isa: S, out: &mut [Lanes]) {
        for vector in 0..LANES / S::U64_LANES {
            let mut state = self.load(isa, vector);
            for row in out.iter_mut() {
                let word = next(isa, &mut state);
                S::as_mut_simd_f64s(row).0[vector] = open_unit(isa, word);
            }
            self.store(isa, vector, state);
        }
    }

    /// The next standard exponential variate of each chain.
    #[inline(always)]
    pub fn exponentials<S: Isa>(&mut self, isa: S) -> Lanes {
        let (mut out, half) = ([0.0; LANES], isa.splat_f64s(0.5));
        for (vector, out) in S::as_mut_simd_f64s(&mut out).0.iter_mut().enumerate() {
            let mut state = self.load(isa, vector);
            *out = isa.mul_f64s(half, minus_two_ln(isa, next(isa, &mut state)));
            self.store(isa, vector, state);
        }
        out
    }

    /// Appends to `words` all that the next variates depend on.
    pub fn save(&self, words: &mut Vec<u64>) {
        words.extend(self.state.iter().flatten());
        words.extend(self.spare.map(f64::to_bits));
        words.extend(self.halves);
        words.extend([u64::from(self.has_spare), u64::from(self.has_halves)]);
    }

    /// Takes back what [`LaneStream::save`] wrote; `None` if `words` end before.
    pub fn restore(&mut self, words: &mut impl Iterator<Item = u64>) -> Option<()> {
        for word in self.state.iter_mut().flatten() {
            *word = words.next()?;
        }
        for spare in &mut self.spare {
            *spare = f64::from_bits(words.next()?);
        }
        for half in &mut self.halves {
            *half = words.next()?;
        }
        self.has_spare = words.next()? != 0;
        self.has_halves = words.next()? != 0;
        Some(())
    }

    #[inline(always)]
    fn fill_pairs<S: Isa>(&mut self, isa: S, pairs: &mut [[Lanes; 2]]) {
        for vector in 0..LANES / S::U64_LANES {
            let mut state = self.load(isa, vector);
            for [first, second] in pairs.iter_mut() {
                let radial = next(isa, &mut state);
                let angular = next(isa, &mut state);
                let (a, b) = pair(isa, radial, angular);
                S::as_mut_simd_f64s(first).0[vector] = a;
                S::as_mut_simd_f64s(second).0[vector] = b;
            }
            self.store(isa, vector, state);
        }
    }

    #[inline(always)]
    fn fill_index_pairs<S: Isa>(&mut self, isa: S, n: u32, pairs: &mut [[[u64; LANES]; 2]]) {
        let factor = isa.splat_u64s(u64::from(n));
        let threshold = isa.splat_u64s(rejected_below(n));
        let lower_half = isa.splat_u64s(LOWER_HALF);
        for vector in 0..LANES / S::U64_LANES {
            let mut state = self.load(isa, vector);
            for [first, second] in pairs.iter_mut() {
                let before = state;
                let word = next(isa, &mut state);
                let a = isa.product_of_low_halves(isa.shift_right(word, 32), factor);
                let b = isa.product_of_low_halves(word, factor);
                S::as_mut_simd_u64s(first).0[vector] = isa.shift_right(a, 32);
                S::as_mut_simd_u64s(second).0[vector] = isa.shift_right(b, 32);
                let a = isa.less_than_u64s(isa.and_u64s(a, lower_half), threshold);
                let b = isa.less_than_u64s(isa.and_u64s(b, lower_half), threshold);
                if isa.first_true_m64s(isa.or_m64s(a, b)) < S::U64_LANES {
                    self.store(isa, vector, before);
                    for lane in vector * S::U64_LANES..(vector + 1) * S::U64_LANES {
                        let word = self.next_word(lane);
                        first[lane] = self.index_of_half(lane, word >> 32, n);
                        second[lane] = self.index_of_half(lane, word & LOWER_HALF, n);
                    }
                    state = self.load(isa, vector);
                }
            }
            self.store(isa, vector, state);
        }
    }

    /// The index of half a word, or of the next words of the chain if it is rejected.
    fn index_of_half(&mut self, lane: usize, half: u64, n: u32) -> u64 {
        let product = half * u64::from(n);
        if product & LOWER_HALF < rejected_below(n) {
            self.index(lane, n as usize) as u64
        } else {
            product >> 32
        }
    }

    fn next_word(&mut self, lane: usize) -> u64 {
        self.with_lane(lane, next_word)
    }

    fn with_lane<T>(&mut self, lane: usize, draw: impl FnOnce(&mut [u64; 4]) -> T) -> T {
        let mut state = [0, 1, 2, 3].map(|row: usize| self.state[row][lane]);
        let drawn = draw(&mut state);
        for (row, word) in self.state.iter_mut().zip(state) {
            row[lane] = word;
        }
        drawn
    }

    #[inline(always)]
    fn load<S: Isa>(&self, _: S, vector: usize) -> [S::u64s; 4] {
        let [a, b, c, d] = &self.state;
        [a, b, c, d].map(|row| S::as_simd_u64s(row).0[vector])
    }

    #[inline(always)]
    fn store<S: Isa>(&mut self, _: S, vector: usize, state: [S::u64s; 4]) {
        for (row, words) in self.state.iter_mut().zip(state) {
            S::as_mut_simd_u64s(row).0[vector] = words;
        }
    }
}

/// `2³² mod n`: halves whose product with `n` has a lower half below it are rejected.
fn rejected_below(n: u32) -> u64 {
    (1 << 32) % u64::from(n)
}

/// One step of xoshiro256++ in every lane.
#[inline(always)]
fn next<S: Isa>(isa: S, s: &mut [S::u64s; 4]) -> S::u64s {
    let output = isa.add_u64s(isa.rotate(isa.add_u64s(s[0], s[3]), 23), s[0]);
    let shifted = isa.shift_left(s[1], 17);
    s[2] = isa.xor_u64s(s[2], s[0]);
    s[3] = isa.xor_u64s(s[3], s[1]);
    s[1] = isa.xor_u64s(s[1], s[2]);
    s[0] = isa.xor_u64s(s[0], s[3]);
    s[2] = isa.xor_u64s(s[2], shifted);
    s[3] = isa.rotate(s[3], 45);
    output
}

#[cfg(test)]
mod tests;
