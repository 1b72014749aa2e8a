//! Stationary law of the equation of SignSGD on a quadratic of one dimension.
//!
//! ```text
//! dX = b(X) dt + sqrt(a(X)) dW,   b = −E[sign],  a = eta Var[sign]
//! p(x) ∝ 1/a(x) exp( int_0^x 2b/a )
//! ```

use maruyama_dynamics::real;

use crate::adaptive::error::AdaptiveError;
use crate::adaptive::sign_chain::SignChain;

/// Exponent, relative to the centre, below which the density is left out.
const LEAST_LOG: f64 = -80.0;

/// Steps of the quadrature in the width `sqrt(eta sigma/lambda)` of the law.
const STEPS_PER_WIDTH: f64 = 400.0;

/// Most steps of the quadrature; only densities with power tails come near it.
const MAX_STEPS: usize = 10_000_000;

/// The stationary variance of the equation of SignSGD.
///
/// # Accuracy
/// Relative errors within 1e-12 where the density falls as that of a normal law; `2 E[X E sign] =
/// eta E Var sign` holds to that accuracy.
///
/// # Errors
/// If the noise has no density, or the density falls too slowly for the quadrature.
///
/// # Source
/// Stationary solution of the Fokker-Planck equation of arXiv 2411.15958, Corollaries 3.3 and 3.11
/// (derived).
pub fn sign_sde_variance(chain: &SignChain) -> Result<f64, AdaptiveError> {
    chain.needs_density()?;
    let width = (chain.step_size() * chain.scale() / chain.curvature()).sqrt();
    let step = width / STEPS_PER_WIDTH;
    let variance = |x: f64| chain.step_size() * chain.sign_at(x).variance();
    let slope = |x: f64| -2.0 * chain.sign_at(x).mean() / variance(x);
    let (mut log, mut before) = (0.0, slope(0.0));
    let (mut mass, mut second) = (Vec::new(), Vec::new());
    for i in 0..MAX_STEPS {
        let x = step * i as f64;
        let density = if log < LEAST_LOG { 0.0 } else { real::exp(log) / variance(x) };
        // The trapezoidal rule on the line converges fast; the centre counts once for two sides.
        let weight = if i == 0 { 0.5 } else { 1.0 };
        mass.push(weight * density);
        second.push(weight * density * x * x);
        if log < LEAST_LOG {
            return Ok(real::sum(&second) / real::sum(&mass));
        }
        let (middle, after) = (slope(x + 0.5 * step), slope(x + step));
        log += step / 6.0 * (before + 4.0 * middle + after);
        before = after;
        if log.is_nan() {
            log = f64::NEG_INFINITY;
        }
    }
    Err(AdaptiveError::TooManyPoints { limit: MAX_STEPS })
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::problem::GradientNoise;

    /// For small steps it tends to `eta sigma/(2 l lambda)`, with an error of first order.
    #[test]
    fn small_steps_give_the_linear_variance() {
        let slope = (2.0 / std::f64::consts::PI).sqrt();
        let error = |eta: f64| {
            let chain = SignChain::new(2.0, GradientNoise::Gaussian, 0.7, eta).unwrap();
            sign_sde_variance(&chain).unwrap() / (eta * 0.35 / (2.0 * slope)) - 1.0
        };
        assert!(error(1e-4).abs() < 1e-3);
        assert!((error(1e-3) / error(1e-4) - 10.0).abs() < 0.1, "{}", error(1e-3));
    }

    #[test]
    fn noise_without_density_is_refused() {
        let chain = SignChain::new(1.0, GradientNoise::Rademacher, 1.0, 0.1).unwrap();
        assert_eq!(sign_sde_variance(&chain), Err(AdaptiveError::NoDensity));
        let chain = SignChain::new(1.0, GradientNoise::Gaussian, 0.0, 0.1).unwrap();
        assert_eq!(sign_sde_variance(&chain), Err(AdaptiveError::NoDensity));
    }
}
