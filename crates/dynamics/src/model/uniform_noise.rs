//! Noise of one scale on every coordinate of a gradient, which the equations of optimisers name.

use crate::model::gradient_noise::variance_of;
use crate::model::noise_schedule::{NOISE_DECAY_POWER, NOISE_DECAY_STEPS};
use crate::parameter::{Parameters, Violation};
use crate::problem::{
    AddedNoise, Formula, GradientNoise, Network, Problem, Quadratic, QuadraticForm,
};

/// Noise `sigma xi` on each coordinate of a gradient, the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct UniformNoise {
    /// Law of `xi`.
    pub(crate) law: GradientNoise,
    /// `sigma ≥ 0`
    pub(crate) std: f64,
}

impl UniformNoise {
    /// The noise of a quadratic, a formula or a network with added noise; `None` for another problem or
    /// another covariance.
    pub(crate) fn of(problem: &dyn Problem) -> Option<UniformNoise> {
        if let Some(formula) = problem.get::<Formula>() {
            let is_uniform = formula.covariance.is_none();
            return is_uniform
                .then_some(UniformNoise { law: formula.noise, std: formula.noise_std });
        }
        if let Some(network) = problem.get::<Network>() {
            return network.noise().map(|AddedNoise { std, law }| UniformNoise { law, std });
        }
        let quadratic = problem.get::<Quadratic>()?;
        Some(UniformNoise { law: quadratic.noise, std: quadratic.noise_std })
    }

    /// Variance of the noise on each coordinate; infinite for Student's law with two degrees of freedom
    /// or fewer.
    pub(crate) fn variance(self) -> f64 {
        variance_of(self.law, self.std)
    }
}

/// Noise for which the equations of optimisers are not written: that of batches, or of another
/// covariance.
pub(crate) fn check_uniform(problem: &dyn Problem) -> Option<Violation> {
    if problem.get::<Network>().is_some_and(|network| network.noise().is_none()) {
        return Some(Violation {
            parameter: "noise_std",
            message: "the equation is for full gradients with noise added to them".to_owned(),
            remedy: "give the scale of the noise".to_owned(),
        });
    }
    let formula = problem.get::<Formula>()?;
    formula.covariance.is_some().then(|| Violation {
        parameter: "noise_covariance",
        message: "the equation is for noise of one scale on each coordinate".to_owned(),
        remedy: "leave it out, or take `langevin`".to_owned(),
    })
}

/// Noise without a variance, for models whose equations name it.
pub(crate) fn check_variance(problem: &dyn Problem) -> Vec<Violation> {
    if UniformNoise::of(problem).is_none_or(|noise| noise.variance().is_finite()) {
        return Vec::new();
    }
    vec![Violation {
        parameter: "noise_nu",
        message: "the variance of the gradient noise is infinite".to_owned(),
        remedy: "take more than two degrees of freedom".to_owned(),
    }]
}

