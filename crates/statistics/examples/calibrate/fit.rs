//! Intervals of the parameters of fits.

use maruyama_dynamics::noise::Stream;
use maruyama_statistics::fit::inverse_gamma::InverseGammaFamily;
use maruyama_statistics::fit::normal::NormalFamily;
use maruyama_statistics::fit::profile::profile_interval;
use maruyama_statistics::fit::stable_skewed::StableSkewedMl;
use maruyama_statistics::fit::student_t::StudentTFamily;
use maruyama_statistics::fit::{Family, FitError};
use maruyama_statistics::law::Law;
use maruyama_statistics::law::inverse_gamma::InverseGamma;
use maruyama_statistics::law::normal::Normal;
use maruyama_statistics::law::stable::Stable;
use maruyama_statistics::law::student_t::StudentT;

use crate::check::{Check, Kind};

/// The checks of this topic; an interval that does not exist covers nothing.
pub fn checks() -> Vec<Check> {
    let interval = |name, happens| Check { name, kind: Kind::Interval, happens };
    vec![
        interval("Student-t degrees of freedom, profile, 200 values", |s| {
            student_t_nu_profile(s) == Ok(true)
        }),
        interval("stable index, information, 300 values", |s| stable_alpha(s) == Ok(true)),
        interval("normal mean, information, 400 values", |s| normal_mean(s) == Ok(true)),
        interval("inverse gamma shape, information, 400 values", |s| {
            inverse_gamma_shape(s) == Ok(true)
        }),
    ]
}

/// The quantile of probability 0.975 of the normal law.
const Z: f64 = 1.959_963_984_540_054;

fn sample(law: &dyn Law, n: usize, stream: &mut Stream) -> Vec<f64> {
    (0..n).map(|_| law.draw(stream)).collect()
}

/// Whether the estimate of `name` lies within `Z` standard errors of `truth`; a parameter at a bound
/// has no error and covers nothing.
fn is_near(family: &dyn Family, sample: &[f64], name: &str, truth: f64) -> Result<bool, FitError> {
    let fitted = family.fit(sample)?;
    let error = fitted.standard_errors.iter().find(|(other, _)| *other == name);
    let estimate = fitted.parameter(name);
    Ok(estimate.zip(error).is_some_and(|(e, (_, error))| (e - truth).abs() <= Z * error))
}

/// Profile-likelihood interval for the degrees of freedom of Student's t at `nu = 4`, `n = 200`.
fn student_t_nu_profile(stream: &mut Stream) -> Result<bool, FitError> {
    let law = StudentT::new(4.0, -1.0, 2.0)?;
    let interval = profile_interval(&StudentTFamily, &sample(&law, 200, stream), "nu", 0.95)?;
    Ok(interval.is_some_and(|interval| interval.low <= 4.0 && 4.0 <= interval.high))
}

/// Maximum-likelihood index of a skewed stable law with `alpha = 1.5`, `n = 300`.
fn stable_alpha(stream: &mut Stream) -> Result<bool, FitError> {
    let law = Stable::s0(1.5, 0.3, 0.5, 2.0)?;
    is_near(&StableSkewedMl, &sample(&law, 300, stream), "alpha", 1.5)
}

/// Mean of a normal law, `n = 400`.
fn normal_mean(stream: &mut Stream) -> Result<bool, FitError> {
    let law = Normal::new(3.0, 0.5)?;
    is_near(&NormalFamily, &sample(&law, 400, stream), "mean", 3.0)
}

/// Shape of an inverse gamma law, `n = 400`.
fn inverse_gamma_shape(stream: &mut Stream) -> Result<bool, FitError> {
    let law = InverseGamma::new(2.5, 4.0)?;
    is_near(&InverseGammaFamily, &sample(&law, 400, stream), "shape", 2.5)
}
