//! The functions of the calibration of fits, on a few samples.

#[path = "../../examples/calibrate/fit.rs"]
mod calibrate;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::fit::FitError;

/// Asserts that of `n` samples at least as many are covered as `Binomial(n, 0.95)` falls short of
/// once in 30 000, and that some are not.
fn covers(n: u64, one: impl Fn(&mut Stream) -> Result<bool, FitError>) {
    let covered = (0..n)
        .filter(|chain| one(&mut Stream::new(StreamKey(71), *chain, Purpose::Bootstrap)).unwrap())
        .count() as f64;
    let n = n as f64;
    let least = 0.95 * n - 4.0 * (0.95 * 0.05 * n).sqrt();
    assert!(covered >= least && covered < n, "{covered} of {n}");
}

#[test]
fn degrees_of_freedom_are_covered() {
    covers(200, calibrate::student_t_nu_profile);
}

#[test]
fn stable_indices_are_covered() {
    covers(60, calibrate::stable_alpha);
}

#[test]
fn normal_means_are_covered() {
    covers(400, calibrate::normal_mean);
}

#[test]
fn inverse_gamma_shapes_are_covered() {
    covers(400, calibrate::inverse_gamma_shape);
}
