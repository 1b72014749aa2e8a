//! The exact transition on a quadratic, an Ornstein–Uhlenbeck process.
//!
//! ```text
//! x_j' = e^{−a_j h} x_j + sqrt(T (1 − e^{−2 a_j h})/a_j) z_j
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step};
use crate::noise::Lanes;
use crate::problem::Quadratic;
use crate::real;
use crate::simd::Isa;

/// The exact transition of the Ornstein–Uhlenbeck process of one quadratic.
///
/// Its law has no error at any time step; curvatures may be zero, where the standard deviation is
/// `sqrt(2 T h)`, or negative. The variate `z` is the Brownian increment of the step, which has the
/// right law but is not the noise `∫ e^{−a (h − s)} dW_s` of that very path.
///
/// # Source
/// Uhlenbeck & Ornstein, Physical Review 36, 1930; Gillespie, Physical Review E 54, 1996.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactOu {
    decay: Vec<f64>,
    noise: Vec<f64>,
}

impl ExactOu {
    /// The transition over a step on the quadratic with these curvatures `[d]`.
    #[must_use]
    pub fn new(step: Step, curvatures: &[f64]) -> ExactOu {
        let noise = |a: &f64| {
            if *a == 0.0 {
                return step.noise();
            }
            (-step.temperature * real::expm1(-2.0 * a * step.size) / a).sqrt()
        };
        ExactOu {
            decay: curvatures.iter().map(|a| real::exp(-a * step.size)).collect(),
            noise: curvatures.iter().map(noise).collect(),
        }
    }
}

impl Integrator<Quadratic> for ExactOu {
    const N_ROOMS: usize = 0;

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, _: &Quadratic, normals: &[Lanes], chains: Chains<'_>) {
        for z in normals.chunks_exact(self.decay.len()) {
            let coefficients = self.decay.iter().zip(&self.noise);
            for ((x, z), (decay, noise)) in chains.state.iter_mut().zip(z).zip(coefficients) {
                let (decay, noise) = (isa.splat_f64s(*decay), isa.splat_f64s(*noise));
                let (x, z) = (S::as_mut_simd_f64s(x).0, S::as_simd_f64s(z).0);
                for (x, z) in x.iter_mut().zip(z) {
                    *x = isa.mul_add_f64s(decay, *x, isa.mul_f64s(noise, *z));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case `langevin.quadratic` of the reference: `a = 2`, `T = 0.3`, `h = 0.4`; the variance is that
    /// of the Gibbs law, `v = decay² v + noise²`.
    #[test]
    fn the_decay_is_that_of_the_reference() {
        let exact = ExactOu::new(Step { size: 0.4, temperature: 0.3 }, &[2.0]);
        assert!((exact.decay[0] - 0.449_328_964_117).abs() < 1e-12);
        let variance = exact.noise[0] * exact.noise[0] / (1.0 - exact.decay[0] * exact.decay[0]);
        assert!((variance - 0.15).abs() < 1e-15);
    }

    /// Two steps of `h` have the law of one of `2 h`: `e^{−2ah}`, `v_2h = v_h (1 + e^{−2ah})`.
    #[test]
    fn transitions_are_a_semigroup_at_every_curvature() {
        let curvatures = [2.0, 1e-9, 0.0, -1e-12, -0.7];
        let step = |size| Step { size, temperature: 0.7 };
        let [one, two] = [0.3, 0.6].map(|size| ExactOu::new(step(size), &curvatures));
        for (j, a) in curvatures.into_iter().enumerate() {
            let square = one.decay[j] * one.decay[j];
            assert!((square - two.decay[j]).abs() < 1e-15 * square);
            let variance = one.noise[j] * one.noise[j] * (1.0 + square);
            let expected = two.noise[j] * two.noise[j];
            assert!((variance / expected - 1.0).abs() < 1e-14, "curvature {a}");
        }
        assert!((one.noise[0] * one.noise[0] - 0.35 * (1.0 - real::exp(-1.2))).abs() < 1e-15);
        assert_eq!(one.noise[2], step(0.3).noise());
        assert!((one.noise[1] / one.noise[2] - 1.0).abs() < 1e-9);
        assert!((one.noise[3] / one.noise[2] - 1.0).abs() < 1e-12);
    }
}