/// A schedule of noise that the problem does not have, or of which half is missing.
pub(crate) fn check_schedule(parameters: &Parameters, problem: &dyn Problem) -> Option<Violation> {
    let given = [NOISE_DECAY_POWER, NOISE_DECAY_STEPS]
        .into_iter()
        .find(|parameter| parameters.contains_key(parameter.name))?;
    if given.name == NOISE_DECAY_STEPS.name {
        return Some(Violation {
            parameter: given.name,
            message: "it has no effect without `noise_decay_power`".to_owned(),
            remedy: "give that too, or leave it out".to_owned(),
        });
    }
    let has_noise = UniformNoise::of(problem).is_some()
        || problem.get::<QuadraticForm>().is_some()
        || problem.get::<Formula>().is_some();
    (!has_noise).then(|| Violation {
        parameter: given.name,
        message: "the noise of samples has no schedule".to_owned(),
        remedy: "leave it out, or take a problem with `noise_std`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::formula::Names;
    use crate::model::{Bundle, model};
    use crate::noise::{LANES, StreamKey};
    use crate::parameter::{Value, defaults};
    use crate::problem::FormulaNoise;

    fn formula(text: &str, law: GradientNoise, covariance: &[&str]) -> Formula {
        let variables = ["x", "y"].map(str::to_owned).to_vec();
        let names = Names { variables, ..Names::default() };
        let covariance = covariance.iter().map(|row| (*row).to_owned()).collect();
        Formula::new(text, &names, &FormulaNoise { std: 0.4, law, covariance }).unwrap()
    }

    #[test]
    fn a_covariance_and_an_infinite_variance_are_refused() {
        let heavy = GradientNoise::StudentT { nu: 2.0 };
        assert_eq!(check_variance(&Quadratic::new(vec![1.0], 0.1, heavy)).len(), 1);
        assert_eq!(check_variance(&formula("x*y", heavy, &[])).len(), 1);
        let four = Quadratic::new(vec![1.0], 0.5, GradientNoise::StudentT { nu: 4.0 });
        assert_eq!(UniformNoise::of(&four).unwrap().variance(), 0.5);
        let plain = formula("x*y", GradientNoise::Gaussian, &[]);
        assert!(check_variance(&plain).is_empty() && check_uniform(&plain).is_none());
        assert!((UniformNoise::of(&plain).unwrap().variance() - 0.16).abs() < 1e-16);
        let turned = formula("x*y", GradientNoise::Gaussian, &["2", "0.6, 1"]);
        assert!(check_uniform(&turned).is_some() && UniformNoise::of(&turned).is_none());
    }

    #[test]
    fn schedules_without_effect_are_refused() {
        let given = |pairs: &[(&str, f64)]| -> Parameters {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::Real(*value))).collect()
        };
        let quadratic = Quadratic::new(vec![1.0], 0.3, GradientNoise::Gaussian);
        let [power, steps] = [("noise_decay_power", 0.5), ("noise_decay_steps", 9.0)];
        assert!(check_schedule(&given(&[]), &quadratic).is_none());
        assert!(check_schedule(&given(&[power, steps]), &quadratic).is_none());
        let refused = check_schedule(&given(&[steps]), &quadratic).unwrap();
        assert_eq!(refused.parameter, "noise_decay_steps");
        let design = crate::linear_algebra::Matrix::new(2, 1, vec![1.0, 2.0]);
        let dataset = crate::dataset::Dataset::new(design, vec![0.0, 1.0]);
        let of_samples = crate::problem::LeastSquares::new(dataset, 0.0);
        let refused = check_schedule(&given(&[power]), &of_samples).unwrap();
        assert_eq!(refused.parameter, "noise_decay_power");
    }

    /// States of 16 chains of the equation called `name` after 30 steps.
    fn states(name: &str, problem: &Arc<dyn Problem>) -> Vec<f64> {
        let kind = model(name).unwrap();
        let mut parameters = defaults(kind.part().parameters);
        parameters.insert("step_size".to_owned(), Value::Real(0.05));
        let model = kind.build(&parameters, problem);
        let shape = model.shape();
        let mut bundle = Bundle::new(shape, StreamKey(4), 0);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[1.0, -2.0]));
        model.advance(30, &mut bundle, &mut model.workspace());
        let mut state = [0.0; 2];
        let of = |lane| {
            bundle.get(shape, 0, lane, &mut state);
            state
        };
        (0..LANES).flat_map(of).collect()
    }

    #[test]
    fn equations_on_a_quadratic_formula_are_those_on_the_quadratic() {
        let noise = GradientNoise::Gaussian;
        for name in ["sign_sgd_sde", "rmsprop_w_sde", "adam_w_sde"] {
            let by_formula = Arc::new(formula("x^2 + 0.15*y^2", noise, &[])) as Arc<dyn Problem>;
            let by_matrix =
                Arc::new(Quadratic::new(vec![2.0, 0.3], 0.4, noise)) as Arc<dyn Problem>;
            for (found, expected) in states(name, &by_formula).iter().zip(states(name, &by_matrix))
            {
                assert!((found - expected).abs() < 1e-12, "{name}: {found}, not {expected}");
            }
        }
    }
}
