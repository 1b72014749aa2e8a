//! Generalised Pareto fits over several thresholds, and return levels.
//!
//! ```text
//! modified scale:  s* = s_u - xi u, which does not depend on u if the tail is generalised Pareto
//! return level:    x_N = u + (s / xi) [(N zeta)^xi - 1],   zeta = P(X > u),  exceeded once in N values
//! ```

use maruyama_dynamics::real;
use thiserror::Error;

use crate::fit::family::FitError;
use crate::fit::generalised_pareto::{GeneralisedParetoFit, fit};
use crate::fit::generalised_pareto_interval::xi_interval;
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite};

/// A generalised Pareto law fitted to the excesses of a sample over a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdFit {
    /// The threshold `u`.
    pub threshold: f64,
    /// Size of the whole sample.
    pub n: usize,
    /// The fit to the excesses.
    pub fit: GeneralisedParetoFit,
    excesses: Vec<f64>,
}

/// A value with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimated {
    /// The value.
    pub value: f64,
    /// Its standard error by the delta method; `None` where the fit has none.
    pub standard_error: Option<f64>,
}

impl Estimated {
    /// Normal interval; `None` without a standard error.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let reach = standard_quantile(0.5 * (1.0 + level)) * self.standard_error?;
        Some(Interval { low: self.value - reach, high: self.value + reach })
    }
}

/// Why there is no return level.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a level exceeded once in {period} values lies below the threshold, exceeded by {share}")]
pub struct ReturnPeriodError {
    /// The period asked for, in values.
    pub period: f64,
    /// Share of values above the threshold.
    pub share: f64,
}

impl ThresholdFit {
    /// The fit to the excesses of `sample` `[n]` over `threshold`, in the same units.
    ///
    /// # Errors
    /// If a value or the threshold is not finite, or the excesses cannot be fitted.
    pub fn new(sample: &[f64], threshold: f64) -> Result<ThresholdFit, FitError> {
        finite(sample, 2)?;
        finite(&[threshold], 1)?;
        let above = sample.iter().filter(|x| **x > threshold);
        let excesses: Vec<f64> = above.map(|x| x - threshold).collect();
        Ok(ThresholdFit { threshold, n: sample.len(), fit: fit(&excesses)?, excesses })
    }

    /// The modified scale, whose plot over thresholds is flat where the tail is generalised Pareto.
    ///
    /// # Source
    /// Coles, "An Introduction to Statistical Modeling of Extreme Values", Springer 2001, section
    /// 4.3.4.
    #[must_use]
    pub fn modified_scale(&self) -> Estimated {
        let (u, fit) = (self.threshold, &self.fit);
        let variance = |v: [[f64; 2]; 2]| v[1][1] - 2.0 * u * v[0][1] + u * u * v[0][0];
        Estimated {
            value: fit.scale - fit.xi * u,
            standard_error: fit.covariance.map(|v| variance(v).max(0.0).sqrt()),
        }
    }

    /// Profile interval for `xi`.
    ///
    /// # Errors
    /// As [`xi_interval`].
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    pub fn xi_interval(&self, level: f64) -> Result<Interval, FitError> {
        xi_interval(&self.fit, &self.excesses, level)
    }

