//! Linear systems by Gaussian elimination with partial pivoting, `P A = L U`.

use std::convert::Infallible;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::MatrixError;

/// The factors of a square matrix.
#[derive(Clone, Debug)]
pub struct Lu {
    /// `U` on and above the diagonal, the multipliers of `L` below it; rows in pivoted order.
    rows: Vec<Vec<f64>>,
    /// The row of `A` that stands in each place.
    order: Vec<usize>,
}

impl Lu {
    /// The factors of `a`, `[n, n]`.
    ///
    /// # Errors
    /// If a pivot is zero or not finite.
    ///
    /// # Panics
    /// If `a` is not square.
    pub fn new(a: &Matrix) -> Result<Lu, MatrixError> {
        let n = a.n_rows();
        Lu::eliminate(a, |k, pivot| {
            let is_fit = pivot != 0.0 && pivot.is_finite();
            is_fit.then_some(pivot).ok_or(MatrixError::Singular { pivot: k, n })
        })
    }

    /// The factors of `a`, `[n, n]`, or where it is singular of a matrix beside it, as inverse
    /// iteration needs them: a zero pivot becomes `2^−52` times the largest entry.
    ///
    /// Entries that are not finite lead to solutions that are not.
    ///
    /// # Source
    /// Golub & Van Loan, "Matrix computations", 4th edition, section 7.6.1.
    ///
    /// # Panics
    /// If `a` is not square.
    #[must_use]
    pub fn perturbed(a: &Matrix) -> Lu {
        let largest = a.entries().iter().fold(f64::MIN_POSITIVE, |max, x| max.max(x.abs()));
        let Ok(factors) = Lu::eliminate(a, |_, pivot| {
            Ok::<f64, Infallible>(if pivot == 0.0 { f64::EPSILON * largest } else { pivot })
        });
        factors
    }

    /// Elimination with the pivots that `accept` makes of row number and pivot.
    fn eliminate<E>(a: &Matrix, accept: impl Fn(usize, f64) -> Result<f64, E>) -> Result<Lu, E> {
        let n = a.n_rows();
        assert_eq!(n, a.n_columns(), "a square matrix is factorised");
        let mut rows: Vec<Vec<f64>> = a.rows().map(<[f64]>::to_vec).collect();
        let mut order: Vec<usize> = (0..n).collect();
        for k in 0..n {
            let larger = |i: usize, j: usize| rows[i][k].abs() > rows[j][k].abs();
            let pivot = (k + 1..n).fold(k, |best, i| if larger(i, best) { i } else { best });
            rows.swap(k, pivot);
            order.swap(k, pivot);
            rows[k][k] = accept(k, rows[k][k])?;
            let (above, below) = rows.split_at_mut(k + 1);
            let head = &above[k];
            for row in below {
                let factor = row[k] / head[k];
                row[k] = factor;
                if factor != 0.0 {
                    real::add_scaled(&mut row[k + 1..], -factor, &head[k + 1..]);
                }
            }
        }
        Ok(Lu { rows, order })
    }

    /// The solution of `A x = b`, `[n]`.
    ///
    /// # Panics
    /// If `b` is not of shape `[n]`.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.rows.len();
        assert_eq!(b.len(), n, "one right-hand side for each row");
        let mut x: Vec<f64> = self.order.iter().map(|source| b[*source]).collect();
        for i in 0..n {
            x[i] -= real::dot(&self.rows[i][..i], &x[..i]);
        }
        for i in (0..n).rev() {
            let rest = real::dot(&self.rows[i][i + 1..], &x[i + 1..]);
            x[i] = (x[i] - rest) / self.rows[i][i];
        }
        x
    }

    /// The solution of `A X = B`, `[n, columns of B]`.
    ///
    /// # Panics
    /// If `b` does not have `n` rows.
    #[must_use]
    pub fn solve_matrix(&self, b: &Matrix) -> Matrix {
        let columns = b.transposed();
        let solved: Vec<f64> = columns.rows().flat_map(|column| self.solve(column)).collect();
        Matrix::new(b.n_columns(), b.n_rows(), solved).transposed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::noise::NumpyLegacy;

    #[test]
    fn solutions_solve_their_systems() {
        let mut generator = NumpyLegacy::new(11);
        for n in [1, 2, 5, 17] {
            let a = Matrix::new(n, n, generator.normals(n * n));
            let x = generator.normals(n);
            let found = Lu::new(&a).unwrap().solve(&a.times(&x));
            for (value, expected) in found.iter().zip(&x) {
                assert!((value - expected).abs() < 1e-11, "{value} vs {expected}");
            }
        }
    }

    #[test]
    fn a_zero_leading_entry_is_pivoted_and_a_singular_matrix_refused() {
        let swap = Matrix::new(2, 2, vec![0.0, 1.0, 1.0, 0.0]);
        assert_eq!(Lu::new(&swap).unwrap().solve(&[3.0, 4.0]), [4.0, 3.0]);
        let singular = Matrix::new(2, 2, vec![1.0, 2.0, 2.0, 4.0]);
        assert_eq!(Lu::new(&singular).unwrap_err(), MatrixError::Singular { pivot: 1, n: 2 });
    }

    #[test]
    fn a_perturbed_singular_matrix_gives_its_kernel() {
        let matrix = Matrix::new(2, 2, vec![1.0, 2.0, 2.0, 4.0]);
        let x = Lu::perturbed(&matrix).solve(&[1.0, 1.0]);
        assert!(x[0].is_finite() && (x[0] / x[1] + 2.0).abs() < 1e-12, "{x:?}");
    }
}
