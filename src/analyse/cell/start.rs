//! Where the chains of a cell start.

use maruyama_dynamics::parameter::Lookup as _;

use crate::analyse::estimator::{AnalysisError, Input};

/// The law of each coordinate of the start: its mean and its standard deviation, which is zero if
/// all chains start at one point.
///
/// # Errors
/// If the start is that of a network.
pub(crate) fn start(input: &Input<'_>) -> Result<(f64, f64), AnalysisError> {
    match input.parameters.text("initial") {
        "zero" => Ok((0.0, 0.0)),
        "gaussian" => {
            Ok((input.parameters.real("initial_mean"), input.parameters.real("initial_std")))
        }
        other => Err(AnalysisError::Data(format!("the theory knows no start `{other}`"))),
    }
}

/// The one point `x_0 = (m, m, ...)` that all chains start at, as `m`.
///
/// # Errors
/// If they start at several.
pub(crate) fn one_point(input: &Input<'_>) -> Result<f64, AnalysisError> {
    let (mean, std) = start(input)?;
    if std == 0.0 {
        return Ok(mean);
    }
    let why = "the theory is for chains that start at one point: take `initial_std` 0";
    Err(AnalysisError::Data(why.to_owned()))
}
