//! Drift and noise of the Hessian-aware equation from products with the Hessian alone.

use maruyama_dynamics::linear_algebra::{HessianTimes, Krylov, extremes};
use maruyama_dynamics::modified_equation::{Model, contraction, diffusion_factor};

use crate::hessian_aware::error::{HessianAwareError, positive};

/// The drift `beta(eta H) g` of `model`, `[dim]`, from `steps` products with the Hessian.
///
/// # Source
/// arXiv 2405.18373 for the drift; Lanczos for its application.
///
/// # Errors
/// If the gradient is zero or a product is not finite, or a Ritz value of `eta H` is 1 or more for
/// an equation with a logarithm.
pub fn matrix_free_drift(
    model: Model,
    hessian: HessianTimes<'_>,
    gradient: &[f64],
    step_size: f64,
    steps: usize,
) -> Result<Vec<f64>, HessianAwareError> {
    let krylov = Krylov::new(hessian, gradient, steps)?;
    check_sharpness(model, &krylov, step_size)?;
    Ok(krylov.function(|lambda| model.drift_factor(step_size * lambda)))
}

/// The noise `eta^{1/2} G v`, `[dim]`, of the factorised equation, whose covariance is
/// `eta G Sigma G` where that of `v` is `Sigma`: a random combination of gradients of samples.
///
/// # Source
/// `G = h(−2 log(I − eta H))^{1/2}`, ours.
///
/// # Errors
/// As for [`matrix_free_drift`].
pub fn matrix_free_noise(
    hessian: HessianTimes<'_>,
    v: &[f64],
    step_size: f64,
    steps: usize,
) -> Result<Vec<f64>, HessianAwareError> {
    let krylov = Krylov::new(hessian, v, steps)?;
    check_sharpness(Model::Factorised, &krylov, step_size)?;
    let root =
        |lambda: f64| (step_size * diffusion_factor(2.0 * contraction(step_size * lambda))).sqrt();
    Ok(krylov.function(root))
}

fn check_sharpness(model: Model, krylov: &Krylov, step_size: f64) -> Result<(), HessianAwareError> {
    positive("the step size", step_size)?;
    let product = step_size * extremes(krylov.ritz_values()).1;
    if model.needs_logarithm() && product >= 1.0 {
        return Err(HessianAwareError::TooSharp { product });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{diagonal, symmetric_eigen};
    use maruyama_dynamics::linear_algebra::Matrix;
    use maruyama_dynamics::noise::NumpyLegacy;

    fn times(m: &Matrix) -> impl Fn(&[f64], &mut [f64]) {
        |v, out| out.copy_from_slice(&m.times(v))
    }

    #[test]
    fn drift_and_noise_match_their_dense_forms() {
        let mut generator = NumpyLegacy::new(8);
        let raw = Matrix::new(5, 5, generator.normals(25));
        let a = crate::matrix::combine(0.1, &raw, 0.1, &raw.transposed());
        let v = generator.normals(5);
        let eigen = symmetric_eigen(&a);
        let drift = matrix_free_drift(Model::Sme2, &times(&a), &v, 0.5, 5).unwrap();
        let exact = eigen.function(|l| -1.0 - 0.25 * l).times(&v);
        assert!((drift[3] - exact[3]).abs() < 1e-13);
        let noise = matrix_free_noise(&times(&a), &v, 0.5, 5).unwrap();
        let root = |l: f64| (0.5 * Model::Factorised.noise_factor(0.5 * l, 0.5 * l)).sqrt();
        let exact = eigen.function(root).times(&v);
        assert!((noise[2] - exact[2]).abs() < 1e-13);
    }

    #[test]
    fn unfit_inputs_are_refused() {
        let a = diagonal(&[2.0, 0.1]);
        let model = Model::StochasticPrincipalFlow;
        assert!(matches!(
            matrix_free_drift(model, &times(&a), &[1.0, 1.0], 0.5, 2),
            Err(HessianAwareError::TooSharp { .. })
        ));
        assert!(matches!(
            matrix_free_drift(model, &times(&a), &[0.0, 0.0], 0.1, 2),
            Err(HessianAwareError::OutOfRange { value: 0.0, .. })
        ));
        let broken = |_: &[f64], out: &mut [f64]| out.fill(f64::NAN);
        assert!(matches!(
            matrix_free_noise(&broken, &[1.0, 0.0], 0.1, 2),
            Err(HessianAwareError::NotFinite { .. })
        ));
    }
}
