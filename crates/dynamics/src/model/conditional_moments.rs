//! Steps of the stochastic differential equation of SGD whose conditional mean and covariance are exact.
//!
//! ```text
//! eta' = e^(−A h) eta + L z,   L Lᵀ = Cov(eta_{t+h} | eta_t = eta),   z ~ N(0, I)
//! ```
//!
//! The covariance is a quadratic function of `eta`, whose coefficients are entries of the exponential
//! of the linear equation that first and second moments obey. First and second moments are therefore
//! exact at every step size; the law within a step is taken to be normal.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::linear_algebra::Matrix;
use crate::model::conditional_covariance::coefficients;
use crate::model::core::{Bundle, Dynamics, Workspace, rows_mut};
use crate::model::linear_step::function_of_hessian;
use crate::model::sde_step::SdeStep;
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::problem::{LeastSquares, Problem};
use crate::real;
use crate::simd::{Aligned, Isa};

/// Largest rank of the data: a step takes about `r⁴/4` operations.
pub(crate) const MAX_RANK: usize = 8;

/// Second moments of as many coordinates.
const MAX_PAIRS: usize = MAX_RANK * (MAX_RANK + 1) / 2;

/// A variance that is smaller than this fraction of what it was before conditioning is rounding.
const SMALLEST_PIVOT: f64 = 1e-12;

/// The equation of SGD on data of a rank `r` up to 8, in steps with exact conditional moments.
///
/// # Source
/// Linear equations of the moments of arXiv 2407.02322, section 3, by Itô's formula; the factor of
/// the covariance is Cholesky's, in which directions without noise are left out.
#[derive(Clone, Debug)]
pub struct ConditionalMoments {
    dim: usize,
    n_parts: u64,
    centre: Vec<f64>,
    /// `e^(−A h) − I`, `[d, d]`.
    change: Matrix,
    /// Directions `q_a` of the coordinates `y_a = q_a·eta`, `[r, d]`.
    directions: Matrix,
    /// Coefficients of the covariances `(a ≤ b)` in `(y, y_k y_l for k ≤ l, 1)`, `[p, r + p + 1]`.
    coefficients: Matrix,
}

impl ConditionalMoments {
    /// The equation in these steps, whose scheme does not matter.
    ///
    /// # Panics
    /// If the rank of the data is above 8.
    #[must_use]
    pub fn new(problem: &LeastSquares, step: SdeStep) -> ConditionalMoments {
        let spectrum = problem.spectrum();
        assert!(spectrum.rank() <= MAX_RANK, "data of a rank up to {MAX_RANK}");
        let h = step.size();
        let change = function_of_hessian(problem, |square, n| {
            let curvature = square / n;
            real::expm1(-h * curvature * step.order.drift(step.step_size, curvature))
        });
        ConditionalMoments {
            dim: problem.dataset().n_columns(),
            n_parts: step.n_parts,
            centre: problem.minimiser().to_vec(),
            change,
            directions: spectrum.right_vectors.clone(),
            coefficients: coefficients(problem, step),
        }
    }

    /// One part of a step from normals `z`, `[r, LANES]`; `errors` is room, `[d, LANES]`.
    #[inline(always)]
    fn step<S: Isa>(
        &self,
        isa: S,
        vector: usize,
        z: &[Lanes],
        errors: &mut [Lanes],
        x: &mut [Lanes],
    ) {
        let rank = self.directions.n_rows();
        for ((error, x), centre) in errors.iter_mut().zip(x.iter()).zip(&self.centre) {
            let x = S::as_simd_f64s(x).0[vector];
            S::as_mut_simd_f64s(error).0[vector] = isa.sub_f64s(x, isa.splat_f64s(*centre));
        }
        let zero = isa.splat_f64s(0.0);
        let mut terms = [isa.splat_f64s(1.0); MAX_RANK + MAX_PAIRS + 1];
        for (y, direction) in terms.iter_mut().zip(self.directions.rows()) {
            *y = zero;
            for (weight, error) in direction.iter().zip(errors.iter()) {
                let error = S::as_simd_f64s(error).0[vector];
                *y = isa.mul_add_f64s(isa.splat_f64s(*weight), error, *y);
            }
        }
        let mut place = rank;
        for k in 0..rank {
            for l in k..rank {
                terms[place] = isa.mul_f64s(terms[k], terms[l]);
                place += 1;
            }
        }
        let mut noise = self.covariances(isa, &terms);
        correlate(isa, vector, rank, &mut noise, z);
        for (j, x) in x.iter_mut().enumerate() {
            let x = &mut S::as_mut_simd_f64s(x).0[vector];
            for (weight, error) in self.change.row(j).iter().zip(errors.iter()) {
                let error = S::as_simd_f64s(error).0[vector];
                *x = isa.mul_add_f64s(isa.splat_f64s(*weight), error, *x);
            }
            for (noise, direction) in noise.iter().zip(self.directions.rows()) {
                *x = isa.mul_add_f64s(isa.splat_f64s(direction[j]), noise[MAX_RANK - 1], *x);
            }
        }
    }

