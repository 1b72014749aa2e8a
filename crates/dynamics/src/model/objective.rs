//! Gradients of smooth objectives at the points of sixteen chains.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::preconditioner::set_square;
use crate::model::shape::Layout;
use crate::noise::{LANES, Lanes};
use crate::problem::{Formula, Problem, Quadratic};
use crate::simd::Isa;

/// An objective whose gradient is evaluated for [`LANES`] chains at a time, coordinate by
/// coordinate.
pub trait Objective: Send + Sync {
    /// How points and gradients lie in memory; those that read and write them row by row take any.
    fn layout(&self) -> Layout {
        Layout::ByCoordinate
    }

    /// Number of parameters `d`.
    fn dim(&self) -> usize;

    /// Writes `∇f(x)` to `out`; both `[d, LANES]`. To be marked `#[inline(always)]`.
    fn gradient<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]);

    /// Replaces each `x_j` by `rule(x_j, ∂_j f(x), z_j)`, all derivatives at the old `x`; `x`, `z`
    /// and `room` are `[d, LANES]`.
    ///
    /// Where a derivative depends on its own coordinate alone, an implementation needs no room and
    /// passes over memory once. To be marked `#[inline(always)]`.
    #[inline(always)]
    fn update<S: Isa>(
        &self,
        isa: S,
        x: &mut [Lanes],
        z: &[Lanes],
        room: &mut [Lanes],
        rule: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s,
    ) {
        self.gradient(isa, x, room);
        for ((x, g), z) in x.iter_mut().zip(room.iter()).zip(z) {
            let (g, z) = (S::as_simd_f64s(g).0, S::as_simd_f64s(z).0);
            for ((x, g), z) in S::as_mut_simd_f64s(x).0.iter_mut().zip(g).zip(z) {
                *x = rule(*x, *g, *z);
            }
        }
    }

    /// Rows of memory that [`Objective::add_gradient`] needs.
    fn n_rooms(&self) -> usize {
        self.dim()
    }

    /// `out <- ∇f(x) + scale R(x) out`, where the noise on the gradient has the covariance
    /// `R(x) R(x)ᵀ` up to its scale: the identity, unless the objective has another. `x` and `out`
    /// are `[d, LANES]`, `room` has [`Objective::n_rooms`] rows. To be marked `#[inline(always)]`.
    #[inline(always)]
    fn add_gradient<S: Isa>(
        &self,
        isa: S,
        x: &[Lanes],
        scale: f64,
        room: &mut [Lanes],
        out: &mut [Lanes],
    ) {
        self.gradient(isa, x, room);
        let scale = isa.splat_f64s(scale);
        for (gradient, out) in room.iter().zip(out) {
            let out = S::as_mut_simd_f64s(out).0;
            for (gradient, out) in S::as_simd_f64s(gradient).0.iter().zip(out) {
                *out = isa.mul_add_f64s(scale, *out, *gradient);
            }
        }
    }

    /// Writes `(∂_j f(x))² + variance (R(x) R(x)ᵀ)_jj` to `out`, `[d, LANES]`. To be marked
    /// `#[inline(always)]`.
    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, variance: f64, x: &[Lanes], out: &mut [Lanes]) {
        self.gradient(isa, x, out);
        for row in out {
            let mean = *row;
            set_square(isa, variance, &mean, row);
        }
    }

    /// Writes `f(x)` to `out`. To be marked `#[inline(always)]`.
    fn value<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut Lanes);
}

impl Objective for Quadratic {
    fn dim(&self) -> usize {
        self.curvatures.len()
    }

    #[inline(always)]
    fn gradient<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        for ((h, x), out) in self.curvatures.iter().zip(x).zip(out) {
            let h = isa.splat_f64s(*h);
            for (out, x) in S::as_mut_simd_f64s(out).0.iter_mut().zip(S::as_simd_f64s(x).0) {
                *out = isa.mul_f64s(h, *x);
            }
        }
    }

    #[inline(always)]
    fn update<S: Isa>(
        &self,
        isa: S,
        x: &mut [Lanes],
        z: &[Lanes],
        _: &mut [Lanes],
        rule: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s,
    ) {
        for ((h, x), z) in self.curvatures.iter().zip(x).zip(z) {
            let h = isa.splat_f64s(*h);
            for (x, z) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(z).0) {
                *x = rule(*x, isa.mul_f64s(h, *x), *z);
            }
        }
    }

    #[inline(always)]
    fn add_gradient<S: Isa>(
        &self,
        isa: S,
        x: &[Lanes],
        scale: f64,
        _: &mut [Lanes],
        out: &mut [Lanes],
    ) {
        let scale = isa.splat_f64s(scale);
        for ((h, x), out) in self.curvatures.iter().zip(x).zip(out) {
            let h = isa.splat_f64s(*h);
            for (out, x) in S::as_mut_simd_f64s(out).0.iter_mut().zip(S::as_simd_f64s(x).0) {
                *out = isa.mul_add_f64s(h, *x, isa.mul_f64s(scale, *out));
            }
        }
    }

    #[inline(always)]
    fn value<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut Lanes) {
        for vector in 0..LANES / S::F64_LANES {
            let mut sum = isa.splat_f64s(0.0);
            for (h, x) in self.curvatures.iter().zip(x) {
                let x = S::as_simd_f64s(x).0[vector];
                sum = isa.mul_add_f64s(isa.mul_f64s(isa.splat_f64s(0.5 * h), x), x, sum);
            }
            S::as_mut_simd_f64s(out).0[vector] = sum;
        }
    }
}

impl Objective for Formula {
    fn dim(&self) -> usize {
        Problem::dim(self)
    }

    /// One dispatch a gradient, so that the tape is compiled once and not for each model.
    #[inline(always)]
    fn gradient<S: Isa>(&self, _: S, x: &[Lanes], out: &mut [Lanes]) {
        self.gradient.evaluate(x, out);
    }

    fn n_rooms(&self) -> usize {
        let dim = Problem::dim(self);
        self.noise_root.n_rooms(dim).max(dim)
    }

    #[inline(always)]
    fn add_gradient<S: Isa>(
        &self,
        isa: S,
        x: &[Lanes],
        scale: f64,
        room: &mut [Lanes],
        out: &mut [Lanes],
    ) {
        self.noise_root.times(isa, x, room, out);
        self.gradient.evaluate(x, room);
        let scale = isa.splat_f64s(scale);
        for (gradient, out) in room.iter().zip(out) {
            let out = S::as_mut_simd_f64s(out).0;
            for (gradient, out) in S::as_simd_f64s(gradient).0.iter().zip(out) {
                *out = isa.mul_add_f64s(scale, *out, *gradient);
            }
        }
    }

    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, variance: f64, x: &[Lanes], out: &mut [Lanes]) {
        let mut means = vec![[0.0; LANES]; out.len()];
        self.gradient.evaluate(x, &mut means);
        self.noise_root.variances(x, out);
        let variance = isa.splat_f64s(variance);
        for (mean, out) in means.iter().zip(out) {
            let out = S::as_mut_simd_f64s(out).0;
            for (mean, out) in S::as_simd_f64s(mean).0.iter().zip(out) {
                *out = isa.mul_add_f64s(*mean, *mean, isa.mul_f64s(variance, *out));
            }
        }
    }

    #[inline(always)]
    fn value<S: Isa>(&self, _: S, x: &[Lanes], out: &mut Lanes) {
        self.value.evaluate(x, std::slice::from_mut(out));
    }
}

#[cfg(test)]
mod tests;
