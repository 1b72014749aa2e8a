//! Hill's estimator of the tail index.
//!
//! ```text
//! alpha_k = k / sum_(i=1)^k ln( |x|_(i) / |x|_(k+1) ),   |x|_(1) >= |x|_(2) >= ...
//! ```

use maruyama_dynamics::real;
use thiserror::Error;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite};

/// An estimate of the tail index: the exponent of the survival function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hill {
    /// Number of extremes used.
    pub k: usize,
    /// The index `alpha_k`.
    pub alpha: f64,
    /// Its standard error `alpha / sqrt(k)`, for independent values and without bias.
    pub standard_error: f64,
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum HillError {
    /// The sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The threshold `|x|_(k+1)` is zero.
    #[error("threshold below the {k} largest magnitudes is zero")]
    ZeroThreshold {
        /// Number of extremes asked for.
        k: usize,
    },
    /// The `k + 1` largest magnitudes are equal, so that the index would be infinite.
    #[error("the {k} largest magnitudes equal the threshold {threshold}")]
    Tied {
        /// Number of extremes asked for.
        k: usize,
        /// Their common magnitude.
        threshold: f64,
    },
}

impl Hill {
    /// Asymptotic interval `alpha / (1 +- z / sqrt(k))`, from the normal law of
    /// `sqrt(k) (alpha / alpha_k - 1)`; its upper end is infinite for `k <= z^2`.
    ///
    /// It does not account for the bias of the estimator, which a plot over `k` shows.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let relative = standard_quantile(0.5 * (1.0 + level)) / (self.k as f64).sqrt();
        let high = if relative < 1.0 { self.alpha / (1.0 - relative) } else { f64::INFINITY };
        Interval { low: self.alpha / (1.0 + relative), high }
    }
}

/// Magnitudes of a sample in decreasing order, from which estimates for several `k` are taken.
///
/// # Source
/// Hill, "A simple general approach to inference about the tail of a distribution", Annals of
/// Statistics 3(5), 1975; for two-sided samples the magnitudes mix both tails.
#[derive(Clone, Debug, PartialEq)]
pub struct Magnitudes {
    decreasing: Vec<f64>,
}

impl Magnitudes {
    /// The magnitudes of `sample` about zero: centre it first if its centre is not zero.
    ///
    /// # Errors
    /// If the sample has fewer than two values or one that is not finite.
    pub fn new(sample: &[f64]) -> Result<Magnitudes, SampleError> {
        finite(sample, 2)?;
        let mut decreasing: Vec<f64> = sample.iter().map(|x| x.abs()).collect();
        decreasing.sort_unstable_by(|a, b| b.total_cmp(a));
        Ok(Magnitudes { decreasing })
    }

    /// Hill's estimate from the `k` largest magnitudes.
    ///
    /// # Errors
    /// If `k` is zero or not below the sample size, or as [`HillError`] says.
    pub fn hill(&self, k: usize) -> Result<Hill, HillError> {
        let n = self.decreasing.len();
        if k == 0 || k >= n {
            return Err(SampleError::TooFew { n, needed: k.max(1) + 1 }.into());
        }
        let threshold = self.decreasing[k];
        if threshold <= 0.0 {
            return Err(HillError::ZeroThreshold { k });
        }
        let logs: Vec<f64> = self.decreasing[..k].iter().map(|x| real::ln(x / threshold)).collect();
        let sum = real::sum(&logs);
        if sum <= 0.0 {
            return Err(HillError::Tied { k, threshold });
        }
        let alpha = k as f64 / sum;
        Ok(Hill { k, alpha, standard_error: alpha / (k as f64).sqrt() })
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::reference::SIXTY;

    #[test]
    fn reference_values() {
        let x = [10.0, 8.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.2];
        let hill = Magnitudes::new(&x).unwrap().hill(3).unwrap();
        assert!((hill.alpha - 1.637_035_001_905_937_2).abs() < 1e-12);
        let hill = Magnitudes::new(&SIXTY).unwrap().hill(10).unwrap();
        assert!((hill.alpha - 4.301_179_219_966_452_5).abs() < 1e-12);
    }

    #[test]
    fn intervals_cover_a_pareto_index() {
        let (n, alpha) = (2_000, 2.5);
        let covered = (0..200)
            .filter(|chain| {
                let mut stream = Stream::new(StreamKey(29), *chain, Purpose::Bootstrap);
                let x: Vec<f64> =
                    (0..n).map(|_| real::pow(stream.uniform(), -1.0 / alpha)).collect();
                let interval = Magnitudes::new(&x).unwrap().hill(200).unwrap().interval(0.95);
                interval.low <= alpha && alpha <= interval.high
            })
            .count();
        // Binomial(200, 0.95) has standard deviation 3.1.
        assert!((178..=200).contains(&covered), "{covered} of 200");
    }

    #[test]
    fn impossible_estimates_are_named() {
        let m = Magnitudes::new(&[1.0, 0.0, 0.0, 0.0]).unwrap();
        assert_eq!(m.hill(2), Err(HillError::ZeroThreshold { k: 2 }));
        assert_eq!(m.hill(4), Err(SampleError::TooFew { n: 4, needed: 5 }.into()));
        assert_eq!(m.hill(0), Err(SampleError::TooFew { n: 4, needed: 2 }.into()));
        let tied = Magnitudes::new(&[3.0, -3.0, 3.0]).unwrap();
        assert_eq!(tied.hill(2), Err(HillError::Tied { k: 2, threshold: 3.0 }));
        let few = Magnitudes::new(&[3.0, 2.0, 1.0]).unwrap().hill(2).unwrap();
        assert_eq!(few.interval(0.95).high, f64::INFINITY);
    }
}