    /// Covariances `(a, b)`, `b ≤ a`, at row `a` and column `b`.
    #[inline(always)]
    fn covariances<S: Isa>(
        &self,
        isa: S,
        terms: &[S::f64s; MAX_RANK + MAX_PAIRS + 1],
    ) -> [[S::f64s; MAX_RANK]; MAX_RANK] {
        let rank = self.directions.n_rows();
        let mut covariances = [[isa.splat_f64s(0.0); MAX_RANK]; MAX_RANK];
        let mut rows = self.coefficients.rows();
        for b in 0..rank {
            for a in b..rank {
                let Some(row) = rows.next() else { return covariances };
                let mut sum = isa.splat_f64s(0.0);
                for (weight, term) in row.iter().zip(terms) {
                    sum = isa.mul_add_f64s(isa.splat_f64s(*weight), *term, sum);
                }
                covariances[a][b] = sum;
            }
        }
        covariances
    }
}

/// Replaces the lower triangle of a covariance by Cholesky's factor `L`, and the last column by `L z`.
#[inline(always)]
fn correlate<S: Isa>(
    isa: S,
    vector: usize,
    rank: usize,
    m: &mut [[S::f64s; MAX_RANK]; MAX_RANK],
    z: &[Lanes],
) {
    let zero = isa.splat_f64s(0.0);
    let mut total = [zero; MAX_RANK];
    let mut least = [zero; MAX_RANK];
    for k in 0..rank {
        least[k] = isa.mul_f64s(isa.splat_f64s(SMALLEST_PIVOT), m[k][k]);
    }
    for k in 0..rank {
        let pivot = m[k][k];
        let root = isa.div_f64s(isa.splat_f64s(1.0), isa.sqrt_f64s(pivot));
        let is_noisy = isa.greater_than_f64s(pivot, isa.max_f64s(least[k], zero));
        let scale = isa.select_f64s(is_noisy, root, zero);
        let normal = S::as_simd_f64s(&z[k]).0[vector];
        for i in k..rank {
            m[i][k] = isa.mul_f64s(m[i][k], scale);
            total[i] = isa.mul_add_f64s(m[i][k], normal, total[i]);
        }
        for i in k + 1..rank {
            for j in k + 1..=i {
                let product = isa.mul_f64s(m[i][k], m[j][k]);
                m[i][j] = isa.sub_f64s(m[i][j], product);
            }
        }
    }
    for (row, total) in m.iter_mut().zip(total) {
        row[MAX_RANK - 1] = total;
    }
}

impl Dynamics for ConditionalMoments {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.dim, n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        let n_rows = self.directions.n_rows() + self.dim;
        Workspace { reals: Aligned::zeros(n_rows * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let rank = self.directions.n_rows();
        let (z, errors) = rows_mut(&mut workspace.reals).split_at_mut(rank);
        for _ in 0..n_steps * self.n_parts {
            bundle.streams.brownian.fill_normals(isa, z);
            for vector in 0..LANES / S::F64_LANES {
                self.step(isa, vector, z, errors, rows_mut(&mut bundle.state));
            }
        }
        bundle.step += n_steps;
    }
}

#[cfg(test)]
mod tests;
