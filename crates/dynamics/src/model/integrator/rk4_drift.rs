//! The classical method of Runge and Kutta for the drift, with the noise added after it.
//!
//! ```text
//! k_1 = ∇f(x),  k_2 = ∇f(x − (h/2) k_1),  k_3 = ∇f(x − (h/2) k_2),  k_4 = ∇f(x − h k_3)
//! x' = x − (h/6) (k_1 + 2 k_2 + 2 k_3 + k_4) + sqrt(2 T h) z
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step, at, set};
use crate::model::objective::Objective;
use crate::noise::Lanes;
use crate::simd::Isa;

/// Runge–Kutta for the drift with additive noise, for small noise: errors are `O(h⁴ + T h)`.
///
/// On a quadratic of curvature `a`, with `q = a h` and `c = 1 − q + q²/2 − q³/6 + q⁴/24`, it is
/// stable for `q < 2.785`, and its stationary variance is `2 T h/(1 − c²)`.
///
/// # Source
/// Milstein & Tretyakov, SIAM J. Sci. Comput. 18(4), 1997, on systems with small noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rk4Drift(pub Step);

impl<O: Objective> Integrator<O> for Rk4Drift {
    const N_ROOMS: usize = 3;

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>) {
        let (dim, x, h) = (objective.dim(), chains.state, self.0.size);
        let noise = isa.splat_f64s(self.0.noise());
        let (slope, room) = chains.room.split_at_mut(dim);
        let (point, next) = room.split_at_mut(dim);
        for z in normals.chunks_exact(dim) {
            // Gathers the next x; each point is x less a part of a step along the last slope.
            objective.gradient(isa, x, slope);
            set::<S>(next, |j, vector, _| {
                isa.mul_add_f64s(noise, at::<S>(z, j, vector), at::<S>(x, j, vector))
            });
            for (weight, reach) in [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0)] {
                add::<S>(isa, next, -weight * h / 6.0, slope);
                let reach = isa.splat_f64s(-reach * h);
                set::<S>(point, |j, vector, _| {
                    isa.mul_add_f64s(reach, at::<S>(slope, j, vector), at::<S>(x, j, vector))
                });
                objective.gradient(isa, point, slope);
            }
            add::<S>(isa, next, -h / 6.0, slope);
            x.copy_from_slice(next);
        }
    }
}

/// `out += scale * slope`
#[inline(always)]
fn add<S: Isa>(isa: S, out: &mut [Lanes], scale: f64, slope: &[Lanes]) {
    let scale = isa.splat_f64s(scale);
    set::<S>(out, |j, vector, out| isa.mul_add_f64s(scale, at::<S>(slope, j, vector), out));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::integrator::tests::{Quartic, STEP, check};

    #[test]
    fn a_step_is_that_of_the_equation() {
        check(&Rk4Drift(STEP), |path, k| {
            let (x, z) = (path.points[k], path.normals[k]);
            let slope =
                |reach: f64, k: [f64; 2]| Quartic::at([0, 1].map(|j| x[j] - reach * k[j])).1;
            let k1 = slope(0.0, [0.0; 2]);
            let k2 = slope(0.15, k1);
            let k3 = slope(0.15, k2);
            let k4 = slope(0.3, k3);
            let mean = [0, 1].map(|j| (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]) / 6.0);
            [0, 1].map(|j| x[j] - 0.3 * mean[j] + f64::sqrt(2.0 * 0.7 * 0.3) * z[j])
        });
    }
}
