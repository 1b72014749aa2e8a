//! Law of the sign of a noisy gradient.
//!
//! ```text
//! g + sigma xi,  s = g/sigma:   P(sign = ±1),   mean = 2F(s) − 1,   variance = 4F(s)(1 − F(s))
//! Gaussian:  2F(s) − 1 = erf(s/sqrt 2)       Student:  2F(s) − 1 = 2 Xi_nu(s)
//! ```

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;

use crate::adaptive::student::{central_and_outer, slope};

/// Probabilities of the three values of a sign; they sum to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignProbabilities {
    /// Of −1, where an optimiser moves up.
    pub negative: f64,
    /// Of 0, which has a positive probability for `rademacher` noise or no noise only.
    pub zero: f64,
    /// Of +1, where an optimiser moves down.
    pub positive: f64,
}

impl SignProbabilities {
    /// `E sign`, in `[−1, 1]`: minus the drift of SignSGD.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.positive - self.negative
    }

    /// `Var sign`, in `[0, 1]`, as a sum of positive terms, so that it has relative accuracy.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let moves = self.positive + self.negative;
        4.0 * self.positive * self.negative + moves * self.zero
    }
}

/// The law of `sign(g + sigma xi)`; `sign 0 = 0`.
///
/// # Arguments
/// * `noise`: law of `xi`; `sigma` is the standard deviation of Gaussian noise, the scale of Student's
///   (not its standard deviation), the size of Rademacher's
/// * `gradient`: `g`, finite
/// * `scale`: `sigma ≥ 0`
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Theorem 3.2 (confirmed), Corollary 3.3 (error function:
/// confirmed, formula recalled), Corollary 3.11 (Student: formula recalled). All follow from the law
/// of a sign, which is derived here.
#[must_use]
pub fn sign_probabilities(noise: GradientNoise, gradient: f64, scale: f64) -> SignProbabilities {
    if scale == 0.0 {
        return of_sign(gradient);
    }
    let s = gradient / scale;
    match noise {
        GradientNoise::Gaussian => SignProbabilities {
            negative: 0.5 * real::erfc(s * FRAC_1_SQRT_2),
            zero: 0.0,
            positive: 0.5 * real::erfc(-s * FRAC_1_SQRT_2),
        },
        GradientNoise::StudentT { nu } => {
            let [central, outer] = central_and_outer(nu, s.abs());
            let (less, more) = (0.5 * outer, 0.5 + 0.5 * central);
            let (negative, positive) = if s < 0.0 { (more, less) } else { (less, more) };
            SignProbabilities { negative, zero: 0.0, positive }
        }
        GradientNoise::Rademacher => {
            let (low, high) = (of_sign(gradient - scale), of_sign(gradient + scale));
            SignProbabilities {
                negative: 0.5 * (low.negative + high.negative),
                zero: 0.5 * (low.zero + high.zero),
                positive: 0.5 * (low.positive + high.positive),
            }
        }
    }
}

/// The law of the sign of a number that is not random.
fn of_sign(value: f64) -> SignProbabilities {
    let indicator = |is: bool| f64::from(u8::from(is));
    SignProbabilities {
        negative: indicator(value < 0.0),
        zero: indicator(value == 0.0),
        positive: indicator(value > 0.0),
    }
}

/// `l = d/ds (2F(s) − 1)` at 0: `sqrt(2/pi)` for Gaussian noise, `2 Xi_nu'(0)` for Student's, 0 for
/// Rademacher's, whose mean sign is flat for `|s| < 1`.
///
/// # Source
/// arXiv 2411.15958, Corollaries 3.3 and 3.11 (recalled; derived).
#[must_use]
pub fn sign_slope(noise: GradientNoise) -> f64 {
    match noise {
        GradientNoise::Gaussian => FRAC_2_PI.sqrt(),
        GradientNoise::StudentT { nu } => slope(nu),
        GradientNoise::Rademacher => 0.0,
    }
}

/// `c` in `2F(s) − 1 = l (s − c s³/3 + ...)`: 1/2 for Gaussian noise, `(nu + 1)/(2 nu)` for Student's,
/// 0 for Rademacher's (derived).
#[must_use]
pub fn sign_curvature(noise: GradientNoise) -> f64 {
    match noise {
        GradientNoise::Gaussian => 0.5,
        GradientNoise::StudentT { nu } => 0.5 + 0.5 / nu,
        GradientNoise::Rademacher => 0.0,
    }
}

/// Covariance of the signs of two centred Gaussian variables with correlation `r` in `[−1, 1]`:
/// `(2/pi) asin r`, the off-diagonal entry of `S` in the equation of SignSGD at a critical point
/// (derived; Sheppard 1899).
#[must_use]
pub fn sign_covariance(r: f64) -> f64 {
    FRAC_2_PI * real::atan2(r, ((1.0 - r) * (1.0 + r)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [GradientNoise; 3] =
        [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 2.5 }, GradientNoise::Rademacher];

    #[test]
    fn probabilities_sum_to_one_and_are_mirrored() {
        for noise in LAWS {
            for i in -60..=60 {
                let g = 0.1 * f64::from(i);
                let here = sign_probabilities(noise, g, 0.7);
                let there = sign_probabilities(noise, -g, 0.7);
                assert!((here.negative + here.zero + here.positive - 1.0).abs() < 3e-16);
                assert_eq!(here.negative, there.positive, "{noise:?} {g}");
                let variance = here.negative + here.positive - here.mean() * here.mean();
                assert!((here.variance() - variance).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn rademacher_noise_decides_only_against_a_small_gradient() {
        let at = |g| sign_probabilities(GradientNoise::Rademacher, g, 2.0);
        assert_eq!((at(1.9).mean(), at(1.9).variance()), (0.0, 1.0));
        assert_eq!((at(-2.1).mean(), at(-2.1).variance()), (-1.0, 0.0));
        assert_eq!(at(2.0), SignProbabilities { negative: 0.0, zero: 0.5, positive: 0.5 });
        assert_eq!(at(2.0).variance(), 0.25);
    }

    #[test]
    fn without_noise_the_sign_is_certain() {
        for noise in LAWS {
            assert_eq!(sign_probabilities(noise, -1e-300, 0.0).negative, 1.0);
            assert_eq!(sign_probabilities(noise, 0.0, 0.0).zero, 1.0);
        }
    }

    /// `2F(s) − 1 − l (s − c s³/3)` is of fifth order.
    #[test]
    fn slope_and_curvature_are_those_at_zero() {
        for noise in [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 5.0 }] {
            let s = 1e-2;
            let series = sign_slope(noise) * s * (1.0 - sign_curvature(noise) * s * s / 3.0);
            let mean = sign_probabilities(noise, s, 1.0).mean();
            assert!((mean - series).abs() < 1e-10, "{noise:?}");
        }
    }

    #[test]
    fn signs_of_equal_and_opposite_variables_are_equal_and_opposite() {
        assert_eq!(
            [sign_covariance(1.0), sign_covariance(0.0), sign_covariance(-1.0)],
            [1.0, 0.0, -1.0]
        );
    }
}
