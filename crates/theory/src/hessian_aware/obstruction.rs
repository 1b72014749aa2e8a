//! Why no Ornstein–Uhlenbeck process follows SGD for `eta lambda > 1`, and what the holomorphic
//! extension keeps.
//!
//! ```text
//! D_ij = eta Sigma_ij h(alpha_i + alpha_j),   alpha_i = −log(1 − eta lambda_i) complex
//! ```
//!
//! A complex process whose pseudo-covariance per unit of time is `D` has the expectations of all
//! holomorphic polynomials of SGD at `k eta`, but not `E|Z|²`.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::circular::logarithms;
use crate::hessian_aware::complex::Complex;
use crate::hessian_aware::error::{HessianAwareError, positive};
use crate::hessian_aware::quadratic::Quadratic;
use crate::matrix::identity;

/// Relative difference up to which two eigenvalues count as one.
const SAME: f64 = 1e-9;

/// The eigenvalues of the Hessian for which no real or complex Ornstein–Uhlenbeck process has the
/// law of SGD at all times `k eta`, given noise in all directions: `eta lambda = 1`, and
/// `eta lambda > 1` with odd multiplicity. Even multiplicities allow a rotation.
///
/// # Source
/// arXiv 2405.18373, section 6.2, has a theorem of this kind; the role of multiplicities is ours:
/// a real matrix has a real logarithm exactly if it is regular and its negative eigenvalues come
/// in pairs of equal Jordan blocks (Culver, Proc. AMS 17, 1966).
#[must_use]
pub fn obstructions(quadratic: &Quadratic) -> Vec<f64> {
    let (values, eta) = (quadratic.eigenvalues(), quadratic.step_size);
    let mut found = Vec::new();
    let mut start = 0;
    while start < values.len() {
        let close = |v: &&f64| (**v - values[start]).abs() <= SAME * values[start].abs();
        let count = values[start..].iter().take_while(close).count();
        let product = eta * values[start];
        if product == 1.0 || (product > 1.0 && count % 2 == 1) {
            found.push(values[start]);
        }
        start += count;
    }
    found
}

/// The real and imaginary parts of the pseudo-covariance per unit of time of the holomorphic
/// extension, both `[dim, dim]`, in the eigenbasis of the Hessian, smallest eigenvalue first.
///
/// # Errors
/// If `eta lambda = 1` for an eigenvalue.
pub fn holomorphic_diffusion(quadratic: &Quadratic) -> Result<(Matrix, Matrix), HessianAwareError> {
    let logs = logarithms(quadratic)?;
    let n = logs.len();
    let entries: Vec<Complex> = (0..n * n)
        .map(|at| {
            let (i, j) = (at / n, at % n);
            let noise = quadratic.step_size * quadratic.noise.row(i)[j];
            pseudo_rate(logs[i] + logs[j]).scaled(noise)
        })
        .collect();
    let part = |f: fn(&Complex) -> f64| Matrix::new(n, n, entries.iter().map(f).collect());
    Ok((part(|z| z.re), part(|z| z.im)))
}

/// `h(−log p) = log(p)/(p − 1)` at the logarithm of `p = m n`.
fn pseudo_rate(log: Complex) -> Complex {
    let one = Complex { re: 1.0, im: 0.0 };
    one / log.mean_exponential()
}

/// What a complex process on the line would need to follow SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalarRates {
    /// `E|dZ|²/dt` that gives the variance of SGD after each step.
    pub covariance: f64,
    /// `|E dZ²|/dt` that gives `E Z²`; it cannot exceed the former, but does for `eta lambda > 1`.
    pub pseudo_covariance: f64,
    /// `E|Z|²` after one step from 0 if the latter is chosen; SGD has `eta² sigma²`.
    pub second_moment: f64,
}

