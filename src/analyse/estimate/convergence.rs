//! The estimator `convergence`: whether chains have one stationary law, and how much they tell of it.

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Part};
use maruyama_statistics::interval::mean::normal_interval;
use maruyama_statistics::series::chains::convergence;

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest recorded steps of a chain.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "convergence",
    doc: "Whether the chains of a cell have reached one stationary law, from their recorded steps, \
          which have to be equally spaced: rank-normalised split R-hat, effective sample sizes and \
          autocorrelation time. One row a cell.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        Parameter {
            name: "from",
            doc: "First step that counts: what is before it is the way to the stationary law.",
            unit: "steps",
            kind: Kind::Integer { min: 0, max: 1 << 53 },
            default: Default::Integer(1),
        },
    ],
    source: file!(),
};

/// Diagnostics of long chains.
pub(crate) struct ConvergenceOf;

impl Estimator for ConvergenceOf {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("n", "chains that did not diverge"),
            ("n_diverged", "chains that did"),
            ("n_steps", "recorded steps of a chain that count"),
            ("spacing", "steps from one of them to the next"),
            ("r_hat", "rank-normalised split R-hat; below 1.01 is the usual demand"),
            ("bulk_size", "effective sample size for location"),
            ("tail_size", "effective sample size of the 5 % and 95 % quantiles, the smaller"),
            ("mean_size", "effective sample size for the mean"),
            ("correlation_time", "integrated autocorrelation time, in steps"),
            ("mean", "mean over steps and chains, with the interval of its standard error"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let chains = input.chains()?;
        let from = parameters.count("from");
        let first = chains.steps().partition_point(|step| *step < from);
        let spacing = spacing(&chains.steps()[first..], from)?;
        let (series, n_diverged) = chains.series(parameters.text("observable"), first)?;
        let n = series.len();
        let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let found = convergence(&series).map_err(AnalysisError::statistic)?;
        let n_steps = chains.steps().len() - first;
        let interval = normal_interval(found.mean, found.mean_standard_error, LEVEL);
        let n_values = (n * n_steps) as f64;
        let row = Row::from(
            [
                ("n", Scalar::count(n)),
                ("n_diverged", Scalar::count(n_diverged)),
                ("n_steps", Scalar::count(n_steps)),
                ("spacing", Scalar::Number(spacing as f64)),
                ("r_hat", Scalar::number(found.r_hat)),
                ("bulk_size", Scalar::number(found.bulk_size)),
                ("tail_size", Scalar::number(found.tail_size)),
                ("mean_size", Scalar::number(found.mean_size)),
                ("correlation_time", Scalar::number(n_values / found.mean_size * spacing as f64)),
                ("mean", Scalar::interval(found.mean, interval.low, interval.high)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}

/// The distance between neighbouring steps.
fn spacing(steps: &[u64], from: u64) -> Result<u64, AnalysisError> {
    if steps.len() < FEWEST {
        let n = steps.len();
        let message = format!("{n} recorded steps from {from} on; at least {FEWEST} are needed");
        return Err(AnalysisError::Statistic(message));
    }
    let spacing = steps[1] - steps[0];
    if let Some(pair) = steps.windows(2).find(|pair| pair[1] - pair[0] != spacing) {
        let (a, b) = (pair[0], pair[1]);
        let message = format!(
            "recorded steps are {spacing} apart at first and {} from {a} to {b}; take \
             `record_every`, of which `steps` and `from` are multiples",
            b - a
        );
        return Err(AnalysisError::Statistic(message));
    }
    Ok(spacing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_to_be_equally_spaced() {
        let even: Vec<u64> = (0..9).map(|k| 10 * k).collect();
        assert_eq!(spacing(&even, 0), Ok(10));
        assert!(spacing(&even[..7], 0).is_err());
        let uneven: Vec<u64> = even.iter().copied().chain([85]).collect();
        let error = spacing(&uneven, 0).unwrap_err().to_string();
        assert!(error.contains("10 apart at first and 5 from 80 to 85"), "{error}");
    }
}
