//! Laws on a quadratic under a step size that changes from stage to stage.
//!
//! Step `k` takes `eta_k` in all formulas and lasts the time `eta_k`.

use crate::hessian_aware::error::HessianAwareError;
use crate::hessian_aware::gaussian::Gaussian;
use crate::hessian_aware::quadratic::Quadratic;
use maruyama_dynamics::modified_equation::Model;

/// A stretch of steps with one step size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// `eta > 0`.
    pub step_size: f64,
    /// Number of steps.
    pub steps: u64,
}

/// The law of SGD after all stages, from `start`.
///
/// # Errors
/// As for [`Quadratic::chain_law`], or if a step size is not positive.
pub fn scheduled_chain_law(
    quadratic: &Quadratic,
    start: &Gaussian,
    stages: &[Stage],
) -> Result<Gaussian, HessianAwareError> {
    stages.iter().try_fold(start.clone(), |law, stage| {
        quadratic.at_step_size(stage.step_size)?.chain_law(&law, stage.steps)
    })
}

/// The law of `model` after all stages, from `start`; its coefficients follow the step size.
///
/// # Errors
/// As for [`Quadratic::law`], or if a step size is not positive.
pub fn scheduled_law(
    quadratic: &Quadratic,
    model: Model,
    start: &Gaussian,
    stages: &[Stage],
) -> Result<Gaussian, HessianAwareError> {
    stages.iter().try_fold(start.clone(), |law, stage| {
        let time = stage.steps as f64 * stage.step_size;
        quadratic.at_step_size(stage.step_size)?.law(model, &law, time)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::linear_algebra::Matrix;
    use maruyama_dynamics::modified_equation::NonPsd;

    #[test]
    fn the_hessian_aware_equation_follows_sgd_through_a_decay() {
        let hessian = Matrix::new(2, 2, vec![1.2, 0.3, 0.3, -0.2]);
        let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.5]);
        let quadratic = Quadratic::new(&hessian, &noise, 1.0).unwrap();
        let start = Gaussian::point(&[1.0, -2.0]);
        let stages: Vec<Stage> = [(0.5, 7), (0.25, 1), (0.05, 30)]
            .map(|(step_size, steps)| Stage { step_size, steps })
            .into();
        let chain = scheduled_chain_law(&quadratic, &start, &stages).unwrap();
        let exact =
            scheduled_law(&quadratic, Model::HessianAware(NonPsd::Error), &start, &stages).unwrap();
        assert!(exact.relative_mean_error(&chain) < 1e-14);
        assert!(exact.relative_covariance_error(&chain) < 1e-14);
        let first = scheduled_law(&quadratic, Model::Sme1, &start, &stages).unwrap();
        assert!(first.relative_covariance_error(&chain) > 0.05);
        let mut by_hand = vec![1.0, -2.0];
        for stage in &stages {
            for _ in 0..stage.steps {
                let gradient = hessian.times(&by_hand);
                for (x, g) in by_hand.iter_mut().zip(gradient) {
                    *x -= stage.step_size * g;
                }
            }
        }
        assert!((by_hand[1] - chain.mean[1]).abs() < 1e-13);
    }
}
