//! The integrated autocorrelation time of one series, and the error of its mean.
//!
//! ```text
//! tau = 1 + 2 sum_(k>=1) rho_k,   n_eff = n / tau,   Var(mean) = tau c_0 / n
//! ```

use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::interval::mean::normal_interval;
use crate::sample::check::{SampleError, varied};
use crate::sample::moments::mean;
use crate::series::autocorrelation::autocovariance_about_zero;

/// Where the sum of correlations is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    /// At the first lag `m` with `m >= factor tau(m)`; 5 is usual.
    Sokal {
        /// The factor.
        factor: f64,
    },
    /// Where the sums `rho_(2k) + rho_(2k+1)` become negative, and made monotone before: valid for
    /// reversible Markov chains.
    Geyer,
}

/// The correlation time of a series and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelationTime {
    /// `tau`, in steps of the series.
    pub tau: f64,
    /// Standard error `tau sqrt(2 (2 m + 1) / n)` with the sum cut at lag `m`.
    pub tau_standard_error: f64,
    /// The lag at which the sum was cut.
    pub window: usize,
    /// `n_eff = n / tau`.
    pub effective_size: f64,
    /// The mean of the series.
    pub mean: f64,
    /// Standard error of the mean, `sqrt(tau c_0 / n)`.
    pub mean_standard_error: f64,
    /// Whether the series has at least fifty correlation times; below, `tau` is probably too small.
    pub reliable: bool,
}

impl CorrelationTime {
    /// The normal interval of the mean.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn mean_interval(&self, level: f64) -> Interval {
        normal_interval(self.mean, self.mean_standard_error, level)
    }
}

/// The [`CorrelationTime`] of `series`, taken from its stationary part.
///
/// # Source
/// Sokal, "Monte Carlo methods in statistical mechanics: foundations and new algorithms", lecture
/// notes 1996, section 3; Geyer, "Practical Markov chain Monte Carlo",
/// Statistical Science 7, 1992, section 3.3.
///
/// # Errors
/// If the series has fewer than four values, one that is not finite, or no scale.
pub fn correlation_time(series: &[f64], window: Window) -> Result<CorrelationTime, SampleError> {
    varied(series, 4)?;
    let n = series.len();
    let mean = mean(series);
    let deviations: Vec<f64> = series.iter().map(|x| x - mean).collect();
    let covariances = autocovariance_about_zero(&deviations, n - 1);
    let rho: Vec<f64> = covariances.iter().map(|c| c / covariances[0]).collect();
    let (sum, cut) = match window {
        Window::Sokal { factor } => sokal(&rho, factor),
        Window::Geyer => geyer(&rho),
    };
    let size = n as f64;
    // Antithetic series may have a sum near zero: n_eff is bounded by n log10 n, as Stan's.
    let tau = sum.max(1.0 / real::log10(size));
    Ok(CorrelationTime {
        tau,
        tau_standard_error: tau * (2.0 * (2.0 * cut as f64 + 1.0) / size).sqrt(),
        window: cut,
        effective_size: size / tau,
        mean,
        mean_standard_error: (tau * covariances[0] / size).sqrt(),
        reliable: size >= 50.0 * tau,
    })
}

/// The sum up to the first lag `m >= factor tau(m)`, and the lag.
fn sokal(rho: &[f64], factor: f64) -> (f64, usize) {
    let mut tau = 1.0;
    for (lag, r) in rho.iter().enumerate().skip(1) {
        tau += 2.0 * r;
        if lag as f64 >= factor * tau {
            return (tau, lag);
        }
    }
    (tau, rho.len() - 1)
}

/// The sum of the initial monotone sequence, and the last lag in it.
fn geyer(rho: &[f64]) -> (f64, usize) {
    let (mut sum, mut last) = (0.0, 0);
    let mut smallest = f64::INFINITY;
    for (k, pair) in rho.chunks_exact(2).enumerate() {
        let both = pair[0] + pair[1];
        if both <= 0.0 {
            break;
        }
        smallest = smallest.min(both);
        sum += smallest;
        last = 2 * k + 1;
    }
    (2.0 * sum - 1.0, last)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    fn autoregression(phi: f64, n: usize, chain: u64) -> Vec<f64> {
        let mut stream = Stream::new(StreamKey(73), chain, Purpose::Bootstrap);
        let mut x = stream.normal() / (1.0 - phi * phi).sqrt();
        (0..n)
            .map(|_| {
                x = phi * x + stream.normal();
                x
            })
            .collect()
    }

    #[test]
    fn autoregression_has_the_known_time() {
        // tau = (1 + phi) / (1 - phi).
        for (phi, tau) in [(0.0, 1.0), (0.5, 3.0), (0.9, 19.0)] {
            let series = autoregression(phi, 200_000, 0);
            for window in [Window::Sokal { factor: 6.0 }, Window::Geyer] {
                let found = correlation_time(&series, window).unwrap();
                let gap = (found.tau - tau) / found.tau_standard_error;
                assert!(gap.abs() < 4.0, "{window:?}: {found:?}");
                assert!(found.reliable);
            }
        }
    }

    #[test]
    fn negative_correlation_gives_more_than_n() {
        let found = correlation_time(&autoregression(-0.5, 100_000, 1), Window::Geyer).unwrap();
        assert!((found.effective_size / 300_000.0 - 1.0).abs() < 0.1, "{found:?}");
        let alternating: Vec<f64> = (0..1000).map(|t| f64::from(t % 2)).collect();
        let found = correlation_time(&alternating, Window::Geyer).unwrap();
        assert!((found.effective_size - 3000.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn windows_by_hand() {
        assert_eq!(sokal(&[1.0, 0.5, 0.25, 0.0, 0.0, 0.0], 1.5).1, 4);
        // Pairs 1.5, 0.25, then 0.4 is cut to 0.25, then a negative one.
        let (sum, last) = geyer(&[1.0, 0.5, 0.25, 0.0, 0.3, 0.1, -0.2, 0.1, 5.0, 5.0]);
        assert!((sum - 3.0).abs() < 1e-15 && last == 5);
    }

    #[test]
    fn broken_series_are_named() {
        assert!(correlation_time(&[1.0, 2.0, 3.0], Window::Geyer).is_err());
        assert!(correlation_time(&[1.0; 9], Window::Geyer).is_err());
        assert!(correlation_time(&[1.0, 2.0, f64::NAN, 3.0], Window::Geyer).is_err());
    }
}
