//! Expected losses under schedules of the step size and of the noise.
//!
//! ```text
//! SGD:      dX = −eta_t g dt + sqrt(eta) eta_t sigma_t dW
//! SignSGD:  dX = −eta_t (l/sigma_t) g dt + sqrt(eta) eta_t dW       (linear phase)
//! step size eta eta_t at step k = t/eta;  eta_t has no unit
//! ```

use std::f64::consts::PI;

/// Loss of SignSGD with Gaussian noise where a slowly falling `eta_t` has led it: `eta eta_t L_tau
/// sigma_max sqrt(pi/2)/(4 mu)`, for `int eta_s ds = ∞` and `eta_t → 0`.
///
/// # Arguments
/// * `step_size`: `eta eta_t`
/// * `trace`, `convexity`, `sigma`: `L_tau`, `mu > 0`, `sigma_max`
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, statement on schedulers (recalled; derived).
#[must_use]
pub fn scheduled_sign_loss(step_size: f64, trace: f64, convexity: f64, sigma: f64) -> f64 {
    0.25 * step_size * trace / convexity * sigma * (0.5 * PI).sqrt()
}

/// The same of SGD: `eta eta_t L_tau sigma_max²/(4 mu)`.
///
/// # Source
/// As [`scheduled_sign_loss`].
#[must_use]
pub fn scheduled_sgd_loss(step_size: f64, trace: f64, convexity: f64, sigma: f64) -> f64 {
    0.25 * step_size * trace / convexity * sigma * sigma
}

/// First correction `1 + gamma/(2 r) (1 + t)^(gamma − 1)` to these losses for `eta_t = (1 +
/// t)^−gamma`, `0 < gamma < 1`.
///
/// # Arguments
/// * `power`: `gamma`
/// * `rate`: contraction rate `r` at `eta_t = 1`: `lambda` for SGD, `l lambda/sigma` for SignSGD
/// * `time`: `t`
///
/// # Source
/// Derived; not the paper's.
#[must_use]
pub fn schedule_correction(power: f64, rate: f64, time: f64) -> f64 {
    1.0 + 0.5 * power / rate * maruyama_dynamics::real::pow(1.0 + time, power - 1.0)
}

/// Exponents `e` of the losses `~ t^e` of SGD and SignSGD for `sigma_t = (1 + t)^a` and `eta_t = (1 +
/// t)^−g`: `2a − g` and `a − g`. SignSGD tolerates noise that grows with `a < g`, SGD with `2a < g`.
///
/// # Source
/// Derived; not the paper's.
#[must_use]
pub fn growth_exponents(noise_power: f64, step_power: f64) -> [f64; 2] {
    [2.0 * noise_power - step_power, noise_power - step_power]
}

/// The mean square `v(t)` of `v' = −2 r(t) v + q(t)`, `v(0) = start`, by the classical method of
/// Runge and Kutta in `n_steps` steps.
///
/// For a quadratic `r = lambda eta_t, q = eta eta_t² sigma_t²` is SGD, and `r = l lambda eta_t/sigma_t,
/// q = eta eta_t² (1 − (l lambda/sigma_t)² v)`, whose last term is of higher order, SignSGD.
///
/// # Accuracy
/// Of fourth order in the step; stable for `r time/n_steps` below 1.4.
#[must_use]
pub fn mean_square(
    rate: impl Fn(f64) -> f64,
    source: impl Fn(f64) -> f64,
    start: f64,
    time: f64,
    n_steps: usize,
) -> f64 {
    let h = time / n_steps as f64;
    let slope = |t: f64, v: f64| source(t) - 2.0 * rate(t) * v;
    let mut v = start;
    for k in 0..n_steps {
        let t = k as f64 * h;
        let k1 = slope(t, v);
        let k2 = slope(t + 0.5 * h, v + 0.5 * h * k1);
        let k3 = slope(t + 0.5 * h, v + 0.5 * h * k2);
        let k4 = slope(t + h, v + h * k3);
        v += h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4);
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::real;

    #[test]
    fn constant_coefficients_have_the_exact_solution() {
        let v = mean_square(|_| 1.5, |_| 0.6, 2.0, 0.8, 400);
        let expected = 0.2 + 1.8 * real::exp(-2.4);
        assert!((v - expected).abs() < 1e-11);
    }

    /// `eta_t = (1 + t)^−1/2`: what is left after the first correction is of second order.
    #[test]
    fn losses_follow_the_schedule_with_the_first_correction() {
        let (eta, sigma, lambda, t): (f64, f64, f64, f64) = (0.05, 0.7, 1.3, 300.0);
        let eta_t = |t: f64| 1.0 / (1.0 + t).sqrt();
        let slope = (2.0 / PI).sqrt();
        let sign = mean_square(
            |t| slope * lambda / sigma * eta_t(t),
            |t| eta * eta_t(t) * eta_t(t),
            0.0,
            t,
            20_000,
        );
        let leading = scheduled_sign_loss(eta * eta_t(t), lambda, lambda, sigma);
        let corrected = leading * schedule_correction(0.5, slope * lambda / sigma, t);
        let loss = 0.5 * lambda * sign;
        assert!((loss / corrected - 1.0).abs() < 1e-3, "{}", loss / corrected);
        assert!((loss / leading - 1.0).abs() > 5e-3);
        let sgd = mean_square(
            |t| lambda * eta_t(t),
            |t| eta * eta_t(t) * eta_t(t) * sigma * sigma,
            0.0,
            t,
            20_000,
        );
        let leading = scheduled_sgd_loss(eta * eta_t(t), lambda, lambda, sigma);
        let corrected = leading * schedule_correction(0.5, lambda, t);
        assert!((0.5 * lambda * sgd / corrected - 1.0).abs() < 1e-3);
    }

    /// Noise that grows as `t^0.3` under steps that fall as `t^−0.4`.
    #[test]
    fn sign_sgd_outlasts_noise_that_sgd_does_not() {
        let (a, g) = (0.3, 0.4);
        let slope = (2.0 / PI).sqrt();
        let eta_t = |t: f64| real::pow(1.0 + t, -g);
        let sigma_t = |t: f64| real::pow(1.0 + t, a);
        let exponent = |v: &dyn Fn(f64) -> f64| real::ln(v(8e3) / v(4e3)) / real::ln(2.0);
        let sgd = |t: f64| {
            let source = |t| 0.01 * eta_t(t) * eta_t(t) * sigma_t(t) * sigma_t(t);
            mean_square(eta_t, source, 0.0, t, 20_000)
        };
        let sign = |t: f64| {
            mean_square(
                |t| slope * eta_t(t) / sigma_t(t),
                |t| 0.01 * eta_t(t) * eta_t(t),
                0.0,
                t,
                20_000,
            )
        };
        let [of_sgd, of_sign] = growth_exponents(a, g);
        assert!((exponent(&sgd) - of_sgd).abs() < 0.01, "{}", exponent(&sgd));
        assert!((exponent(&sign) - of_sign).abs() < 0.03, "{}", exponent(&sign));
    }
}
