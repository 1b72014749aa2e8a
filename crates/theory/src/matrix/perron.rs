//! The eigenvalue with the largest real part of a matrix or operator that has a positive
//! eigenvector.
//!
//! ```text
//! y = (sigma − M)⁻¹ x,     sigma − max x_i/y_i <= Lambda <= sigma − min x_i/y_i
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::Lu;

/// Steps after which the iteration stops in any case; its convergence is quadratic.
const MAX_STEPS: usize = 60;

/// An interval that holds an eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Bracket {
    /// The middle of the interval.
    #[must_use]
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }
}

/// The eigenvalue with the largest real part of an irreducible `matrix`, `[n, n]`, whose entries
/// beside the diagonal are non-negative; its spectral radius, if the diagonal is too.
///
/// # Accuracy
/// Quadratic convergence to rounding errors; the bracket is exact up to these.
///
/// # Source
/// Noda, "Note on the computation of the maximal eigenvalue of a non-negative irreducible matrix",
/// Numer. Math. 17, 1971; the bracket is Collatz's and Wielandt's.
///
/// # Panics
/// If the matrix is not square or is empty.
#[must_use]
pub fn perron_eigenvalue(matrix: &Matrix) -> Bracket {
    let sums = matrix.rows().map(real::sum);
    let start = sums.fold(f64::NEG_INFINITY, f64::max);
    // Apart from the eigenvalue even where all sums are equal.
    leading_eigenvalue(matrix, start + 1e-12 * start.abs(), 0.0)
}

/// The real eigenvalue of `matrix` that has a positive eigenvector and lies right of all others,
/// found from `start`, which is at or above it.
///
/// # Arguments
/// * `matrix`: `[n, n]`, perhaps a discretised operator that is positive only up to its error
/// * `start`: an upper bound of the eigenvalue
/// * `significance`: entries of the eigenvector below this fraction of the largest have no voice in
///   the bracket; 0 for a matrix that is positive itself
///
/// # Panics
/// If the matrix is not square or is empty.
#[must_use]
pub fn leading_eigenvalue(matrix: &Matrix, start: f64, significance: f64) -> Bracket {
    let n = matrix.n_rows();
    assert!(n > 0, "an empty matrix has no eigenvalue");
    let mut vector = vec![1.0; n];
    let mut best = Bracket { low: f64::NEG_INFINITY, high: start };
    let mut shift = start;
    for _ in 0..MAX_STEPS {
        let mut image = shifted(matrix, shift).solve(&vector);
        let largest = image.iter().fold(0.0_f64, |a, &b| if b.abs() > a.abs() { b } else { a });
        // Past the eigenvalue, by rounding, the inverse is negative.
        for entry in &mut image {
            *entry /= largest;
        }
        let ratios = vector.iter().zip(&image).filter(|(_, y)| **y > significance);
        let (min, max) = ratios.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), (x, y)| {
            let ratio = x / y / largest;
            (min.min(ratio), max.max(ratio))
        });
        let found = Bracket { low: shift - max, high: shift - min };
        vector = image.into_iter().map(f64::abs).collect();
        let scale = f64::EPSILON * found.high.abs().max(found.low.abs());
        if found.high - found.low >= 0.5 * (best.high - best.low) && best.low.is_finite() {
            // Rounding errors are all that is left, once the bracket is short.
            if found.high - found.low <= 1e-6 * (start - found.low).abs() {
                break;
            }
        }
        if found.high - found.low < best.high - best.low {
            best = found;
        }
        if best.high - best.low <= 2.0 * scale {
            break;
        }
        shift = found.high;
    }
    best
}

/// The factors of `shift − M`, or of a matrix near it where the shift is the eigenvalue.
fn shifted(matrix: &Matrix, shift: f64) -> Lu {
    let n = matrix.n_rows();
    let mut entries: Vec<f64> = matrix.entries().iter().map(|entry| -entry).collect();
    for i in 0..n {
        entries[i * n + i] += shift;
    }
    Lu::perturbed(&Matrix::new(n, n, entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spectral_radius_of_small_positive_matrices() {
        // Eigenvalues (5 ± sqrt 33)/2.
        let matrix = Matrix::new(2, 2, vec![1.0, 2.0, 3.0, 4.0]);
        let found = perron_eigenvalue(&matrix);
        assert!((found.middle() - f64::midpoint(5.0, 33.0_f64.sqrt())).abs() < 1e-14, "{found:?}");
        let one = perron_eigenvalue(&Matrix::new(1, 1, vec![0.7]));
        assert!((one.middle() - 0.7).abs() < 1e-15);
    }

    #[test]
    fn rank_one_and_nearly_diagonal_matrices() {
        // diag(1, 0.999, ..) + 1e-6 ones: the eigenvalue solves sum 1e-6/(x − d_i) = 1.
        let n = 30;
        let diagonal = |i: usize| 1.0 - 1e-3 * i as f64;
        let entries =
            (0..n * n).map(|k| 1e-6 + if k / n == k % n { diagonal(k / n) } else { 0.0 }).collect();
        let found = perron_eigenvalue(&Matrix::new(n, n, entries));
        let secular: f64 = (0..n).map(|i| 1e-6 / (found.middle() - diagonal(i))).sum();
        assert!((secular - 1.0).abs() < 1e-8, "{secular}");
        assert!(found.high - found.low < 1e-14);
    }

    #[test]
    fn a_generator_with_potential_has_its_closed_form() {
        // Eigenvalues of the path graph's Laplacian, negated: the largest is 0; shifted by −2.
        let matrix = Matrix::new(3, 3, vec![-3.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, -3.0]);
        let found = perron_eigenvalue(&matrix);
        assert!((found.middle() + 2.0).abs() < 1e-14, "{found:?}");
    }
}
