//! The length of the parameters.

use crate::noise::Lanes;
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::Problem;
use crate::real;

/// `|x|`; for least squares `|Qᵀ x| = |Y − alpha|`, which leaves out directions that the data do not
/// see.
pub const NORM: Observable = Observable {
    part: Part {
        name: "norm",
        doc: "Euclidean norm |x| of the parameters; for least squares |Qᵀx|, the norm within the \
              row space of the design.",
        parameters: &[],
        source: file!(),
    },
    problems: &[],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let Some(problem) = problem.principal_form() else {
        return states.each(|state| real::dot(&state.values, &state.values).sqrt());
    };
    states.each(|state| {
        let mut coordinates = state.principal(problem);
        real::add_scaled(&mut coordinates, -1.0, problem.alpha());
        real::dot(&coordinates, &coordinates).sqrt()
    })
}
