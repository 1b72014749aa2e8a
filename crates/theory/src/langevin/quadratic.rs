//! Quadratic potentials: stationary variances of schemes, and the temperature of SGD's noise.
//!
//! ```text
//! x⁺ = x − h lambda x + √(2hD) xi              variance (D/lambda)/(1 − h lambda/2)
//! x⁺ = x − h lambda x + √(2hD) (xi + xi⁺)/2    variance D/lambda
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::langevin::LangevinError;
use crate::langevin::error::{positive, shape};
use crate::matrix::{congruence, symmetric_eigen, trace};

/// A scheme for `dx = −lambda x dt + √(2D) dW`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrator {
    /// Euler–Maruyama.
    EulerMaruyama,
    /// Leimkuhler and Matthews: each normal variate is used in two steps, with half of its weight.
    LeimkuhlerMatthews,
    /// The exact transition of the Ornstein–Uhlenbeck process.
    Exact,
    /// The trapezoidal rule for the drift.
    Trapezoid,
}

/// The variance of the invariant law of a scheme on `V = lambda x²/2`.
///
/// The Gibbs law has `D/lambda`; Euler–Maruyama's law is wider, that of the others is not.
///
/// # Arguments
/// * `curvature`: `lambda > 0`
/// * `temperature`: `D > 0`
/// * `time_step`: `h > 0`, below `2/lambda` for the two explicit schemes
///
/// # Errors
/// If a number is outside its range.
///
/// # Source
/// Leimkuhler & Matthews, Appl. Math. Res. Express 2013(1), for the second scheme.
pub fn stationary_variance(
    integrator: Integrator,
    curvature: f64,
    temperature: f64,
    time_step: f64,
) -> Result<f64, LangevinError> {
    positive("curvature", curvature)?;
    positive("temperature", temperature)?;
    positive("time step", time_step)?;
    let strength = time_step * curvature;
    let explicit = matches!(integrator, Integrator::EulerMaruyama | Integrator::LeimkuhlerMatthews);
    if explicit && strength >= 2.0 {
        return Err(LangevinError::OutOfRange { name: "time step", value: time_step });
    }
    let gibbs = temperature / curvature;
    Ok(match integrator {
        Integrator::EulerMaruyama => gibbs / (1.0 - 0.5 * strength),
        _ => gibbs,
    })
}

/// The temperature `D = eta trace(Sigma_g)/(2 B d)` of SGD's noise, averaged over directions.
///
/// # Arguments
/// * `step_size`: `eta > 0`
/// * `batch_size`: `B ≥ 1`
/// * `gradient_covariance`: `Sigma_g`, covariance of single-sample gradients, `[d, d]`
///
/// # Errors
/// If a number is outside its range or the matrix is not square.
///
/// # Source
/// `2 D eta = eta² Sigma_g/B`; a Gibbs law follows only if `Sigma_g` is a multiple of `I`.
pub fn noise_temperature(
    step_size: f64,
    batch_size: u64,
    gradient_covariance: &Matrix,
) -> Result<f64, LangevinError> {
    positive("step size", step_size)?;
    positive("batch size", batch_size as f64)?;
    let d = gradient_covariance.n_rows();
    shape("columns of the covariance", gradient_covariance.n_columns(), d)?;
    positive("dimension", d as f64)?;
    Ok(step_size * trace(gradient_covariance) / (2.0 * batch_size as f64 * d as f64))
}