/// The rates for curvature `lambda` and noise variance `sigma2` at step size `eta`.
///
/// # Source
/// arXiv 2405.18373, section 6.2; the rates are ours.
///
/// # Errors
/// If `eta lambda = 1`, or the step size is not positive, or the variance negative.
pub fn scalar_rates(
    curvature: f64,
    variance: f64,
    step_size: f64,
) -> Result<ScalarRates, HessianAwareError> {
    positive("the step size", step_size)?;
    let quadratic = Quadratic::new(
        &Matrix::new(1, 1, vec![curvature]),
        &Matrix::new(1, 1, vec![variance]),
        step_size,
    )?;
    let log = logarithms(&quadratic)?[0];
    let noise = step_size * variance;
    let growth = Complex { re: 2.0 * log.re, im: 0.0 }.mean_exponential().re;
    let pseudo_covariance = pseudo_rate(log + log).modulus() * noise;
    Ok(ScalarRates {
        covariance: noise / growth,
        pseudo_covariance,
        second_moment: pseudo_covariance * step_size * growth,
    })
}

/// The real process in the plane that has the law of SGD for a double eigenvalue with
/// `eta lambda > 1` and isotropic noise: its drift matrix, `[2, 2]`.
///
/// # Errors
/// If `eta lambda ≤ 1` or the step size is not positive.
pub fn rotation_drift(curvature: f64, step_size: f64) -> Result<Matrix, HessianAwareError> {
    let step_size = positive("the step size", step_size)?;
    let product = step_size * curvature;
    if product.is_nan() || product <= 1.0 {
        let (what, range) = ("eta lambda", "above 1");
        return Err(HessianAwareError::OutOfRange { what, value: product, range });
    }
    let mut drift = identity(2);
    let (decay, turn) = (real::ln(product - 1.0) / step_size, std::f64::consts::PI / step_size);
    drift.entries_mut().copy_from_slice(&[decay, -turn, turn, decay]);
    Ok(drift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{combine, diagonal, expm};

    #[test]
    fn scalar_rates_match_the_reference() {
        let rates = scalar_rates(1.5, 1.0, 1.0).unwrap();
        assert!((rates.covariance - 1.848_4).abs() < 1e-4);
        assert!((rates.pseudo_covariance - 8.579_1).abs() < 1e-4);
        assert!((rates.second_moment - 4.641).abs() < 1e-3);
        let mild = scalar_rates(0.5, 1.0, 1.0).unwrap();
        assert!((mild.covariance - mild.pseudo_covariance).abs() < 1e-15);
        assert!((mild.second_moment - 1.0).abs() < 1e-15);
    }

    #[test]
    fn pseudo_covariance_after_one_step_is_the_covariance_of_sgd() {
        let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.5]);
        let quadratic = Quadratic::new(&diagonal(&[0.4, 1.5]), &noise, 0.9).unwrap();
        let (re, im) = holomorphic_diffusion(&quadratic).unwrap();
        let logs = logarithms(&quadratic).unwrap();
        for (i, j) in [(0, 0), (0, 1), (1, 1)] {
            let rate = Complex { re: re.row(i)[j], im: im.row(i)[j] };
            let moment = (rate * (logs[i] + logs[j]).mean_exponential()).scaled(0.9);
            assert!((moment.re - 0.81 * noise.row(i)[j]).abs() < 1e-15);
            assert!(moment.im.abs() < 1e-15);
        }
    }

    #[test]
    fn multiplicities_decide() {
        let at = |values: &[f64]| {
            let n = values.len();
            obstructions(&Quadratic::new(&diagonal(values), &identity(n), 1.0).unwrap())
        };
        assert_eq!(at(&[0.5, -3.0]), Vec::<f64>::new());
        assert_eq!(at(&[0.5, 1.5]), [1.5]);
        assert_eq!(at(&[1.5, 1.5]), Vec::<f64>::new());
        assert_eq!(at(&[1.5, 1.0, 1.5, 1.5]), [1.0, 1.5]);
    }

    #[test]
    fn a_rotation_follows_a_double_eigenvalue() {
        let step = expm(&combine(0.7, &rotation_drift(2.1, 0.7).unwrap(), 0.0, &identity(2)));
        let expected = diagonal(&[1.0 - 1.47, 1.0 - 1.47]);
        for (x, y) in step.unwrap().entries().iter().zip(expected.entries()) {
            assert!((x - y).abs() < 1e-14);
        }
        assert!(rotation_drift(1.0, 0.7).is_err());
    }
}
