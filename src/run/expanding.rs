//! For tests: a cell of SGD with Cauchy noise that expands, so that its chains diverge at different steps.

use std::sync::Arc;

use maruyama_dynamics::model::model;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{GradientNoise, Quadratic};
use maruyama_dynamics::simulate::{PARAMETERS, Simulation};

/// Its parameters.
pub(crate) fn expanding(step_size: f64, steps: i64, record_every: i64) -> Parameters {
    let mut parameters = defaults(PARAMETERS);
    parameters.extend(defaults(model("sgd").unwrap().part().parameters));
    let text = |text: &str| Value::Text(text.to_owned());
    for (name, value) in [
        ("model", text("sgd")),
        ("problem", text("quadratic")),
        ("step_size", Value::Real(step_size)),
        ("steps", Value::Integer(steps)),
        ("record_every", Value::Integer(record_every)),
        ("observe", Value::List(vec![text("x_1"), text("norm")])),
    ] {
        parameters.insert(name.to_owned(), value);
    }
    parameters
}

/// The simulation of it.
pub(crate) fn simulation(parameters: &Parameters) -> Simulation {
    let noise = GradientNoise::StudentT { nu: 0.3 };
    let problem = Arc::new(Quadratic::new(vec![1.0, 0.4], 1.0, noise));
    Simulation::new(parameters, problem, StreamKey(3))
}
