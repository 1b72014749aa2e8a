//! What a cell says of an equation that stands for SGD.

use std::sync::Arc;

use crate::model::modified_equation::linear::LinearEquation;
use crate::model::modified_equation::local::{LocalEquation, Sharpness};
use crate::model::modified_equation::matrix_free::MatrixFreeEquation;
use crate::model::modified_equation::scheme::Stages;
use crate::modified_equation::{CoefficientError, Form, NonPsd};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Value};
use crate::problem::{Network, QuadraticForm};

/// The parameter of batches on a network.
pub(crate) const BATCH_SIZE: Parameter = Parameter {
    name: "batch_size",
    doc: "On a network without `noise_std`, batch size B of the SGD that the equation stands for, whose \
          samples are drawn with replacement; 1 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 1_000_000 },
    default: Default::Absent,
};

/// The parameter of functions of the Hessian of a network.
pub(crate) const PRODUCTS: Parameter = Parameter {
    name: "products",
    doc: "On a network, products with the Hessian that a function of it takes, by Lanczos; 8 if it is not \
          given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 1000 },
    default: Default::Absent,
};

/// The equation that a cell asks for.
pub(crate) fn equation(parameters: &Parameters) -> LocalEquation {
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
pub(crate) fn stages(parameters: &Parameters) -> Option<Stages> {
    match parameters.text("integrator") {
        "exact_ou" => None,
        "euler_maruyama" => Some(Stages::EulerMaruyama),
        _ => Some(Stages::Heun),
    }
}

/// The equation on a quadratic.
pub(crate) fn linear(
    parameters: &Parameters,
    form: &QuadraticForm,
) -> Result<LinearEquation, CoefficientError> {
    let levels = parameters.count("refinement") as u32;
    LinearEquation::new(form, &equation(parameters), stages(parameters), levels)
}

/// The equation on a network.
pub(crate) fn on_network(parameters: &Parameters, network: Arc<Network>) -> MatrixFreeEquation {
    let batch_size = given(parameters, BATCH_SIZE.name, 1) as u64;
    MatrixFreeEquation::new(network, equation(parameters), batch_size, n_products(parameters))
}

/// Products with the Hessian of a network for a function of it.
pub(crate) fn n_products(parameters: &Parameters) -> usize {
    given(parameters, PRODUCTS.name, 8)
}

fn given(parameters: &Parameters, name: &str, otherwise: usize) -> usize {
    let value = parameters.get(name).and_then(Value::as_integer);
    value.and_then(|value| usize::try_from(value).ok()).unwrap_or(otherwise)
}
