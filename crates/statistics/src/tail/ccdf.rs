//! The empirical survival function of a sample.

use crate::interval::binomial::{Interval, clopper_pearson};
use crate::sample::check::{SampleError, finite, sorted};

/// A point of the empirical survival function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exceedance {
    /// Level, in units of the sample.
    pub x: f64,
    /// Number of values above the level.
    pub count: usize,
    /// Size of the sample.
    pub n: usize,
}

impl Exceedance {
    /// Empirical probability `count / n` of a value above the level.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.count as f64 / self.n as f64
    }

    /// Interval of Clopper and Pearson for that probability.
    ///
    /// # Panics
    /// If `level` lies outside the open interval `(0, 1)`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        clopper_pearson(self.count, self.n, level)
    }
}

/// The empirical survival function `#{x_i > x} / n` at every distinct value of `sample` but the
/// largest, where it is zero; in increasing order. Pass magnitudes for the two-sided tail.
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn survival(sample: &[f64]) -> Result<Vec<Exceedance>, SampleError> {
    finite(sample, 1)?;
    let values = sorted(sample);
    let n = values.len();
    let steps = values.windows(2).enumerate().filter(|(_, pair)| pair[0] < pair[1]);
    Ok(steps.map(|(i, pair)| Exceedance { x: pair[0], count: n - 1 - i, n }).collect())
}

/// The empirical survival function of `sample` `[n]` at the given `levels` `[m]`, in their order.
///
/// # Errors
/// If the sample is empty or a value is not finite.
pub fn exceedances(sample: &[f64], levels: &[f64]) -> Result<Vec<Exceedance>, SampleError> {
    finite(sample, 1)?;
    let values = sorted(sample);
    let n = values.len();
    let count = |x: f64| n - values.partition_point(|value| *value <= x);
    Ok(levels.iter().map(|x| Exceedance { x: *x, count: count(*x), n }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_make_one_point() {
        let points = survival(&[2.0, 1.0, 2.0, 5.0]).unwrap();
        let expected =
            [Exceedance { x: 1.0, count: 3, n: 4 }, Exceedance { x: 2.0, count: 1, n: 4 }];
        assert_eq!(points, expected);
        assert_eq!(points[0].probability(), 0.75);
        assert_eq!(exceedances(&[2.0, 1.0, 2.0, 5.0], &[1.0, 2.0]).unwrap(), expected);
    }

    #[test]
    fn levels_beyond_the_sample_are_counted() {
        let points = exceedances(&[1.0, 2.0], &[0.0, 9.0]).unwrap();
        assert_eq!((points[0].count, points[1].count), (2, 0));
        assert_eq!(points[1].interval(0.95).low, 0.0);
        assert_eq!(survival(&[]), Err(SampleError::TooFew { n: 0, needed: 1 }));
    }
}
