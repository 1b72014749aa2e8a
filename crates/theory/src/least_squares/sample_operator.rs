//! What the samples of a data set do to moments, without fourth moments of the features.
//!
//! ```text
//! rho_i = E r_i² = x_iᵀ M x_i + 2 eps_i x_i·m + eps_i²,   r_i = x_i·eta + eps_i
//! F[M] + 2 G[m] + N = (1/n) sum_i rho_i x_i x_iᵀ − Sigma M Sigma
//! ```
//!
//! in principal coordinates, `Sigma = diag(lambda)`. One application takes `n r²` operations and room
//! for `r²` numbers.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::shape;
use crate::matrix::{symmetric_eigen, trace};

/// Largest entry of `Sigma` off the diagonal, relative to the largest eigenvalue, of principal
/// coordinates.
const DIAGONAL: f64 = 1e-10;

/// The samples in principal coordinates.
#[derive(Clone, Debug)]
pub(crate) struct SampleOperator {
    /// `x_i`, `[n, r]`.
    rows: Matrix,
    /// `eps_i`, `[n]`.
    residuals: Vec<f64>,
    /// `lambda_j > 0`, `[r]`.
    spectrum: Vec<f64>,
    /// Least `K` with `E[|x|² x xᵀ] ≼ K Sigma`.
    sharp_constant: f64,
}

impl SampleOperator {
    /// Of `rows`, `[n, r]`, in principal coordinates, with residuals at the minimiser, `[n]`.
    ///
    /// # Errors
    /// If shapes disagree, if a number is not finite, if a column is zero, or if columns are not
    /// orthogonal.
    pub(crate) fn new(
        rows: Matrix,
        residuals: Vec<f64>,
    ) -> Result<SampleOperator, LeastSquaresError> {
        let (n, r) = (rows.n_rows(), rows.n_columns());
        shape("residuals", residuals.len(), n)?;
        if let Some(value) = rows.entries().iter().chain(&residuals).find(|x| !x.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "sample", value: *value });
        }
        let covariance = gram(&rows, &vec![1.0; n]);
        let spectrum: Vec<f64> = (0..r).map(|j| covariance.row(j)[j]).collect();
        let largest = spectrum.iter().copied().fold(0.0, f64::max);
        if r == 0 || spectrum.iter().any(|value| *value <= 0.0) {
            return Err(LeastSquaresError::NoSignal);
        }
        for j in 0..r {
            let off = covariance.row(j)[j + 1..].iter().find(|x| x.abs() > DIAGONAL * largest);
            if let Some(value) = off {
                let name = "product of two columns in principal coordinates";
                return Err(LeastSquaresError::OutOfRange { name, value: *value });
            }
        }
        let lengths: Vec<f64> = rows.rows().map(|x| real::dot(x, x)).collect();
        let mut scaled = gram(&rows, &lengths);
        for (place, entry) in scaled.entries_mut().iter_mut().enumerate() {
            *entry /= (spectrum[place / r] * spectrum[place % r]).sqrt();
        }
        let sharp_constant = symmetric_eigen(&scaled).values.last().copied().unwrap_or(0.0);
        Ok(SampleOperator { rows, residuals, spectrum, sharp_constant })
    }

    pub(crate) fn spectrum(&self) -> &[f64] {
        &self.spectrum
    }

    pub(crate) fn sharp_constant(&self) -> f64 {
        self.sharp_constant
    }

    /// Operations of one application.
    pub(crate) fn cost(&self) -> f64 {
        let r = self.spectrum.len() as f64;
        self.rows.n_rows() as f64 * r * r
    }

    /// `F[M] + 2 G[m] + c N`, `[r, r]`.
    pub(crate) fn noise(&self, mean: &[f64], second: &Matrix, c: f64) -> Matrix {
        let weight =
            |(x, eps): (&[f64], &f64)| form(second, x) + eps * (2.0 * real::dot(x, mean) + c * eps);
        let weights: Vec<f64> = self.rows.rows().zip(&self.residuals).map(weight).collect();
        let mut noise = gram(&self.rows, &weights);
        let r = self.spectrum.len();
        for (place, (entry, m)) in noise.entries_mut().iter_mut().zip(second.entries()).enumerate()
        {
            *entry -= self.spectrum[place / r] * self.spectrum[place % r] * m;
        }
        noise
    }

    /// `N`, `[r, r]`.
    pub(crate) fn label_noise(&self) -> Matrix {
        let squares: Vec<f64> = self.residuals.iter().map(|eps| eps * eps).collect();
        gram(&self.rows, &squares)
    }

    /// `trace(Sigma⁻¹ N Sigma⁻¹)`.
    pub(crate) fn averaged_limit(&self) -> f64 {
        let mut noise = self.label_noise();
        for (j, value) in self.spectrum.iter().enumerate() {
            let place = j * self.spectrum.len() + j;
            noise.entries_mut()[place] /= value * value;
        }
        trace(&noise)
    }
}

/// `xᵀ M x` of a symmetric `M`, from one half of it.
fn form(m: &Matrix, x: &[f64]) -> f64 {
    let terms = m
        .rows()
        .enumerate()
        .map(|(j, row)| x[j] * (row[j] * x[j] + 2.0 * real::dot(&row[j + 1..], &x[j + 1..])));
    real::sum(&terms.collect::<Vec<f64>>())
}

/// `(1/n) sum_i w_i x_i x_iᵀ`, `[r, r]`.
fn gram(rows: &Matrix, weights: &[f64]) -> Matrix {
    let (n, r) = (rows.n_rows() as f64, rows.n_columns());
    let mut sum = Matrix::new(r, r, vec![0.0; r * r]);
    for (x, weight) in rows.rows().zip(weights) {
        for j in 0..r {
            let half = &mut sum.entries_mut()[j * r + j..(j + 1) * r];
            real::add_scaled(half, weight / n * x[j], &x[j..]);
        }
    }
    for j in 0..r {
        for k in 0..j {
            sum.entries_mut()[j * r + k] = sum.entries()[k * r + j];
        }
    }
    sum
}
