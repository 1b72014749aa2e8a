//! All estimators of the tail index at one number of extremes, side by side.

use crate::fit::generalised_pareto::fit;
use crate::fit::generalised_pareto_moments::weighted_moments;
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;
use crate::sample::check::SampleError;
use crate::tail::hill::Magnitudes;
use crate::tail::hill_plot::smooth_hill;
use crate::tail::moment::{moment, pickands};
use crate::tail::second_order::reduced_bias_hill;

/// One row of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct TailEstimate {
    /// Name of the estimator.
    pub method: &'static str,
    /// The extreme value index `xi`, or why there is none, as text.
    pub xi: Result<f64, String>,
    /// Its standard error, where the estimator gives one.
    pub standard_error: Option<f64>,
}

impl TailEstimate {
    /// The tail index `1 / xi`; `None` where `xi` is not positive: the tail is not a power.
    #[must_use]
    pub fn alpha(&self) -> Option<f64> {
        let xi = self.xi.as_ref().ok()?;
        (*xi > 0.0).then(|| 1.0 / xi)
    }

    /// Normal interval for `xi`; `None` without a standard error.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
        let xi = self.xi.as_ref().ok()?;
        let reach = standard_quantile(0.5 * (1.0 + level)) * self.standard_error?;
        Some(Interval { low: xi - reach, high: xi + reach })
    }
}

/// The estimators side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct TailReport {
    /// Number of extremes.
    pub k: usize,
    /// Size of the sample.
    pub n: usize,
    /// The `(k + 1)`-th largest magnitude.
    pub threshold: f64,
    /// Hill, smoothed Hill, bias-reduced Hill, moment, Pickands, generalised Pareto by maximum
    /// likelihood and by probability-weighted moments, in this order.
    pub estimates: Vec<TailEstimate>,
}

impl TailReport {
    /// All estimators at the `k` largest magnitudes of `sample` `[n]`; one that does not exist says
    /// why.
    ///
    /// # Errors
    /// If the sample is not finite, or `k` is zero or not below its size.
    pub fn new(sample: &[f64], k: usize) -> Result<TailReport, SampleError> {
        let magnitudes = Magnitudes::new(sample)?;
        let kept = magnitudes.decreasing();
        if k == 0 || k >= kept.len() {
            return Err(SampleError::TooFew { n: kept.len(), needed: k.max(1) + 1 });
        }
        let threshold = kept[k];
        let excesses: Vec<f64> =
            kept[..k].iter().map(|x| x - threshold).filter(|x| *x > 0.0).collect();
        let hill =
            magnitudes.hill(k).map(|h| (1.0 / h.alpha, h.standard_error / (h.alpha * h.alpha)));
        let smooth = smooth_hill(&magnitudes, k.div_ceil(2), 2).map(|s| (s.xi, s.standard_error));
        let pair = |e: crate::tail::moment::IndexEstimate| (e.xi, e.standard_error);
        let maximum = fit(&excesses).map(|f| (f.xi, f.standard_errors().map(|e| e[0])));
        let weighted = weighted_moments(&excesses).map(|f| (f.xi, f.standard_errors.map(|e| e[0])));
        let estimates = vec![
            row("hill", hill),
            row("smooth_hill", smooth),
            row("reduced_bias_hill", reduced_bias_hill(&magnitudes, k).map(pair)),
            row("moment", moment(&magnitudes, k).map(pair)),
            row("pickands", pickands(&magnitudes, k).map(pair)),
            row_with("generalised_pareto_ml", maximum),
            row_with("generalised_pareto_pwm", weighted),
        ];
        Ok(TailReport { k, n: magnitudes.n(), threshold, estimates })
    }
}

fn row<E: std::error::Error>(method: &'static str, found: Result<(f64, f64), E>) -> TailEstimate {
    row_with(method, found.map(|(xi, error)| (xi, Some(error))))
}

fn row_with<E: std::error::Error>(
    method: &'static str,
    found: Result<(f64, Option<f64>), E>,
) -> TailEstimate {
    match found {
        Ok((xi, standard_error)) => TailEstimate { method, xi: Ok(xi), standard_error },
        Err(error) => TailEstimate { method, xi: Err(error.to_string()), standard_error: None },
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::law::interface::Law;
    use crate::law::student_t::StudentT;

    #[test]
    fn every_estimator_sees_the_same_tail() {
        let law = StudentT::new(2.0, 0.0, 1.0).unwrap();
        let mut stream = Stream::new(StreamKey(149), 0, Purpose::Bootstrap);
        let x: Vec<f64> = (0..20_000).map(|_| law.draw(&mut stream)).collect();
        let report = TailReport::new(&x, 400).unwrap();
        assert_eq!((report.k, report.n, report.estimates.len()), (400, 20_000, 7));
        for row in &report.estimates {
            let interval = row.interval(0.9999);
            if let Some(interval) = interval {
                assert!(interval.low < 0.5 && 0.5 < interval.high, "{row:?}");
            }
            assert!(row.alpha().is_some_and(|alpha| (1.0..5.0).contains(&alpha)), "{row:?}");
        }
    }

    #[test]
    fn what_does_not_exist_says_why() {
        let report = TailReport::new(&[3.0, 3.0, 3.0, 0.0, 1.0], 2).unwrap();
        assert!(report.estimates.iter().all(|row| row.xi.is_err() && row.alpha().is_none()));
        let why = report.estimates[0].xi.clone().unwrap_err();
        assert_eq!(why, "the 2 largest magnitudes equal the threshold 3");
        assert!(
            TailReport::new(&[1.0, 2.0], 2).is_err() && TailReport::new(&[1.0, 2.0], 0).is_err()
        );
    }
}
