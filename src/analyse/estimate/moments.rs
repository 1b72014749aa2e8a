//! The estimator `moments`: moments over the chains at each recorded step.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Part};
use maruyama_statistics::stream::{Kept, Summary};

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::summary_row::{counts, mean};

const PART: Part = Part {
    name: "moments",
    doc: "Moments of an observable over the chains, at each recorded step. One row a step.",
    parameters: &[Parameter {
        name: "observable",
        doc: "The observable.",
        unit: "",
        kind: Kind::Name(observable::NAMES),
        default: Default::TextByProblem(observable::USUAL),
    }],
    source: file!(),
};

/// Moments over time.
pub(crate) struct Moments;

impl Estimator for Moments {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("step", "recorded step"),
            ("n", "chains that have a value"),
            ("n_diverged", "chains that have diverged"),
            ("mean", "mean over the chains, with the asymptotic interval of its standard error"),
            ("std", "standard deviation, with divisor n"),
            ("below", "mean less standard deviation"),
            ("above", "mean and standard deviation"),
            ("skewness", "third standardised moment"),
            ("excess_kurtosis", "fourth standardised moment less 3"),
            ("min", "smallest value"),
            ("max", "largest value"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let kept = Kept { moments: true, quantiles: false };
        let over_time = input.over_time(parameters.text("observable"), kept)?;
        let rows = over_time.steps.iter().zip(&over_time.summaries);
        let rows = rows.map(|(step, summary)| row(*step, summary)).collect();
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(step: u64, summary: &Summary) -> Row {
    let mut row = counts(step, summary);
    let Some(sums) = summary.sums.filter(|sums| sums.n > 0) else { return row };
    let std = sums.variance().sqrt();
    row.extend(
        [
            ("mean", mean(&sums)),
            ("std", Scalar::number(std)),
            ("below", Scalar::number(sums.mean - std)),
            ("above", Scalar::number(sums.mean + std)),
            ("skewness", Scalar::number(sums.skewness())),
            ("excess_kurtosis", Scalar::number(sums.excess_kurtosis())),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_missing() {
        let kept = Kept { moments: true, quantiles: false };
        let none = row(3, &Summary::of(kept, &[f64::NAN], 1));
        assert_eq!(none["n_diverged"], Scalar::Number(1.0));
        assert_eq!((none["min"].clone(), none.get("mean")), (Scalar::Missing, None));
        let one = row(3, &Summary::of(kept, &[2.0], 0));
        assert_eq!((&one["mean"], &one["std"]), (&Scalar::Number(2.0), &Scalar::Number(0.0)));
        assert_eq!(one["skewness"], Scalar::Missing);
        let two = row(3, &Summary::of(kept, &[1.0, 5.0], 0));
        assert_eq!((&two["below"], &two["above"]), (&Scalar::Number(1.0), &Scalar::Number(5.0)));
        assert_eq!(two["excess_kurtosis"], Scalar::Number(-2.0));
        let Scalar::Interval { value, low, high } = two["mean"] else { panic!("{two:?}") };
        assert_eq!(value, 3.0);
        assert!((high - low - 4.0 * 1.959_963_984_540_054).abs() < 1e-9, "{low} to {high}");
    }
}
