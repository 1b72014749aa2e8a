//! The coordinate along the leading right singular vector.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::Problem;

/// `q_1 · x`, which is `Y_1 − alpha_1`.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4; the sign of `q_1` is that of its entries' sum.
pub const Q1: Observable = Observable {
    part: Part {
        name: "q1",
        doc: "Coordinate q₁·x along the leading right singular vector of the design, whose entries \
              have a positive sum; `x_0` on a Gaussian population.",
        parameters: &[],
        source: file!(),
    },
    problems: &["least_squares", "gaussian_population", "sphere_population"],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let form = problem.expect_principal();
    states.each(|state| match state.coordinates {
        Coordinates::Parameters => form.leading(&state.values),
        Coordinates::Principal => state.values[0] - form.alpha()[0],
    })
}
