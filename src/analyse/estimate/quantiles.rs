//! The estimator `quantiles`: quantiles over the chains at each recorded step.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value, Violation,
};
use maruyama_statistics::stream::{Kept, Summary};

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::summary_row::counts;

const PART: Part = Part {
    name: "quantiles",
    doc: "Quantiles of an observable over the chains, at each recorded step, from a sketch: each is \
          within 1 % of an order statistic of that rank. One row a step; the column of the quantile \
          at 0.05 is `q_05`.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        Parameter {
            name: "levels",
            doc: "Probabilities of the quantiles, increasing.",
            unit: "",
            kind: Kind::Reals(Range::OPEN_UNIT),
            default: Default::Reals(&[0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]),
        },
    ],
    source: file!(),
};

/// Quantiles over time.
pub(crate) struct Quantiles;

impl Estimator for Quantiles {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("step", "recorded step"),
            ("n", "chains that have a value"),
            ("n_diverged", "chains that have diverged"),
            ("min", "smallest value"),
            ("max", "largest value"),
        ]
    }

    fn more_columns(&self, parameters: &Parameters) -> Vec<String> {
        levels(parameters).map(column).collect()
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let levels: Vec<f64> = levels(parameters).collect();
        let refuse = |message: String, remedy: &str| {
            Some(Violation { parameter: "levels", message, remedy: remedy.to_owned() })
        };
        if levels.is_empty() {
            return refuse("there is no level".to_owned(), "name one, or leave `levels` out");
        }
        let pair = levels.windows(2).find(|pair| pair[0] >= pair[1])?;
        let message = format!("the levels do not increase: {} and {}", pair[0], pair[1]);
        refuse(message, "list each level once, in order")
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Quantiles
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let kept = Kept { moments: false, quantiles: true };
        let over_time = input.over_time(parameters.text("observable"), kept)?;
        let levels: Vec<f64> = levels(parameters).collect();
        let rows = over_time.steps.iter().zip(&over_time.summaries);
        let rows = rows.map(|(step, summary)| row(*step, summary, &levels)).collect();
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(step: u64, summary: &Summary, levels: &[f64]) -> Row {
    let mut row = counts(step, summary);
    for level in levels {
        let quantile = summary.sketch.as_ref().and_then(|sketch| sketch.quantile(*level));
        // Of the bucket that an extreme is in, the extreme itself is nearer.
        let quantile = quantile.map(|quantile| quantile.clamp(summary.min, summary.max));
        row.insert(column(*level), Scalar::optional(quantile));
    }
    row
}

fn levels(parameters: &Parameters) -> impl Iterator<Item = f64> {
    let levels = parameters.get("levels").and_then(Value::as_list).unwrap_or(&[]);
    levels.iter().filter_map(Value::as_real)
}

/// The column of a quantile: the digits of its level after the point.
fn column(level: f64) -> String {
    let digits = level.to_string();
    format!("q_{}", digits.strip_prefix("0.").unwrap_or(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_name_columns_of_their_own() {
        let names = [0.5, 0.05, 0.025, 0.999, 1e-7].map(column);
        assert_eq!(names, ["q_5", "q_05", "q_025", "q_999", "q_0000001"]);
    }

    #[test]
    fn levels_increase_and_there_is_one() {
        let with = |levels: &[f64]| {
            let levels = Value::List(levels.iter().map(|level| Value::Real(*level)).collect());
            Quantiles.check(&Parameters::from([("levels".to_owned(), levels)]))
        };
        assert_eq!(with(&[0.1, 0.9]), None);
        assert!(with(&[]).is_some());
        assert!(with(&[0.1, 0.1]).is_some_and(|fault| fault.message.contains("0.1 and 0.1")));
    }

    #[test]
    fn quantiles_are_near_order_statistics_and_within_the_extremes() {
        let kept = Kept { moments: false, quantiles: true };
        let values: Vec<f64> = (0..101).map(|rank| f64::from(rank) - 20.0).collect();
        let row = row(7, &Summary::of(kept, &values, 0), &[0.001, 0.25, 0.5, 0.999]);
        for (name, exact) in [("q_001", -20.0), ("q_25", 5.0), ("q_5", 30.0), ("q_999", 79.0)] {
            let found = row[name].value().unwrap();
            assert!((found - exact).abs() <= 0.0101 * f64::abs(exact), "{name}: {found}");
        }
        assert!(row["q_001"].value() >= Some(-20.0));
    }
}
