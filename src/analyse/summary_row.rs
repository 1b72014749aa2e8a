//! Rows of statistics over the chains of a cell.

use maruyama_statistics::law::normal::standard_quantile;
use maruyama_statistics::stream::{CentralSums, Summary};

use crate::analyse::outcome::{Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;

/// Counts and extremes, which all statistics over time have.
pub(crate) fn counts(step: u64, summary: &Summary) -> Row {
    let extreme = |value: f64| Scalar::optional((summary.n > 0).then_some(value));
    Row::from(
        [
            ("step", Scalar::Number(step as f64)),
            ("n", Scalar::Number(summary.n as f64)),
            ("n_diverged", Scalar::Number(summary.n_diverged as f64)),
            ("min", extreme(summary.min)),
            ("max", extreme(summary.max)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The mean with its interval; the number alone where there is no standard error.
pub(crate) fn mean(sums: &CentralSums) -> Scalar {
    let half = standard_quantile(0.5 + 0.5 * LEVEL) * sums.standard_error();
    if half.is_finite() {
        Scalar::interval(sums.mean, sums.mean - half, sums.mean + half)
    } else {
        Scalar::number(sums.mean)
    }
}
