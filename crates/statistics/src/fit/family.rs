//! What a family of laws can do: fit one of its members to a sample.

use std::fmt::Debug;

use maruyama_dynamics::real;
use thiserror::Error;

use crate::law::interface::{Law, LawError};
use crate::sample::check::SampleError;

/// A family of laws with a way to choose one for a sample.
pub trait Family: Debug + Send + Sync {
    /// Name by which manifests and tables know the family.
    fn name(&self) -> &'static str;

    /// Its source file, as `file!()` gives it in that file: what is computed with the family depends
    /// on it, although it is reached by name.
    fn source(&self) -> &'static str;

    /// Number of free parameters.
    fn n_parameters(&self) -> usize;

    /// The member that fits `sample`, in the family's sense (its file says which).
    ///
    /// # Errors
    /// If the sample is too small, not finite, without scale, or if the fit does not exist.
    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError>;
}

/// A fitted law.
#[derive(Debug)]
pub struct Fitted {
    /// Parameters by name, in the family's order; locations and scales in units of the sample.
    pub parameters: Vec<(&'static str, f64)>,
    /// Asymptotic standard errors by the name of the quantity, where the family gives them; a
    /// parameter at a bound has none.
    pub standard_errors: Vec<(&'static str, f64)>,
    /// Maximum of the log-likelihood; `None` for fits that do not maximise it.
    pub log_likelihood: Option<f64>,
    /// The law itself.
    pub law: Box<dyn Law>,
}

impl Fitted {
    /// Value of the parameter called `name`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}

/// Akaike's criterion `2 k - 2 ln L`; smaller is better.
///
/// # Source
/// Akaike, IEEE Trans. Automatic Control 19(6), 1974.
#[must_use]
pub fn aic(log_likelihood: f64, n_parameters: usize) -> f64 {
    2.0 * n_parameters as f64 - 2.0 * log_likelihood
}

/// Schwarz's criterion `k ln n - 2 ln L` for a sample of size `n`; smaller is better.
///
/// # Source
/// Schwarz, Annals of Statistics 6(2), 1978.
#[must_use]
pub fn bic(log_likelihood: f64, n_parameters: usize, n: usize) -> f64 {
    n_parameters as f64 * real::ln(n as f64) - 2.0 * log_likelihood
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum FitError {
    /// The sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// One value makes up so much of the sample that the fit does not exist.
    #[error("{count} of {n} values equal {value}, which leaves no scale to fit")]
    Tied {
        /// The value.
        value: f64,
        /// How often it occurs.
        count: usize,
        /// Size of the sample.
        n: usize,
    },
    /// A value lies outside the support of the family.
    #[error("value {value} at index {index} is not positive")]
    NotPositive {
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// The iteration did not settle.
    #[error("fit of {family} did not converge within {iterations} iterations")]
    NotConverged {
        /// Name of the family.
        family: &'static str,
        /// Number of iterations spent.
        iterations: usize,
    },
    /// The estimates lie outside the family, for instance by overflow.
    #[error("estimates define no law")]
    Law(#[from] LawError),
}

/// The most frequent value of increasing finite `sorted` values, and how often it occurs.
pub(crate) fn most_frequent(sorted: &[f64]) -> (f64, usize) {
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.fold((0.0, 0), |best, run| if run.len() > best.1 { (run[0], run.len()) } else { best })
}

/// Checks that fewer than half of increasing finite `sorted` values are equal.
pub(crate) fn check_ties(sorted: &[f64]) -> Result<usize, FitError> {
    let (value, count) = most_frequent(sorted);
    let n = sorted.len();
    if 2 * count >= n { Err(FitError::Tied { value, count, n }) } else { Ok(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn criteria_penalise_parameters() {
        assert_eq!(aic(-100.0, 3), 206.0);
        assert!((bic(-100.0, 3, 1) - 200.0).abs() < 1e-12);
        assert!((bic(-100.0, 2, 100) - 209.210_340_371_976_18).abs() < 1e-12);
    }

    #[test]
    fn ties_are_counted() {
        assert_eq!(most_frequent(&[0.0, 1.0, 1.0, 2.0]), (1.0, 2));
        assert_eq!(check_ties(&[0.0, 1.0, 1.0, 2.0, 3.0]), Ok(2));
        let tied = FitError::Tied { value: 1.0, count: 2, n: 4 };
        assert_eq!(check_ties(&[0.0, 1.0, 1.0, 2.0]), Err(tied));
    }
}
