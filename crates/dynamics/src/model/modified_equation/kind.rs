//! The equations that stand for SGD, as a manifest names them.
//!
//! ```text
//! dX = b(X) dt + D(X)^{1/2} dW;   a step of SGD is the time eta
//! ```

use std::sync::Arc;

use crate::model::common_noise::MAX_LEVELS;
use crate::model::core::{Model, ModelKind};
use crate::model::modified_equation::check;
use crate::model::modified_equation::point::{DenseEquation, PointEquation};
use crate::model::modified_equation::scheme::LocalScheme;
use crate::model::modified_equation::setting::{self, equation, linear, stages};
use crate::model::settings::STEP_SIZE;
use crate::modified_equation::NAMES;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Violation};
use crate::problem::{Formula, FormulaDerivatives, Network, Problem};

/// The equations that stand for SGD.
pub struct ModifiedEquationKind;

/// Passes over the state that a product with the Hessian of a network counts as.
const NETWORK_PASSES: usize = 256;

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
                  refuses the cell on a quadratic or in its starting point and ends the chain elsewhere, `clip` drops negative \
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
        setting::BATCH_SIZE,
        setting::PRODUCTS,
    ],
    source: file!(),
};

impl ModelKind for ModifiedEquationKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["quadratic", "formula", "network"]
    }

    fn takes_matrices(&self) -> bool {
        true
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        check::problem(parameters, problem)
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
            let derivatives = derivatives.expect("the formula has been checked");
            return scheme(parameters, DenseEquation::new(derivatives, equation(parameters)));
        }
        if problem.get::<Network>().is_some() {
            return scheme(parameters, setting::on_network(parameters, problem.expect_shared()));
        }
        let form = problem.quadratic_form().expect("the problem has been checked");
        let equation = linear(parameters, &form).expect("the coefficients have been checked");
        Box::new(equation)
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        let n_parts = stages(parameters).map_or(1, |_| 1_u64 << parameters.count("refinement"));
        let is_network = parameters.text("problem") == "network";
        let n_passes =
            if is_network { NETWORK_PASSES * setting::n_products(parameters) } else { 32 };
        n_passes as u64 * n_parts
    }
}

/// A scheme for an equation point by point.
fn scheme(parameters: &Parameters, equation: impl PointEquation + 'static) -> Box<dyn Model> {
    let stages = stages(parameters).expect("the integrator has been checked");
    Box::new(LocalScheme::new(equation, stages, parameters.count("refinement") as u32))
}

#[cfg(test)]
mod tests;
