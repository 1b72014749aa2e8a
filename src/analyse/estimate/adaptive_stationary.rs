//! The estimator `adaptive_stationary`: the stationary law of an optimiser on a quadratic.

mod law;

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_statistics::law::normal::standard_quantile;
use maruyama_statistics::stream::{CentralSums, Kept};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, refuse};
use crate::analyse::estimate::adaptive_stationary::law::{Law, laws};
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::scaling::{EXPONENTS, OVER, Scaling};
use crate::analyse::summary_row::mean;

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Most coordinates: each has rows of its own.
const MAX_DIM: usize = 32;

const PART: Part = Part {
    name: "adaptive_stationary",
    doc: "The stationary variance of each coordinate and the stationary loss of SGD, SignSGD, \
          RMSprop(W), Adam(W) or one of their equations on a quadratic: simulated, at the last recorded \
          step (observables `x` and `risk`); exact, of the optimiser and of its equation; and by the \
          formulas and bounds of Compagnoni et al., arXiv 2411.15958. One row a series and coordinate, \
          and one a series for the loss.",
    parameters: &[OVER],
    source: file!(),
};

/// Models whose stationary laws are known.
const MODELS: &[&str] =
    &["sgd", "sign_sgd", "sign_sgd_sde", "rmsprop_w", "rmsprop_w_sde", "adam_w", "adam_w_sde"];

/// Stationary variances and losses.
pub(crate) struct AdaptiveStationary;

impl Estimator for AdaptiveStationary {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "series",
                "`simulated`; exact for the optimiser (`chain`) and for its equation (`equation`); \
                 `lemma`, the formula of the paper; and others that say what they are",
            ),
            ("quantity", "`variance` or `loss`"),
            ("coordinate", "number of the coordinate, from 0; missing for the loss"),
            ("value", "the variance or mean loss, with its interval if simulated"),
            ("relative", "the value over the exact one of the model of the cell"),
            ("n", "chains that are looked at, if simulated"),
            EXPONENTS[0],
            EXPONENTS[1],
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["x".to_owned(), "risk".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn scaling(&self, parameters: &Parameters) -> Option<Scaling> {
        Scaling::asked(parameters, "value", &["series", "quantity", "coordinate"])
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let cell = OptimiserCell::of(input, MODELS)?;
        if cell.curvatures.len() > MAX_DIM {
            return refuse(format!("at most {MAX_DIM} coordinates have rows of their own"));
        }
        let Law { own, variances, losses } = laws(&cell, input.parameters)?;
        let mut rows = Vec::new();
        for i in 0..cell.curvatures.len() {
            let exact = own.as_ref().map(|own| own[i]);
            let sums = last(input, &format!("x_{i}"))?;
            let place = Some(i);
            rows.push(simulated(place, variance(&sums), exact, &sums));
            for (series, values) in &variances {
                rows.push(row(series, place, Scalar::number(values[i]), exact));
            }
        }
        let exact = own.as_ref().map(|own| loss(&cell.curvatures, own));
        let sums = last(input, "risk")?;
        rows.push(simulated(None, mean(&sums), exact, &sums));
        for (series, values) in &variances {
            let value = loss(&cell.curvatures, values);
            rows.push(row(series, None, Scalar::number(value), exact));
        }
        for (series, value) in losses {
            rows.push(row(series, None, Scalar::number(value), exact));
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// `(1/2) sum lambda_i v_i`, for a mean of zero.
fn loss(curvatures: &[f64], variances: &[f64]) -> f64 {
    0.5 * maruyama_dynamics::real::dot(curvatures, variances)
}

/// Moments of an observable at the last recorded step.
fn last(input: &Input<'_>, observable: &str) -> Result<CentralSums, AnalysisError> {
    let over_time = input.over_time(observable, Kept { moments: true, quantiles: false })?;
    let summary = over_time.summaries.last();
    let sums = summary.and_then(|summary| summary.sums).filter(|sums| sums.n >= 8);
    let n_diverged = summary.map_or(0, |summary| summary.n_diverged as usize);
    sums.ok_or(AnalysisError::TooFewChains { left: 0, diverged: n_diverged, needed: 8 })
}

/// The variance with the interval of its standard error, `sqrt((m_4 − m_2²)/n)`.
pub(crate) fn variance(sums: &CentralSums) -> Scalar {
    let (n, variance) = (sums.n as f64, sums.variance());
    let fourth = sums.m4 / n;
    let error = ((fourth - variance * variance).max(0.0) / n).sqrt();
    let half = standard_quantile(0.5 + 0.5 * LEVEL) * error;
    Scalar::interval(variance, variance - half, variance + half)
}

fn simulated(place: Option<usize>, value: Scalar, exact: Option<f64>, sums: &CentralSums) -> Row {
    let mut row = row("simulated", place, value, exact);
    row.insert("n".to_owned(), Scalar::Number(sums.n as f64));
    row
}

fn row(series: &str, place: Option<usize>, value: Scalar, exact: Option<f64>) -> Row {
    let quantity = if place.is_some() { "variance" } else { "loss" };
    let relative = exact.map_or(Scalar::Missing, |exact| over(&value, exact));
    Row::from(
        [
            ("series", Scalar::text(series)),
            ("quantity", Scalar::text(quantity)),
            ("coordinate", place.map_or(Scalar::Missing, Scalar::count)),
            ("value", value),
            ("relative", relative),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// A value over a positive number.
pub(crate) fn over(value: &Scalar, divisor: f64) -> Scalar {
    match *value {
        Scalar::Number(value) => Scalar::number(value / divisor),
        Scalar::Interval { value, low, high } => {
            Scalar::interval(value / divisor, low / divisor, high / divisor)
        }
        Scalar::Text(_) | Scalar::Missing => Scalar::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values −1, −1, 1, 1: variance 1 and fourth moment 1, so that there is no spread.
    #[test]
    fn the_interval_of_a_variance_is_that_of_its_fourth_moment() {
        let two_points = CentralSums { n: 4, mean: 0.0, m2: 4.0, m3: 0.0, m4: 4.0 };
        assert_eq!(variance(&two_points), Scalar::interval(1.0, 1.0, 1.0));
        let normal = CentralSums { n: 800, mean: 0.0, m2: 1600.0, m3: 0.0, m4: 9600.0 };
        let (low, high) = variance(&normal).range().unwrap();
        // Variance 2, fourth moment 12: standard error sqrt(8/800) = 0.1.
        assert!((high - low - 2.0 * 0.195_996_398_454_005_4).abs() < 1e-9, "{low} {high}");
    }

    #[test]
    fn a_row_is_relative_to_the_exact_value() {
        let found = row("lemma", Some(1), Scalar::Number(3.0), Some(2.0));
        assert_eq!(found["relative"], Scalar::Number(1.5));
        assert_eq!(found["quantity"], Scalar::text("variance"));
        assert_eq!(row("bound", None, Scalar::Number(3.0), None)["relative"], Scalar::Missing);
    }
}
