//! Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations.

use crate::linear_algebra::dense::{diagonal, identity, product};
use crate::linear_algebra::matrix::Matrix;

/// `A = Qᵀ diag(values) Q`.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// Eigenvalues, smallest first, `[n]`.
    pub values: Vec<f64>,
    /// Eigenvectors as rows, in the order of the values, `[n, n]`.
    pub vectors: Matrix,
}

/// Sweeps after which the rotations stop in any case.
const MAX_SWEEPS: usize = 60;

/// The eigenvalues and eigenvectors of the symmetric matrix `a`, `[n, n]`; its part below the
/// diagonal is not read.
///
/// # Accuracy
/// Absolute errors of about 1e-15 `|A|`.
///
/// # Source
/// Golub & Van Loan, "Matrix computations", 4th edition, section 8.5, cyclic by rows.
///
/// # Panics
/// If `a` is not square.
#[must_use]
pub fn symmetric_eigen(a: &Matrix) -> SymmetricEigen {
    let n = a.n_rows();
    assert_eq!(n, a.n_columns(), "a symmetric matrix is square");
    let mut work: Vec<Vec<f64>> = a.rows().map(<[f64]>::to_vec).collect();
    for i in 0..n {
        for j in 0..i {
            work[i][j] = work[j][i];
        }
    }
    let mut vectors: Vec<Vec<f64>> = identity(n).rows().map(<[f64]>::to_vec).collect();
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                let scale = work[p][p].abs().min(work[q][q].abs());
                let off = work[p][q].abs();
                if off > 1e-17 * scale && off > f64::MIN_POSITIVE {
                    rotated |= off > 1e-16 * (work[p][p].abs() + work[q][q].abs());
                    rotate(&mut work, &mut vectors, p, q);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| work[*i][*i].total_cmp(&work[*j][*j]));
    SymmetricEigen {
        values: order.iter().map(|i| work[*i][*i]).collect(),
        vectors: Matrix::new(n, n, order.iter().flat_map(|i| vectors[*i].clone()).collect()),
    }
}

/// The rotation in the plane `(p, q)` that makes entry `(p, q)` zero.
fn rotate(work: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let zeta = (work[q][q] - work[p][p]) / (2.0 * work[p][q]);
    let root = zeta.abs() + (1.0 + zeta * zeta).sqrt();
    let tangent = if zeta < 0.0 { -1.0 / root } else { 1.0 / root };
    let cos = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sin = tangent * cos;
    let change = tangent * work[p][q];
    work[p][p] -= change;
    work[q][q] += change;
    work[p][q] = 0.0;
    work[q][p] = 0.0;
    for k in 0..work.len() {
        if k != p && k != q {
            let (x, y) = (work[k][p], work[k][q]);
            work[k][p] = cos * x - sin * y;
            work[k][q] = sin * x + cos * y;
            work[p][k] = work[k][p];
            work[q][k] = work[k][q];
        }
    }
    let (upper, lower) = vectors.split_at_mut(q);
    for (x, y) in upper[p].iter_mut().zip(&mut lower[0]) {
        (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
    }
}

/// First and last of the sorted eigenvalues `[n]`; zeros if there are none.
#[must_use]
pub fn extremes(values: &[f64]) -> (f64, f64) {
    (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(0.0))
}

impl SymmetricEigen {
    /// `f(A) = Qᵀ diag(f(values)) Q`, `[n, n]`.
    #[must_use]
    pub fn function(&self, f: impl Fn(f64) -> f64) -> Matrix {
        let images: Vec<f64> = self.values.iter().map(|value| f(*value)).collect();
        product(&product(&self.vectors.transposed(), &diagonal(&images)), &self.vectors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear_algebra::combine;
    use crate::noise::NumpyLegacy;

    /// The largest sum of magnitudes over a row.
    fn row_norm(a: &Matrix) -> f64 {
        a.rows().map(|row| row.iter().map(|x| x.abs()).sum()).fold(0.0, f64::max)
    }

    #[test]
    fn decompositions_give_the_matrix_back() {
        let mut generator = NumpyLegacy::new(5);
        for n in [1, 2, 6, 20] {
            let raw = Matrix::new(n, n, generator.normals(n * n));
            let a = combine(0.5, &raw, 0.5, &raw.transposed());
            let eigen = symmetric_eigen(&a);
            assert!(eigen.values.is_sorted());
            let error = combine(1.0, &eigen.function(|x| x), -1.0, &a);
            assert!(row_norm(&error) < 1e-13);
            let gram = product(&eigen.vectors, &eigen.vectors.transposed());
            assert!(row_norm(&combine(1.0, &gram, -1.0, &identity(n))) < 1e-13);
        }
    }

    #[test]
    fn eigenvalues_of_a_two_by_two_matrix() {
        let eigen = symmetric_eigen(&Matrix::new(2, 2, vec![2.0, 1.0, 1.0, 2.0]));
        assert!((eigen.values[0] - 1.0).abs() < 1e-15 && (eigen.values[1] - 3.0).abs() < 1e-15);
        let zero = symmetric_eigen(&Matrix::new(2, 2, vec![0.0, 1.0, 1.0, 0.0]));
        assert!((zero.values[0] + 1.0).abs() < 1e-15);
    }
}
