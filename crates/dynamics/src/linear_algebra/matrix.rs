//! A dense row-major matrix.

use crate::real;

/// A dense matrix, `[n_rows, n_columns]`, stored row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    n_rows: usize,
    n_columns: usize,
    entries: Vec<f64>,
}

impl Matrix {
    /// The matrix of shape `[n_rows, n_columns]` with the given entries in row-major order.
    ///
    /// # Panics
    /// If there are not `n_rows * n_columns` entries.
    #[must_use]
    pub fn new(n_rows: usize, n_columns: usize, entries: Vec<f64>) -> Matrix {
        assert_eq!(entries.len(), n_rows * n_columns, "a {n_rows} by {n_columns} matrix");
        Matrix { n_rows, n_columns, entries }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Row `idx`, `[n_columns]`.
    ///
    /// # Panics
    /// If `idx` is not below [`Matrix::n_rows`].
    #[must_use]
    #[inline]
    pub fn row(&self, idx: usize) -> &[f64] {
        &self.entries[idx * self.n_columns..(idx + 1) * self.n_columns]
    }

    /// The rows in order, each `[n_columns]`.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        (0..self.n_rows).map(|idx| self.row(idx))
    }

    /// All entries in row-major order, `[rows * columns]`.
    #[must_use]
    pub fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// All entries in row-major order, `[rows * columns]`, to be changed in place.
    pub fn entries_mut(&mut self) -> &mut [f64] {
        &mut self.entries
    }

    /// The product `M x`, `[n_rows]`, of inner products in the order of [`real::dot`].
    ///
    /// # Panics
    /// If `x` is not of shape `[n_columns]`.
    #[must_use]
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        self.rows().map(|row| real::dot(row, x)).collect()
    }

    /// The product `Mᵀ y`, `[n_columns]`, summed row by row.
    ///
    /// # Panics
    /// If `y` is not of shape `[n_rows]`.
    #[must_use]
    pub fn transpose_times(&self, y: &[f64]) -> Vec<f64> {
        assert_eq!(y.len(), self.n_rows, "one weight for each row");
        let mut product = vec![0.0; self.n_columns];
        for (row, weight) in self.rows().zip(y) {
            real::add_scaled(&mut product, *weight, row);
        }
        product
    }

    /// The transposed matrix, `[columns, rows]`.
    #[must_use]
    pub fn transposed(&self) -> Matrix {
        let mut entries = Vec::with_capacity(self.entries.len());
        for column in 0..self.n_columns {
            entries.extend(self.rows().map(|row| row[column]));
        }
        Matrix::new(self.n_columns, self.n_rows, entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_match_a_hand_calculation() {
        let m = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(m.times(&[1.0, 0.0, -1.0]), [-2.0, -2.0]);
        assert_eq!(m.transpose_times(&[1.0, -1.0]), [-3.0, -3.0, -3.0]);
        assert_eq!(m.transposed(), Matrix::new(3, 2, vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
        assert_eq!(m.row(1), [4.0, 5.0, 6.0]);
    }
}
