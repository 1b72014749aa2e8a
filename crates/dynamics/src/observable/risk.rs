//! The risk without the penalty.

use crate::model::Coordinates;
use crate::observable::core::{Observable, State};
use crate::parameter::Part;
use crate::problem::LeastSquares;

/// `L(x) = |A x − b|²/(2n)`, which is `(sum lambda_i² Y_i² + beta)/(2n)`.
pub const RISK: Observable = Observable {
    part: Part {
        name: "risk",
        doc: "Risk L(x) = |Ax − b|²/(2n), without the ridge penalty.",
        parameters: &[],
        source: file!(),
    },
    evaluate,
};

fn evaluate(problem: &LeastSquares, state: State<'_>) -> f64 {
    match state.coordinates {
        Coordinates::Parameters => problem.risk(state.values),
        Coordinates::Principal => problem.principal_risk(state.values),
    }
}
