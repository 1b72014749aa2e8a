//! Closed forms of RMSprop(W) and Adam(W) on a quadratic, per coordinate.
//!
//! ```text
//! r = lambda/sigma + theta:   E X_t = e^{−rt} x_0,   Var X_t = (eta/2) r⁻¹ (1 − e^{−2rt})
//! ```
//!
//! They hold where the minimiser is 0, noise outweighs the gradient (`V = sigma²`), and `H` and `Sigma`
//! are diagonal; [`AdamSystem`](crate::adaptive::AdamSystem) needs less.

use maruyama_dynamics::real;

/// Stationary variance `(eta/2) (lambda/sigma + theta)⁻¹` of RMSprop, Adam (`theta = 0`), RMSpropW and
/// AdamW.
///
/// # Arguments
/// * `step_size`: `eta > 0`
/// * `curvature`, `sigma`: `lambda > 0`, `sigma > 0`
/// * `decay`: decoupled `theta ≥ 0`
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Lemmas C.52 and C.57 (confirmed). For AdamW the variance of its
/// own equation is smaller by [`momentum_factor`].
#[must_use]
pub fn preconditioned_variance(step_size: f64, curvature: f64, sigma: f64, decay: f64) -> f64 {
    0.5 * step_size / (curvature / sigma + decay)
}

/// Mean and variance after `time` from `start`, with a fast momentum.
///
/// # Source
/// arXiv 2411.15958 (recalled; derived).
#[must_use]
pub fn preconditioned_moments(
    step_size: f64,
    curvature: f64,
    sigma: f64,
    decay: f64,
    start: f64,
    time: f64,
) -> [f64; 2] {
    let rate = curvature / sigma + decay;
    let limit = preconditioned_variance(step_size, curvature, sigma, decay);
    [start * real::exp(-rate * time), -limit * real::expm1(-2.0 * rate * time)]
}

/// `rho1/(rho1 + theta)`: what the stationary variance of AdamW is multiplied by for a momentum that is
/// not fast; 1 without decay.
///
/// # Arguments
/// * `rho`: `rho1 = (1 − beta1)/eta > 0`
/// * `decay`: decoupled `theta ≥ 0`
///
/// # Source
/// Derived from Lyapunov's equation of the equation without the term `eta rho1 (g − M)`; not in the
/// paper as far as is known.
#[must_use]
pub fn momentum_factor(rho: f64, decay: f64) -> f64 {
    rho / (rho + decay)
}

/// `(1 − eta rho1)²/(1 + eta lambda/sigma)`: what the stationary variance of Adam's equation (`theta =
/// 0`) is multiplied by if its drift has the term `eta rho1 (g − M)` and no noise belongs to it. The
/// optimiser's own variance has no such factor.
///
/// # Source
/// Derived.
#[must_use]
pub fn look_ahead_factor(step_size: f64, rho: f64, curvature: f64, sigma: f64) -> f64 {
    let kept = 1.0 - step_size * rho;
    kept * kept / (1.0 + step_size * curvature / sigma)
}

/// Stationary variance `(eta/2) sigma/(lambda + theta)` of Adam with the penalty `theta |x|²/2`.
///
/// # Source
/// Derived: Lemma C.52 of arXiv 2411.15958 for another Hessian.
#[must_use]
pub fn penalised_variance(step_size: f64, curvature: f64, sigma: f64, decay: f64) -> f64 {
    preconditioned_variance(step_size, curvature + decay, sigma, 0.0)
}

/// Where the mean of AdamW settles if the minimiser is `x_*`, not 0: `lambda x_*/(lambda + theta sigma)`.
///
/// # Source
/// Derived.
#[must_use]
pub fn decayed_minimiser(minimiser: f64, curvature: f64, sigma: f64, decay: f64) -> f64 {
    curvature * minimiser / (curvature + decay * sigma)
}

/// Stationary expected loss of SGD, `(eta/4) sum sigma_i²`: quadratic in the noise.
///
/// # Source
/// arXiv 2411.15958, Lemma 3.8 (confirmed).
#[must_use]
pub fn sgd_loss(step_size: f64, sigma: &[f64]) -> f64 {
    0.25 * step_size * real::dot(sigma, sigma)
}

