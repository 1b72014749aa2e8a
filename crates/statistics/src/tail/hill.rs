//! Hill's estimator of the tail index.
//!
//! ```text
//! alpha_k = k / sum_(i=1)^k ln( |x|_(i) / |x|_(k+1) ),   |x|_(1) >= |x|_(2) >= ...
//! ```

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use thiserror::Error;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::SampleError;
use crate::sample::quantile::quantile;
use crate::tail::select::largest_magnitudes;

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
    /// The statistics of the second order are undefined, or lead to an index that is not positive.
    #[error("no second-order parameters from the {k} largest magnitudes")]
    NoSecondOrder {
        /// Number of extremes asked for.
        k: usize,
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

/// The largest magnitudes of a sample in decreasing order, from which estimates for several `k` are
/// taken.
///
/// # Source
/// Hill, "A simple general approach to inference about the tail of a distribution", Annals of
/// Statistics 3(5), 1975; for two-sided samples the magnitudes mix both tails.
///
/// Hill's estimator is unchanged by a change of scale but not by a shift: adding `c` to every value
/// adds a bias of order `c / |x|_(k+1)` to `1 / alpha_k`. The estimators of Pickands, of probability
/// weighted moments and of the generalised Pareto likelihood do not change with a shift.
#[derive(Clone, Debug, PartialEq)]
pub struct Magnitudes {
    decreasing: Vec<f64>,
    n: usize,
}

impl Magnitudes {
    /// All magnitudes of `sample` `[n]` about zero: centre it first if its centre is not zero.
    ///
    /// # Errors
    /// If the sample has fewer than two values or one that is not finite.
    pub fn new(sample: &[f64]) -> Result<Magnitudes, SampleError> {
        Magnitudes::top(sample, sample.len().saturating_sub(1).max(1))
    }

    /// The `k + 1` largest magnitudes of `sample`, which all estimates with at most `k` extremes
    /// need; they are found without sorting the rest.
    ///
    /// # Errors
    /// If `k` is zero, the sample has fewer than `k + 1` values, or one is not finite.
    pub fn top(sample: &[f64], k: usize) -> Result<Magnitudes, SampleError> {
        let decreasing = largest_magnitudes(sample, k.max(1).saturating_add(1))?;
        if k == 0 {
            return Err(SampleError::TooFew { n: 1, needed: 2 });
        }
        Ok(Magnitudes { decreasing, n: sample.len() })
    }

    /// The magnitudes kept, in decreasing order, in units of the sample: `[n]`, or `[k + 1]` of
    /// [`Magnitudes::top`].
    #[must_use]
    pub fn decreasing(&self) -> &[f64] {
        &self.decreasing
    }

    /// Size of the sample, kept or not.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// `ln(|x|_(i) / |x|_(k+1))` for `i = 1..k`, decreasing, `[k]`.
    ///
    /// # Errors
    /// If `k` is zero or not below the number of magnitudes kept, the threshold is zero, or all of
    /// them are tied with it.
    pub fn log_excesses(&self, k: usize) -> Result<Vec<f64>, HillError> {
        let n = self.decreasing.len();
        if k == 0 || k >= n {
            return Err(SampleError::TooFew { n, needed: k.max(1) + 1 }.into());
        }
        let threshold = self.decreasing[k];
        if threshold <= 0.0 {
            return Err(HillError::ZeroThreshold { k });
        }
        let log = |x: &f64| {
            let ratio = x / threshold;
            // The ratio of a large number to a subnormal one overflows.
            if ratio.is_finite() { real::ln(ratio) } else { real::ln(*x) - real::ln(threshold) }
        };
        let logs: Vec<f64> = self.decreasing[..k].iter().map(log).collect();
        if logs[0] <= 0.0 {
            return Err(HillError::Tied { k, threshold });
        }
        Ok(logs)
    }

    /// Hill's estimate from the `k` largest magnitudes.
    ///
    /// # Errors
    /// As [`Magnitudes::log_excesses`].
    pub fn hill(&self, k: usize) -> Result<Hill, HillError> {
        let alpha = k as f64 / real::sum(&self.log_excesses(k)?);
        Ok(Hill { k, alpha, standard_error: alpha / (k as f64).sqrt() })
    }

    /// Percentile interval of Hill's index from `replicates` resamples of the `k` logarithms above
    /// a threshold that stays where it is.
    ///
    /// It agrees with [`Hill::interval`] under a Pareto tail, and unlike it follows the spread of
    /// the logarithms where they are not exponential; it does not account for bias either.
    ///
    /// # Source
    /// Efron & Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993, section 13.3.
    ///
    /// # Errors
    /// As [`Magnitudes::log_excesses`].
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)` or `replicates` is zero.
    pub fn bootstrap_interval(
        &self,
        k: usize,
        level: f64,
        replicates: usize,
        stream: &mut Stream,
    ) -> Result<Interval, HillError> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        assert!(replicates > 0, "a bootstrap without replicates");
        let logs = self.log_excesses(k)?;
        let mut drawn = vec![0.0; k];
        let mut means: Vec<f64> = (0..replicates)
            .map(|_| {
                drawn.fill_with(|| logs[stream.index(k)]);
                real::sum(&drawn) / k as f64
            })
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        let end = |p: f64| 1.0 / quantile(&means, p);
        Ok(Interval { low: end(0.5 * (1.0 + level)), high: end(0.5 * (1.0 - level)) })
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
    fn bootstrap_agrees_with_the_asymptotic_interval_of_a_pareto_tail() {
        let mut stream = Stream::new(StreamKey(31), 0, Purpose::Bootstrap);
        let x: Vec<f64> = (0..5_000).map(|_| real::pow(stream.uniform(), -0.5)).collect();
        let m = Magnitudes::top(&x, 1_000).unwrap();
        let asymptotic = m.hill(1_000).unwrap().interval(0.95);
        let interval = m.bootstrap_interval(1_000, 0.95, 4_000, &mut stream).unwrap();
        // The width is 0.25; percentiles of 4000 replicates have standard errors of 0.003, and the
        // spread of 1000 exponentials is known to 3 %.
        assert!((interval.low - asymptotic.low).abs() < 0.02, "{interval:?} {asymptotic:?}");
        assert!((interval.high - asymptotic.high).abs() < 0.02, "{interval:?} {asymptotic:?}");
    }

    #[test]
    fn the_largest_are_enough() {
        let all = Magnitudes::new(&SIXTY).unwrap();
        let top = Magnitudes::top(&SIXTY, 10).unwrap();
        assert_eq!(top.decreasing(), &all.decreasing()[..11]);
        assert_eq!((top.n(), top.hill(7)), (60, all.hill(7)));
        assert_eq!(top.hill(11), Err(SampleError::TooFew { n: 11, needed: 12 }.into()));
        assert!(Magnitudes::top(&SIXTY, 0).is_err() && Magnitudes::top(&SIXTY, 60).is_err());
    }

    #[test]
    fn ratios_beyond_the_range_have_logarithms() {
        let hill = Magnitudes::new(&[1e308, 5e-324]).unwrap().hill(1).unwrap();
        assert!(
            (hill.alpha * (308.0 * real::ln(10.0) + 744.440_071_921_381_2) - 1.0).abs() < 1e-12
        );
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
