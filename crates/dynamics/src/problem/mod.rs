//! Optimisation problems.

mod least_squares;
mod spectrum;

pub use least_squares::LeastSquares;
pub use spectrum::Spectrum;

use crate::parameter::Part;

/// Every problem, in the order of the documentation.
pub const PROBLEMS: &[&Part] = &[&LeastSquares::PART];
