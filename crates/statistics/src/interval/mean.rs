//! Intervals for a mean: Student's, and the normal one from a standard error.
//!
//! ```text
//! mean +- t_(n-1, (1 + level) / 2) s / sqrt(n),   s^2 = sum_i (x_i - mean)^2 / (n - 1)
//! ```

use maruyama_dynamics::real;

use crate::interval::binomial::Interval;
use crate::law::interface::Law;
use crate::law::normal::standard_quantile;
use crate::law::student_t::StudentT;
use crate::sample::check::{SampleError, varied};
use crate::sample::moments::mean;

/// A mean with its standard error and interval, in units of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanInterval {
    /// The mean.
    pub mean: f64,
    /// `s / sqrt(n)`.
    pub standard_error: f64,
    /// The interval.
    pub interval: Interval,
}

/// Student's interval for the mean of the law of independent values `[n]`, in their units; exact for
/// normal ones.
///
/// # Source
/// Student, "The probable error of a mean", Biometrika 6, 1908.
///
/// # Errors
/// If the sample has fewer than two values, one that is not finite, or no scale.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn student_interval(sample: &[f64], level: f64) -> Result<MeanInterval, SampleError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    varied(sample, 2)?;
    let n = sample.len() as f64;
    let mean = mean(sample);
    let squares: Vec<f64> = sample.iter().map(|x| (x - mean) * (x - mean)).collect();
    let standard_error = (real::sum(&squares) / (n - 1.0) / n).sqrt();
    let law = StudentT::new(n - 1.0, 0.0, 1.0).expect("a positive number of degrees of freedom");
    let half = law.quantile(0.5 * (1.0 + level)) * standard_error;
    let interval = Interval { low: mean - half, high: mean + half };
    Ok(MeanInterval { mean, standard_error, interval })
}

/// The interval `estimate +- z standard_error` of an estimate that is nearly normal.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
#[must_use]
pub fn normal_interval(estimate: f64, standard_error: f64, level: f64) -> Interval {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    let half = standard_quantile(0.5 * (1.0 + level)) * standard_error;
    Interval { low: estimate - half, high: estimate + half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_values_by_hand() {
        // s = 1, and the 97.5 % point of Student's law with two degrees of freedom.
        let result = student_interval(&[1.0, 2.0, 3.0], 0.95).unwrap();
        let half = 4.302_652_729_749_464 / 3.0_f64.sqrt();
        assert!((result.interval.low - (2.0 - half)).abs() < 1e-12);
        assert!((result.interval.high - (2.0 + half)).abs() < 1e-12);
        assert!((result.standard_error - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn normal_intervals_have_the_known_width() {
        let interval = normal_interval(1.0, 2.0, 0.95);
        assert!((interval.high - 1.0 - 2.0 * 1.959_963_984_540_054).abs() < 1e-12);
        assert!((interval.high + interval.low - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_constant_has_no_interval() {
        assert_eq!(student_interval(&[2.0; 4], 0.9), Err(SampleError::Constant { value: 2.0 }));
        assert!(student_interval(&[2.0], 0.9).is_err());
    }
}
