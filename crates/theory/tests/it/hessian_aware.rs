//! The Hessian-aware equation beside the reference values of arXiv 2405.18373, computed apart with
//! NumPy and SciPy: closed forms, spectral operators and quadrature.

mod anharmonic;
mod first_passage;
mod matrix_free;
mod objective;
mod quadratic;
mod torus;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_theory::hessian_aware::{Equation, Model, NonPsd};
use serde_json::Value;

/// The reference case `id`, with `inputs` and `expected`.
fn case(id: &str) -> Value {
    let text = include_str!("../fixtures/hessian_aware.json");
    let mut all: Value = serde_json::from_str(text).unwrap();
    all[id].take()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list")).iter().map(number).collect()
}

/// A square matrix from its rows, or from its diagonal.
fn matrix(value: &Value) -> Matrix {
    let rows = value.as_array().unwrap();
    let n = rows.len();
    let entries = (0..n * n).map(|at| match &rows[at / n] {
        Value::Array(row) => number(&row[at % n]),
        entry if at / n == at % n => number(entry),
        _ => 0.0,
    });
    Matrix::new(n, n, entries.collect())
}

/// The equations of the reference under its names.
const MODELS: [(&str, Model); 4] = [
    ("SME-1", Model::Sme1),
    ("SME-2", Model::Sme2),
    ("SPF", Model::StochasticPrincipalFlow),
    ("HA-SME", Model::HessianAware(NonPsd::MomentsOnly)),
];

/// The same and the equation of third order.
fn equations() -> impl Iterator<Item = (&'static str, Equation)> {
    let second = MODELS.into_iter().map(|(name, model)| (name, Equation::Of(model)));
    second.chain([("HA-SME-3", Equation::ThirdOrder)])
}

#[track_caller]
fn assert_close(value: f64, expected: f64, relative: f64, absolute: f64) {
    let gap = (value - expected).abs();
    assert!(gap <= relative * expected.abs() + absolute, "{value} vs {expected}");
}
