//! The mean excess over a threshold, which is linear in it for a generalised Pareto tail.
//!
//! ```text
//! e(u) = mean of x_i - u over x_i > u;   E[X - u | X > u] = (scale + xi u) / (1 - xi),  xi < 1
//! ```

use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::{SampleError, finite, sorted};

/// The mean excess at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanExcess {
    /// The threshold `u`.
    pub threshold: f64,
    /// Number of values above it.
    pub count: usize,
    /// The mean excess `e(u)`; `None` where no value is above.
    pub mean: Option<f64>,
    /// Its standard error `s / sqrt(count)`; `None` below two values.
    pub standard_error: Option<f64>,
}

impl MeanExcess {
    /// Normal interval for the mean excess; `None` below two values above. It needs a finite
    /// variance, that is `xi < 1/2`.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let (mean, error) = (self.mean?, self.standard_error?);
        let reach = standard_quantile(0.5 * (1.0 + level)) * error;
        Some(Interval { low: mean - reach, high: mean + reach })
    }
}

/// Mean excesses `[m]` of `sample` `[n]` over each of `thresholds` `[m]`, in their order and in units
/// of the sample.
///
/// # Source
/// Davison & Smith, "Models for exceedances over high thresholds", JRSS B 52(3), 1990, section 3.
///
/// # Errors
/// If the sample is empty, or a value or threshold is not finite.
pub fn mean_excess(sample: &[f64], thresholds: &[f64]) -> Result<Vec<MeanExcess>, SampleError> {
    finite(sample, 1)?;
    finite(thresholds, 0)?;
    let values = sorted(sample);
    let one = |threshold: &f64| {
        let above = &values[values.partition_point(|x| x <= threshold)..];
        let excesses: Vec<f64> = above.iter().map(|x| x - threshold).collect();
        let count = excesses.len();
        let n = count as f64;
        let mean = (count > 0).then(|| real::sum(&excesses) / n);
        let standard_error = mean.filter(|_| count > 1).map(|mean| {
            let squares: Vec<f64> = excesses.iter().map(|e| (e - mean) * (e - mean)).collect();
            (real::sum(&squares) / (n - 1.0) / n).sqrt()
        });
        MeanExcess { threshold: *threshold, count, mean, standard_error }
    };
    Ok(thresholds.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::generalised_pareto::GeneralisedPareto;
    use crate::law::interface::Law;

    #[test]
    fn small_samples_have_closed_forms() {
        let e = mean_excess(&[1.0, 2.0, 4.0, -3.0], &[0.0, 1.0, 2.0, 4.0]).unwrap();
        assert_eq!((e[1].count, e[1].mean, e[1].standard_error), (2, Some(2.0), Some(1.0)));
        assert_eq!((e[2].count, e[2].mean, e[2].standard_error), (1, Some(2.0), None));
        assert_eq!((e[3].count, e[3].mean, e[3].interval(0.9)), (0, None, None));
        assert!((e[0].mean.unwrap() - 7.0 / 3.0).abs() < 1e-15);
        assert!(mean_excess(&[], &[0.0]).is_err() && mean_excess(&[1.0], &[f64::NAN]).is_err());
    }

    #[test]
    fn a_generalised_pareto_tail_is_a_line() {
        let law = GeneralisedPareto::new(0.2, 2.0).unwrap();
        let mut stream = Stream::new(StreamKey(113), 0, Purpose::Bootstrap);
        let x: Vec<f64> = (0..20_000).map(|_| law.draw(&mut stream)).collect();
        for e in mean_excess(&x, &[0.0, 1.0, 5.0]).unwrap() {
            let exact = (2.0 + 0.2 * e.threshold) / 0.8;
            let interval = e.interval(0.999).unwrap();
            assert!(interval.low < exact && exact < interval.high, "{e:?}: {exact}");
        }
    }
}