    /// The level that one value in `period` exceeds, with a standard error that includes that of the
    /// share of values above the threshold. For long periods the profile is asymmetric and the normal
    /// interval too short above.
    ///
    /// # Source
    /// Coles 2001, equations (4.12) to (4.15).
    ///
    /// # Errors
    /// If `period` is not finite or the level is below the threshold.
    pub fn return_level(&self, period: f64) -> Result<Estimated, ReturnPeriodError> {
        let share = self.excesses.len() as f64 / self.n as f64;
        let log = real::ln(period * share);
        if !(log >= 0.0 && log.is_finite()) {
            return Err(ReturnPeriodError { period, share });
        }
        let GeneralisedParetoFit { xi, scale, .. } = self.fit;
        // h(xi) = (exp(xi log) - 1) / xi and its derivative, for xi = 0 by the series.
        let w = xi * log;
        let (height, slope) = if w.abs() < 1e-4 {
            let height = log * (1.0 + w * (0.5 + w / 6.0));
            (height, log * log * (0.5 + w * (1.0 / 3.0 + w / 8.0)))
        } else {
            let height = real::expm1(w) / xi;
            (height, (log * real::exp(w) - height) / xi)
        };
        // d x / d zeta = s (N zeta)^xi / zeta;  Var zeta = zeta (1 - zeta) / n.
        let d_share = scale * real::exp(w) / share;
        let binomial = d_share * d_share * share * (1.0 - share) / self.n as f64;
        let (d_xi, d_scale) = (scale * slope, height);
        let variance = |v: [[f64; 2]; 2]| {
            d_xi * d_xi * v[0][0] + 2.0 * d_xi * d_scale * v[0][1] + d_scale * d_scale * v[1][1]
        };
        let error = |v| (variance(v).max(0.0) + binomial).sqrt();
        Ok(Estimated {
            value: self.threshold + scale * height,
            standard_error: self.fit.covariance.map(error),
        })
    }
}

/// Fits `[m]` over each of `thresholds` `[m]`, in their order, for plots of `xi` and of the modified
/// scale.
///
/// # Errors
/// If the sample or a threshold is not finite; the fits that do not exist are errors of their own.
pub fn stability(
    sample: &[f64],
    thresholds: &[f64],
) -> Result<Vec<Result<ThresholdFit, FitError>>, SampleError> {
    finite(sample, 2)?;
    finite(thresholds, 0)?;
    Ok(thresholds.iter().map(|u| ThresholdFit::new(sample, *u)).collect())
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    fn drawn(xi: f64, n: usize, chain: u64) -> Vec<f64> {
        let law = GeneralisedPareto::new(xi, 2.0).unwrap();
        let mut stream = Stream::new(StreamKey(127), chain, Purpose::Bootstrap);
        (0..n).map(|_| law.draw(&mut stream)).collect()
    }

    #[test]
    fn parameters_are_stable_over_thresholds() {
        let x = drawn(0.3, 20_000, 0);
        for fit in stability(&x, &[0.0, 1.0, 3.0]).unwrap() {
            let fit = fit.unwrap();
            let scale = fit.modified_scale().interval(0.999).unwrap();
            assert!(scale.low < 2.0 && 2.0 < scale.high, "{scale:?}");
            let xi = fit.xi_interval(0.999).unwrap();
            assert!(xi.low < 0.3 && 0.3 < xi.high, "{xi:?}");
        }
        assert!(stability(&x, &[1e9]).unwrap()[0].is_err());
    }

    #[test]
    fn return_levels_cover_quantiles() {
        for xi in [-0.2, 0.0, 0.3] {
            let exact = GeneralisedPareto::new(xi, 2.0).unwrap().quantile(0.999);
            let covered = (0..100)
                .filter(|chain| {
                    let fit = ThresholdFit::new(&drawn(xi, 2_000, *chain), 1.0).unwrap();
                    let interval = fit.return_level(1_000.0).unwrap().interval(0.95).unwrap();
                    interval.low <= exact && exact <= interval.high
                })
                .count();
            // Binomial(100, 0.95) has standard deviation 2.2; the delta method covers a little less.
            assert!(covered >= 86, "{xi}: {covered}");
        }
    }

    #[test]
    fn the_derivative_of_a_return_level_joins_at_zero() {
        let x = drawn(0.0, 500, 3);
        let mut fit = ThresholdFit::new(&x, 0.0).unwrap();
        let mut level = |xi: f64| {
            fit.fit.xi = xi;
            let level = fit.return_level(100.0).unwrap();
            (level.value, level.standard_error.unwrap())
        };
        let log = real::ln(100.0);
        let (a, b) = (level(1e-4 / log * 0.999), level(1e-4 / log * 1.001));
        assert!((a.0 / b.0 - 1.0).abs() < 1e-6 && (a.1 / b.1 - 1.0).abs() < 1e-6);
        assert!(fit.return_level(0.5).is_err() && fit.return_level(f64::NAN).is_err());
    }
}