/// The covariance `M` of `d theta = −H theta dt + √eta Sigma_g^{1/2}/√B dW`, `H M + M H = eta
/// Sigma_g/B`, `[d, d]`.
///
/// # Arguments
/// * `hessian`: `H`, symmetric and positive definite, `[d, d]`
/// * others as in [`noise_temperature`]
///
/// # Errors
/// If a number is outside its range, if shapes disagree, or if `H` is not positive definite.
///
/// # Source
/// Mandt, Hoffman & Blei, JMLR 18(134), 2017, eq. (13).
pub fn stationary_covariance(
    hessian: &Matrix,
    step_size: f64,
    batch_size: u64,
    gradient_covariance: &Matrix,
) -> Result<Matrix, LangevinError> {
    positive("step size", step_size)?;
    positive("batch size", batch_size as f64)?;
    let d = hessian.n_rows();
    shape("Hessian", hessian.entries().len(), d * d)?;
    shape("covariance", gradient_covariance.entries().len(), d * d)?;
    let eigen = symmetric_eigen(hessian);
    for value in &eigen.values {
        positive("eigenvalue of the Hessian", *value)?;
    }
    let mut turned = congruence(&eigen.vectors, gradient_covariance);
    let scale = step_size / batch_size as f64;
    for (idx, entry) in turned.entries_mut().iter_mut().enumerate() {
        *entry *= scale / (eigen.values[idx / d] + eigen.values[idx % d]);
    }
    Ok(congruence(&eigen.vectors.transposed(), &turned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{combine, product};

    #[test]
    fn variances_match_the_reference() {
        let variance = |integrator| stationary_variance(integrator, 2.0, 0.3, 0.4).unwrap();
        assert!((variance(Integrator::EulerMaruyama) - 0.25).abs() < 1e-15);
        for exact in [Integrator::LeimkuhlerMatthews, Integrator::Exact, Integrator::Trapezoid] {
            assert!((variance(exact) - 0.15).abs() < 1e-15);
        }
        assert!(stationary_variance(Integrator::EulerMaruyama, 2.0, 0.3, 1.0).is_err());
        assert!(stationary_variance(Integrator::Exact, 2.0, 0.3, 1.0).is_ok());
    }

    #[test]
    fn variances_are_fixed_points_of_their_recursions() {
        let (lambda, temperature, h) = (2.0, 0.3, 0.4);
        let keep: f64 = 1.0 - h * lambda;
        let noise = 2.0 * h * temperature;
        let euler = stationary_variance(Integrator::EulerMaruyama, lambda, temperature, h).unwrap();
        assert!((keep * keep * euler + noise - euler).abs() < 1e-15);
        // x⁺ = keep x + √noise (xi + xi⁺)/2 with E x xi = √noise/2.
        let other =
            stationary_variance(Integrator::LeimkuhlerMatthews, lambda, temperature, h).unwrap();
        let moved = keep * keep * other + 0.5 * noise + 0.5 * keep * noise;
        assert!((moved - other).abs() < 1e-15);
        let (minus, plus) = (1.0 - 0.5 * h * lambda, 1.0 + 0.5 * h * lambda);
        let trapezoid = (minus * minus * 0.15 + noise) / (plus * plus);
        assert!((trapezoid - 0.15).abs() < 1e-15);
    }

    #[test]
    fn covariances_solve_their_equation_and_gibbs_needs_isotropic_noise() {
        let hessian = Matrix::new(2, 2, vec![1.0, 0.2, 0.2, 0.5]);
        let noise = Matrix::new(2, 2, vec![0.3, -0.1, -0.1, 0.4]);
        let m = stationary_covariance(&hessian, 0.1, 4, &noise).unwrap();
        let sum = combine(1.0, &product(&hessian, &m), 1.0, &product(&m, &hessian));
        for (left, right) in sum.entries().iter().zip(noise.entries()) {
            assert!((left - 0.025 * right).abs() < 1e-16);
        }
        let isotropic = Matrix::new(2, 2, vec![0.3, 0.0, 0.0, 0.3]);
        let temperature = noise_temperature(0.1, 4, &isotropic).unwrap();
        let m = stationary_covariance(&hessian, 0.1, 4, &isotropic).unwrap();
        let gibbs = product(&hessian, &m);
        assert!((gibbs.row(0)[0] - temperature).abs() < 1e-16 && gibbs.row(0)[1].abs() < 1e-16);
    }
}
