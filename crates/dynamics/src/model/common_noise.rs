//! Noise that cells of different models have in common.
//!
//! ```text
//! x_{k+1} = x_k − gamma [∇f(x_k) + sigma xi_k],   dX = −∇f(X) dt + sqrt(gamma) sigma dW
//! xi_k = −[W((k + 1) gamma) − W(k gamma)] / sqrt(gamma)
//! ```
//!
//! One path `W` moves both the same way; a method that goes against its gradient has minus the
//! increment in it.

use crate::model::settings::parts_of_a_step;
use crate::parameter::{Lookup, Parameters, Value, Violation};

/// The parameter of a cell that names its random streams.
const COMMON_NOISE: &str = "common_noise";

/// The parameter of an optimiser that says how often increments are halved for its steps.
pub(crate) const REFINEMENT: &str = "refinement";

/// How often a step can be halved along a common path.
pub(crate) const MAX_LEVELS: u32 = 10;

/// Whether the cell shares its streams with others.
fn is_common(parameters: &Parameters) -> bool {
    parameters.get(COMMON_NOISE).is_some()
}

/// The factor of noise that is added to a gradient: −1 on a common path, 1 otherwise.
pub(crate) fn sign(parameters: &Parameters) -> f64 {
    if is_common(parameters) { -1.0 } else { 1.0 }
}

/// How often the steps of Euler–Maruyama halve a common path, if they do.
pub(crate) fn levels(parameters: &Parameters) -> Option<u32> {
    let n_parts = parts_of_a_step(parameters.real("dt"));
    (is_common(parameters) && n_parts > 1).then(|| n_parts.trailing_zeros())
}

/// How often the increments of a common path are halved, so that several steps of an optimiser take
/// one.
pub(crate) fn refinement(parameters: &Parameters) -> u32 {
    let given = parameters.get(REFINEMENT).filter(|_| is_common(parameters));
    given.map_or(0, |_| parameters.count(REFINEMENT) as u32)
}

/// A refinement of no path.
pub(crate) fn check_refinement(parameters: &Parameters) -> Option<Violation> {
    let is_idle = parameters.contains_key(REFINEMENT) && !is_common(parameters);
    is_idle.then(|| Violation {
        parameter: REFINEMENT,
        message: "it has no effect without `common_noise`".to_owned(),
        remedy: "give `common_noise` too, or leave it out".to_owned(),
    })
}

/// A model whose noise is no Brownian path, or not one of each parameter.
pub(crate) fn refuse(model: &str) -> Violation {
    Violation {
        parameter: COMMON_NOISE,
        message: format!("the noise of model `{model}` is no Brownian motion of each parameter"),
        remedy:
            "share the noise of gradients of a `quadratic` or a `formula` and of equations on it"
                .to_owned(),
    }
}

/// The time that a step of the optimiser `model` takes, if Gaussian noise is added to its gradient.
///
/// # Errors
/// If its noise is another.
pub(crate) fn optimiser_step(model: &str, parameters: &Parameters) -> Result<f64, Violation> {
    let is_noisy_network =
        parameters.text("problem") == "network" && parameters.contains_key("noise_std");
    if !["quadratic", "formula"].contains(&parameters.text("problem")) && !is_noisy_network {
        return Err(refuse(model));
    }
    let noise = parameters.get("gradient_noise").and_then(Value::as_text).unwrap_or("gaussian");
    if noise == "gaussian" {
        return Ok(parameters.real("step_size"));
    }
    Err(Violation {
        parameter: "gradient_noise",
        message: format!("`{noise}` noise is no increment of a Brownian path"),
        remedy: "take `gaussian`, or leave `common_noise` out".to_owned(),
    })
}

/// The time that a step of an optimiser's equation takes, whose parts halve the path.
///
/// # Errors
/// If they do not.
pub(crate) fn equation_step(parameters: &Parameters) -> Result<f64, Violation> {
    let n_parts = parts_of_a_step(parameters.real("dt"));
    if n_parts.is_power_of_two() && n_parts.trailing_zeros() <= MAX_LEVELS {
        return Ok(parameters.real("step_size"));
    }
    Err(Violation {
        parameter: "dt",
        message: format!("a common path is halved, and a step has {n_parts} parts"),
        remedy: "take 1, 0.5, 0.25, ..., at least 2⁻¹⁰".to_owned(),
    })
}
