//! The length of the parameters within the row space of the design.

use crate::observable::core::{Observable, State};
use crate::parameter::Part;
use crate::problem::LeastSquares;
use crate::real;

/// `|Qᵀ x| = |Y − alpha|`; directions that the data do not see are left out.
pub const NORM: Observable = Observable {
    part: Part {
        name: "norm",
        doc: "Euclidean norm |Qᵀx| of the parameters within the row space of the design.",
        parameters: &[],
        source: file!(),
    },
    evaluate,
};

fn evaluate(problem: &LeastSquares, state: State<'_>) -> f64 {
    let mut coordinates = state.principal(problem).into_owned();
    real::add_scaled(&mut coordinates, -1.0, &problem.spectrum().alpha);
    real::dot(&coordinates, &coordinates).sqrt()
}
