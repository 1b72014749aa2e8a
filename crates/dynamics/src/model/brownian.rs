//! Increments of Brownian motion on one path at several resolutions.
//!
//! ```text
//! dW = W(t + h) − W(t),  Z ~ N(0, 1):  W(t + h/2) − W(t) = dW/2 + (sqrt(h)/2) Z
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::core::{Bundle, Streams};
use crate::noise::{LANES, LaneStream, Lanes, Purpose};
use crate::simd::Isa;

/// Increments of a Brownian motion in `[d]` over steps that are halved `levels` times.
///
/// Increments are in units of the square root of their interval, so that each is standard normal;
/// in these units the bridge of an increment `w` is a rotation,
///
/// ```text
/// left = (w + Z)/sqrt(2),  right = (w − Z)/sqrt(2).
/// ```
///
/// The increments of whole steps are the variates of the Brownian stream, in the order of steps and
/// coordinates, as if nothing were halved; the variates `Z` of each level come from a stream of
/// their own, in the order of time and coordinates. Increments at any two numbers of levels are
/// therefore those of one path: the finer ones add up to the coarser ones, to rounding.
///
/// # Source
/// Lévy, Processus stochastiques et mouvement brownien, 1948; the midpoint of a Brownian bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrownianIncrements {
    dim: usize,
    levels: u32,
}

impl BrownianIncrements {
    /// Increments of `dim` coordinates over parts `2^−levels` of a step.
    ///
    /// # Panics
    /// If a step is halved more than 30 times.
    #[must_use]
    pub fn new(dim: usize, levels: u32) -> BrownianIncrements {
        assert!(levels <= 30, "a step is halved {levels} times");
        BrownianIncrements { dim, levels }
    }

    /// Number of rows `[LANES]` that the increments of a step take: `2^levels d`.
    #[must_use]
    pub fn rows_per_step(&self) -> usize {
        self.dim << self.levels
    }

    /// Fills `out` with the next increments of the chains of `bundle`, as many steps as it has room
    /// for: `[n_steps, 2^levels, d, LANES]`. However requests are split, the increments are the same.
    #[inline(always)]
    pub fn fill<S: Isa>(&self, isa: S, bundle: &mut Bundle, out: &mut [Lanes]) {
        if self.levels == 0 {
            bundle.streams.brownian.fill_normals(isa, out);
            return;
        }
        self.open_bridges(bundle);
        for step in out.chunks_exact_mut(self.rows_per_step()) {
            bundle.streams.brownian.fill_normals(isa, &mut step[..self.dim]);
            for (level, stream) in
                bundle.streams.bridges[..self.levels as usize].iter_mut().enumerate()
            {
                for whole in step.chunks_exact_mut(self.rows_per_step() >> level) {
                    let (left, right) = whole.split_at_mut(whole.len() / 2);
                    halve(isa, stream, &mut left[..self.dim], &mut right[..self.dim]);
                }
            }
        }
    }

    /// Writes to `out`, `[d, LANES]`, the increment over part `part` of the `2^levels` of a step: what
    /// [`BrownianIncrements::fill`] writes there. Parts are to be asked for in turn.
    ///
    /// The right halves of increments whose left ones have been used wait in the bundle.
    #[inline(always)]
    pub(crate) fn fill_part<S: Isa>(
        &self,
        isa: S,
        part: u64,
        bundle: &mut Bundle,
        out: &mut [Lanes],
    ) {
        self.open_bridges(bundle);
        let (dim, levels) = (self.dim, self.levels as usize);
        let Streams { brownian, bridges, waiting, .. } = &mut bundle.streams;
        waiting.resize(dim * levels, [0.0; LANES]);
        let halved = if part == 0 {
            brownian.fill_normals(isa, out);
            0
        } else {
            let level = levels - part.trailing_zeros() as usize;
            out.copy_from_slice(&waiting[(level - 1) * dim..][..dim]);
            level
        };
        for level in halved..levels {
            halve(isa, &mut bridges[level], out, &mut waiting[level * dim..][..dim]);
        }
    }

    /// Makes the streams of all levels.
    fn open_bridges(&self, bundle: &mut Bundle) {
        for level in bundle.streams.bridges.len()..self.levels as usize {
            let key = bundle.key.derive(level as u64);
            let stream = LaneStream::new(key, bundle.first_chain, Purpose::Brownian);
            bundle.streams.bridges.push(stream);
        }
    }
}

/// Increments in `left` to those of their two halves.
#[inline(always)]
fn halve<S: Isa>(isa: S, stream: &mut LaneStream, left: &mut [Lanes], right: &mut [Lanes]) {
    stream.fill_normals(isa, right);
    let root_half = isa.splat_f64s(std::f64::consts::FRAC_1_SQRT_2);
    for (left, right) in left.iter_mut().zip(right) {
        let (left, right) = (S::as_mut_simd_f64s(left).0, S::as_mut_simd_f64s(right).0);
        for vector in 0..LANES / S::F64_LANES {
            let (w, z) = (left[vector], right[vector]);
            left[vector] = isa.mul_f64s(root_half, isa.add_f64s(w, z));
            right[vector] = isa.mul_f64s(root_half, isa.sub_f64s(w, z));
        }
    }
}

#[cfg(test)]
mod tests;
