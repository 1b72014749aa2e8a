//! Why there is no distance.

use thiserror::Error;

use crate::sample::check::SampleError;

/// Why there is no distance.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum DistanceError {
    /// A sample cannot be used.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The order of a Wasserstein distance is below one or not a number.
    #[error("order {order} of a Wasserstein distance, expected a number of at least 1")]
    Order {
        /// The order given.
        order: f64,
    },
    /// A weight is negative or not finite.
    #[error("weight {value} at index {index} is no finite number of at least 0")]
    Weight {
        /// Position of the first such weight.
        index: usize,
        /// The weight.
        value: f64,
    },
    /// The weights sum to zero or to infinity, so that they define no probabilities.
    #[error("weights sum to {total}")]
    NoMass {
        /// Their sum.
        total: f64,
    },
    /// Two arguments that describe the same points have different numbers of entries.
    #[error("{what}: {found} entries where {expected} are expected")]
    Length {
        /// What the entries are.
        what: &'static str,
        /// Number of entries given.
        found: usize,
        /// Number of entries expected.
        expected: usize,
    },
    /// A moment that the distance needs does not exist under the law.
    #[error("the law's tail decays with exponent {tail_index:.3}: no moment of order {order}")]
    NoMoment {
        /// Order of the moment.
        order: f64,
        /// Exponent of the law's heavier tail.
        tail_index: f64,
    },
    /// The distance or a cost that it needs is beyond the largest number.
    #[error("a distance or cost overflows")]
    Overflow,
    /// All pairs of points, whose costs have to be kept, are too many.
    #[error("{n} times {m} points have more than {most} pairs; take some of them")]
    TooManyPairs {
        /// Number of points of one sample.
        n: usize,
        /// Number of points of the other.
        m: usize,
        /// Largest number of pairs.
        most: usize,
    },
    /// A parameter lies outside its range.
    #[error("{parameter} is {value}, expected {expected}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// What it must be, as text.
        expected: &'static str,
    },
    /// A covariance matrix is not symmetric or has a negative eigenvalue, beyond rounding.
    #[error("matrix is no covariance: entry or pivot {index} is {value}")]
    NoCovariance {
        /// Row of the first bad entry or pivot.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// The iteration did not settle.
    #[error("no optimum within {iterations} iterations")]
    NotConverged {
        /// Number of iterations spent.
        iterations: usize,
    },
}

/// Checks the order of a Wasserstein distance: at least 1, infinity included.
pub(crate) fn check_order(order: f64) -> Result<(), DistanceError> {
    if order >= 1.0 { Ok(()) } else { Err(DistanceError::Order { order }) }
}

/// Checks that there are `n` entries of `what`.
pub(crate) fn check_length(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), DistanceError> {
    if found == expected { Ok(()) } else { Err(DistanceError::Length { what, found, expected }) }
}

/// Probabilities proportional to `weights`, `[n]`.
pub(crate) fn probabilities(weights: &[f64], n: usize) -> Result<Vec<f64>, DistanceError> {
    check_length("weights", weights.len(), n)?;
    if let Some(index) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        return Err(DistanceError::Weight { index, value: weights[index] });
    }
    let largest = weights.iter().fold(0.0_f64, |a, b| a.max(*b));
    if largest == 0.0 {
        return Err(DistanceError::NoMass { total: 0.0 });
    }
    let scaled: Vec<f64> = weights.iter().map(|w| w / largest).collect();
    let total = maruyama_dynamics::real::sum(&scaled);
    Ok(scaled.into_iter().map(|w| w / total).collect())
}
