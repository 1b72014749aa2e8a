//! SGD and its stochastic differential equation on least squares, without simulation.

mod averaging;
mod axes;
mod bounds;
mod curve;
mod describe;
mod elliptical;
mod ellipticity;
mod error;
mod expansion;
mod flow;
mod gaussian;
mod gaussian_decay;
mod half;
pub mod law;
mod lyapunov;
mod population_curve;
mod rate;
mod recursion;
#[cfg(test)]
pub(crate) mod reference;
mod sample_curve;
mod sample_flow;
mod sample_operator;
mod samples;
mod scalar;
pub mod tail;
mod wasserstein;

pub use averaging::{AverageCurve, average_curve, averaged_limit, stationary_average};
pub use bounds::{
    LocalisationBounds, PolynomialBound, contraction_bound, contraction_factor,
    interpolation_loss_bound, localisation_bounds, moment_bound,
};
pub use curve::{ErrorCurves, Measure, MomentCurves, SgdSteps};
pub use elliptical::{EllipticalFlow, EllipticalPopulation};
pub use ellipticity::{LeastNoise, least_noise};
pub use error::LeastSquaresError;
pub use expansion::{StepExpansion, small_step_expansion};
pub use flow::{Equation, MomentFlow, Moments};
pub use gaussian::{gaussian_stationary_sde, gaussian_stationary_sgd, mean_square_limit};
pub use gaussian_decay::GaussianDecay;
pub use lyapunov::{LyapunovEstimate, LyapunovSettings, lyapunov_exponent};
pub use population_curve::PopulationCurves;
pub use rate::{Thresholds, thresholds};
pub use recursion::MomentMap;
pub use sample_curve::SampleCurves;
pub use samples::LeastSquares;
pub use scalar::ScalarNoise;
pub use wasserstein::{WassersteinBracket, gelbrich, wasserstein_bracket};
