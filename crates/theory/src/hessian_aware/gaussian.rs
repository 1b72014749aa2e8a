//! Gaussian laws and distances between them.
//!
//! ```text
//! W₂²(P, Q) = |m − n|² + tr(A + B − 2 (A^{1/2} B A^{1/2})^{1/2})
//! KL(P | Q) = (tr(B⁻¹ A) − d + (n − m)ᵀ B⁻¹ (n − m) + log det B − log det A)/2
//! ```

use maruyama_dynamics::linear_algebra::{Matrix, extremes};
use maruyama_dynamics::real;

use crate::hessian_aware::error::HessianAwareError;
use crate::matrix::{combine, congruence, symmetric_eigen, trace};

/// A Gaussian law, or the first two moments of another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Mean, `[dim]`.
    pub mean: Vec<f64>,
    /// Covariance, `[dim, dim]`.
    pub covariance: Matrix,
}

/// Smallest over largest eigenvalue below which a covariance counts as singular.
const SINGULAR: f64 = 1e-14;

impl Gaussian {
    /// The law that is concentrated in `x`, `[dim]`.
    #[must_use]
    pub fn point(x: &[f64]) -> Gaussian {
        let covariance = Matrix::new(x.len(), x.len(), vec![0.0; x.len() * x.len()]);
        Gaussian { mean: x.to_vec(), covariance }
    }

    /// `|m − n|/|n|` with the mean `n` of `reference`; 0 if both means are zero and `+inf` if
    /// only `n` is.
    #[must_use]
    pub fn relative_mean_error(&self, reference: &Gaussian) -> f64 {
        relative(&self.mean, &reference.mean)
    }

    /// `|A − B|/|B|` in the Frobenius norm with the covariance `B` of `reference`; 0 if both are
    /// zero and `+inf` if only `B` is.
    #[must_use]
    pub fn relative_covariance_error(&self, reference: &Gaussian) -> f64 {
        relative(self.covariance.entries(), reference.covariance.entries())
    }

    /// The Wasserstein distance `W₂` between `self` and `other`, after Bures.
    ///
    /// # Accuracy
    /// About 1e-8 of the size of the laws where they coincide, since `W₂²` is a difference.
    ///
    /// # Source
    /// Olkin & Pukelsheim, Linear Algebra Appl. 48, 1982.
    ///
    /// # Panics
    /// If the dimensions differ.
    #[must_use]
    pub fn wasserstein(&self, other: &Gaussian) -> f64 {
        let shift = difference(&self.mean, &other.mean);
        let root = symmetric_eigen(&self.covariance).function(|value| value.max(0.0).sqrt());
        let middle = symmetric_eigen(&congruence(&root, &other.covariance));
        let roots: Vec<f64> = middle.values.iter().map(|value| value.max(0.0).sqrt()).collect();
        let spread = trace(&self.covariance) + trace(&other.covariance) - 2.0 * real::sum(&roots);
        (real::dot(&shift, &shift) + spread.max(0.0)).sqrt()
    }

    /// The relative entropy `KL(self | other)` in nats.
    ///
    /// # Errors
    /// If either covariance is singular.
    ///
    /// # Panics
    /// If the dimensions differ.
    pub fn relative_entropy(&self, other: &Gaussian) -> Result<f64, HessianAwareError> {
        let own = regular(&self.covariance)?;
        let reference = regular(&other.covariance)?;
        let eigen = symmetric_eigen(&other.covariance);
        let shift = eigen.vectors.times(&difference(&self.mean, &other.mean));
        let rotated = congruence(&eigen.vectors, &self.covariance);
        let terms: Vec<f64> = (0..shift.len())
            .map(|i| (rotated.row(i)[i] + shift[i] * shift[i]) / reference[i] - 1.0)
            .collect();
        let logs: Vec<f64> =
            reference.iter().zip(&own).map(|(b, a)| real::ln(*b) - real::ln(*a)).collect();
        Ok(0.5 * (real::sum(&terms) + real::sum(&logs)))
    }
}

