//! The coordinate along the leading right singular vector.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::{LeastSquares, Problem};
use crate::real;

/// `q_1 · x`, which is `Y_1 − alpha_1`.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 4; the sign of `q_1` is that of its entries' sum.
pub const Q1: Observable = Observable {
    part: Part {
        name: "q1",
        doc: "Coordinate q₁·x along the leading right singular vector of the design, whose entries \
              have a positive sum.",
        parameters: &[],
        source: file!(),
    },
    problems: &["least_squares"],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let problem: &LeastSquares = problem.expect();
    let spectrum = problem.spectrum();
    states.each(|state| match state.coordinates {
        Coordinates::Parameters => real::dot(spectrum.right_vectors.row(0), &state.values),
        Coordinates::Principal => state.values[0] - spectrum.alpha[0],
    })
}
