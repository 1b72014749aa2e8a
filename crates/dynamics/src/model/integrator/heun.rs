//! The stochastic trapezoidal rule, explicit by a predictor.
//!
//! ```text
//! y  = x − h ∇f(x) + sqrt(2 T h) z
//! x' = x − (h/2) (∇f(x) + ∇f(y)) + sqrt(2 T h) z
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step, at, set};
use crate::model::objective::Objective;
use crate::noise::Lanes;
use crate::simd::Isa;

/// Heun's method for additive noise: strong order 1 and weak order 2.
///
/// On a quadratic of curvature `a`, with `q = a h`, it is stable for `q < 2`, and its stationary
/// variance is `(T/a) (1 − q/2)/(1 − q/2 + q²/4)`.
///
/// # Source
/// Kloeden & Platen, Numerical Solution of Stochastic Differential Equations, 1992, section 15.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heun(pub Step);

impl<O: Objective> Integrator<O> for Heun {
    const N_ROOMS: usize = 2;

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>) {
        let (dim, x) = (objective.dim(), chains.state);
        let (descent, noise) = (isa.splat_f64s(-self.0.size), isa.splat_f64s(self.0.noise()));
        let half = isa.splat_f64s(0.5 * self.0.size);
        let (before, after) = chains.room.split_at_mut(dim);
        for z in normals.chunks_exact(dim) {
            objective.gradient(isa, x, before);
            set::<S>(x, |j, vector, x| {
                let drifted = isa.mul_add_f64s(descent, at::<S>(before, j, vector), x);
                isa.mul_add_f64s(noise, at::<S>(z, j, vector), drifted)
            });
            objective.update(isa, x, before, after, |y, after, before| {
                isa.mul_add_f64s(half, isa.sub_f64s(before, after), y)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::integrator::tests::{Quartic, STEP, check};

    #[test]
    fn a_step_is_that_of_the_equation() {
        check(&Heun(STEP), |path, k| {
            let (x, (_, g)) = (path.points[k], Quartic::at(path.points[k]));
            let noise = path.normals[k].map(|z| f64::sqrt(2.0 * 0.7 * 0.3) * z);
            let (_, g_predicted) = Quartic::at([0, 1].map(|j| x[j] - 0.3 * g[j] + noise[j]));
            [0, 1].map(|j| x[j] - 0.15 * (g[j] + g_predicted[j]) + noise[j])
        });
    }
}
