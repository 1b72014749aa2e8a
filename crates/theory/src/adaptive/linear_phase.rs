//! The linear phase of SignSGD on a quadratic, per coordinate.
//!
//! ```text
//! dX = −A X dt + sqrt(eta) sqrt(1 − A² X²) dW,   A = l lambda/sigma,   |X| <= 1/A
//! ```
//!
//! `l` is the slope of the mean sign: `sqrt(2/pi)` for Gaussian noise.

use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;

use crate::adaptive::sign_noise::{sign_curvature, sign_slope};

/// One coordinate of the linear phase.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Lemma 3.7 (existence confirmed, formulas recalled and derived
/// again; other noise than Gaussian derived).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearPhase {
    /// Curvature `lambda > 0`.
    pub curvature: f64,
    /// Law of the noise, which has to have a density.
    pub noise: GradientNoise,
    /// Its scale `sigma > 0`.
    pub scale: f64,
    /// Step size `eta > 0`.
    pub step_size: f64,
}

impl LinearPhase {
    /// Rate `A = l lambda/sigma` of the mean, per unit of time; a step takes `eta`.
    #[must_use]
    pub fn rate(&self) -> f64 {
        sign_slope(self.noise) * self.curvature / self.scale
    }

    /// `E X_t = e^{−A t} x_0`
    #[must_use]
    pub fn mean(&self, start: f64, time: f64) -> f64 {
        start * real::exp(-self.rate() * time)
    }

    /// `Var X_t = (M_t − e^{−2At}) x_0² + V_∞ (1 − M_t)`, `M_t = exp(−(2A + eta A²) t)`.
    #[must_use]
    pub fn variance(&self, start: f64, time: f64) -> f64 {
        let rate = self.rate();
        let extra = real::expm1(-self.step_size * rate * rate * time);
        let decay = (2.0 * rate + self.step_size * rate * rate) * time;
        let memory = real::exp(-2.0 * rate * time) * extra;
        memory * start * start - self.stationary_variance() * real::expm1(-decay)
    }

    /// Stationary variance of the linear equation, `V_∞ = (eta/2) (l + (eta/2) l² lambda/sigma)⁻¹
    /// sigma/lambda`.
    ///
    /// Its correction of first order in `eta` has the wrong sign for the chain: see
    /// [`LinearPhase::chain_variance`].
    #[must_use]
    pub fn stationary_variance(&self) -> f64 {
        let rate = self.rate();
        0.5 * self.step_size / (rate * (1.0 + 0.5 * self.step_size * rate))
    }

    /// Leading order `V_0 = (eta/2) sigma/(l lambda)` of the stationary variance.
    #[must_use]
    pub fn leading_variance(&self) -> f64 {
        0.5 * self.step_size / self.rate()
    }

    /// Stationary variance of SignSGD itself up to relative errors of order `(eta lambda/sigma)²`:
    /// `V_0 (1 + c (lambda/sigma)² V_0)`, where `c = 1/2` for Gaussian noise.
    ///
    /// For Student's law it needs a finite third derivative only, not moments of the noise.
    ///
    /// # Source
    /// Derived from `2 E[x E sign] = eta` of the chain; not the paper's.
    #[must_use]
    pub fn chain_variance(&self) -> f64 {
        let leading = self.leading_variance();
        let ratio = self.curvature / self.scale;
        leading * (1.0 + sign_curvature(self.noise) * ratio * ratio * leading)
    }

    /// Density of the stationary law of the linear equation at `x`: that of `B/A` where `(1 + B)/2` has
    /// a beta law with both exponents `1/(eta A)`.
    ///
    /// Infinite at `|x| = 1/A` if `eta A > 1`, zero beyond.
    ///
    /// # Source
    /// Derived: `p ∝ (1 − A²x²)^(1/(eta A) − 1)`, a Pearson diffusion.
    #[must_use]
    pub fn stationary_density(&self, x: f64) -> f64 {
        let rate = self.rate();
        let (a, y) = (1.0 / (self.step_size * rate), rate * x);
        if y.abs() > 1.0 {
            return 0.0;
        }
        // 1/B(1/2, a) = Gamma(a + 1/2)/(sqrt(pi) Gamma(a))
        let log = real::lgamma(a + 0.5) - real::lgamma(a);
        let power = real::pow((1.0 - y) * (1.0 + y), a - 1.0);
        rate * real::exp(log) / std::f64::consts::PI.sqrt() * power
    }

    /// Excess kurtosis `−6/(2a + 3)`, `a = 1/(eta A)`, of that law: it tends to the normal one.
    #[must_use]
    pub fn stationary_excess_kurtosis(&self) -> f64 {
        -6.0 / (2.0 / (self.step_size * self.rate()) + 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHASE: LinearPhase =
        LinearPhase { curvature: 2.0, noise: GradientNoise::Gaussian, scale: 0.7, step_size: 0.05 };

    /// The moments solve `v' = −2A v + eta (1 − A² (v + e²))`, `e' = −A e`.
    #[test]
    fn moments_solve_their_equations() {
        for noise in [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 3.0 }] {
            let phase = LinearPhase { noise, ..PHASE };
            let (start, time, h) = (0.2, 0.3, 1e-5);
            let slope =
                (phase.variance(start, time + h) - phase.variance(start, time - h)) / (2.0 * h);
            let (mean, variance, rate) =
                (phase.mean(start, time), phase.variance(start, time), phase.rate());
            let square = variance + mean * mean;
            let expected = -2.0 * rate * variance + 0.05 * (1.0 - rate * rate * square);
            assert!((slope - expected).abs() < 1e-9, "{slope} {expected}");
            assert_eq!(phase.variance(start, 0.0), 0.0);
            assert!((phase.variance(start, 99.0) - phase.stationary_variance()).abs() < 1e-16);
        }
    }

    /// Mass, variance and kurtosis of the density by the midpoint rule.
    #[test]
    fn the_stationary_density_has_its_moments() {
        let n = 20_000;
        let h = 2.0 / (PHASE.rate() * f64::from(n));
        let moment = |power: i32| -> f64 {
            (0..n)
                .map(|i| {
                    let x = (f64::from(i) + 0.5) * h - 1.0 / PHASE.rate();
                    let factor: f64 = (0..power).map(|_| x).product();
                    factor * PHASE.stationary_density(x) * h
                })
                .sum()
        };
        assert!((moment(0) - 1.0).abs() < 1e-9);
        let variance = moment(2);
        assert!((variance / PHASE.stationary_variance() - 1.0).abs() < 1e-9);
        let kurtosis = moment(4) / (variance * variance) - 3.0;
        assert!((kurtosis - PHASE.stationary_excess_kurtosis()).abs() < 1e-8, "{kurtosis}");
        assert_eq!(PHASE.stationary_density(0.5), 0.0);
    }
}
