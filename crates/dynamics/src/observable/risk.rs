//! The objective, without a penalty.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::Problem;

/// `L(x)`; for least squares `|A x − b|²/(2n)`, which is `(sum lambda_i² Y_i² + beta)/(2n)`.
pub const RISK: Observable = Observable {
    part: Part {
        name: "risk",
        doc: "The objective; for least squares the risk |Ax − b|²/(2n), without the ridge penalty; \
              for a population the exact risk ½[Σ λ_j(x_j − x_*j)² + s²].",
        parameters: &[],
        source: file!(),
    },
    problems: &[],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    states.each(|state| match state.coordinates {
        Coordinates::Parameters => problem.risk(&state.values),
        Coordinates::Principal => problem.expect_principal().principal_risk(&state.values),
    })
}
