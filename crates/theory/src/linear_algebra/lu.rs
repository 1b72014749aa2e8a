//! Factorisation `P M = L U` of a square matrix by elimination with partial pivoting.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// A factorised square matrix.
#[derive(Clone, Debug)]
pub struct Lu {
    /// Rows of `L` below the diagonal and of `U` on and above it.
    rows: Vec<Vec<f64>>,
    /// Row `i` of the factors is row `order[i]` of the matrix.
    order: Vec<usize>,
}

impl Lu {
    /// The factors of `matrix`, `[n, n]`.
    ///
    /// A pivot that is zero is replaced by the rounding error of the largest entry, so that a
    /// singular matrix can be solved with in inverse iteration.
    ///
    /// # Panics
    /// If the matrix is not square.
    #[must_use]
    pub fn new(matrix: &Matrix) -> Lu {
        let n = matrix.n_rows();
        assert_eq!(n, matrix.n_columns(), "a square matrix is factorised");
        let mut rows: Vec<Vec<f64>> = matrix.rows().map(<[f64]>::to_vec).collect();
        let mut order: Vec<usize> = (0..n).collect();
        let largest = matrix.entries().iter().fold(f64::MIN_POSITIVE, |max, x| max.max(x.abs()));
        for k in 0..n {
            let pivot =
                (k..n).fold(k, |a, b| if rows[b][k].abs() > rows[a][k].abs() { b } else { a });
            rows.swap(k, pivot);
            order.swap(k, pivot);
            if rows[k][k] == 0.0 {
                rows[k][k] = f64::EPSILON * largest;
            }
            let (done, rest) = rows.split_at_mut(k + 1);
            let pivot_row = &done[k];
            for row in rest {
                let factor = row[k] / pivot_row[k];
                row[k] = factor;
                real::add_scaled(&mut row[k + 1..], -factor, &pivot_row[k + 1..]);
            }
        }
        Lu { rows, order }
    }

    /// The solution `x` of `M x = b`, `[n]`.
    ///
    /// # Panics
    /// If `b` is not of shape `[n]`.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        assert_eq!(b.len(), self.rows.len(), "one right-hand side for each row");
        let mut x: Vec<f64> = self.order.iter().map(|&row| b[row]).collect();
        for i in 0..x.len() {
            x[i] -= real::dot(&self.rows[i][..i], &x[..i]);
        }
        for i in (0..x.len()).rev() {
            let known = real::dot(&self.rows[i][i + 1..], &x[i + 1..]);
            x[i] = (x[i] - known) / self.rows[i][i];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_match_a_hand_calculation_that_needs_pivots() {
        let matrix = Matrix::new(3, 3, vec![0.0, 2.0, 1.0, 1.0, 0.0, 3.0, 2.0, 1.0, 0.0]);
        let x = [3.0, -1.0, 2.0];
        let solution = Lu::new(&matrix).solve(&matrix.times(&x));
        for (value, expected) in solution.iter().zip(x) {
            assert!((value - expected).abs() < 1e-14, "{solution:?}");
        }
    }

    #[test]
    fn a_singular_matrix_gives_its_kernel() {
        let matrix = Matrix::new(2, 2, vec![1.0, 2.0, 2.0, 4.0]);
        let x = Lu::new(&matrix).solve(&[1.0, 1.0]);
        assert!(x[0].is_finite() && (x[0] / x[1] + 2.0).abs() < 1e-12, "{x:?}");
    }
}
