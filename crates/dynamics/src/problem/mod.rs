//! Problems: a registry of objective functions.

mod core;
mod formula;
mod gaussian_population;
mod least_squares;
pub(crate) mod network;
mod principal;
mod quadratic;
mod quadratic_form;
mod quadratic_matrices;
mod spectrum;
mod sphere_population;

pub use core::{Problem, ProblemKind};
pub use formula::{
    Formula, FormulaDerivatives, FormulaKind, FormulaMistake, FormulaNoise, NoiseRoot,
};
pub use gaussian_population::{GaussianPopulation, GaussianPopulationKind};
pub use least_squares::{LeastSquares, LeastSquaresKind};
pub use network::{
    Activation, AddedNoise, Architecture, Dense, Design, Image, Layer, Loss, Network, NetworkKind,
    NetworkPoint, Row, Transformer,
};
pub use principal::PrincipalForm;
pub use quadratic::{GradientNoise, Quadratic, QuadraticKind};
pub use quadratic_form::QuadraticForm;
pub use spectrum::Spectrum;
pub use sphere_population::{SpherePopulation, SpherePopulationKind};

/// Every kind of problem, in the order of the documentation.
pub const PROBLEMS: &[&dyn ProblemKind] = &[
    &LeastSquaresKind,
    &QuadraticKind,
    &NetworkKind,
    &GaussianPopulationKind,
    &SpherePopulationKind,
    &FormulaKind,
];

/// The kind of problem called `name`, if there is one.
#[must_use]
pub fn problem(name: &str) -> Option<&'static dyn ProblemKind> {
    PROBLEMS.iter().copied().find(|kind| kind.part().name == name)
}
