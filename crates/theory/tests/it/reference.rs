//! Reading `fixtures/reference.json`.

use maruyama_theory::tail::Diffusion;
use serde_json::Value;

/// The fixture: closed forms and spectral solutions by an independent program.
pub fn reference() -> Value {
    serde_json::from_str(include_str!("../fixtures/reference.json")).unwrap()
}

/// The number at `key`.
pub fn real(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// The numbers at `key`.
pub fn reals(value: &Value, key: &str) -> Vec<f64> {
    value[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The diffusion with these rates and relative intensities.
pub fn diffusion(theta: Vec<f64>, phi: &[f64]) -> Diffusion {
    let noise = theta.iter().zip(phi).map(|(theta, phi)| 2.0 * theta * phi).collect();
    Diffusion { theta, noise }
}

/// Fails unless `value` is within `tolerance` of `expected`, relative beyond magnitude one.
pub fn assert_close(what: &str, value: f64, expected: f64, tolerance: f64) {
    let error = (value - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {value} instead of {expected}");
}
