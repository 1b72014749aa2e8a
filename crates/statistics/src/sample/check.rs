//! Checks of a sample before anything is computed from it.

use thiserror::Error;

use crate::sample::sort::Sorter;

/// Why a sample cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SampleError {
    /// The sample is smaller than the statistic needs.
    #[error("sample of {n} values where at least {needed} are needed")]
    TooFew {
        /// Number of values given.
        n: usize,
        /// Number of values needed.
        needed: usize,
    },
    /// A value is NaN or infinite, for instance because its chain diverged.
    #[error("value {value} at index {index} is not finite")]
    NotFinite {
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// All values are equal, so that the sample has no scale.
    #[error("all values equal {value}")]
    Constant {
        /// The common value.
        value: f64,
    },
    /// A value is negative where only magnitudes or excesses make sense.
    #[error("value {value} at index {index} is negative")]
    Negative {
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
}

/// Checks that `sample` has at least `needed` values and that all are finite.
///
/// # Errors
/// [`SampleError::TooFew`] or [`SampleError::NotFinite`].
pub fn finite(sample: &[f64], needed: usize) -> Result<(), SampleError> {
    if sample.len() < needed {
        return Err(SampleError::TooFew { n: sample.len(), needed });
    }
    // Without an early exit the check runs on vectors.
    if !sample.iter().fold(false, |found, value| found | !value.is_finite()) {
        return Ok(());
    }
    match sample.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(SampleError::NotFinite { index, value: sample[index] }),
        None => Ok(()),
    }
}

/// Checks that `sample` is [`finite`] and that its values are not all equal.
///
/// # Errors
/// As [`finite`], and [`SampleError::Constant`].
pub fn varied(sample: &[f64], needed: usize) -> Result<(), SampleError> {
    finite(sample, needed.max(1))?;
    let value = sample[0];
    if sample.iter().all(|other| *other == value) {
        return Err(SampleError::Constant { value });
    }
    Ok(())
}

/// The values of `sample` `[n]` in increasing order.
///
/// Finite numbers have one order, so that sorting cannot depend on the algorithm.
#[must_use]
pub fn sorted(sample: &[f64]) -> Vec<f64> {
    Sorter::new().sorted(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_samples_are_named() {
        assert_eq!(finite(&[], 1), Err(SampleError::TooFew { n: 0, needed: 1 }));
        assert_eq!(varied(&[], 0), Err(SampleError::TooFew { n: 0, needed: 1 }));
        assert_eq!(varied(&[2.0, 2.0], 2), Err(SampleError::Constant { value: 2.0 }));
        let infinite = finite(&[0.0, f64::INFINITY], 1);
        assert_eq!(infinite, Err(SampleError::NotFinite { index: 1, value: f64::INFINITY }));
        assert!(matches!(
            varied(&[0.0, 1.0, f64::NAN], 1),
            Err(SampleError::NotFinite { index: 2, .. })
        ));
        assert_eq!(varied(&[1.0, 2.0], 2), Ok(()));
    }
}
