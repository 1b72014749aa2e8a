//! Sums and products of dense matrices.

use crate::linear_algebra::matrix::Matrix;
use crate::real;

/// The identity, `[n, n]`.
#[must_use]
pub fn identity(n: usize) -> Matrix {
    diagonal(&vec![1.0; n])
}

/// The diagonal matrix with the given entries, `[n, n]`.
#[must_use]
pub fn diagonal(entries: &[f64]) -> Matrix {
    let n = entries.len();
    let mut matrix = vec![0.0; n * n];
    for (i, entry) in entries.iter().enumerate() {
        matrix[i * n + i] = *entry;
    }
    Matrix::new(n, n, matrix)
}

/// The product `A B` `[m, n]` of `A` `[m, k]` and `B` `[k, n]`, summed in the order of the columns of
/// `A`.
///
/// # Panics
/// If the inner shapes differ.
#[must_use]
pub fn product(a: &Matrix, b: &Matrix) -> Matrix {
    assert_eq!(a.n_columns(), b.n_rows(), "inner shapes of a product agree");
    let width = b.n_columns();
    let mut entries = vec![0.0; a.n_rows() * width];
    if width > 0 {
        for (row, out) in a.rows().zip(entries.chunks_exact_mut(width)) {
            for (weight, other) in row.iter().zip(b.rows()) {
                real::add_scaled(out, *weight, other);
            }
        }
    }
    Matrix::new(a.n_rows(), width, entries)
}

/// `s A + t B`, of the shape of both.
///
/// # Panics
/// If the shapes differ.
#[must_use]
pub fn combine(s: f64, a: &Matrix, t: f64, b: &Matrix) -> Matrix {
    assert_eq!((a.n_rows(), a.n_columns()), (b.n_rows(), b.n_columns()), "shapes of a sum agree");
    let entries = a.entries().iter().zip(b.entries()).map(|(x, y)| s * x + t * y).collect();
    Matrix::new(a.n_rows(), a.n_columns(), entries)
}

/// `P M Pᵀ` `[m, m]` of `P` `[m, n]` and `M` `[n, n]`.
///
/// # Panics
/// If the inner shapes differ.
#[must_use]
pub fn congruence(p: &Matrix, m: &Matrix) -> Matrix {
    product(&product(p, m), &p.transposed())
}

/// The outer product `x yᵀ`, `[x.len(), y.len()]`.
#[must_use]
pub fn outer(x: &[f64], y: &[f64]) -> Matrix {
    let entries = x.iter().flat_map(|a| y.iter().map(move |b| a * b)).collect();
    Matrix::new(x.len(), y.len(), entries)
}

/// The sum of the diagonal entries of `A` `[n, n]`.
#[must_use]
pub fn trace(a: &Matrix) -> f64 {
    real::sum(&a.rows().enumerate().map(|(i, row)| row[i]).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_sums_match_a_hand_calculation() {
        let a = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let b = Matrix::new(3, 2, vec![1.0, 0.0, -1.0, 2.0, 0.5, 1.0]);
        assert_eq!(product(&a, &b).entries(), [0.5, 7.0, 2.0, 16.0]);
        assert_eq!(combine(2.0, &a, -1.0, &a), a);
        assert_eq!(congruence(&a, &identity(3)).entries(), [14.0, 32.0, 32.0, 77.0]);
        assert_eq!(outer(&[1.0, 2.0], &[3.0, 4.0]).entries(), [3.0, 4.0, 6.0, 8.0]);
        assert_eq!(trace(&diagonal(&[1.0, -3.0])), -2.0);
    }
}
