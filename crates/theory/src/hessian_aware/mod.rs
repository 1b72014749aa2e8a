//! The Hessian-aware stochastic differential equation of SGD and its rivals, without Monte Carlo.
//!
//! Laws on quadratics are closed forms, first passages come from quadrature, and weak errors from
//! spectral operators. Li, Shen, Zhang & He, arXiv 2405.18373.

mod absorption;
mod circular;
mod complex;
mod error;
mod exit_time;
mod exponential;
mod first_passage;
mod form;
mod gaussian;
mod interval;
mod lanczos;
mod line;
mod low_rank;
mod multiplicative;
mod obstruction;
mod plane;
mod plane_objective;
mod psd;
mod quadratic;
mod schedule;
mod third_order;
mod torus;

pub use maruyama_dynamics::linear_algebra::{HessianTimes, Krylov};
pub use maruyama_dynamics::modified_equation::{
    Coefficients, Form, Model, NonPsd, coefficients, contraction, diffusion_factor, drift_factor,
    mean_exponential, series_coefficient,
};

pub use absorption::expected_reward;
pub use circular::{Circular, CircularNoise};
pub use complex::Complex;
pub use error::HessianAwareError;
pub use exit_time::{Barrier, Field, mean_exit_time, quasi_potential};
pub use exponential::exponential_times;
pub use first_passage::{FirstPassage, LinearStep};
pub use gaussian::Gaussian;
pub use interval::Interval;
pub use lanczos::{matrix_free_drift, matrix_free_noise};
pub use line::{Equation, LineCoefficients, LineObjective, chain_step, line_coefficients};
pub use low_rank::LowRankDiffusion;
pub use multiplicative::Multiplicative;
pub use obstruction::{
    ScalarRates, holomorphic_diffusion, obstructions, rotation_drift, scalar_rates,
};
pub use plane::Plane;
pub use plane_objective::{PlaneCoefficients, PlaneObjective, plane_coefficients};
pub use psd::{PsdMargin, is_certainly_psd, largest_correlation, psd_margin};
pub use quadratic::Quadratic;
pub use schedule::{Stage, scheduled_chain_law, scheduled_law};
pub use third_order::{HessianAt, third_order_drift};
pub use torus::{Torus, advance, largest_gap, weak_orders};
