//! The reference values of `tests/fixtures/adaptive.json`, which were computed independently of this
//! crate from arXiv 2411.15958.

use maruyama_dynamics::linear_algebra::Matrix;
use serde_json::Value;

/// All cases by their names.
pub fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/adaptive.json")).unwrap()
}

/// The case of the given name.
pub fn case(name: &str) -> Value {
    fixture()[name].clone()
}

pub fn input(case: &Value, name: &str) -> f64 {
    case["inputs"][name].as_f64().unwrap()
}

pub fn inputs(case: &Value, name: &str) -> Vec<f64> {
    numbers(&case["inputs"][name])
}

pub fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(values) => values.iter().map(|x| x.as_f64().unwrap()).collect(),
        None => vec![value.as_f64().unwrap()],
    }
}

/// Compares with the value of a case, within its tolerance.
#[track_caller]
pub fn assert_case(name: &str, found: &[f64]) {
    let case = case(name);
    let expected = numbers(&case["value"]);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        let tolerance =
            case["tol"].as_f64().unwrap_or_else(|| case["rtol"].as_f64().unwrap() * expected.abs());
        assert!((found - expected).abs() <= tolerance, "{name}: {found} {expected}");
    }
}

/// The diagonal of a covariance.
pub fn variances(covariance: &Matrix) -> Vec<f64> {
    covariance.rows().enumerate().map(|(i, row)| row[i]).collect()
}
