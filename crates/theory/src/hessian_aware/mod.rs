//! The Hessian-aware stochastic differential equation of SGD and its rivals, without Monte Carlo.
//!
//! Laws on quadratics are closed forms, first passages come from quadrature, and weak errors from
//! spectral operators. Li, Shen, Zhang & He, arXiv 2405.18373.

mod circular;
mod complex;
mod error;
mod gaussian;
mod kernel;
mod model;
mod multiplicative;
mod obstruction;
mod psd;
mod quadratic;
mod schedule;

pub use circular::{Circular, CircularNoise};
pub use complex::Complex;
pub use error::HessianAwareError;
pub use gaussian::Gaussian;
pub use kernel::{
    contraction, diffusion_factor, drift_factor, mean_exponential, series_coefficient,
};
pub use model::{Coefficients, Model, NonPsd, coefficients};
pub use multiplicative::Multiplicative;
pub use obstruction::{
    ScalarRates, holomorphic_diffusion, obstructions, rotation_drift, scalar_rates,
};
pub use psd::{PsdMargin, is_certainly_psd, largest_correlation, psd_margin};
pub use quadratic::Quadratic;
pub use schedule::{Stage, scheduled_chain_law, scheduled_law};
