//! Singular values and right singular vectors, in a fixed order of operations.
//!
//! ```text
//! A = U R Πᵀ         Householder reflections with column pivoting, R upper triangular
//! Jᵀ (R Πᵀ) = S Qᵀ   one-sided Jacobi: rotate pairs of rows of R Πᵀ until all are orthogonal
//! A = (U J) S Qᵀ     row i is then s_i q_iᵀ
//! ```
//!
//! The pivoted triangle makes Jacobi converge in a few sweeps, and Jacobi finds small singular
//! values with small relative errors.

use crate::linear_algebra::matrix::Matrix;
use crate::real;

/// The part of `A = P S Qᵀ` that least squares needs.
#[derive(Clone, Debug)]
pub struct RightSvd {
    /// Singular values above the cut, largest first, `[rank]`.
    pub singular_values: Vec<f64>,
    /// Right singular vectors as rows, `[rank, n_columns]`; the entries of each sum to a positive
    /// number, which fixes its sign.
    pub right_vectors: Matrix,
}

/// Singular values below this fraction of the largest one count as zero.
const RELATIVE_CUT: f64 = 1e-9;

/// Two rows count as orthogonal when the cosine of their angle is below this.
const ORTHOGONAL: f64 = 1e-14;

/// Sweeps after which Jacobi stops in any case; the data sets of the paper need at most ten.
const MAX_SWEEPS: usize = 40;

/// Singular values and right singular vectors of `a`, `[n_rows, n_columns]`, any shape.
///
/// # Accuracy
/// Relative errors of the singular values of about 1e-14; those below 1e-9 of the largest are cut.
///
/// # Source
/// Drmač & Veselić, "New fast and accurate Jacobi SVD algorithm I", SIAM J. Matrix Anal. Appl.
/// 29(4), 2008, without its block and parallel refinements.
#[must_use]
pub fn right_svd(a: &Matrix) -> RightSvd {
    let mut rows = triangular_rows(a);
    orthogonalise(&mut rows);
    let mut found: Vec<(f64, Vec<f64>)> =
        rows.into_iter().map(|row| (real::dot(&row, &row).sqrt(), row)).collect();
    found.sort_by(|(s, _), (t, _)| t.total_cmp(s));
    let cut = RELATIVE_CUT * found.first().map_or(0.0, |(largest, _)| *largest);
    found.retain(|(s, _)| *s > cut);

    let mut singular_values = Vec::with_capacity(found.len());
    let mut entries = Vec::with_capacity(found.len() * a.n_columns());
    for (s, row) in found {
        let scale = if real::sum(&row) < 0.0 { -s } else { s };
        singular_values.push(s);
        entries.extend(row.iter().map(|entry| entry / scale));
    }
    let right_vectors = Matrix::new(singular_values.len(), a.n_columns(), entries);
    RightSvd { singular_values, right_vectors }
}

/// The rows of `R Πᵀ`, at most `n_columns` of them, from a pivoted Householder factorisation.
fn triangular_rows(a: &Matrix) -> Vec<Vec<f64>> {
    let (n, d) = (a.n_rows(), a.n_columns());
    let transposed = a.transposed();
    let mut columns: Vec<Vec<f64>> = transposed.rows().map(<[f64]>::to_vec).collect();
    let mut order: Vec<usize> = (0..d).collect();
    let mut squares: Vec<f64> = columns.iter().map(|column| real::dot(column, column)).collect();
    for k in 0..n.min(d) {
        let pivot = (k..d).fold(k, |best, j| if squares[j] > squares[best] { j } else { best });
        columns.swap(k, pivot);
        order.swap(k, pivot);
        squares.swap(k, pivot);
        let Some(reflector) = reflect(&mut columns[k][k..]) else { break };
        for j in k + 1..d {
            let rest = &mut columns[j][k..];
            let along = real::dot(&reflector, rest);
            real::add_scaled(rest, -along, &reflector);
            squares[j] = real::dot(&rest[1..], &rest[1..]);
        }
    }
    let mut rows = vec![vec![0.0; d]; n.min(d)];
    for (column, &target) in columns.iter().zip(&order) {
        for (row, entry) in rows.iter_mut().zip(column) {
            row[target] = *entry;
        }
    }
    rows
}

/// Replaces `x` by `(±|x|, 0, ..., 0)` and returns `w` with `|w|² = 2`, where `I − w wᵀ` is the
/// reflection that does so; `None` if `x` is zero.
fn reflect(x: &mut [f64]) -> Option<Vec<f64>> {
    let norm = real::dot(x, x).sqrt();
    if norm == 0.0 {
        return None;
    }
    let head = if x[0] < 0.0 { -norm } else { norm };
    let mut w = x.to_vec();
    w[0] += head;
    let scale = 1.0 / (head * w[0]).sqrt();
    for entry in &mut w {
        *entry *= scale;
    }
    x.fill(0.0);
    x[0] = -head;
    Some(w)
}

