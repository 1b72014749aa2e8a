//! Intervals from bootstrap replicates: percentile and BCa.
//!
//! ```text
//! percentile:  quantiles of the replicates at (1 -+ level) / 2
//! BCa:         quantiles at Phi(z_0 + (z_0 + z) / (1 - a (z_0 + z))),  z = Phi^-1((1 -+ level) / 2)
//!              z_0 = Phi^-1(share of replicates below the estimate),
//!              a = sum_i (m - j_i)^3 / (6 (sum_i (m - j_i)^2)^(3/2))
//! ```
//!
//! where `j_i` is the statistic without value `i` and `m` the mean of the `j_i`.

use maruyama_dynamics::noise::Stream;
use maruyama_dynamics::real;
use thiserror::Error;

use crate::interval::binomial::Interval;
use crate::law::normal::{standard_quantile, standard_sf};
use crate::sample::check::{SampleError, finite, sorted};
use crate::sample::moments::mean;
use crate::sample::quantile::quantile;

/// Why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum BootstrapError {
    /// The sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The statistic of the sample, or of one drawn or shortened from it, is not finite.
    #[error("statistic is {value}, expected a finite number")]
    Statistic {
        /// Its value.
        value: f64,
    },
    /// All replicates lie on one side of the estimate, so that the bias has no estimate.
    #[error("all {n} replicates lie on one side of the estimate")]
    OneSided {
        /// Number of replicates.
        n: usize,
    },
}

/// The statistic of samples `[n]` of the same size, drawn with replacement: `[replicates]`.
///
/// # Source
/// Efron, "Bootstrap methods: another look at the jackknife", Ann. Statist. 7, 1979.
///
/// # Errors
/// If the sample is empty, or a value or statistic is not finite.
pub fn replicates(
    sample: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    replicates: usize,
    stream: &mut Stream,
) -> Result<Vec<f64>, BootstrapError> {
    finite(sample, 1)?;
    let n = sample.len();
    let mut drawn = vec![0.0; n];
    let mut one = |_| {
        drawn.fill_with(|| sample[stream.index(n)]);
        checked(statistic(&drawn))
    };
    (0..replicates).map(&mut one).collect()
}

/// The percentile interval of `replicates`, in any order.
///
/// # Source
/// Efron & Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993, section 13.3.
///
/// # Errors
/// If there are fewer than two replicates or one is not finite.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn percentile(replicates: &[f64], level: f64) -> Result<Interval, SampleError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    finite(replicates, 2)?;
    let values = sorted(replicates);
    let tail = 0.5 * (1.0 - level);
    Ok(Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail) })
}

/// The bias-corrected and accelerated interval.
///
/// # Arguments
/// * `estimate`: the statistic of the sample
/// * `replicates`: the statistic of resampled samples, in any order
/// * `jackknife`: the statistic of the sample without each of its values, in any order; equal
///   values, or none, give the acceleration zero
///
/// # Source
/// Efron, "Better bootstrap confidence intervals", JASA 82, 1987; the acceleration as in Efron &
/// Tibshirani 1993, equation (14.15). Replicates equal to the estimate count half.
///
/// # Errors
/// If there are fewer than two replicates, a number is not finite, or all replicates lie on one
/// side of the estimate.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn bca(
    estimate: f64,
    replicates: &[f64],
    jackknife: &[f64],
    level: f64,
) -> Result<Interval, BootstrapError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    checked(estimate)?;
    finite(replicates, 2)?;
    finite(jackknife, 0)?;
    let values = sorted(replicates);
    let n = values.len();
    if values[0] == estimate && values[n - 1] == estimate {
        return Ok(Interval { low: estimate, high: estimate });
    }
    let below = values.partition_point(|v| *v < estimate);
    let up_to = values.partition_point(|v| *v <= estimate);
    let share = 0.5 * (below + up_to) as f64 / n as f64;
    if share <= 0.0 || share >= 1.0 {
        return Err(BootstrapError::OneSided { n });
    }
    let bias = standard_quantile(share);
    let acceleration = acceleration(jackknife);
    let end = |p: f64| {
        let shifted = bias + standard_quantile(p);
        let scale = 1.0 - acceleration * shifted;
        // Beyond the pole the formula has passed the end of the replicates.
        let z = if scale > 0.0 { bias + shifted / scale } else { shifted * f64::INFINITY };
        quantile(&values, standard_sf(-z))
    };
    let tail = 0.5 * (1.0 - level);
    Ok(Interval { low: end(tail), high: end(1.0 - tail) })
}