/// Stationary expected loss of SignSGD to first order, `(eta/4) sum sigma_i/l`: linear in the noise.
///
/// # Arguments
/// * `step_size`, `sigma`: `eta`, scales `sigma_i` of the noise
/// * `slope`: `l > 0`, [`sign_slope`](crate::adaptive::sign_slope) of the law of the noise
///
/// # Source
/// arXiv 2411.15958, Lemma 3.7 (recalled; derived); the exponent is confirmed.
#[must_use]
pub fn sign_sgd_loss(step_size: f64, sigma: &[f64], slope: f64) -> f64 {
    0.25 * step_size * real::sum(sigma) / slope
}

/// Stationary expected loss of AdamW and RMSpropW, `(eta/4) sum lambda_i sigma_i/(lambda_i + theta
/// sigma_i)`: linear in the noise for `theta = 0`, or else bounded by `(eta/(4 theta)) Tr H`.
///
/// For AdamW multiply by [`momentum_factor`].
///
/// # Source
/// Derived from arXiv 2411.15958, Lemmas C.52 and C.57; that it is bounded is confirmed.
///
/// # Panics
/// If the numbers of curvatures and deviations differ.
#[must_use]
pub fn adam_w_loss(step_size: f64, curvatures: &[f64], sigma: &[f64], decay: f64) -> f64 {
    weighted(curvatures, sigma, |lambda, sigma| {
        preconditioned_variance(step_size, lambda, sigma, decay)
    })
}

/// Stationary expected loss of Adam with a penalty, `(eta/4) sum lambda_i sigma_i/(lambda_i + theta)`:
/// linear in the noise.
///
/// # Source
/// Derived.
///
/// # Panics
/// If the numbers of curvatures and deviations differ.
#[must_use]
pub fn penalised_adam_loss(step_size: f64, curvatures: &[f64], sigma: &[f64], decay: f64) -> f64 {
    weighted(curvatures, sigma, |lambda, sigma| penalised_variance(step_size, lambda, sigma, decay))
}

/// `(1/2) sum lambda_i variance(lambda_i, sigma_i)`
fn weighted(curvatures: &[f64], sigma: &[f64], variance: impl Fn(f64, f64) -> f64) -> f64 {
    let pairs = curvatures.iter().zip(sigma);
    let variances: Vec<f64> = pairs.map(|(lambda, sigma)| variance(*lambda, *sigma)).collect();
    0.5 * real::dot(curvatures, &variances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_grow_with_the_noise_as_stated() {
        let (lambda, sigma) = ([0.5, 2.0], [0.3, 0.8]);
        let loud = sigma.map(|s| 1e3 * s);
        assert!((sgd_loss(0.01, &loud) / sgd_loss(0.01, &sigma) - 1e6).abs() < 1e-6);
        assert!(
            (sign_sgd_loss(0.01, &loud, 0.8) / sign_sgd_loss(0.01, &sigma, 0.8) - 1e3).abs() < 1e-9
        );
        let ratio = penalised_adam_loss(0.01, &lambda, &loud, 2.0)
            / penalised_adam_loss(0.01, &lambda, &sigma, 2.0);
        assert!((ratio - 1e3).abs() < 1e-9);
        assert!((adam_w_loss(0.01, &lambda, &sigma, 0.0) - 0.0025 * 1.1).abs() < 1e-17);
        let bound = 0.01 / 8.0 * 2.5;
        let loss = adam_w_loss(0.01, &lambda, &loud, 2.0);
        assert!(loss < bound && loss > 0.99 * bound, "{loss} {bound}");
    }

    #[test]
    fn moments_relax_to_their_limits() {
        let [mean, variance] = preconditioned_moments(0.01, 1.0, 0.5, 0.3, 2.0, 1e3);
        assert_eq!((mean, variance), (0.0, preconditioned_variance(0.01, 1.0, 0.5, 0.3)));
        let [mean, variance] = preconditioned_moments(0.01, 1.0, 0.5, 0.3, 2.0, 1e-5);
        assert!((mean - 2.0 * (1.0 - 2.3e-5)).abs() < 1e-8);
        assert!((variance / (0.01 * 1e-5) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn decay_moves_the_minimiser_towards_zero() {
        assert_eq!(decayed_minimiser(3.0, 2.0, 0.5, 4.0), 1.5);
        assert_eq!(decayed_minimiser(3.0, 2.0, 0.5, 0.0), 3.0);
    }
}
