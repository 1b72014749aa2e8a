//! What a law can do.

use std::fmt::Debug;

use maruyama_dynamics::noise::Stream;
use thiserror::Error;

/// A probability law with a density on the line.
///
/// Arguments `x` are in units of the sample, finite; probabilities lie in `[0, 1]`.
pub trait Law: Debug + Send + Sync {
    /// Logarithm of the density at `x`; negative infinity where the density is below 1e-308.
    fn ln_pdf(&self, x: f64) -> f64;

    /// Distribution function `P(X <= x)`, with relative accuracy in the lower tail.
    fn cdf(&self, x: f64) -> f64;

    /// Survival function `P(X > x)`, with relative accuracy in the upper tail.
    fn sf(&self, x: f64) -> f64;

    /// The point with `cdf(x) = p`; infinite for `p = 0` and `p = 1` where the support is, and NaN
    /// for `p` outside `[0, 1]`.
    fn quantile(&self, p: f64) -> f64;

    /// One variate, from as many numbers of `stream` as it takes.
    fn draw(&self, stream: &mut Stream) -> f64;
}

/// Why there is no law with the given parameters.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{parameter} is {value}, expected {expected}")]
pub struct LawError {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// Its value.
    pub value: f64,
    /// What it must be, as text.
    pub expected: &'static str,
}

/// Checks that location and scale are finite and the scale positive.
pub(crate) fn check_location_scale(loc: f64, scale: f64) -> Result<(), LawError> {
    if !loc.is_finite() {
        return Err(LawError { parameter: "loc", value: loc, expected: "a finite number" });
    }
    if !(scale.is_finite() && scale > 0.0) {
        let expected = "a finite positive number";
        return Err(LawError { parameter: "scale", value: scale, expected });
    }
    Ok(())
}
