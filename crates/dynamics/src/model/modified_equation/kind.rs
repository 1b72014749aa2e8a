//! The equations that stand for SGD, as a manifest names them.
//!
//! ```text
//! dX = b(X) dt + D(X)^{1/2} dW;   a step of SGD is the time eta
//! ```

use std::sync::Arc;

use crate::model::common_noise::MAX_LEVELS;
use crate::model::core::{Model, ModelKind};
use crate::model::modified_equation::linear::LinearEquation;
use crate::model::modified_equation::local::{LocalEquation, Sharpness};
use crate::model::modified_equation::scheme::{LocalScheme, Stages};
use crate::model::settings::STEP_SIZE;
use crate::modified_equation::{CoefficientError, Form, NAMES, NonPsd};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::{Formula, FormulaDerivatives, Problem, QuadraticForm};

/// The equations that stand for SGD.
pub struct ModifiedEquationKind;

/// Most parameters of a problem whose Hessian is decomposed.
const MOST_PARAMETERS: usize = 1000;

const PART: Part = Part {
    name: "modified_equation",
    doc: "Stochastic differential equations that stand for SGD, dX = b dt + D^{1/2} dW, with drift and \
          diffusion from the gradient, the Hessian and the covariance of gradient noise. One step is one \
          iteration of SGD, that is the time γ. A chain that comes where its equation does not exist \
          counts as diverged.",
    parameters: &[
        STEP_SIZE,
        Parameter {
            name: "equation",
            doc: "Which: `sme_1`, `sme_2`, `principal_flow` without noise, `spf` (stochastic principal \
                  flow), `ha_sme` (Hessian-aware), `ha_sme_f` (its diffusion factorised), `ha_sme_3` (with \
                  terms of third order), or `shifted_sme_2` and `shifted_spf`, which start at x − (γ/2)∇f \
                  and are read at x + (γ/2)∇f.",
            unit: "",
            kind: Kind::Choice(NAMES),
            default: Default::Text("ha_sme"),
        },
        Parameter {
            name: "psd",
            doc: "What is done where the Hessian-aware diffusion is not positive semidefinite: `error` \
                  refuses the cell on a quadratic and ends the chain elsewhere, `clip` drops negative \
                  eigenvalues, `factorise` takes the diffusion of `ha_sme_f`.",
            unit: "",
            kind: Kind::Choice(&["error", "clip", "factorise"]),
            default: Default::Text("error"),
        },
        Parameter {
            name: "too_sharp",
            doc: "What is done where γλ ≥ 1 and the equation has a logarithm: `stop` refuses the cell on a \
                  quadratic and ends the chain elsewhere, `cap` takes γλ = 0.999.",
            unit: "",
            kind: Kind::Choice(&["stop", "cap"]),
            default: Default::Text("stop"),
        },
        Parameter {
            name: "integrator",
            doc: "How a step is taken: `exact_ou`, the exact transition on a quadratic; \
                  `euler_maruyama`; or `heun`, with the drift by the trapezoidal rule.",
            unit: "",
            kind: Kind::Choice(&["exact_ou", "euler_maruyama", "heun"]),
            default: Default::Text("heun"),
        },
        Parameter {
            name: "refinement",
            doc: "How often a step is halved: it is taken as 2^l equal parts, along the Brownian path that \
                  is the same for every l. At l = 0 `euler_maruyama` all but repeats SGD.",
            unit: "",
            kind: Kind::Integer { min: 0, max: MAX_LEVELS as i64 },
            default: Default::Integer(3),
        },
    ],
    source: file!(),
};

/// The equation that a cell asks for.
fn equation(parameters: &Parameters) -> LocalEquation {
    let policy = match parameters.text("psd") {
        "clip" => NonPsd::Clip,
        "factorise" => NonPsd::Factorise,
        _ => NonPsd::Error,
    };
    let sharpness = match parameters.text("too_sharp") {
        "cap" => Sharpness::Cap,
        _ => Sharpness::Stop,
    };
    let form = Form::named(parameters.text("equation"), policy);
    let form = form.expect("the name of the equation has been checked");
    LocalEquation { form, step_size: parameters.real("step_size"), sharpness }
}

