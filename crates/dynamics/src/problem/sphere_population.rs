//! Least squares on a population with features on a sphere or an ellipsoid, of which every sample is
//! drawn once.
//!
//! ```text
//! a = diag(lambda)^(1/2) z,  z uniform on the sphere of radius sqrt(d) in R^d
//! b = a·x_* + s e,  e ~ N(0, 1)
//! E z zᵀ = I,   E[(u·z)² z zᵀ] = kappa (|u|² I + 2 u uᵀ),   kappa = d/(d + 2)
//! ```

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::parameter::{Parameters, Part, Violation};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::gaussian_population::{GaussianPopulation, PARAMETERS, check, eigenvalues};
use crate::problem::principal::PrincipalForm;

/// Least squares on features whose lengths, in units of their standard deviations, are all the same.
///
/// The risk is that of Gaussian features of the same covariance; the noise of SGD is smaller, since
/// fourth moments are `kappa` times those of Gaussian features. One feature is `±sqrt(lambda)`.
///
/// # Source
/// Rotation-invariant populations of arXiv 2407.02322; fourth moments of the uniform law on the
/// sphere, docs/theory/least-squares.md.
#[derive(Clone, Debug, PartialEq)]
pub struct SpherePopulation {
    gaussian: Arc<GaussianPopulation>,
}

impl SpherePopulation {
    /// The population with the covariance, noise and minimiser of `gaussian`.
    #[must_use]
    pub fn new(gaussian: GaussianPopulation) -> SpherePopulation {
        SpherePopulation { gaussian: Arc::new(gaussian) }
    }

    /// The Gaussian population of the same covariance, noise and minimiser.
    #[must_use]
    pub fn gaussian(&self) -> &Arc<GaussianPopulation> {
        &self.gaussian
    }

    /// `kappa = d/(d + 2)`: fourth moments over those of Gaussian features.
    #[must_use]
    pub fn kurtosis(&self) -> f64 {
        let d = self.gaussian.dim() as f64;
        d / (d + 2.0)
    }
}

impl Problem for SpherePopulation {
    fn dim(&self) -> usize {
        self.gaussian.dim()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        self.gaussian.risk(x)
    }

    fn minimiser(&self) -> &[f64] {
        self.gaussian.minimiser()
    }

    fn principal_form(&self) -> Option<&dyn PrincipalForm> {
        self.gaussian.principal_form()
    }
}

/// Least squares on features on a sphere.
pub struct SpherePopulationKind;

const PART: Part = Part {
    name: "sphere_population",
    doc: "Least squares on a population as `gaussian_population`, but with features \
          a = diag(λ)^½ z, z uniform on the sphere of radius √d: bounded, with fourth moments \
          d/(d + 2) times those of Gaussian features of the same covariance.",
    parameters: PARAMETERS,
    source: file!(),
};

impl ProblemKind for SpherePopulationKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        false
    }

    fn dim(&self, parameters: &Parameters, _: Option<&Dataset>) -> usize {
        eigenvalues(parameters).len()
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        check(parameters)
    }

    fn build(&self, parameters: &Parameters, _: Option<&Dataset>) -> Arc<dyn Problem> {
        Arc::new(SpherePopulation::new(GaussianPopulation::from_parameters(parameters)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{Value, defaults};

    #[test]
    fn the_risk_is_that_of_gaussian_features() {
        let mut parameters = defaults(PART.parameters);
        let eigenvalues = Value::List([2.0, 0.5].map(Value::Real).to_vec());
        parameters.insert("eigenvalues".to_owned(), eigenvalues);
        assert_eq!(SpherePopulationKind.check(&parameters), []);
        assert_eq!(SpherePopulationKind.dim(&parameters, None), 2);
        let built = SpherePopulationKind.build(&parameters, None);
        let sphere = built.expect::<SpherePopulation>();
        assert_eq!(sphere.risk(&[1.0, 2.0]), 0.5 * (2.0 + 2.0 + 1.0));
        assert_eq!(sphere.kurtosis(), 0.5);
        assert!(sphere.principal_form().is_some() && sphere.minimiser() == [0.0; 2]);
        parameters.insert("eigenvalues".to_owned(), Value::List(vec![]));
        assert_eq!(SpherePopulationKind.check(&parameters).len(), 1);
    }
}
