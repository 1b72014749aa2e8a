//! The equations that stand for SGD: their coefficients in one point.

mod equation;
mod error;
mod form;
mod kernel;

pub use equation::{
    Coefficients, Model, NonPsd, PSD_TOLERANCE, coefficients, products, rotated_diffusion,
};
pub use error::{CoefficientError, StartError};
pub use form::{Form, NAMES};
pub use kernel::{
    contraction, diffusion_factor, drift_factor, mean_exponential, series_coefficient,
};
