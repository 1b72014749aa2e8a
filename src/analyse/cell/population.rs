//! Problems whose samples are drawn anew from a population.

use maruyama_dynamics::problem::{GaussianPopulation, Problem, SpherePopulation};
use maruyama_theory::least_squares::{EllipticalPopulation, LeastSquares, LeastSquaresError};
use maruyama_theory::tail::Samples;

/// A population: where its features lie, in units of their standard deviations.
#[derive(Clone, Copy)]
pub(crate) enum Population<'a> {
    /// Everywhere.
    Gaussian(&'a GaussianPopulation),
    /// On the sphere of radius `√d`.
    Sphere(&'a SpherePopulation),
}

impl<'a> Population<'a> {
    /// The population of a problem that is one.
    pub(crate) fn of(problem: &'a dyn Problem) -> Option<Population<'a>> {
        let sphere = problem.get::<SpherePopulation>().map(Population::Sphere);
        sphere.or_else(|| problem.get::<GaussianPopulation>().map(Population::Gaussian))
    }

    /// The Gaussian population of the same covariance, noise and minimiser.
    pub(crate) fn gaussian(self) -> &'a GaussianPopulation {
        match self {
            Population::Gaussian(population) => population,
            Population::Sphere(sphere) => sphere.gaussian(),
        }
    }

    /// `kappa`: fourth moments over those of Gaussian features.
    pub(crate) fn kurtosis(self) -> f64 {
        match self {
            Population::Gaussian(_) => 1.0,
            Population::Sphere(sphere) => sphere.kurtosis(),
        }
    }

    /// Its spectrum and kurtosis, for any dimension.
    pub(crate) fn elliptical(self) -> EllipticalPopulation {
        let population = self.gaussian();
        EllipticalPopulation {
            spectrum: population.eigenvalues.clone(),
            kurtosis: self.kurtosis(),
            label_noise: population.noise_std,
        }
    }

    /// Its description by fourth moments, which are `d⁴` numbers.
    pub(crate) fn described(self) -> Result<LeastSquares, LeastSquaresError> {
        let (spectrum, noise) = (&self.gaussian().eigenvalues, self.gaussian().noise_std);
        match self {
            Population::Gaussian(_) => LeastSquares::gaussian(spectrum, noise),
            Population::Sphere(_) => LeastSquares::sphere(spectrum, noise),
        }
    }

    /// Its samples, as theories of the tail index see them.
    pub(crate) fn samples(self) -> Samples<'a> {
        let eigenvalues = self.gaussian().eigenvalues.as_slice();
        match self {
            Population::Gaussian(_) => Samples::Gaussian { eigenvalues },
            Population::Sphere(_) => Samples::Sphere { eigenvalues },
        }
    }
}