/// The eigenvalues of a regular covariance.
fn regular(covariance: &Matrix) -> Result<Vec<f64>, HessianAwareError> {
    let values = symmetric_eigen(covariance).values;
    let (smallest, largest) = extremes(&values);
    if smallest > SINGULAR * largest {
        Ok(values)
    } else {
        Err(HessianAwareError::SingularCovariance { smallest })
    }
}

fn difference(x: &[f64], y: &[f64]) -> Vec<f64> {
    assert_eq!(x.len(), y.len(), "laws of one dimension are compared");
    x.iter().zip(y).map(|(a, b)| a - b).collect()
}

/// `|x − y|/|y|`.
fn relative(x: &[f64], y: &[f64]) -> f64 {
    let gap = difference(x, y);
    let (gap, size) = (real::dot(&gap, &gap).sqrt(), real::dot(y, y).sqrt());
    if gap == 0.0 { 0.0 } else { gap / size }
}

/// The symmetric part of a square matrix.
pub(crate) fn symmetric_part(m: &Matrix) -> Matrix {
    combine(0.5, m, 0.5, &m.transposed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::diagonal;

    fn law(mean: &[f64], variances: &[f64]) -> Gaussian {
        Gaussian { mean: mean.to_vec(), covariance: diagonal(variances) }
    }

    #[test]
    fn distances_between_independent_coordinates_match_closed_forms() {
        let (p, q) = (law(&[1.0, 0.0], &[4.0, 1.0]), law(&[0.0, 2.0], &[1.0, 9.0]));
        assert!((p.wasserstein(&q) - (5.0_f64 + 1.0 + 4.0).sqrt()).abs() < 1e-14);
        let expected = 0.5 * ((4.0 + 1.0 - 1.0) + (5.0 / 9.0 - 1.0) + real::ln(9.0 / 4.0));
        assert!((p.relative_entropy(&q).unwrap() - expected).abs() < 1e-14);
        assert_eq!(p.relative_entropy(&p).unwrap(), 0.0);
        assert!((p.relative_mean_error(&q) - 5.0_f64.sqrt() / 2.0).abs() < 1e-15);
    }

    #[test]
    fn correlated_laws_match_two_dimensional_formulas() {
        let a = Matrix::new(2, 2, vec![2.0, 0.6, 0.6, 1.0]);
        let b = Matrix::new(2, 2, vec![1.5, -0.4, -0.4, 0.8]);
        let (p, q) = (
            Gaussian { mean: vec![0.0; 2], covariance: a },
            Gaussian { mean: vec![0.0; 2], covariance: b },
        );
        // tr (A^{1/2} B A^{1/2})^{1/2} = sqrt(tr(A B) + 2 sqrt(det A det B)) in two dimensions.
        let cross = (3.0 - 0.48 + 0.8 + 2.0 * (1.64_f64 * 1.04).sqrt()).sqrt();
        assert!((p.wasserstein(&q) - (5.3 - 2.0 * cross).sqrt()).abs() < 1e-14);
        // tr(B⁻¹ A) = (0.8·2 + 2·0.4·0.6 + 1.5)/1.04.
        let expected = 0.5 * (3.58 / 1.04 - 2.0 + real::ln(1.04 / 1.64));
        assert!((p.relative_entropy(&q).unwrap() - expected).abs() < 1e-14);
    }

    #[test]
    fn singular_laws_have_a_distance_but_no_entropy() {
        let (p, q) = (Gaussian::point(&[1.0, 2.0]), Gaussian::point(&[1.0, 5.0]));
        assert_eq!(p.wasserstein(&q), 3.0);
        assert!(matches!(
            p.relative_entropy(&q),
            Err(HessianAwareError::SingularCovariance { .. })
        ));
    }
}
