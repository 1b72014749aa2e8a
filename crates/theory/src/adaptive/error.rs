//! What can go wrong when a law is computed.

use crate::matrix::MatrixError;

/// Why there is no law or covariance.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum AdaptiveError {
    /// A number that has to be positive and finite is not.
    #[error("{name} is {value}, which is not positive and finite")]
    NotPositive {
        /// What the number is.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A number that has to lie in an interval does not.
    #[error("{name} is {value}, outside {range}")]
    OutOfRange {
        /// What the number is.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The interval, as written in mathematics.
        range: &'static str,
    },
    /// The equation needs a law of noise that has a density.
    #[error("the noise has no density, so that its equation has none either")]
    NoDensity,
    /// The law lives on too many points to be held in memory.
    #[error("the law needs more than {limit} points")]
    TooManyPoints {
        /// Most points that are allowed.
        limit: usize,
    },
    /// The recursion or the equation has no stationary covariance.
    #[error("there is no stationary covariance: the linear part is not stable")]
    NotStable,
    /// A linear system could not be solved.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

/// `value`, if it is positive and finite.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64, AdaptiveError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(AdaptiveError::NotPositive { name, value })
    }
}

/// `value`, if it is finite and not negative.
pub(crate) fn non_negative(name: &'static str, value: f64) -> Result<f64, AdaptiveError> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(AdaptiveError::OutOfRange { name, value, range: "[0, ∞)" })
    }
}

/// `value`, if it is finite.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64, AdaptiveError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(AdaptiveError::OutOfRange { name, value, range: "(−∞, ∞)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_kept_and_nan_is_in_none() {
        assert_eq!(positive("eta", 0.1), Ok(0.1));
        assert_eq!(non_negative("sigma", 0.0), Ok(0.0));
        for value in [f64::NAN, f64::INFINITY] {
            assert!(positive("eta", value).is_err());
            assert!(non_negative("sigma", value).is_err());
            assert!(finite("x", value).is_err());
        }
        assert!(positive("eta", 0.0).is_err() && non_negative("sigma", -1.0).is_err());
        assert!(finite("x", -1.0).is_ok());
    }
}
