//! Banded systems by elimination without pivoting.

use maruyama_dynamics::real;

use crate::matrix::MatrixError;

/// The factors of a banded matrix whose columns are dominated by their diagonal entries.
#[derive(Clone, Debug)]
pub struct Banded {
    n: usize,
    half_width: usize,
    /// Row `i` holds columns `i − half_width ..= i + half_width`; after elimination `U` and the
    /// multipliers of `L`.
    rows: Vec<Vec<f64>>,
}

impl Banded {
    /// The factors of the matrix with `n` rows that is the sum of its `(row, column, value)`
    /// entries, none of which is farther than `half_width` from the diagonal.
    ///
    /// # Errors
    /// If a pivot is zero or not finite.
    ///
    /// # Panics
    /// If an entry lies outside the matrix or the band.
    pub fn new(
        n: usize,
        half_width: usize,
        entries: impl IntoIterator<Item = (usize, usize, f64)>,
    ) -> Result<Banded, MatrixError> {
        let mut rows = vec![vec![0.0; 2 * half_width + 1]; n];
        for (row, column, value) in entries {
            assert!(column < n && row.abs_diff(column) <= half_width, "({row}, {column})");
            rows[row][column + half_width - row] += value;
        }
        for k in 0..n {
            let (above, below) = rows.split_at_mut(k + 1);
            let head = &above[k][half_width..];
            if head[0] == 0.0 || !head[0].is_finite() {
                return Err(MatrixError::Singular { pivot: k, n });
            }
            for (distance, row) in (1..=half_width).zip(below) {
                let start = half_width - distance;
                let factor = row[start] / head[0];
                row[start] = factor;
                if factor != 0.0 {
                    let target = &mut row[start + 1..=start + half_width];
                    real::add_scaled(target, -factor, &head[1..]);
                }
            }
        }
        Ok(Banded { n, half_width, rows })
    }

    /// The solution of `A x = b`, `[n]`.
    ///
    /// # Panics
    /// If `b` is not of shape `[n]`.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let (n, w) = (self.n, self.half_width);
        assert_eq!(b.len(), n, "one right-hand side for each row");
        let mut x = b.to_vec();
        for i in 0..n {
            let reach = i.min(w);
            x[i] -= real::dot(&self.rows[i][w - reach..w], &x[i - reach..i]);
        }
        for i in (0..n).rev() {
            let reach = (n - 1 - i).min(w);
            let rest = real::dot(&self.rows[i][w + 1..=w + reach], &x[i + 1..=i + reach]);
            x[i] = (x[i] - rest) / self.rows[i][w];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_five_point_system_is_solved() {
        let (n, w) = (12, 3);
        let entries: Vec<(usize, usize, f64)> = (0..n)
            .flat_map(|i| [(i, i, 5.0), (i, i + 1, -1.0), (i, i + 3, -0.5)])
            .chain((0..n).flat_map(|i| [(i + 1, i, -1.5), (i + 3, i, -0.25)]))
            .filter(|(row, column, _)| *row < n && *column < n)
            .collect();
        let x: Vec<f64> = (0..n).map(|i| (i * i % 7) as f64).collect();
        let mut b = vec![0.0; n];
        for (row, column, value) in &entries {
            b[*row] += value * x[*column];
        }
        for (value, expected) in Banded::new(n, w, entries).unwrap().solve(&b).iter().zip(&x) {
            assert!((value - expected).abs() < 1e-13, "{value} vs {expected}");
        }
    }

    #[test]
    fn a_zero_pivot_is_refused() {
        assert!(Banded::new(2, 0, [(0, 0, 1.0)]).is_err());
    }
}
