//! A cell of an optimiser or of its equation on a quadratic, as the theory of it needs it.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value};
use maruyama_dynamics::problem::{GradientNoise, Quadratic};

use crate::analyse::estimator::{AnalysisError, Input};

/// A quadratic with its noise, and the step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OptimiserCell {
    /// Name of the model.
    pub(crate) model: String,
    /// Curvatures `lambda_i > 0`, `[d]`.
    pub(crate) curvatures: Vec<f64>,
    /// Law of the noise.
    pub(crate) noise: GradientNoise,
    /// Scale `sigma > 0` of the noise on each coordinate.
    pub(crate) sigma: f64,
    /// Step size `eta`.
    pub(crate) step_size: f64,
}

impl OptimiserCell {
    /// The cell, whose model has to be one of `models`.
    ///
    /// # Errors
    /// If it is another model or another problem than a convex quadratic with constant noise.
    pub(crate) fn of(input: &Input<'_>, models: &[&str]) -> Result<OptimiserCell, AnalysisError> {
        expect_constant_noise(input.parameters)?;
        OptimiserCell::with_schedules(input, models)
    }

    /// [`OptimiserCell::of`] with any schedule; `sigma` is the noise of the first step.
    ///
    /// # Errors
    /// If it is another model or another problem than a convex quadratic with noise.
    pub(crate) fn with_schedules(
        input: &Input<'_>,
        models: &[&str],
    ) -> Result<OptimiserCell, AnalysisError> {
        let model = input.parameters.text("model");
        if !models.contains(&model) {
            return refuse(format!(
                "the theory is of {}, not of model `{model}`",
                models.join(", ")
            ));
        }
        let problem = input.problem()?;
        let Some(quadratic) = problem.get::<Quadratic>() else {
            return refuse("the theory is for a `quadratic` with a diagonal Hessian".to_owned());
        };
        if quadratic.curvatures.iter().any(|lambda| *lambda <= 0.0) || quadratic.noise_std <= 0.0 {
            return refuse("the theory is for positive curvatures and noise".to_owned());
        }
        Ok(OptimiserCell {
            model: model.to_owned(),
            curvatures: quadratic.curvatures.clone(),
            noise: quadratic.noise,
            sigma: quadratic.noise_std,
            step_size: input.parameters.real("step_size"),
        })
    }

    /// Standard deviation of the noise on a coordinate; infinite for Student's law with `nu <= 2`.
    pub(crate) fn noise_std(&self) -> f64 {
        match self.noise {
            GradientNoise::StudentT { nu } if nu > 2.0 => self.sigma * (nu / (nu - 2.0)).sqrt(),
            GradientNoise::StudentT { .. } => f64::INFINITY,
            GradientNoise::Gaussian | GradientNoise::Rademacher => self.sigma,
        }
    }

    /// `Tr H`
    pub(crate) fn trace(&self) -> f64 {
        maruyama_dynamics::real::sum(&self.curvatures)
    }

    /// `mu`, the least curvature.
    pub(crate) fn convexity(&self) -> f64 {
        self.curvatures.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// `L`, the largest curvature.
    pub(crate) fn smoothness(&self) -> f64 {
        self.curvatures.iter().copied().fold(0.0, f64::max)
    }
}

/// A real parameter that not every model has.
pub(crate) fn real_or(parameters: &Parameters, name: &str, default: f64) -> f64 {
    parameters.get(name).and_then(Value::as_real).unwrap_or(default)
}

/// A text parameter that not every model has.
pub(crate) fn text_or<'a>(parameters: &'a Parameters, name: &str, default: &'a str) -> &'a str {
    parameters.get(name).and_then(Value::as_text).unwrap_or(default)
}

/// Refuses noise on a schedule.
///
/// # Errors
/// If the cell has one.
pub(crate) fn expect_constant_noise(parameters: &Parameters) -> Result<(), AnalysisError> {
    if parameters.contains_key("noise_decay_power") {
        return refuse("the theory is for noise that is always the same".to_owned());
    }
    Ok(())
}

/// A cell that the theory is not for.
pub(crate) fn refuse<T>(why: String) -> Result<T, AnalysisError> {
    Err(AnalysisError::Data(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_on_a_schedule_is_refused() {
        let scheduled = Parameters::from([("noise_decay_power".to_owned(), Value::Real(0.5))]);
        assert!(expect_constant_noise(&scheduled).is_err());
        assert_eq!(expect_constant_noise(&Parameters::new()), Ok(()));
    }

    #[test]
    fn students_noise_has_a_standard_deviation_above_two_degrees_of_freedom() {
        let cell = |noise| OptimiserCell {
            model: "sgd".to_owned(),
            curvatures: vec![2.0, 0.5],
            noise,
            sigma: 0.3,
            step_size: 0.1,
        };
        let gaussian = cell(GradientNoise::Gaussian);
        assert_eq!((gaussian.noise_std(), gaussian.trace()), (0.3, 2.5));
        assert_eq!((gaussian.convexity(), gaussian.smoothness()), (0.5, 2.0));
        assert_eq!(cell(GradientNoise::StudentT { nu: 2.0 }).noise_std(), f64::INFINITY);
        let three = cell(GradientNoise::StudentT { nu: 3.0 }).noise_std();
        assert!((three * three - 0.27).abs() < 1e-15, "{three}");
    }
}