/// How parts of a step are taken; none for exact transitions.
fn stages(parameters: &Parameters) -> Option<Stages> {
    match parameters.text("integrator") {
        "exact_ou" => None,
        "euler_maruyama" => Some(Stages::EulerMaruyama),
        _ => Some(Stages::Heun),
    }
}

/// The equation on a quadratic.
fn linear(
    parameters: &Parameters,
    form: &QuadraticForm,
) -> Result<LinearEquation, CoefficientError> {
    let levels = parameters.count("refinement") as u32;
    LinearEquation::new(form, &equation(parameters), stages(parameters), levels)
}

/// What keeps the equation of a cell from a formula.
fn check_formula(parameters: &Parameters, formula: &Formula) -> Option<Violation> {
    let violation = |parameter: &'static str, message: String, remedy: &str| {
        Some(Violation { parameter, message, remedy: remedy.to_owned() })
    };
    if stages(parameters).is_none() {
        let message = "`exact_ou` is for quadratics".to_owned();
        return violation("integrator", message, "take `heun`");
    }
    if !formula.noise.variance().is_finite() {
        let message = "the variance of the gradient noise is infinite".to_owned();
        return violation("noise_nu", message, "take more than two degrees of freedom");
    }
    let error = FormulaDerivatives::new(formula).err()?;
    violation("objective", error.to_string(), &error.remedy)
}

impl ModelKind for ModifiedEquationKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic", "formula"]
    }

    fn takes_matrices(&self) -> bool {
        true
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let violation = |parameter: &'static str, message: String, remedy: &str| {
            vec![Violation { parameter, message, remedy: remedy.to_owned() }]
        };
        if problem.dim() > MOST_PARAMETERS {
            let message = format!("the Hessian of {} parameters is decomposed", problem.dim());
            return violation("model", message, "take at most 1000");
        }
        if let Some(formula) = problem.get::<Formula>() {
            return check_formula(parameters, formula).into_iter().collect();
        }
        let Some(form) = problem.quadratic_form() else { return Vec::new() };
        if !form.noise.variance().is_finite() {
            let message = "the variance of the gradient noise is infinite".to_owned();
            return violation("noise_nu", message, "take more than two degrees of freedom");
        }
        match linear(parameters, &form) {
            Ok(_) => Vec::new(),
            Err(error @ CoefficientError::TooSharp { .. }) => {
                violation("step_size", error.to_string(), "take a smaller one, or `too_sharp: cap`")
            }
            Err(error) => violation("psd", error.to_string(), "take `clip` or `factorise`"),
        }
    }

    fn common_step(&self, parameters: &Parameters) -> Result<f64, Violation> {
        if stages(parameters).is_some() {
            return Ok(parameters.real("step_size"));
        }
        Err(Violation {
            parameter: "integrator",
            message: "the noise of a step of `exact_ou` is no increment of a path".to_owned(),
            remedy: "take another integrator, or leave `common_noise` out".to_owned(),
        })
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        if let Some(formula) = problem.get::<Formula>() {
            let derivatives = FormulaDerivatives::new(formula);
            let derivatives = Arc::new(derivatives.expect("the formula has been checked"));
            let stages = stages(parameters).expect("the integrator has been checked");
            let levels = parameters.count("refinement") as u32;
            return Box::new(LocalScheme::new(derivatives, equation(parameters), stages, levels));
        }
        let form = problem.quadratic_form().expect("the problem has been checked");
        let equation = linear(parameters, &form).expect("the coefficients have been checked");
        Box::new(equation)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        let n_parts = stages(parameters).map_or(1, |_| 1_u64 << parameters.count("refinement"));
        32 * n_parts
    }
}

#[cfg(test)]
mod tests;
