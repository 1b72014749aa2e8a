//! Whether a symmetric matrix is positive definite, by Cholesky's factorisation.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// Whether all pivots of the symmetric `matrix`, `[n, n]`, exceed `margin`; of it the lower triangle
/// is read.
///
/// # Accuracy
/// A `margin` well above `n` units in the last place of the largest entry covers rounding: then
/// `true` is right.
///
/// # Panics
/// If the matrix is not square.
#[must_use]
pub fn is_positive_definite(matrix: &Matrix, margin: f64) -> bool {
    assert_eq!(matrix.n_rows(), matrix.n_columns(), "a square matrix is definite");
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.n_rows());
    for (i, entries) in matrix.rows().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, above) in factor.iter().enumerate() {
            row.push((entries[j] - real::dot(&row, &above[..j])) / above[j]);
        }
        let pivot = entries[i] - real::dot(&row, &row);
        // NaN is no pivot either.
        if pivot.is_nan() || pivot <= margin {
            return false;
        }
        row.push(pivot.sqrt());
        factor.push(row);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definite_up_to_the_coupling_that_makes_it_singular() {
        // Eigenvalues 1 ± c and 1 + 2c, 1 − c.
        let pair = |c: f64| Matrix::new(2, 2, vec![1.0, c, c, 1.0]);
        assert!(is_positive_definite(&pair(0.999), 0.0));
        assert!(is_positive_definite(&pair(-0.999), 0.0));
        assert!(!is_positive_definite(&pair(1.001), 0.0));
        let three = |c: f64| Matrix::new(3, 3, vec![1.0, c, c, c, 1.0, c, c, c, 1.0]);
        assert!(is_positive_definite(&three(-0.499), 0.0));
        assert!(!is_positive_definite(&three(-0.501), 0.0));
        assert!(!is_positive_definite(&Matrix::new(1, 1, vec![f64::NAN]), 0.0));
    }
}
