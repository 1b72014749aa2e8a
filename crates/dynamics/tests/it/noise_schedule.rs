//! Noise on a schedule: a step is that of constant noise of the scale that the schedule gives it.
//!
//! Factors and scales are powers of two, so that they commute with every product and root and bits can
//! be compared.

use std::sync::Arc;

use maruyama_dynamics::dataset::Dataset;
use maruyama_dynamics::formula::Names;
use maruyama_dynamics::linear_algebra::{Matrix, combine, identity};
use maruyama_dynamics::model::{Bundle, MODELS, ModelKind};
use maruyama_dynamics::noise::{LANES, NumpyLegacy, StreamKey};
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{
    Activation, AddedNoise, Design, Formula, FormulaNoise, GradientNoise, Loss, Network, Problem,
    Quadratic, QuadraticForm,
};

use crate::setting::with;

/// Steps before the one that is compared; the schedule multiplies the noise by two there.
const N_STEPS: u64 = 7;
const SCHEDULE: [(&str, Value); 2] =
    [("noise_decay_power", Value::Real(-1.0)), ("noise_decay_steps", Value::Real(7.0))];

/// A problem of every kind with added noise of the scale `std`, by the name of its kind.
fn problems(std: f64) -> Vec<(&'static str, Arc<dyn Problem>)> {
    let mut all: Vec<(&str, Arc<dyn Problem>)> = Vec::new();
    for law in [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 4.0 }] {
        all.push(("quadratic", Arc::new(Quadratic::new(vec![0.3, 1.0, 2.5], std, law))));
        let names = Names { variables: vec!["x".to_owned(), "y".to_owned()], ..Names::default() };
        let noise = FormulaNoise { std, law, covariance: Vec::new() };
        let formula = Formula::new("2 - cos(x) - cos(y) + x^2", &names, &noise).unwrap();
        all.push(("formula", Arc::new(formula)));
        let mut numbers = NumpyLegacy::new(3);
        let labels = (0..6).map(|i| f64::from(i % 2)).collect();
        let data = Dataset::new(Matrix::new(6, 2, numbers.normals(12)), labels);
        let design = Design::Perceptron { hidden: vec![3], activation: Activation::Tanh };
        let network = Network::designed(data, &design, Loss::CrossEntropy);
        all.push(("network", Arc::new(network.with_noise(AddedNoise { std, law }))));
    }
    all
}

/// A quadratic with matrices, whose noise has the standard deviation `std`.
fn form(std: f64) -> Arc<dyn Problem> {
    let hessian = Matrix::new(2, 2, vec![1.5, 0.4, 0.4, 0.7]);
    let covariance = combine(std * std, &identity(2), 0.0, &identity(2));
    Arc::new(QuadraticForm::new(hessian, &covariance, GradientNoise::Gaussian))
}

/// The defaults, signs by their probability, and a common path, halved or not.
fn settings(kind: &dyn ModelKind) -> Vec<Parameters> {
    let base = with(defaults(kind.part().parameters), &[("step_size", Value::Real(0.05))]);
    let common = ("common_noise", Value::Text("path".to_owned()));
    let mut all = vec![base.clone(), with(base.clone(), std::slice::from_ref(&common))];
    let is_declared =
        |name: &str| kind.part().parameters.iter().any(|parameter| parameter.name == name);
    if is_declared("draws") {
        all.push(with(base.clone(), &[("draws", Value::Text("bernoulli".to_owned()))]));
    }
    if is_declared("refinement") {
        all.push(with(base, &[common, ("refinement", Value::Integer(2))]));
    }
    all
}

/// The state of 16 chains after the last of [`N_STEPS`]` + 1` steps, the last one by `last`.
fn after(
    kind: &dyn ModelKind,
    parameters: &Parameters,
    (problem, last): (&Arc<dyn Problem>, &Arc<dyn Problem>),
    last_parameters: &Parameters,
) -> Vec<u64> {
    let first = kind.build(parameters, problem);
    let shape = first.shape();
    let mut bundle = Bundle::new(shape, StreamKey(8), 0);
    for lane in 0..LANES {
        let start = NumpyLegacy::new(lane as u32).normals(shape.dim);
        bundle.set(shape, 0, lane, &start);
        bundle.set(shape, first.observed_vector(), lane, &start);
    }
    first.advance(N_STEPS, &mut bundle, &mut first.workspace());
    let then = kind.build(last_parameters, last);
    then.advance(1, &mut bundle, &mut then.workspace());
    bundle.state.iter().map(|entry| entry.to_bits()).collect()
}

#[test]
fn a_step_under_a_schedule_is_one_of_constant_noise_of_its_scale() {
    let mut n_compared = 0;
    for kind in MODELS {
        let name = kind.part().name;
        if !kind.part().parameters.iter().any(|parameter| parameter.name == SCHEDULE[0].0) {
            continue;
        }
        let forms = if kind.takes_matrices() { vec![("quadratic", form(0.5))] } else { Vec::new() };
        let louder_forms = if kind.takes_matrices() { vec![("", form(1.0))] } else { Vec::new() };
        let posed = problems(0.5).into_iter().chain(forms);
        let louder = problems(1.0).into_iter().chain(louder_forms);
        for ((problem_name, problem), (_, louder)) in posed.zip(louder) {
            for plain in settings(*kind) {
                let is_path = plain.contains_key("common_noise");
                let draws = plain.contains_key("draws");
                if (draws && problem_name != "quadratic")
                    || (is_path && problem_name == "network" && plain.contains_key("refinement"))
                {
                    continue;
                }
                let scheduled = with(plain.clone(), &SCHEDULE);
                let found = after(*kind, &scheduled, (&problem, &problem), &scheduled);
                let expected = after(*kind, &scheduled, (&problem, &louder), &plain);
                assert!(found == expected, "{name} on {problem_name}: {plain:?}");
                let constant = after(*kind, &scheduled, (&problem, &problem), &plain);
                n_compared += usize::from(constant != expected);
            }
        }
    }
    assert!(n_compared > 80, "{n_compared} of them differ from steps with the first noise");
}
