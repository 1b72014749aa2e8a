//! The exponential of a small matrix.

use crate::linear_algebra::dense::{identity, product};
use crate::linear_algebra::matrix::Matrix;

/// Norm up to which the series is summed.
const LARGEST_NORM: f64 = 0.5;

/// Terms of the series: `0.5^19/19!` is below 1e-22.
const TERMS: u32 = 18;

/// `e^A` of `a`, `[n, n]`, by scaling, its power series and squaring: meant for a few dozen rows.
///
/// # Accuracy
/// About 1e-15 times the norm of `a`, relative to the norm of the result.
///
/// # Panics
/// If `a` is not square, or if an entry is not finite.
#[must_use]
pub(crate) fn exponential(a: &Matrix) -> Matrix {
    assert_eq!(a.n_rows(), a.n_columns(), "a square matrix has an exponential");
    let is_finite = a.entries().iter().all(|entry| entry.is_finite());
    assert!(is_finite, "a matrix of finite entries has an exponential");
    let sums = a.rows().map(|row| row.iter().map(|entry| entry.abs()).sum::<f64>());
    let norm = sums.fold(0.0, f64::max);
    let (mut scale, mut squarings) = (1.0, 0);
    while norm * scale > LARGEST_NORM {
        scale *= 0.5;
        squarings += 1;
    }
    let n = a.n_rows();
    let scaled = Matrix::new(n, n, a.entries().iter().map(|entry| scale * entry).collect());
    let mut sum = identity(n);
    // Horner's scheme: I + A (I + A/2 (I + A/3 (...))).
    for term in (1..=TERMS).rev() {
        let mut next = product(&scaled, &sum);
        for entry in next.entries_mut() {
            *entry /= f64::from(term);
        }
        for i in 0..n {
            next.entries_mut()[i * n + i] += 1.0;
        }
        sum = next;
    }
    for _ in 0..squarings {
        sum = product(&sum, &sum);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real;

    #[test]
    fn exponentials_of_rotations_and_of_nilpotent_matrices() {
        for angle in [0.3, 4.0, 40.0] {
            let turn = exponential(&Matrix::new(2, 2, vec![0.0, -angle, angle, 0.0]));
            assert!((turn.row(0)[0] - real::cos(angle)).abs() < 1e-13);
            assert!((turn.row(1)[0] - real::sin(angle)).abs() < 1e-13);
        }
        let nilpotent = Matrix::new(3, 3, vec![0.0, 7.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]);
        assert!((exponential(&nilpotent).row(0)[2] - 7.0).abs() < 1e-14);
        assert_eq!(exponential(&Matrix::new(1, 1, vec![0.0])).entries(), [1.0]);
    }
}
