//! The estimator `paired_difference`: the mean difference of two simulations, chain by chain.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{Default, Kind, Parameter, Parameters, Part};
use maruyama_statistics::interval::mean::student_interval;
use maruyama_statistics::sample::moments::mean;

use crate::analyse::distance::texts;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::goodness_of_fit::statistic;
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::times::{TIMES, compared};

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// Fewest pairs of chains.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "paired_difference",
    doc: "The mean over pairs of chains of the difference of an observable between two simulations, \
          those of one number being a pair, with Student's interval. With `common_noise` the chains of a \
          pair move along one Brownian path and the difference has far less noise than its terms; without \
          it the interval is right all the same. One row a step and observable.",
    parameters: &[
        Parameter {
            name: "observables",
            doc: "The observables.",
            unit: "",
            kind: Kind::Names(observable::NAMES),
            default: Default::Texts(&["risk"]),
        },
        TIMES,
    ],
    source: file!(),
};

/// Differences between pairs of chains.
pub(crate) struct PairedDifference;

impl Estimator for PairedDifference {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("observable", "the observable"),
            ("step", "recorded step"),
            ("difference", "mean of the differences, with the interval for their expectation"),
            ("standard_error", "its standard error"),
            ("mean", "mean of the observable over the pairs"),
            ("mean_against", "the same of the other simulation"),
            ("independent_error", "the standard error that independent chains would have"),
            ("n", "pairs of chains"),
            ("n_diverged", "pairs of which a chain has no value"),
        ]
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        texts(parameters, "observables").map(str::to_owned).collect()
    }

    fn compares(&self) -> bool {
        true
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (chains, others) = (input.chains()?, input.against()?);
        let mut rows = Vec::new();
        for (idx, other) in compared(parameters, &chains, &others)? {
            for name in texts(parameters, "observables") {
                let (x, y) = (chains.values(name, idx)?, others.values(name, other)?);
                let mut row = differences(&x, &y)?;
                row.insert("observable".to_owned(), Scalar::text(name));
                row.insert("step".to_owned(), Scalar::Number(chains.steps()[idx] as f64));
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// The row of the pairs `x_i`, `y_i`, where NaN is no value; those beyond the shorter list have no partner.
fn differences(x: &[f64], y: &[f64]) -> Result<Row, AnalysisError> {
    let n_pairs = x.len().min(y.len());
    let pairs: Vec<(f64, f64)> = (x.iter().copied().zip(y.iter().copied()))
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let diverged = n_pairs - pairs.len();
    if pairs.len() < FEWEST {
        return Err(AnalysisError::TooFewChains { left: pairs.len(), diverged, needed: FEWEST });
    }
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let gaps: Vec<f64> = pairs.iter().map(|(x, y)| x - y).collect();
    let error = |values: &[f64]| student_interval(values, LEVEL).map_err(statistic);
    let found = error(&gaps)?;
    let (of_x, of_y) = (error(&x)?.standard_error, error(&y)?.standard_error);
    let independent = (of_x * of_x + of_y * of_y).sqrt();
    let interval = Scalar::interval(found.mean, found.interval.low, found.interval.high);
    Ok(Row::from(
        [
            ("difference", interval),
            ("standard_error", Scalar::number(found.standard_error)),
            ("mean", Scalar::number(mean(&x))),
            ("mean_against", Scalar::number(mean(&y))),
            ("independent_error", Scalar::number(independent)),
            ("n", Scalar::count(pairs.len())),
            ("n_diverged", Scalar::count(diverged)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_of_one_number_that_both_have_a_value() {
        let x: Vec<f64> = (0..12).map(|i| f64::from(i * i)).collect();
        let mut y: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| x - 1.0 - 0.1 * (i % 2) as f64).collect();
        y[3] = f64::NAN;
        y.push(100.0);
        let row = differences(&x, &y).unwrap();
        let number = |name: &str| row[name].value().unwrap();
        // Six gaps of 1 and five of 1.1.
        assert!((number("difference") - (6.0 + 5.5) / 11.0).abs() < 1e-13);
        let variance: f64 = (6.0 * 5.0 / 11.0) * 0.01 / 10.0 / 11.0;
        assert!((number("standard_error") - variance.sqrt()).abs() < 1e-13);
        assert_eq!((number("n"), number("n_diverged")), (11.0, 1.0));
        assert!(number("independent_error") > 10.0);
        assert!(differences(&x[..5], &y).is_err());
    }
}
