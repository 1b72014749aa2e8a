//! The excess residual of all components but the leading one.

use crate::observable::core::{Observable, State};
use crate::parameter::Part;
use crate::problem::LeastSquares;

/// `S_bulk = sum_{j≥2} lambda_j² Y_j²`.
pub const BULK: Observable = Observable {
    part: Part {
        name: "bulk",
        doc: "Excess residual Σ_{j≥2} λ_j² Y_j² of the components other than the leading one; it \
              drives the noise of the leading one.",
        parameters: &[],
        source: file!(),
    },
    evaluate,
};

fn evaluate(problem: &LeastSquares, state: State<'_>) -> f64 {
    problem.spectrum().excess(&state.principal(problem), 1)
}
