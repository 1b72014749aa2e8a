//! At which recorded steps two cells are compared.

use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters};

use crate::analyse::chains::{Chains, PointSample};
use crate::analyse::estimator::AnalysisError;
use crate::analyse::outcome::{Row, Scalar};

/// The parameter that chooses the steps.
pub(crate) const TIMES: Parameter = Parameter {
    name: "times",
    doc: "`last` compares the last recorded steps of both cells, `all` every step that both record.",
    unit: "",
    kind: Kind::Choice(&["last", "all"]),
    default: Default::Text("last"),
};

/// The places of the steps to compare among the recorded steps of `x` and of `y`.
///
/// # Errors
/// If there are none.
pub(crate) fn compared(
    parameters: &Parameters,
    x: &Chains<'_>,
    y: &Chains<'_>,
) -> Result<Vec<(usize, usize)>, AnalysisError> {
    let (x, y) = (x.steps(), y.steps());
    let pairs: Vec<(usize, usize)> = if parameters.text(TIMES.name) == "all" {
        let common = |(i, step): (usize, &u64)| Some((i, y.binary_search(step).ok()?));
        x.iter().enumerate().filter_map(common).collect()
    } else {
        x.len().checked_sub(1).zip(y.len().checked_sub(1)).into_iter().collect()
    };
    if pairs.is_empty() {
        return Err(AnalysisError::Statistic("no step is recorded in both cells".to_owned()));
    }
    Ok(pairs)
}

/// Steps and sizes of both sides.
pub(crate) fn sides(steps: (u64, u64), (x, y): (&PointSample, &PointSample)) -> Row {
    Row::from(
        [
            ("step", Scalar::Number(steps.0 as f64)),
            ("step_against", Scalar::Number(steps.1 as f64)),
            ("n", Scalar::count(x.n())),
            ("n_against", Scalar::count(y.n())),
            ("n_diverged", Scalar::count(x.n_missing)),
            ("n_diverged_against", Scalar::count(y.n_missing)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::parameter::Value;

    use super::*;
    use crate::store::Observations;

    fn block(steps: &[u64]) -> Observations {
        Observations {
            first_chain: 0,
            observables: vec!["q1".to_owned()],
            steps: steps.to_vec(),
            values: vec![0.0; steps.len()],
            diverged_at: vec![None],
        }
    }

    #[test]
    fn steps_are_the_last_or_those_in_common() {
        let (x, y) = (block(&[0, 5, 10, 20]), block(&[0, 10, 15, 20, 30]));
        let (x, y) = ([&x], [&y]);
        let (x, y) = (Chains::new(&x), Chains::new(&y));
        let times =
            |text: &str| Parameters::from([(TIMES.name.to_owned(), Value::Text(text.to_owned()))]);
        assert_eq!(compared(&times("last"), &x, &y), Ok(vec![(3, 4)]));
        assert_eq!(compared(&times("all"), &x, &y), Ok(vec![(0, 0), (2, 1), (3, 3)]));
        let apart = block(&[7]);
        let apart = [&apart];
        assert!(compared(&times("all"), &x, &Chains::new(&apart)).is_err());
    }
}
