//! The method of Euler and Maruyama.
//!
//! ```text
//! x' = x − h ∇f(x) + sqrt(2 T h) z
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step};
use crate::model::objective::Objective;
use crate::noise::Lanes;
use crate::simd::Isa;

/// Euler–Maruyama: strong order 1, as the noise is additive, and weak order 1.
///
/// On a quadratic of curvature `a` it is stable for `a h < 2`, and its stationary variance is
/// `T/(a (1 − a h/2))`.
///
/// # Source
/// Kloeden & Platen, Numerical Solution of Stochastic Differential Equations, 1992, section 10.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EulerMaruyama(pub Step);

impl<O: Objective> Integrator<O> for EulerMaruyama {
    const N_ROOMS: usize = 1;

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>) {
        let (descent, noise) = (isa.splat_f64s(-self.0.size), isa.splat_f64s(self.0.noise()));
        for z in normals.chunks_exact(objective.dim()) {
            // The noise comes first, since it need not wait for the gradient.
            objective.update(isa, chains.state, z, chains.room, |x, g, z| {
                isa.mul_add_f64s(descent, g, isa.mul_add_f64s(noise, z, x))
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
        check(&EulerMaruyama(STEP), |path, k| {
            let (x, z) = (path.points[k], path.normals[k]);
            let (_, g) = Quartic::at(x);
            [0, 1].map(|j| x[j] - 0.3 * g[j] + f64::sqrt(2.0 * 0.7 * 0.3) * z[j])
        });
    }
}
