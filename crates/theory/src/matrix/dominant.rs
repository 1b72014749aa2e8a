//! The leading eigenvalue of an operator that preserves a cone, where it is real.
//!
//! ```text
//! P_k = A^(2^k) / |A^(2^k)| -> v wᵀ / |v wᵀ|,   lambda = tr(A P) / tr P
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::expm::row_norm;
use crate::matrix::{MatrixError, combine, expm, product};

/// A real leading eigenvalue with its vectors.
#[derive(Clone, Debug)]
pub struct Dominant {
    /// The eigenvalue with the largest real part (of a generator) or modulus (of a map).
    pub value: f64,
    /// Right eigenvector, `[n]`, any scale.
    pub right: Vec<f64>,
    /// Left eigenvector, `[n]`, any scale.
    pub left: Vec<f64>,
}

/// Squarings after which the powers must have settled: a relative gap of 1e-12 is resolved.
const MAX_SQUARINGS: usize = 60;

/// Change of a normalised power below which it has settled.
const SETTLED: f64 = 1e-14;

/// Trace of the limit below which it is no projection.
const LEAST_TRACE: f64 = 1e-7;

/// The eigenvalue of `generator` with the largest real part, which must be real, as it is where
/// `e^{t A}` preserves a cone (Krein and Rutman).
///
/// # Accuracy
/// Rounding errors of about 1e-14 `|A|` over the cosine between the left and right vectors.
///
/// # Errors
/// If an entry is not finite, or if no real eigenvalue stands out.
///
/// # Panics
/// If the matrix is not square.
pub fn spectral_abscissa(generator: &Matrix) -> Result<Dominant, MatrixError> {
    let norm = row_norm(generator);
    if norm == 0.0 {
        return spectral_radius(generator);
    }
    let step = expm(&combine(1.0 / norm, generator, 0.0, generator))?;
    leading(generator, step)
}

/// The eigenvalue of `map` `[n, n]` with the largest modulus, which must be real.
///
/// # Errors
/// If an entry is not finite, or if no real eigenvalue stands out.
///
/// # Panics
/// If the matrix is not square.
pub fn spectral_radius(map: &Matrix) -> Result<Dominant, MatrixError> {
    if row_norm(map) == 0.0 {
        let mut unit = vec![0.0; map.n_rows()];
        if let Some(first) = unit.first_mut() {
            *first = 1.0;
        }
        return Ok(Dominant { value: 0.0, right: unit.clone(), left: unit });
    }
    leading(map, map.clone())
}

/// Squares `power` until it is a multiple of a projection, and reads the eigenvalue of `a` off it.
fn leading(a: &Matrix, mut power: Matrix) -> Result<Dominant, MatrixError> {
    for _ in 0..MAX_SQUARINGS {
        let norm = row_norm(&power);
        if norm == 0.0 || !norm.is_finite() {
            return Err(MatrixError::NotFinite);
        }
        let unit = combine(1.0 / norm, &power, 0.0, &power);
        let square = product(&unit, &unit);
        let size = row_norm(&square);
        if size == 0.0 {
            return Err(MatrixError::NoDominantEigenvalue);
        }
        power = combine(1.0 / size, &square, 0.0, &square);
        if row_norm(&combine(1.0, &power, -1.0, &unit)) < SETTLED {
            return vectors(a, &power);
        }
    }
    vectors(a, &power)
}

/// The largest row and column of the projection `p`, and the eigenvalue `tr(A P) / tr P`.
fn vectors(a: &Matrix, p: &Matrix) -> Result<Dominant, MatrixError> {
    let columns = p.transposed();
    let longest = |m: &Matrix| {
        let norms: Vec<f64> = m.rows().map(|row| real::dot(row, row)).collect();
        let best = (1..norms.len()).fold(0, |b, i| if norms[i] > norms[b] { i } else { b });
        m.row(best).to_vec()
    };
    let traces: Vec<f64> = p.rows().enumerate().map(|(i, row)| row[i]).collect();
    let total = real::sum(&traces);
    if !total.is_finite() || total.abs() < LEAST_TRACE {
        return Err(MatrixError::NoDominantEigenvalue);
    }
    let weighted: Vec<f64> =
        a.rows().zip(columns.rows()).map(|(row, column)| real::dot(row, column)).collect();
    Ok(Dominant { value: real::sum(&weighted) / total, right: longest(&columns), left: longest(p) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_eigenvalue_of_a_markov_generator_is_zero() {
        let rates = Matrix::new(3, 3, vec![-2.0, 1.5, 0.5, 0.1, -0.1, 0.0, 3.0, 4.0, -7.0]);
        let found = spectral_abscissa(&rates).unwrap();
        assert!(found.value.abs() < 1e-13);
        assert!(found.right.iter().all(|x| (x / found.right[0] - 1.0).abs() < 1e-12));
        let flow = rates.transpose_times(&found.left);
        assert!(flow.iter().all(|x| x.abs() < 1e-12));
    }

    #[test]
    fn close_eigenvalues_are_told_apart() {
        let a = Matrix::new(2, 2, vec![1.0, 5.0, 0.0, 1.0 - 1e-5]);
        assert!((spectral_radius(&a).unwrap().value - 1.0).abs() < 1e-9);
        assert!((spectral_abscissa(&a).unwrap().value - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nilpotent_maps_have_no_leading_eigenvalue() {
        let shift = Matrix::new(2, 2, vec![0.0, 1.0, 0.0, 0.0]);
        assert_eq!(spectral_radius(&shift).unwrap_err(), MatrixError::NoDominantEigenvalue);
    }
}
