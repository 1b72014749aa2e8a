//! The triangular root of a covariance.

use crate::linear_algebra::matrix::Matrix;

/// Share of a diagonal entry down to which a pivot counts as zero.
const TOLERANCE: f64 = 1e-13;

/// The lower triangular `L` with `L Lᵀ = C` for a symmetric positive semidefinite `C`, `[n, n]`; where a
/// pivot is zero up to rounding, so is its column.
///
/// # Source
/// Golub & Van Loan, "Matrix computations", 4th edition, section 4.2.
///
/// # Panics
/// If `covariance` is not square.
#[must_use]
pub fn lower_root(covariance: &Matrix) -> Matrix {
    let n = covariance.n_rows();
    assert_eq!(n, covariance.n_columns(), "a covariance is square");
    let mut entries = vec![0.0; n * n];
    for j in 0..n {
        let share = |i: usize, entries: &[f64]| {
            (0..j).fold(covariance.row(i)[j], |rest, k| {
                rest - entries[i * n + k] * entries[j * n + k]
            })
        };
        let pivot = share(j, &entries);
        if pivot <= TOLERANCE * covariance.row(j)[j] {
            continue;
        }
        let root = pivot.sqrt();
        for i in j..n {
            entries[i * n + j] = if i == j { root } else { share(i, &entries) / root };
        }
    }
    Matrix::new(n, n, entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::product;

    #[test]
    fn the_root_gives_the_covariance_back() {
        for entries in [
            vec![2.0, 0.6, 0.3, 0.6, 1.0, -0.2, 0.3, -0.2, 0.5],
            // Rank one.
            vec![1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0, 6.0, 9.0],
            vec![0.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.5, 0.25],
        ] {
            let covariance = Matrix::new(3, 3, entries);
            let root = lower_root(&covariance);
            assert_eq!((root.row(0)[1], root.row(1)[2]), (0.0, 0.0));
            let back = product(&root, &root.transposed());
            for (x, y) in back.entries().iter().zip(covariance.entries()) {
                assert!((x - y).abs() < 1e-14, "{x} {y}");
            }
        }
    }
}
