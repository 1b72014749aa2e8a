//! Growth rate of second moments of SGD itself: the spectral radius of a linear map of matrices.
//!
//! ```text
//! M = (1 − gamma delta/n) I − (gamma/B) sum_{i in batch} a_i a_iᵀ
//! E[M X M] = k² X − k gamma (H X + X H) + gamma² ((1/B) T(X) + (1 − 1/B) P(X))
//! k = 1 − gamma delta/n,   H = (1/n) sum a_i a_iᵀ,   T(X) = (1/n) sum a_i (a_iᵀ X a_i) a_iᵀ
//! P(X) = H X H with replacement,   (n H X H − T(X))/(n − 1) without
//! ```
//!
//! `Lambda(2) = ln(spectral radius)` on the span of the data; the index exceeds 2 exactly if it is
//! negative.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::{Bracket, perron_eigenvalue, symmetric_spectral_radius};
use crate::tail::diffusion::bounds_of;
use crate::tail::interface::{Case, NotApplicable, Samples};

/// Steps of Lanczos at most.
const MAX_STEPS: usize = 120;

/// A bracket of `Lambda(2)` of SGD, per iteration.
///
/// # Accuracy
/// For fresh samples exact up to rounding. For a data set the bracket is the residual of Lanczos,
/// within which there is an eigenvalue.
///
/// # Errors
/// If there is no direction that moves, a number is out of its range, or a batch without
/// replacement is larger than the data set.
///
/// # Source
/// Gürbüzbalaban, Şimşekli & Zhu, arXiv 2006.04740, for the tail index of SGD by products of random
/// matrices; the map itself is the expectation of two of them.
pub fn sgd_second_moment_rate(case: &Case<'_>) -> Result<Bracket, NotApplicable> {
    bounds_of(case)?;
    check_batch(case)?;
    let radius = match case.samples {
        Samples::Gaussian { eigenvalues } => fresh_radius(case, eigenvalues, 1.0),
        Samples::Sphere { eigenvalues } => {
            let d = eigenvalues.len() as f64;
            fresh_radius(case, eigenvalues, d / (d + 2.0))
        }
        Samples::Finite { design, right_vectors, .. } => {
            finite_radius(case, &coordinates(design, right_vectors))
        }
    };
    Ok(Bracket { low: real::ln(radius.low), high: real::ln(radius.high) })
}

/// Whether there is such a batch.
///
/// # Errors
/// If it is drawn without replacement and is larger than the data set.
pub(crate) fn check_batch(case: &Case<'_>) -> Result<(), NotApplicable> {
    let Samples::Finite { design, .. } = case.samples else { return Ok(()) };
    let (n_rows, batch_size) = (design.n_rows(), case.batch_size);
    if !case.is_with_replacement && batch_size > n_rows as u64 {
        return Err(NotApplicable::BatchTooLarge { batch_size, n_rows });
    }
    Ok(())
}

/// The rows of the design in coordinates of its right singular vectors, `[n, r]`.
#[must_use]
pub fn coordinates(design: &Matrix, right_vectors: &Matrix) -> Matrix {
    let entries = design.rows().flat_map(|row| right_vectors.times(row)).collect();
    Matrix::new(design.n_rows(), right_vectors.n_rows(), entries)
}

/// Fresh samples: `T(X) = kappa (2 H X H + tr(H X) H)`, and the leading `X` is diagonal.
fn fresh_radius(case: &Case<'_>, eigenvalues: &[f64], kurtosis: f64) -> Bracket {
    let (gamma, b, r) = (case.step_size, case.batch_size as f64, eigenvalues.len());
    let k = 1.0 - gamma * case.ridge;
    let mut entries = Vec::with_capacity(r * r);
    for (i, h) in eigenvalues.iter().enumerate() {
        entries.extend(eigenvalues.iter().map(|other| kurtosis * gamma * gamma / b * h * other));
        let mean = k - gamma * h;
        let along = 2.0 * kurtosis - 1.0;
        entries[i * r + i] += mean * mean + along * gamma * gamma / b * h * h;
    }
    perron_eigenvalue(&Matrix::new(r, r, entries))
}

/// A data set, given in coordinates of its span, `[n, r]`.
fn finite_radius(case: &Case<'_>, rows: &Matrix) -> Bracket {
    let (n, r) = (rows.n_rows() as f64, rows.n_columns());
    let gamma = case.step_size;
    let k = 1.0 - gamma * case.ridge / n;
    let (single, pair) = pair_weights(case, n);
    let transposed = rows.transposed();
    let hessian = weighted_gram(&transposed, &vec![1.0; rows.n_rows()]);
    let map = |x: &[f64]| {
        let x = Matrix::new(r, r, x.to_vec());
        let weights: Vec<f64> = rows.rows().map(|row| real::dot(row, &x.times(row))).collect();
        let fourth = weighted_gram(&transposed, &weights);
        let left = product(&hessian, &x);
        let both = product(&left, &hessian);
        let mut image = Vec::with_capacity(r * r);
        for i in 0..r {
            for j in 0..r {
                let first = left.row(i)[j] + left.row(j)[i];
                let second = single * fourth.row(i)[j] + pair * both.row(i)[j];
                image.push(k * k * x.row(i)[j] - k * gamma * first + gamma * gamma * second);
            }
        }
        image
    };
    symmetric_spectral_radius(map, hessian.entries(), MAX_STEPS)
}

/// Weights of `T(X)` and of `H X H` for batches from `n` rows.
pub(crate) fn pair_weights(case: &Case<'_>, n: f64) -> (f64, f64) {
    let b = case.batch_size as f64;
    if case.is_with_replacement || case.batch_size == 1 {
        (1.0 / b, 1.0 - 1.0 / b)
    } else {
        ((n - b) / (b * (n - 1.0)), (b - 1.0) * n / (b * (n - 1.0)))
    }
}

/// `(1/n) sum_i w_i a_i a_iᵀ` from the transposed rows, `[r, n]`.
pub(crate) fn weighted_gram(transposed: &Matrix, weights: &[f64]) -> Matrix {
    let (r, n) = (transposed.n_rows(), transposed.n_columns());
    let mut entries = vec![0.0; r * r];
    for i in 0..r {
        let weighted: Vec<f64> =
            transposed.row(i).iter().zip(weights).map(|(a, w)| a * w).collect();
        for j in 0..=i {
            let value = real::dot(&weighted, transposed.row(j)) / n as f64;
            entries[i * r + j] = value;
            entries[j * r + i] = value;
        }
    }
    Matrix::new(r, r, entries)
}

/// The product of two square matrices, the second of them symmetric.
fn product(a: &Matrix, symmetric: &Matrix) -> Matrix {
    let entries = a.rows().flat_map(|row| symmetric.times(row)).collect();
    Matrix::new(a.n_rows(), a.n_columns(), entries)
}