/// The BCa interval of a statistic of independent values, with its replicates and jackknife.
///
/// # Errors
/// As [`bca`], and if the sample has fewer than three values.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn bca_interval(
    sample: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    n_replicates: usize,
    level: f64,
    stream: &mut Stream,
) -> Result<Interval, BootstrapError> {
    finite(sample, 3)?;
    let drawn = replicates(sample, &statistic, n_replicates, stream)?;
    let left_out: Result<Vec<f64>, BootstrapError> = (0..sample.len())
        .map(|i| checked(statistic(&[&sample[..i], &sample[i + 1..]].concat())))
        .collect();
    bca(statistic(sample), &drawn, &left_out?, level)
}

fn acceleration(jackknife: &[f64]) -> f64 {
    if jackknife.is_empty() {
        return 0.0;
    }
    let centre = mean(jackknife);
    let power = |k: u32| {
        let terms: Vec<f64> = jackknife
            .iter()
            .map(|j| (0..k).fold(1.0, |product, _| product * (centre - j)))
            .collect();
        real::sum(&terms)
    };
    let square = power(2);
    if square > 0.0 { power(3) / (6.0 * square * square.sqrt()) } else { 0.0 }
}

pub(crate) fn checked(value: f64) -> Result<f64, BootstrapError> {
    if value.is_finite() { Ok(value) } else { Err(BootstrapError::Statistic { value }) }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, StreamKey};

    use super::*;

    #[test]
    fn percentiles_are_quantiles() {
        let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let interval = percentile(&values, 0.9).unwrap();
        assert!((interval.low - 5.0).abs() < 1e-12 && (interval.high - 95.0).abs() < 1e-12);
    }

    #[test]
    fn unbiased_symmetric_replicates_give_percentiles() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        let interval = bca(50.0, &values, &[1.0, 2.0, 3.0], 0.9).unwrap();
        assert!((interval.low - 5.0).abs() < 1e-9 && (interval.high - 95.0).abs() < 1e-9);
    }

    #[test]
    fn bias_and_acceleration_shift_the_ends() {
        // a = sum d^3 / (6 (sum d^2)^(3/2)) with d = 2, -1, -1: 6 / (6 * 6^(3/2)).
        assert!((acceleration(&[-2.0, 1.0, 1.0]) - 1.0 / 216.0_f64.sqrt()).abs() < 1e-15);
        let values: Vec<f64> = (0..=1000).map(f64::from).collect();
        let plain = bca(500.0, &values, &[], 0.9).unwrap();
        let biased = bca(600.0, &values, &[], 0.9).unwrap();
        assert!(biased.low > plain.low && biased.high > plain.high);
        let accelerated = bca(500.0, &values, &[-2.0, 1.0, 1.0], 0.9).unwrap();
        assert!(accelerated.low > plain.low && accelerated.high > plain.high);
    }

    #[test]
    fn broken_input_is_named() {
        assert_eq!(bca(-1.0, &[0.0, 1.0], &[], 0.9), Err(BootstrapError::OneSided { n: 2 }));
        let point = Interval { low: 2.0, high: 2.0 };
        assert_eq!(bca(2.0, &[2.0, 2.0], &[2.0], 0.9), Ok(point));
        assert!(bca(f64::NAN, &[0.0, 1.0], &[], 0.9).is_err());
        let mut stream = Stream::new(StreamKey(1), 0, Purpose::Bootstrap);
        let failed = replicates(&[1.0, 2.0], |_| f64::NAN, 3, &mut stream);
        assert!(matches!(failed, Err(BootstrapError::Statistic { .. })));
        assert!(replicates(&[], |_| 0.0, 3, &mut stream).is_err());
    }

    #[test]
    fn replicates_of_a_mean_have_its_standard_error() {
        let mut stream = Stream::new(StreamKey(71), 0, Purpose::Bootstrap);
        let sample: Vec<f64> = (0..50).map(f64::from).collect();
        let values = replicates(&sample, mean, 4000, &mut stream).unwrap();
        let centre = mean(&values);
        let squares: Vec<f64> = values.iter().map(|v| (v - centre) * (v - centre)).collect();
        // Variance (n^2 - 1) / 12 / n; its estimate from 4000 has the relative error 0.022.
        let ratio = mean(&squares) / (2499.0 / 12.0 / 50.0);
        assert!((ratio - 1.0).abs() < 0.09, "{ratio}");
        let interval = bca_interval(&sample, mean, 999, 0.95, &mut stream).unwrap();
        assert!(interval.low < 24.5 && 24.5 < interval.high);
    }
}