/// Rotates pairs of rows until all rows are orthogonal, in cyclic order.
fn orthogonalise(rows: &mut [Vec<f64>]) {
    for _ in 0..MAX_SWEEPS {
        let mut squares: Vec<f64> = rows.iter().map(|row| real::dot(row, row)).collect();
        let largest = squares.iter().fold(0.0, |a: f64, b| a.max(*b));
        // Rows far below the cut of the result need not be orthogonal to each other.
        let negligible = largest * (1e-6 * RELATIVE_CUT) * (1e-6 * RELATIVE_CUT);
        let mut rotated = false;
        for i in 0..rows.len() {
            let (upper, lower) = rows.split_at_mut(i + 1);
            let first = &mut upper[i];
            for (second, j) in lower.iter_mut().zip(i + 1..) {
                let (a, b) = (squares[i], squares[j]);
                let c = real::dot(first, second);
                if a.min(b) <= negligible || c.abs() <= ORTHOGONAL * (a * b).sqrt() {
                    continue;
                }
                rotated = true;
                let t = rotate(first, second, a, b, c);
                squares[i] = a + t * c;
                squares[j] = b - t * c;
            }
        }
        if !rotated {
            return;
        }
    }
}

/// Rotates `x` and `y`, with squared norms `a`, `b` and inner product `c`, so that they become
/// orthogonal and `x` the longer one; returns the change `t` of the squares, `a + t c`, `b − t c`.
fn rotate(x: &mut [f64], y: &mut [f64], a: f64, b: f64, c: f64) -> f64 {
    let zeta = (b - a) / (2.0 * c);
    // The root of t² − 2 zeta t − 1 = 0 that makes a + t c the larger square; the small one when
    // a >= b, and its reciprocal otherwise, which also exchanges the rows.
    let root = zeta.abs() + (1.0 + zeta * zeta).sqrt();
    let small = if zeta <= 0.0 { 1.0 / root } else { -1.0 / root };
    let t = if a >= b { small } else { -1.0 / small };
    let cos = 1.0 / (1.0 + t * t).sqrt();
    let sin = cos * t;
    for (p, q) in x.iter_mut().zip(y) {
        let (old_p, old_q) = (*p, *q);
        *p = cos * old_p + sin * old_q;
        *q = cos * old_q - sin * old_p;
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::NumpyLegacy;

    fn assert_close(value: f64, expected: f64, relative: f64) {
        assert!((value - expected).abs() <= relative * expected.abs(), "{value} vs {expected}");
    }

    /// `|A q_i|² = s_i²`, `Qᵀ Q = I` and `sum s_i² = |A|²` to rounding.
    fn assert_is_decomposition(a: &Matrix, svd: &RightSvd, tolerance: f64) {
        let q = &svd.right_vectors;
        for i in 0..q.n_rows() {
            for j in 0..=i {
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((real::dot(q.row(i), q.row(j)) - expected).abs() < tolerance);
            }
            let image = a.transpose_times(&a.times(q.row(i)));
            let square = svd.singular_values[i] * svd.singular_values[i];
            let largest = svd.singular_values[0] * svd.singular_values[0];
            for (entry, coordinate) in image.iter().zip(q.row(i)) {
                assert!((entry - square * coordinate).abs() < tolerance * largest);
            }
        }
        let total = real::dot(&svd.singular_values, &svd.singular_values);
        assert_close(total, real::dot(a.entries(), a.entries()), tolerance);
    }

    #[test]
    fn tall_wide_and_deficient_matrices_decompose() {
        let mut generator = NumpyLegacy::new(4);
        for (n, d) in [(30, 7), (7, 30), (1, 5), (5, 1), (12, 12)] {
            let a = Matrix::new(n, d, generator.normals(n * d));
            let svd = right_svd(&a);
            assert_eq!(svd.singular_values.len(), n.min(d));
            assert_is_decomposition(&a, &svd, 1e-13);
        }
        let mut a = Matrix::new(20, 6, generator.normals(120));
        for row in a.entries_mut().chunks_exact_mut(6) {
            row[2] = 0.0;
            row[5] = row[0] - 2.0 * row[1];
        }
        let svd = right_svd(&a);
        assert_eq!(svd.singular_values.len(), 4);
        assert_is_decomposition(&a, &svd, 1e-13);
    }

    #[test]
    fn signs_are_fixed_and_values_descend() {
        let a = Matrix::new(3, 2, vec![0.0, -3.0, 4.0, 0.0, 0.0, 0.0]);
        let svd = right_svd(&a);
        assert_eq!(svd.singular_values, [4.0, 3.0]);
        assert_eq!(svd.right_vectors.entries(), [1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn zero_matrices_have_rank_zero() {
        let svd = right_svd(&Matrix::new(3, 2, vec![0.0; 6]));
        assert!(svd.singular_values.is_empty());
        assert_eq!(svd.right_vectors.n_rows(), 0);
    }

    #[test]
    fn small_singular_values_of_a_graded_matrix_are_accurate() {
        // Columns 1, 1e-4 and 1e-8 times orthogonal vectors: the singular values are the norms.
        let columns = [[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]];
        let scales = [1.0, 1e-4, 1e-8];
        let entries = (0..4).flat_map(|i| (0..3).map(move |j| scales[j] * columns[j][i])).collect();
        let svd = right_svd(&Matrix::new(4, 3, entries));
        for (value, scale) in svd.singular_values.iter().zip(scales) {
            assert_close(*value, 2.0 * scale, 1e-14);
        }
    }
}
