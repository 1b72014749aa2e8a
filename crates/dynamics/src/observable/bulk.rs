//! The excess residual of all components but the leading one.

use crate::noise::Lanes;
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::{LeastSquares, Problem};

/// `S_bulk = sum_{j≥2} lambda_j² Y_j²`.
pub const BULK: Observable = Observable {
    part: Part {
        name: "bulk",
        doc: "Excess residual Σ_{j≥2} λ_j² Y_j² of the components other than the leading one; it \
              drives the noise of the leading one.",
        parameters: &[],
        source: file!(),
    },
    problems: &["least_squares"],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let problem: &LeastSquares = problem.expect();
    states.each(|state| problem.spectrum().excess(&state.principal(problem), 1))
}
