//! What keeps an equation that stands for SGD from a problem, or from the point where chains start.

use std::sync::Arc;

use crate::model::modified_equation::matrix_free::is_matrix_free;
use crate::model::modified_equation::point::{DenseEquation, PointEquation};
use crate::model::modified_equation::setting::{
    self, BATCH_SIZE, PRODUCTS, equation, linear, stages,
};
use crate::modified_equation::{CoefficientError, StartError};
use crate::parameter::{Lookup, Parameters, Value, Violation};
use crate::problem::{Formula, FormulaDerivatives, GradientNoise, Network, Problem, QuadraticForm};

/// Most parameters of a problem whose Hessian is decomposed.
const MOST_PARAMETERS: usize = 1000;

/// What keeps the equation of a cell from `problem`.
pub(crate) fn problem(parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
    let found = match (problem.get::<Network>(), problem.get::<Formula>()) {
        (Some(network), _) => of_network(parameters, network),
        (_, Some(formula)) => of_formula(parameters, formula),
        _ => problem.quadratic_form().and_then(|form| of_quadratic(parameters, &form)),
    };
    let idle = || {
        let names = [BATCH_SIZE.name, PRODUCTS.name];
        let name = names.into_iter().find(|name| parameters.contains_key(name))?;
        let is_idle = problem.get::<Network>().is_none();
        is_idle.then(|| violation(name, "it is for networks".to_owned(), "leave it out"))
    };
    found.or_else(idle).into_iter().collect()
}

fn violation(parameter: &'static str, message: String, remedy: &str) -> Violation {
    Violation { parameter, message, remedy: remedy.to_owned() }
}

/// A Hessian that is too large to be decomposed.
fn size(dim: usize) -> Option<Violation> {
    (dim > MOST_PARAMETERS).then(|| {
        let message = format!("the Hessian of {dim} parameters is decomposed");
        violation("model", message, "take at most 1000")
    })
}

fn variance(noise: GradientNoise) -> Option<Violation> {
    (!noise.variance().is_finite()).then(|| {
        let message = "the variance of the gradient noise is infinite".to_owned();
        violation("noise_nu", message, "take more than two degrees of freedom")
    })
}

fn integrator(parameters: &Parameters) -> Option<Violation> {
    stages(parameters).is_none().then(|| {
        let message = "`exact_ou` is for quadratics".to_owned();
        violation("integrator", message, "take `heun`")
    })
}

fn of_quadratic(parameters: &Parameters, form: &QuadraticForm) -> Option<Violation> {
    if let Some(fault) = size(Problem::dim(form)).or_else(|| variance(form.noise)) {
        return Some(fault);
    }
    match linear(parameters, form) {
        Ok(_) => None,
        Err(error @ CoefficientError::TooSharp { .. }) => {
            let remedy = "take a smaller one, or `too_sharp: cap`";
            Some(violation("step_size", error.to_string(), remedy))
        }
        Err(error) => Some(violation("psd", error.to_string(), "take `clip` or `factorise`")),
    }
}

fn of_formula(parameters: &Parameters, formula: &Formula) -> Option<Violation> {
    let faults = size(formula.dim()).or_else(|| integrator(parameters));
    if let Some(fault) = faults.or_else(|| variance(formula.noise)) {
        return Some(fault);
    }
    match FormulaDerivatives::new(formula) {
        Ok(derivatives) => {
            start(parameters, &DenseEquation::new(derivatives, equation(parameters)))
        }
        Err(error) => Some(violation("objective", error.to_string(), &error.remedy)),
    }
}

fn of_network(parameters: &Parameters, network: &Network) -> Option<Violation> {
    if let Some(fault) = integrator(parameters) {
        return Some(fault);
    }
    if !network.is_perceptron() {
        let message = "second derivatives are those of perceptrons".to_owned();
        return Some(violation("architecture", message, "take `perceptron`"));
    }
    if !is_matrix_free(equation(parameters).form) {
        let name = parameters.text("equation");
        let message = format!("the diffusion of `{name}` is a matrix as large as the Hessian");
        let remedy = "take `ha_sme_f`, which has the same drift and is drawn without it";
        return Some(violation("equation", message, remedy));
    }
    if let Some(noise) = network.noise() {
        if parameters.contains_key(BATCH_SIZE.name) {
            let message = "gradients with `noise_std` are those of all samples".to_owned();
            return Some(violation(BATCH_SIZE.name, message, "leave it out"));
        }
        if let Some(fault) = variance(noise.law) {
            return Some(fault);
        }
    }
    start(parameters, &setting::on_network(parameters, Arc::new(network.clone())))
}

/// An equation that does not exist where all chains start.
fn start(parameters: &Parameters, equation: &impl PointEquation) -> Option<Violation> {
    let point = starting_point(parameters, equation.dim())?;
    let local = equation.local();
    let moved = if local.form.is_shifted() { equation.shifted(&point, -1.0) } else { point };
    let cause = equation.drift_and_noise(&moved, &vec![1.0; equation.n_noises()]).err()?;
    let error = StartError { point: moved, step_size: local.step_size, cause };
    let (parameter, remedy) = error.remedy();
    Some(violation(parameter, error.to_string(), remedy))
}

/// The point where all chains start; none if they start apart, or the cell does not say.
fn starting_point(parameters: &Parameters, dim: usize) -> Option<Vec<f64>> {
    let real = |name: &str| parameters.get(name).and_then(Value::as_real);
    match parameters.get("initial")?.as_text()? {
        "zero" => Some(vec![0.0; dim]),
        "point" => {
            let given = parameters.get("initial_point").and_then(Value::as_list)?;
            Some(given.iter().filter_map(Value::as_real).collect())
        }
        "fan_in" => (real("initial_std")? <= 0.0).then(|| vec![0.0; dim]),
        _ => (real("initial_std")? <= 0.0).then(|| vec![real("initial_mean").unwrap_or(0.0); dim]),
    }
}
