//! The spectral form of a least squares problem.
//!
//! ```text
//! A = P S Qᵀ,  x_* = Q S⁻¹ Pᵀ b,  alpha = −Qᵀ x_*,  beta = |A x_* − b|²,  Y = Qᵀ (x − x_*)
//! ```

use crate::dataset::Dataset;
use crate::linear_algebra::{Matrix, right_svd};
use crate::real;

/// Singular values, directions and minimiser of `|A x − b|²`.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// Singular values `lambda_i` of the design `A`, not of `AᵀA/n`; largest first, `[r]`.
    pub singular_values: Vec<f64>,
    /// Right singular vectors `q_i` as rows, `[r, d]`; the entries of each sum to a positive number.
    pub right_vectors: Matrix,
    /// `alpha_i = −q_i · x_*`, `[r]`.
    pub alpha: Vec<f64>,
    /// Residual `beta = |A x_* − b|² ≥ 0`.
    pub beta: f64,
    /// Minimiser of least norm `x_*`, `[d]`.
    pub minimiser: Vec<f64>,
}

impl Spectrum {
    /// The spectral form of `dataset`.
    ///
    /// # Source
    /// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.2 and eq. (4).
    #[must_use]
    pub fn new(dataset: &Dataset) -> Spectrum {
        let (design, response) = (&dataset.design, &dataset.response);
        let svd = right_svd(design);
        let mut minimiser = vec![0.0; design.n_columns()];
        let mut alpha = Vec::with_capacity(svd.singular_values.len());
        for (q, s) in svd.right_vectors.rows().zip(&svd.singular_values) {
            let coordinate = real::dot(&design.times(q), response) / (s * s);
            real::add_scaled(&mut minimiser, coordinate, q);
            alpha.push(-coordinate);
        }
        let mut residual = design.times(&minimiser);
        real::add_scaled(&mut residual, -1.0, response);
        Spectrum {
            singular_values: svd.singular_values,
            right_vectors: svd.right_vectors,
            alpha,
            beta: real::dot(&residual, &residual),
            minimiser,
        }
    }

    /// Rank `r` of the design.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.singular_values.len()
    }

    /// Principal coordinates `Y = Qᵀ (x − x_*)`, `[r]`, of the point `x`, `[d]`.
    #[must_use]
    pub fn principal(&self, x: &[f64]) -> Vec<f64> {
        let mut coordinates = self.right_vectors.times(x);
        real::add_scaled(&mut coordinates, 1.0, &self.alpha);
        coordinates
    }

    /// `sum_i lambda_i² Y_i²` over the components from `first` on, of principal coordinates `y`, `[r]`.
    #[must_use]
    pub fn excess(&self, y: &[f64], first: usize) -> f64 {
        let images: Vec<f64> = self.singular_values.iter().zip(y).map(|(s, y)| s * y).collect();
        real::dot(&images[first..], &images[first..])
    }
}
