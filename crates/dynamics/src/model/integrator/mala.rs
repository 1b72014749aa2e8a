//! The Metropolis-adjusted Langevin algorithm.
//!
//! ```text
//! y = x − h ∇f(x) + sqrt(2 T h) z,  accepted if  ln u < log alpha,  u ~ U(0, 1)
//! log alpha = (f(x) − f(y))/T + (|y − x + h ∇f(x)|² − |x − y + h ∇f(y)|²)/(4 h T)
//! ```

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::integrator::core::{Chains, Integrator, Step, at, set};
use crate::model::objective::Objective;
use crate::noise::{LANES, Lanes};
use crate::simd::Isa;

/// Euler–Maruyama whose moves are accepted or refused, so that `e^{−f/T}` is its stationary law
/// exactly; the temperature is positive.
///
/// Each chain accepts with a uniform variate of its own; a move to where `f` is not finite is
/// refused.
///
/// # Source
/// Roberts & Tweedie, Bernoulli 2(4), 1996, section 1.4.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mala(pub Step);

/// Two points with their gradients and values: the present one and the proposed one.
struct Points<'a> {
    x: &'a mut [Lanes],
    y: &'a mut [Lanes],
    slope_x: &'a mut [Lanes],
    slope_y: &'a mut [Lanes],
    value_x: Lanes,
    value_y: Lanes,
}

impl Mala {
    /// Writes `y`.
    #[inline(always)]
    fn propose<S: Isa>(&self, isa: S, points: &mut Points<'_>, z: &[Lanes]) {
        let (descent, noise) = (isa.splat_f64s(-self.0.size), isa.splat_f64s(self.0.noise()));
        set::<S>(points.y, |j, vector, _| {
            let (x, slope) = (at::<S>(points.x, j, vector), at::<S>(points.slope_x, j, vector));
            isa.mul_add_f64s(noise, at::<S>(z, j, vector), isa.mul_add_f64s(descent, slope, x))
        });
    }

    /// `log alpha` of some of the chains; `y − x + h ∇f(x) = sqrt(2 T h) z`.
    #[inline(always)]
    fn log_ratio<S: Isa>(
        &self,
        isa: S,
        vector: usize,
        points: &Points<'_>,
        z: &[Lanes],
    ) -> S::f64s {
        let (size, unit) = (isa.splat_f64s(self.0.size), isa.splat_f64s(1.0 / self.0.noise()));
        let mut squares = isa.splat_f64s(0.0);
        for j in 0..points.x.len() {
            let back = isa.sub_f64s(at::<S>(points.x, j, vector), at::<S>(points.y, j, vector));
            let back = isa.mul_add_f64s(size, at::<S>(points.slope_y, j, vector), back);
            let (w, z) = (isa.mul_f64s(unit, back), at::<S>(z, j, vector));
            squares = isa.mul_add_f64s(isa.sub_f64s(z, w), isa.add_f64s(z, w), squares);
        }
        let values = [&points.value_x, &points.value_y].map(|row| S::as_simd_f64s(row).0[vector]);
        let descent = isa.sub_f64s(values[0], values[1]);
        let descent = isa.mul_f64s(isa.splat_f64s(1.0 / self.0.temperature), descent);
        isa.mul_add_f64s(isa.splat_f64s(0.5), squares, descent)
    }
}

impl Points<'_> {
    /// Moves those chains of a vector that `accepted` says.
    #[inline(always)]
    fn accept<S: Isa>(&mut self, isa: S, vector: usize, accepted: S::m64s) {
        let choose = |old: &mut Lanes, new: &Lanes| {
            let old = &mut S::as_mut_simd_f64s(old).0[vector];
            *old = isa.select_f64s(accepted, S::as_simd_f64s(new).0[vector], *old);
        };
        self.x.iter_mut().zip(self.y.iter()).for_each(|(old, new)| choose(old, new));
        self.slope_x.iter_mut().zip(self.slope_y.iter()).for_each(|(old, new)| choose(old, new));
        choose(&mut self.value_x, &self.value_y);
    }
}

impl<O: Objective> Integrator<O> for Mala {
    const N_ROOMS: usize = 3;

    #[inline(always)]
    fn advance<S: Isa>(&self, isa: S, objective: &O, normals: &[Lanes], chains: Chains<'_>) {
        let (dim, x) = (objective.dim(), chains.state);
        let (slope_x, room) = chains.room.split_at_mut(dim);
        let (slope_y, y) = room.split_at_mut(dim);
        let (mut value_x, value_y) = ([0.0; LANES], [0.0; LANES]);
        objective.gradient(isa, x, slope_x);
        objective.value(isa, x, &mut value_x);
        let mut points = Points { x, y, slope_x, slope_y, value_x, value_y };
        for z in normals.chunks_exact(dim) {
            self.propose(isa, &mut points, z);
            objective.gradient(isa, points.y, points.slope_y);
            objective.value(isa, points.y, &mut points.value_y);
            let exponentials = chains.acceptance.exponentials(isa);
            for vector in 0..LANES / S::F64_LANES {
                // −ln u is a standard exponential variate.
                let log_ratio = self.log_ratio(isa, vector, &points, z);
                let minus_ln_u = S::as_simd_f64s(&exponentials).0[vector];
                let margin = isa.add_f64s(minus_ln_u, log_ratio);
                let accepted = isa.greater_than_f64s(margin, isa.splat_f64s(0.0));
                points.accept(isa, vector, accepted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::integrator::tests::{Path, Point, Quartic, STEP, check, paths};
    use crate::simd::Level;

    fn square(x: Point) -> f64 {
        x[0] * x[0] + x[1] * x[1]
    }

    /// The proposal of step `k`, and by how much its log ratio exceeds `ln u`.
    fn proposal(path: &Path, k: usize) -> (Point, f64) {
        let (h, temperature) = (0.3, 0.7);
        let (x, z) = (path.points[k], path.normals[k]);
        let (f_x, g_x) = Quartic::at(x);
        let y = [0, 1].map(|j| x[j] - h * g_x[j] + f64::sqrt(2.0 * temperature * h) * z[j]);
        let (f_y, g_y) = Quartic::at(y);
        let there = square([0, 1].map(|j| y[j] - x[j] + h * g_x[j]));
        let back = square([0, 1].map(|j| x[j] - y[j] + h * g_y[j]));
        let log_ratio = (f_x - f_y) / temperature + (there - back) / (4.0 * h * temperature);
        (y, log_ratio + path.exponentials[k])
    }

    #[test]
    fn a_step_is_that_of_the_equation() {
        check(&Mala(STEP), |path, k| match proposal(path, k) {
            (y, margin) if margin > 0.0 => y,
            _ => path.points[k],
        });
        let paths = paths(Mala(STEP), Level::current());
        let moves = paths.iter().flat_map(|path| (0..6).map(|k| proposal(path, k).1 > 0.0));
        let n_refused = moves.filter(|accepted| !accepted).count();
        assert!((5..60).contains(&n_refused), "{n_refused} of 96 moves refused");
    }
}
