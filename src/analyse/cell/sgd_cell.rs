//! A cell of SGD or of its equations.

use maruyama_dynamics::parameter::Lookup as _;
use maruyama_theory::tail::{Setting, TailBounds, tail_bounds};

use crate::analyse::estimator::{AnalysisError, Input};

/// The bounds at the parameters of the cell.
///
/// # Errors
/// If the cell is not one of SGD or its equations on least squares, or the data are no use.
pub(crate) fn bounds_of(input: &Input<'_>) -> Result<TailBounds, AnalysisError> {
    let parameters = input.parameters;
    let problem = input.least_squares()?;
    is_of_sgd(input)?;
    let ridge = problem.ridge();
    let spectrum = problem.spectrum();
    if spectrum.rank() == 0 {
        return Err(AnalysisError::Data("the design matrix is zero".to_owned()));
    }
    Ok(tail_bounds(&Setting {
        singular_values: &spectrum.singular_values,
        n_rows: problem.dataset().n_rows(),
        step_size: parameters.real("step_size"),
        batch_size: parameters.count("batch_size"),
        ridge,
    }))
}

/// Checks that the cell is one of SGD or of its equations.
///
/// # Errors
/// If it is not.
pub(crate) fn is_of_sgd(input: &Input<'_>) -> Result<(), AnalysisError> {
    let model = input.parameters.text("model");
    if ["sgd", "sgd_sde", "hsgd"].contains(&model) {
        return Ok(());
    }
    Err(AnalysisError::NotSgd(model.to_owned()))
}
