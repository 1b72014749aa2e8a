//! SGD, Adam(W) and RMSprop(W) beside PyTorch's, on a quadratic without noise;
//! `scripts/fixtures/optimisers.py` makes the reference values.
//!
//! PyTorch has no decoupled decay of RMSprop, which the script emulates as its AdamW has it. It has no
//! Adam without bias correction, but for RMSprop, which is that without momentum. Its averages of
//! squares start at zero, so that `initial_square` is `zero` here.

use std::sync::Arc;

use maruyama_dynamics::model::{Bundle, model};
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Value, defaults};
use maruyama_dynamics::problem::{GradientNoise, Quadratic};
use serde_json::Value as Json;

use crate::setting::with;

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn changes(json: &Json) -> Vec<(&str, Value)> {
    let value = |json: &Json| match json {
        Json::String(text) => Value::Text(text.clone()),
        Json::Bool(is_on) => Value::Boolean(*is_on),
        number => Value::Real(number.as_f64().unwrap()),
    };
    json.as_object().unwrap().iter().map(|(name, json)| (name.as_str(), value(json))).collect()
}

/// Where a chain is after each recorded step, `[n_records][d]`.
fn path(case: &Json, curvatures: &[f64], start: f64, record_at: &[f64]) -> Vec<Vec<f64>> {
    let kind = model(case["model"].as_str().unwrap()).unwrap();
    let problem = Quadratic::new(curvatures.to_vec(), 0.0, GradientNoise::Gaussian);
    let parameters = with(defaults(kind.part().parameters), &changes(&case["parameters"]));
    assert!(kind.check(&parameters, 0).is_empty());
    let model = kind.build(&parameters, &(Arc::new(problem) as Arc<_>));
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut bundle = Bundle::new(shape, StreamKey(1), 0);
    bundle.set(shape, 0, 3, &vec![start; curvatures.len()]);
    let mut x = vec![0.0; curvatures.len()];
    let positions = record_at.iter().map(|step| {
        model.advance(*step as u64 - bundle.step, &mut bundle, &mut workspace);
        bundle.get(shape, 0, 3, &mut x);
        x.clone()
    });
    positions.collect()
}

#[test]
fn trajectories_are_those_of_pytorch() {
    let fixture: Json = serde_json::from_str(include_str!("../fixtures/optimisers.json")).unwrap();
    let (curvatures, start) = (numbers(&fixture["curvatures"]), fixture["start"].as_f64().unwrap());
    let record_at = numbers(&fixture["record_at"]);
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 18);
    for case in cases {
        let found = path(case, &curvatures, start, &record_at);
        for (x, expected) in
            found.iter().flatten().zip(case["path"].as_array().unwrap().iter().flat_map(numbers))
        {
            let error = (x - expected).abs() / expected.abs();
            assert!(error <= 1e-12, "{} {}: {x} {expected}", case["model"], case["parameters"]);
        }
    }
}
