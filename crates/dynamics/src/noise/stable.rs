//! Symmetric α-stable variates.
//!
//! ```text
//! E e^(iuS) = e^(−|u|^alpha),   U = pi v uniform in (−pi/2, pi/2),   W standard exponential
//! S = sin(alpha U)/cos(U)^(1/alpha) (cos((1 − alpha) U)/W)^((1 − alpha)/alpha)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::lanes::{LaneStream, Lanes};
use crate::simd::{Isa, exp, ln, sin_cos_pi};

/// The symmetric α-stable law with the characteristic function `e^(−|u|^alpha)`: `N(0, 2)` for
/// `alpha = 2`, Cauchy's for `alpha = 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SymmetricStable {
    /// `1 − alpha`
    turn: f64,
    /// `(1 − alpha)/alpha`
    power: f64,
}

impl SymmetricStable {
    /// The law of the index `alpha` in [0.5, 2].
    ///
    /// # Panics
    /// If `alpha` is not in that range.
    #[must_use]
    pub fn new(alpha: f64) -> SymmetricStable {
        assert!((0.5..=2.0).contains(&alpha), "the index {alpha} is not in [0.5, 2]");
        SymmetricStable { turn: 1.0 - alpha, power: (1.0 - alpha) / alpha }
    }

    /// Fills `out` with the next variates of each chain, one of the stream's words for the angle and
    /// the next one for the exponential: they are one sequence however requests are split.
    ///
    /// With `q = cos((1 − alpha) U)/cos(U)` the variate is
    ///
    /// ```text
    /// S = [ q sin(U) − sin((1 − alpha) U) ] (q/W)^((1 − alpha)/alpha),
    /// ```
    ///
    /// whose power is of a number in (1/37, 3e31) and exactly one for `alpha = 1`, and whose
    /// difference loses one bit at most.
    ///
    /// # Accuracy
    /// Within a relative 2e-14 of its exact value at the same words. Angles are multiples of
    /// `2⁻⁵³ pi`, exponentials at least `2⁻⁵³`: magnitudes do not exceed `1e47`, and the law of what is
    /// beyond a level is the power law as long as that has a probability above some 1e-14.
    ///
    /// # Source
    /// Chambers, Mallows & Stuck, JASA 71, 1976, for zero skewness.
    #[inline(always)]
    pub fn fill<S: Isa>(&self, isa: S, stream: &mut LaneStream, out: &mut [Lanes]) {
        for row in out {
            stream.fill_uniforms(isa, std::slice::from_mut(row));
            let exponentials = stream.exponentials(isa);
            let exponentials = S::as_simd_f64s(&exponentials).0;
            for (number, w) in S::as_mut_simd_f64s(row).0.iter_mut().zip(exponentials) {
                *number = self.variate(isa, *number, *w);
            }
        }
    }

    /// The variate for a uniform number `u` in (0, 1), where the angle is `pi (u − 1/2)`, and the
    /// exponential number `w`.
    #[inline(always)]
    fn variate<S: Isa>(&self, isa: S, u: S::f64s, w: S::f64s) -> S::f64s {
        let v = isa.sub_f64s(u, isa.splat_f64s(0.5));
        let (sin, cos) = sin_cos_pi(isa, v);
        let (turned_sin, turned_cos) = sin_cos_pi(isa, isa.mul_f64s(isa.splat_f64s(self.turn), v));
        let q = isa.div_f64s(turned_cos, cos);
        let slope = isa.sub_f64s(isa.mul_f64s(q, sin), turned_sin);
        let logarithm = ln(isa, isa.div_f64s(q, w));
        isa.mul_f64s(slope, exp(isa, isa.mul_f64s(isa.splat_f64s(self.power), logarithm)))
    }
}

#[cfg(test)]
mod tests;
