//! What the moments of a problem say: noise, constants, and the problem on the range of `Sigma`.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{SymmetricEigen, combine, congruence, outer, product, symmetric_eigen};

/// Eigenvalues of `Sigma` below this fraction of the largest count as zero.
const RELATIVE_CUT: f64 = 1e-12;

impl LeastSquares {
    /// Number of features `d`.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.covariance.n_rows()
    }

    /// `Sigma = E[x xᵀ]`, `[d, d]`.
    #[must_use]
    pub fn covariance(&self) -> &Matrix {
        &self.covariance
    }

    /// `N = E[eps² x xᵀ]`, the covariance of single-sample gradients at the minimiser, `[d, d]`.
    #[must_use]
    pub fn noise(&self) -> &Matrix {
        &self.noise
    }

    /// `theta_*`, `[d]`; zero for populations.
    #[must_use]
    pub fn minimiser(&self) -> &[f64] {
        &self.minimiser
    }

    /// `L(theta_*)`.
    #[must_use]
    pub fn floor(&self) -> f64 {
        self.floor
    }

    /// `K_max = sup |x|²`; `+inf` for features without a bound.
    #[must_use]
    pub fn largest_square(&self) -> f64 {
        self.largest_square
    }

    /// `T(M) = E[(xᵀ M x) x xᵀ]` of a symmetric `M`, `[d, d]`.
    ///
    /// # Panics
    /// If `m` is not of shape `[d, d]`.
    #[must_use]
    pub fn fourth_moment(&self, m: &Matrix) -> Matrix {
        Matrix::new(self.dim(), self.dim(), self.fourth.times(m.entries()))
    }

    /// `G[m] = E[eps ⟨m, x⟩ x xᵀ]`, `[d, d]`.
    ///
    /// # Panics
    /// If `m` is not of shape `[d]`.
    #[must_use]
    pub fn third_moment(&self, m: &[f64]) -> Matrix {
        Matrix::new(self.dim(), self.dim(), self.third.times(m))
    }

    /// `F[M] = T(M) − Sigma M Sigma`, the part of the noise that grows with `M = eta etaᵀ`, `[d, d]`.
    ///
    /// # Panics
    /// If `m` is not of shape `[d, d]`.
    #[must_use]
    pub fn multiplicative_noise(&self, m: &Matrix) -> Matrix {
        let drift = congruence(&self.covariance, m);
        combine(1.0, &self.fourth_moment(m), -1.0, &drift)
    }

    /// `C(eta) = F[eta etaᵀ] + 2 G[eta] + N`, the covariance of single-sample gradients about their
    /// mean at `theta_* + eta`, `[d, d]`.
    ///
    /// # Source
    /// arXiv 2407.02322, section 3.1: `sigma` has the covariance of the martingale increments.
    ///
    /// # Panics
    /// If `eta` is not of shape `[d]`.
    #[must_use]
    pub fn noise_covariance(&self, eta: &[f64]) -> Matrix {
        let quadratic = self.multiplicative_noise(&outer(eta, eta));
        let linear = combine(1.0, &quadratic, 2.0, &self.third_moment(eta));
        combine(1.0, &linear, 1.0, &self.noise)
    }

    /// `mu`, the smallest eigenvalue of `Sigma` that is not zero.
    #[must_use]
    pub fn smallest_eigenvalue(&self) -> f64 {
        let values = symmetric_eigen(&self.covariance).values;
        let largest = values.last().copied().unwrap_or(0.0);
        values.into_iter().find(|value| *value > RELATIVE_CUT * largest).unwrap_or(largest)
    }

    /// The least `K` with `E[|x|² x xᵀ] ≼ K Sigma`, which all bounds take; `trace Sigma + 2 lambda_1`
    /// for Gaussian features, and at most [`LeastSquares::largest_square`].
    #[must_use]
    pub fn sharp_constant(&self) -> f64 {
        let eigen = symmetric_eigen(&self.covariance);
        let cut = RELATIVE_CUT * eigen.values.last().copied().unwrap_or(0.0);
        let root = eigen.function(|value| if value > cut { 1.0 / value.sqrt() } else { 0.0 });
        let weighted = self.fourth_moment(&crate::matrix::identity(self.dim()));
        let scaled = congruence(&root, &weighted);
        symmetric_eigen(&scaled).values.last().copied().unwrap_or(0.0)
    }

    /// The problem on the range of `Sigma`, in the coordinates `Q eta`, and `Q`, `[rank, d]`.
    ///
    /// `eta` stays in the range when it starts there, so that moments and laws on it are those of
    /// the whole problem. Without a kernel this is a rotation to the eigenvectors of `Sigma`.
    ///
    /// # Errors
    /// If `Sigma` is zero.
    pub fn on_range(&self) -> Result<(LeastSquares, Matrix), LeastSquaresError> {
        let eigen = symmetric_eigen(&self.covariance);
        let cut = RELATIVE_CUT * eigen.values.last().copied().unwrap_or(0.0);
        let kept: Vec<usize> = (0..self.dim()).filter(|i| eigen.values[*i] > cut).collect();
        if kept.is_empty() {
            return Err(LeastSquaresError::NoSignal);
        }
        let entries = kept.iter().flat_map(|i| eigen.vectors.row(*i).to_vec()).collect();
        let q = Matrix::new(kept.len(), self.dim(), entries);
        let pairs = kronecker(&q, &q);
        let problem = LeastSquares {
            covariance: congruence(&q, &self.covariance),
            fourth: congruence(&pairs, &self.fourth),
            third: product(&product(&pairs, &self.third), &q.transposed()),
            noise: congruence(&q, &self.noise),
            minimiser: q.times(&self.minimiser),
            floor: self.floor,
            largest_square: self.largest_square,
        };
        Ok((problem, q))
    }

    /// `uᵀ M u`.
    pub(crate) fn form(m: &Matrix, u: &[f64]) -> f64 {
        real::dot(u, &m.times(u))
    }
}

/// The eigenvectors of a positive definite matrix.
///
/// # Errors
/// If an eigenvalue is zero up to rounding.
pub(crate) fn regular(matrix: &Matrix) -> Result<SymmetricEigen, LeastSquaresError> {
    let eigen = symmetric_eigen(matrix);
    let largest = eigen.values.last().copied().unwrap_or(0.0);
    let holds = eigen.values.first().is_some_and(|least| *least > RELATIVE_CUT * largest);
    holds.then_some(eigen).ok_or(LeastSquaresError::Degenerate)
}

/// The Kronecker product `A ⊗ B`, which maps the entries of `M` to those of `A M Bᵀ`.
pub(crate) fn kronecker(a: &Matrix, b: &Matrix) -> Matrix {
    let mut entries = Vec::with_capacity(a.entries().len() * b.entries().len());
    for left in a.rows() {
        for right in b.rows() {
            entries.extend(left.iter().flat_map(|x| right.iter().map(move |y| x * y)));
        }
    }
    Matrix::new(a.n_rows() * b.n_rows(), a.n_columns() * b.n_columns(), entries)
}
