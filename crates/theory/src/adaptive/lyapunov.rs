//! Lyapunov's equations of small linear systems, as one linear system for all entries.
//!
//! ```text
//! dX = −A X dt + B dW:     A C + C Aᵀ = Q,   Q = B Bᵀ
//! x_{k+1} = A x_k + B z:   C − A C Aᵀ = Q
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::adaptive::error::AdaptiveError;
use crate::matrix::{Lu, combine, symmetric_eigen};

/// How far below zero, relative to the largest, an eigenvalue of a covariance may be by rounding.
const ROUNDING: f64 = 1e-9;

/// The stationary covariance `C`, `[n, n]`, of `dX = −A X dt + B dW` with `Q = B Bᵀ`.
///
/// # Accuracy
/// That of Gaussian elimination on `n²` unknowns; work of order `n⁶`, for `n` up to about 20.
///
/// # Errors
/// If the system is singular, or its solution has a negative eigenvalue, which shows that `A` has an
/// eigenvalue with a negative real part. Such a direction that no noise reaches is not seen.
///
/// # Panics
/// If the matrices are not square and of one size.
pub fn lyapunov(a: &Matrix, q: &Matrix) -> Result<Matrix, AdaptiveError> {
    let n = a.n_rows();
    let coefficient = |(i, j): (usize, usize), (k, l): (usize, usize)| {
        let left = if j == l { a.row(i)[k] } else { 0.0 };
        left + if i == k { a.row(j)[l] } else { 0.0 }
    };
    solve(n, coefficient, q)
}

/// The stationary covariance `C`, `[n, n]`, of `x_{k+1} = A x_k + B z_k` with independent `z_k` of
/// covariance one and `Q = B Bᵀ`.
///
/// # Accuracy
/// As [`lyapunov`].
///
/// # Errors
/// As [`lyapunov`], for eigenvalues of `A` of modulus above 1.
///
/// # Panics
/// If the matrices are not square and of one size.
pub fn discrete_lyapunov(a: &Matrix, q: &Matrix) -> Result<Matrix, AdaptiveError> {
    let n = a.n_rows();
    let coefficient = |(i, j): (usize, usize), (k, l): (usize, usize)| {
        let identity = if i == k && j == l { 1.0 } else { 0.0 };
        identity - a.row(i)[k] * a.row(j)[l]
    };
    solve(n, coefficient, q)
}

/// The solution of `sum_{kl} coefficient(ij, kl) C_kl = Q_ij`, made symmetric and checked.
fn solve(
    n: usize,
    coefficient: impl Fn((usize, usize), (usize, usize)) -> f64,
    q: &Matrix,
) -> Result<Matrix, AdaptiveError> {
    assert_eq!((q.n_rows(), q.n_columns()), (n, n), "square matrices of one size");
    let mut entries = Vec::with_capacity(n * n * n * n);
    for row in 0..n * n {
        for column in 0..n * n {
            entries.push(coefficient((row / n, row % n), (column / n, column % n)));
        }
    }
    let solution = Lu::new(&Matrix::new(n * n, n * n, entries))?.solve(q.entries());
    let covariance = Matrix::new(n, n, solution);
    let covariance = combine(0.5, &covariance, 0.5, &covariance.transposed());
    if is_covariance(&covariance) { Ok(covariance) } else { Err(AdaptiveError::NotStable) }
}

/// Whether a symmetric matrix is finite and has no negative eigenvalue, after each coordinate is
/// scaled by its own deviation.
fn is_covariance(matrix: &Matrix) -> bool {
    let n = matrix.n_rows();
    let variance = |i: usize| matrix.row(i)[i];
    if matrix.entries().iter().any(|x| !x.is_finite()) || (0..n).any(|i| variance(i) < 0.0) {
        return false;
    }
    let scaled = (0..n * n).map(|at| {
        let scale = (variance(at / n) * variance(at % n)).sqrt();
        if scale > 0.0 { matrix.entries()[at] / scale } else { 0.0 }
    });
    let eigen = symmetric_eigen(&Matrix::new(n, n, scaled.collect()));
    eigen.values.first().is_none_or(|least| *least >= -ROUNDING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{congruence, product};

    fn distance(a: &Matrix, b: &Matrix) -> f64 {
        a.entries().iter().zip(b.entries()).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn solutions_solve_their_equations() {
        let a = Matrix::new(3, 3, vec![2.0, 0.3, -0.4, 0.1, 1.0, 0.2, -0.5, 0.7, 1.5]);
        let q = Matrix::new(3, 3, vec![1.0, 0.2, 0.1, 0.2, 0.5, -0.1, 0.1, -0.1, 2.0]);
        let c = lyapunov(&a, &q).unwrap();
        let left = product(&a, &c);
        assert!(distance(&combine(1.0, &left, 1.0, &left.transposed()), &q) < 1e-14);
        let contraction = combine(0.3, &a, 0.0, &a);
        let c = discrete_lyapunov(&contraction, &q).unwrap();
        assert!(distance(&combine(1.0, &c, -1.0, &congruence(&contraction, &c)), &q) < 1e-14);
    }

    #[test]
    fn unstable_systems_have_no_covariance() {
        let q = Matrix::new(2, 2, vec![1.0, 0.0, 0.0, 1.0]);
        let grows = Matrix::new(2, 2, vec![1.0, 0.0, 0.0, -0.5]);
        assert_eq!(lyapunov(&grows, &q), Err(AdaptiveError::NotStable));
        let grows = Matrix::new(2, 2, vec![0.5, 0.0, 0.0, 1.5]);
        assert_eq!(discrete_lyapunov(&grows, &q), Err(AdaptiveError::NotStable));
        let still = Matrix::new(1, 1, vec![0.0]);
        assert!(lyapunov(&still, &Matrix::new(1, 1, vec![1.0])).is_err());
    }
}
