//! A quadratic with any symmetric Hessian and additive noise of any covariance.
//!
//! ```text
//! f(x) = xᵀ A x/2,   g(x) = A x + R xi,   E xi = 0,   R = Rᵀ,   R² = sigma² C
//! ```

use crate::linear_algebra::{
    Matrix, combine, diagonal, extremes, identity, product, symmetric_eigen,
};
use crate::noise::NumpyLegacy;
use crate::problem::core::Problem;
use crate::problem::quadratic::{GradientNoise, Quadratic};
use crate::real;

/// Smallest over largest eigenvalue down to which a covariance counts as semidefinite.
const ROUNDING: f64 = -1e-12;

/// Largest relative difference of mirrored entries of a matrix that counts as symmetric.
const ASYMMETRY: f64 = 1e-9;

/// A quadratic whose Hessian and noise need not be diagonal, nor commute.
#[derive(Clone, Debug)]
pub struct QuadraticForm {
    /// The Hessian `A`, `[d, d]`, symmetric, of any signature.
    pub hessian: Matrix,
    /// The symmetric root `R` of the noise, `[d, d]`.
    pub root: Matrix,
    /// Law of the independent coordinates of `xi`.
    pub noise: GradientNoise,
    minimiser: Vec<f64>,
}

impl QuadraticForm {
    /// The quadratic with the Hessian `hessian`, `[d, d]`, and the noise `covariance^{1/2} xi`, where
    /// `covariance`, `[d, d]`, is symmetric and positive semidefinite.
    ///
    /// Eigenvalues of the covariance that are negative by rounding count as zero.
    #[must_use]
    pub fn new(hessian: Matrix, covariance: &Matrix, noise: GradientNoise) -> QuadraticForm {
        let root = symmetric_eigen(covariance).function(|value| value.max(0.0).sqrt());
        QuadraticForm { minimiser: vec![0.0; hessian.n_rows()], hessian, root, noise }
    }

    /// The covariance of the noise on a gradient, `[d, d]`; infinite for Student's law with two degrees
    /// of freedom or fewer.
    #[must_use]
    pub fn covariance(&self) -> Matrix {
        let square = product(&self.root, &self.root);
        combine(self.noise.variance(), &square, 0.0, &self.root)
    }
}

impl From<&Quadratic> for QuadraticForm {
    fn from(quadratic: &Quadratic) -> QuadraticForm {
        let Quadratic { curvatures, noise_std, noise, .. } = quadratic;
        let unit = identity(curvatures.len());
        QuadraticForm {
            hessian: diagonal(curvatures),
            root: combine(*noise_std, &unit, 0.0, &unit),
            noise: *noise,
            minimiser: vec![0.0; curvatures.len()],
        }
    }
}

impl Problem for QuadraticForm {
    fn dim(&self) -> usize {
        self.hessian.n_rows()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        0.5 * real::dot(&self.hessian.times(x), x)
    }

    fn minimiser(&self) -> &[f64] {
        &self.minimiser
    }
}

impl dyn Problem {
    /// The problem as a quadratic with matrices, if it is a quadratic.
    #[must_use]
    pub fn quadratic_form(&self) -> Option<QuadraticForm> {
        if let Some(quadratic) = self.get::<Quadratic>() {
            return Some(QuadraticForm::from(quadratic));
        }
        self.get::<QuadraticForm>().cloned()
    }
}

/// A rotation of `dim` dimensions, rows orthonormal, uniform over all: the normals of NumPy's generator
/// `seed`, row by row made orthogonal to those before.
///
/// # Source
/// Stewart, SIAM Journal on Numerical Analysis 17, 1980, for the law; Gram–Schmidt, twice.
#[must_use]
pub(crate) fn random_rotation(dim: usize, seed: u32) -> Matrix {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(dim);
    let mut generator = NumpyLegacy::new(seed);
    for _ in 0..dim {
        let mut row = generator.normals(dim);
        for _ in 0..2 {
            for earlier in &rows {
                let share = real::dot(&row, earlier);
                real::add_scaled(&mut row, -share, earlier);
            }
        }
        let norm = real::dot(&row, &row).sqrt();
        rows.push(row.iter().map(|entry| entry / norm).collect());
    }
    Matrix::new(dim, dim, rows.concat())
}

/// What is wrong with `matrix` as a symmetric one of `dim` rows: a fragment, and a remedy.
pub(crate) fn asymmetry(matrix: &Matrix, dim: usize) -> Option<(String, &'static str)> {
    if matrix.n_rows() != dim || matrix.n_columns() != dim {
        let shape = format!("it has {} × {} entries", matrix.n_rows(), matrix.n_columns());
        return Some((shape, "give as many rows and columns as the quadratic has parameters"));
    }
    let largest = matrix.entries().iter().fold(0.0, |size: f64, entry| size.max(entry.abs()));
    let mirrored = matrix.transposed();
    let pairs = matrix.entries().iter().zip(mirrored.entries());
    let gap = pairs.fold(0.0, |gap: f64, (x, y)| gap.max((x - y).abs()));
    (gap > ASYMMETRY * largest)
        .then(|| (format!("entries differ from their mirror images by {gap}"), "make it symmetric"))
}

/// The negative eigenvalue that keeps the symmetric `matrix` from being a covariance, if there is one.
pub(crate) fn negative_eigenvalue(matrix: &Matrix) -> Option<f64> {
    let (smallest, largest) = extremes(&symmetric_eigen(matrix).values);
    (smallest < ROUNDING * largest.max(0.0)).then_some(smallest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_quadratic_is_a_form() {
        let noise = GradientNoise::StudentT { nu: 4.0 };
        let quadratic = Quadratic::new(vec![2.0, -1.0], 0.5, noise);
        let form = QuadraticForm::from(&quadratic);
        assert_eq!(form.risk(&[1.0, 3.0]), quadratic.risk(&[1.0, 3.0]));
        assert_eq!(form.covariance().entries(), [0.5, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn the_root_gives_the_covariance_back() {
        let covariance = Matrix::new(2, 2, vec![1.0, 0.6, 0.6, 0.5]);
        let form = QuadraticForm::new(identity(2), &covariance, GradientNoise::Gaussian);
        for (x, y) in form.covariance().entries().iter().zip(covariance.entries()) {
            assert!((x - y).abs() < 1e-15);
        }
        assert_eq!(form.root.row(0)[1], form.root.row(1)[0]);
    }

    #[test]
    fn rotations_are_orthogonal() {
        let rotation = random_rotation(30, 4);
        let gram = product(&rotation, &rotation.transposed());
        for (i, row) in gram.rows().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert!((entry - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }
}
