//! The method of Leimkuhler and Matthews, whose noise is the mean of two consecutive variates.
//!
//! ```text
//! x' = x − h ∇f(x) + sqrt(T h/2) (r_n + r_{n+1})
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step, at, set};
use crate::model::objective::Objective;
use crate::noise::{LaneStream, Lanes};
use crate::simd::Isa;

/// Leimkuhler–Matthews: averages over the stationary law have errors `O(h²)`, at one gradient a step.
///
/// On a quadratic of curvature `a` it is stable for `a h < 2`, and its stationary variance is `T/a`
/// exactly. The state remembers `r_n`; `r_0` are the first variates of the Brownian stream.
///
/// # Source
/// Leimkuhler & Matthews, Applied Mathematics Research eXpress 2013(1), eq. (1.5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeimkuhlerMatthews(pub Step);

impl<O: Objective> Integrator<O> for LeimkuhlerMatthews {
    const N_VECTORS: usize = 2;
    const N_ROOMS: usize = 1;

    #[inline(always)]
    fn start<S: Isa>(&self, isa: S, stream: &mut LaneStream, memory: &mut [Lanes]) {
        stream.fill_normals(isa, memory);
    }

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>) {
        let (descent, noise) = (isa.splat_f64s(-self.0.size), isa.splat_f64s(0.5 * self.0.noise()));
        let (x, memory) = chains.state.split_at_mut(objective.dim());
        for z in normals.chunks_exact(objective.dim()) {
            set::<S>(memory, |j, vector, r| isa.add_f64s(r, at::<S>(z, j, vector)));
            objective.update(isa, x, memory, chains.room, |x, g, sum| {
                isa.mul_add_f64s(noise, sum, isa.mul_add_f64s(descent, g, x))
            });
            memory.copy_from_slice(z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::integrator::tests::{Quartic, STEP, check};

    #[test]
    fn a_step_is_that_of_the_equation() {
        check(&LeimkuhlerMatthews(STEP), |path, k| {
            let (x, before, after) = (path.points[k], path.normals[k], path.normals[k + 1]);
            let (_, g) = Quartic::at(x);
            [0, 1].map(|j| x[j] - 0.3 * g[j] + f64::sqrt(0.7 * 0.15) * (before[j] + after[j]))
        });
    }
}
