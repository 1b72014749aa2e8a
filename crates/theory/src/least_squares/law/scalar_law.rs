//! Which law is invariant for one feature, its score, and where it is log-concave.
//!
//! ```text
//! d ln p/d eta = −2 [(v + lambda/gamma) eta + w]/C(eta)
//! ```

use crate::least_squares::error::positive;
use crate::least_squares::law::{OneSided, PearsonFour};
use crate::least_squares::{LeastSquaresError, ScalarNoise};

/// The invariant law of `eta` for one feature.
#[derive(Clone, Debug)]
pub enum ScalarLaw {
    /// No label noise: all mass at `theta_*`.
    Point,
    /// Features of constant magnitude: a centred normal law.
    Normal {
        /// `gamma c/(2 lambda)`.
        variance: f64,
    },
    /// Noise vanishes at one point.
    OneSided(OneSided),
    /// Noise vanishes nowhere.
    PearsonFour(PearsonFour),
}

/// Determinants `v c − w²` below this fraction of `v c` count as zero.
const DEGENERATE: f64 = 1e-12;

impl ScalarLaw {
    /// The invariant law at a step size.
    ///
    /// # Errors
    /// If the step size is not positive.
    pub fn of(noise: &ScalarNoise, step_size: f64) -> Result<ScalarLaw, LeastSquaresError> {
        positive("step size", step_size)?;
        let product = noise.quadratic * noise.constant;
        if noise.constant <= 0.0 {
            Ok(ScalarLaw::Point)
        } else if noise.quadratic == 0.0 {
            let variance = 0.5 * step_size * noise.constant / noise.drift;
            Ok(ScalarLaw::Normal { variance })
        } else if product - noise.linear * noise.linear <= DEGENERATE * product {
            OneSided::of(noise, step_size).map(ScalarLaw::OneSided)
        } else {
            PearsonFour::of(noise, step_size).map(ScalarLaw::PearsonFour)
        }
    }
}

/// `d ln p/d eta` of the invariant law, where `C(eta) > 0`.
#[must_use]
pub fn score(noise: &ScalarNoise, step_size: f64, eta: f64) -> f64 {
    let slope = noise.quadratic + noise.drift / step_size;
    -2.0 * (slope * eta + noise.linear) / noise.variance(eta)
}

/// The interval of `eta` on which the invariant law is log-concave; the whole line for normal laws.
///
/// With `kappa = lambda/gamma` it is where `(v + kappa) v eta² + 2 v w eta + 2 w² − (v + kappa) c < 0`.
///
/// # Errors
/// If the step size is not positive, or without label noise.
///
/// # Source
/// Sign of the derivative of the score. Power tails are never log-concave, which answers the
/// question of arXiv 2407.02322 about log-concavity in the negative for `alpha < ∞`.
pub fn log_concave_core(
    noise: &ScalarNoise,
    step_size: f64,
) -> Result<(f64, f64), LeastSquaresError> {
    positive("step size", step_size)?;
    positive("constant noise", noise.constant)?;
    let (v, w) = (noise.quadratic, noise.linear);
    if v == 0.0 {
        return Ok((f64::NEG_INFINITY, f64::INFINITY));
    }
    let slope = v + noise.drift / step_size;
    let (square, half, rest) = (slope * v, v * w, 2.0 * w * w - slope * noise.constant);
    let root = (half * half - square * rest).max(0.0).sqrt();
    Ok(((-half - root) / square, (-half + root) / square))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::LeastSquares;
    use crate::least_squares::reference::d3;
    use maruyama_dynamics::linear_algebra::Matrix;
    use maruyama_dynamics::real;

    #[test]
    fn the_core_of_the_reference() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let (low, high) = log_concave_core(&noise, 2.0).unwrap();
        assert!((low + 0.449).abs() < 6e-4 && (high - 0.251).abs() < 5e-4, "{low} {high}");
        let slope = |x: f64| score(&noise, 2.0, x + 1e-6) - score(&noise, 2.0, x - 1e-6);
        assert!(slope(low + 1e-3) < 0.0 && slope(high - 1e-3) < 0.0);
        assert!(slope(low - 1e-3) > 0.0 && slope(high + 1e-3) > 0.0);
    }

    #[test]
    fn scores_are_derivatives_of_log_densities() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let ScalarLaw::PearsonFour(law) = ScalarLaw::of(&noise, 2.0).unwrap() else {
            panic!("four samples have noise everywhere");
        };
        for x in [-0.6, 0.0, 0.9] {
            let difference = real::ln(law.density(x + 1e-5) / law.density(x - 1e-5)) / 2e-5;
            assert!((difference - score(&noise, 2.0, x)).abs() < 1e-7);
        }
    }

    #[test]
    fn each_kind_of_noise_has_its_law() {
        let law = |x: [f64; 2], y: [f64; 2]| {
            let p = LeastSquares::training(&Matrix::new(2, 1, x.to_vec()), &y, None).unwrap();
            ScalarLaw::of(&ScalarNoise::of(&p).unwrap(), 0.3).unwrap()
        };
        assert!(matches!(law([1.0, 0.5], [1.0, -0.5]), ScalarLaw::OneSided(_)));
        assert!(
            matches!(law([1.0, -1.0], [1.0, 0.0]), ScalarLaw::Normal { variance } if variance > 0.0)
        );
        let zero = ScalarNoise { drift: 1.0, quadratic: 1.0, linear: 0.0, constant: 0.0 };
        assert!(matches!(ScalarLaw::of(&zero, 0.3).unwrap(), ScalarLaw::Point));
    }
}
