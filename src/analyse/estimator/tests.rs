//! Cells for the tests of estimators: a least squares problem and what is recorded.

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::parameter::Value;

use super::*;
use crate::store::Observations;

/// Least squares for a design with the rows `design`.
pub(crate) fn least_squares(design: &[&[f64]], response: &[f64], ridge: f64) -> LeastSquares {
    let entries = design.concat();
    let matrix = Matrix::new(design.len(), entries.len() / design.len(), entries);
    LeastSquares::new(Dataset::new(matrix, response.to_vec()), ridge)
}

/// One observable, `values[chain]` at each of `steps`.
pub(crate) fn recorded(name: &str, steps: &[u64], values: &[&[f64]]) -> Observations {
    Observations {
        first_chain: 0,
        observables: vec![name.to_owned()],
        steps: steps.to_vec(),
        values: values.concat(),
        diverged_at: vec![None; values.len()],
    }
}

/// What `estimator` gives for `problem` under SGD with the step size `step_size`, one sample at a time,
/// from zero; with the parameters `more` besides or instead.
pub(crate) fn estimate(
    estimator: &dyn Estimator,
    problem: LeastSquares,
    step_size: f64,
    more: &[(&str, Value)],
    observations: Option<&Observations>,
) -> Result<CellOutcome, AnalysisError> {
    let text = |text: &str| Value::Text(text.to_owned());
    let usual = [
        ("model", text("sgd_sde")),
        ("step_size", Value::Real(step_size)),
        ("batch_size", Value::Integer(1)),
        ("initial", text("zero")),
    ];
    let cell = usual.iter().chain(more);
    let parameters: Parameters =
        cell.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let problem: Arc<dyn Problem> = Arc::new(problem);
    let input = Input {
        parameters: &parameters,
        stream: StreamKey(1),
        against_parameters: None,
        stored: Stored::Chains(observations.into_iter().collect()),
        against: None,
        is_interrupted: &|| false,
        problem: &|| Ok(Arc::clone(&problem)),
    };
    estimator.estimate(&input, &Parameters::new())
}

/// Whether a column holds a number, to rounding.
pub(crate) fn is(row: &crate::analyse::outcome::Row, column: &str, expected: f64) -> bool {
    let found = row.get(column).and_then(crate::analyse::outcome::Scalar::value);
    found.is_some_and(|found| (found - expected).abs() <= 1e-9 * (1.0 + expected.abs()))
}
