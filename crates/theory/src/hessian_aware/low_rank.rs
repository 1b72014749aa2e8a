//! The diffusion of the Hessian-aware equation from few eigenpairs of the Hessian.
//!
//! ```text
//! D ~ eta (h_0 Sigma + U M Uᵀ + C Uᵀ + U Cᵀ),   h_0 = h(2 alpha_0)
//! M_ij = (h(alpha_i + alpha_j) − h_0) u_iᵀ Sigma u_j
//! c_i = (h(alpha_i + alpha_0) − h_0) (I − U Uᵀ) Sigma u_i
//! ```
//!
//! where `alpha_0` belongs to the curvature `lambda_0` that stands for all other directions.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, positive};
use maruyama_dynamics::modified_equation::{contraction, diffusion_factor};

/// A diffusion that is `eta h_0 Sigma` but for a matrix of rank at most `2k`.
#[derive(Clone, Debug)]
pub struct LowRankDiffusion {
    /// `eta h_0`.
    scale: f64,
    /// Rows `u_i`, `[k, dim]`.
    directions: Matrix,
    /// `eta M`, `[k, k]`.
    inner: Matrix,
    /// Rows `eta c_i`, `[k, dim]`.
    cross: Matrix,
}

impl LowRankDiffusion {
    /// The diffusion for the eigenpairs `(lambda_i, u_i)`, `u_i` orthonormal, `[dim]`, with the
    /// curvature `rest` in all other directions, and products `Sigma v` by `noise`.
    ///
    /// # Accuracy
    /// Exact if the other eigenvalues are all `rest`; otherwise the relative error in the other
    /// directions is about `eta |lambda − rest|`.
    ///
    /// # Source
    /// The diffusion of arXiv 2405.18373 in the eigenbasis; the reduction is ours.
    ///
    /// # Errors
    /// If the step size is not positive, or an eigenvalue or `rest` times it is 1 or more.
    pub fn new(
        pairs: &[(f64, Vec<f64>)],
        rest: f64,
        noise: &dyn Fn(&[f64], &mut [f64]),
        step_size: f64,
    ) -> Result<LowRankDiffusion, HessianAwareError> {
        positive("the step size", step_size)?;
        let alpha = |lambda: f64| {
            let product = step_size * lambda;
            let fits = product < 1.0;
            fits.then(|| contraction(product)).ok_or(HessianAwareError::TooSharp { product })
        };
        let base = alpha(rest)?;
        let alphas = pairs.iter().map(|(l, _)| alpha(*l)).collect::<Result<Vec<f64>, _>>()?;
        let bulk = diffusion_factor(2.0 * base);
        let (k, dim) = (pairs.len(), pairs.first().map_or(0, |(_, u)| u.len()));
        let directions = Matrix::new(k, dim, pairs.iter().flat_map(|(_, u)| u.clone()).collect());
        let mut inner = Vec::with_capacity(k * k);
        let mut cross = Vec::with_capacity(k * dim);
        for (row, u) in alphas.iter().zip(directions.rows()) {
            let mut image = vec![0.0; dim];
            noise(u, &mut image);
            let within = directions.times(&image);
            inner.extend(
                alphas
                    .iter()
                    .zip(&within)
                    .map(|(column, s)| step_size * (diffusion_factor(row + column) - bulk) * s),
            );
            for (share, direction) in within.iter().zip(directions.rows()) {
                real::add_scaled(&mut image, -share, direction);
            }
            let factor = step_size * (diffusion_factor(row + base) - bulk);
            cross.extend(image.iter().map(|x| factor * x));
        }
        Ok(LowRankDiffusion {
            scale: step_size * bulk,
            directions,
            inner: Matrix::new(k, k, inner),
            cross: Matrix::new(k, dim, cross),
        })
    }

    /// `D v`, `[dim]`, given `Sigma v` as `image`.
    ///
    /// # Panics
    /// If the shapes disagree.
    #[must_use]
    pub fn times(&self, v: &[f64], image: &[f64]) -> Vec<f64> {
        let mut product: Vec<f64> = image.iter().map(|x| self.scale * x).collect();
        if self.directions.n_rows() == 0 {
            return product;
        }
        let along = self.directions.times(v);
        let mut inside = self.inner.times(&along);
        real::add_scaled(&mut inside, 1.0, &self.cross.times(v));
        real::add_scaled(&mut product, 1.0, &self.directions.transpose_times(&inside));
        real::add_scaled(&mut product, 1.0, &self.cross.transpose_times(&along));
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian_aware::quadratic::Quadratic;
    use crate::matrix::{congruence, product, symmetric_eigen};
    use maruyama_dynamics::modified_equation::{Model, NonPsd};
    use maruyama_dynamics::noise::NumpyLegacy;

    #[test]
    fn two_distinct_curvatures_are_exact() {
        let mut generator = NumpyLegacy::new(2);
        let raw = Matrix::new(5, 5, generator.normals(25));
        let basis = symmetric_eigen(&crate::matrix::combine(1.0, &raw, 1.0, &raw.transposed()));
        let curvatures = crate::matrix::diagonal(&[0.7, -0.4, 0.1, 0.1, 0.1]);
        let hessian = congruence(&basis.vectors.transposed(), &curvatures);
        let noise = product(&raw, &raw.transposed());
        let quadratic = Quadratic::new(&hessian, &noise, 1.2).unwrap();
        let exact = quadratic.diffusion(Model::HessianAware(NonPsd::MomentsOnly)).unwrap();
        let pairs = [(0.7, basis.vectors.row(0).to_vec()), (-0.4, basis.vectors.row(1).to_vec())];
        let sigma = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&noise.times(v));
        let reduced = LowRankDiffusion::new(&pairs, 0.1, &sigma, 1.2).unwrap();
        let v = generator.normals(5);
        let found = reduced.times(&v, &noise.times(&v));
        for (x, y) in found.iter().zip(exact.times(&v)) {
            assert!((x - y).abs() < 1e-13 * (1.0 + y.abs()), "{x} vs {y}");
        }
        let plain = LowRankDiffusion::new(&[], 0.0, &sigma, 1.2).unwrap();
        assert_eq!(plain.times(&v, &[1.0; 5]), [1.2; 5]);
        assert!(LowRankDiffusion::new(&pairs, 0.9, &sigma, 1.2).is_err());
    }
}
