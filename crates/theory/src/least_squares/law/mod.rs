//! Invariant laws in closed form: one feature, and features whose law no rotation changes.

mod inverse_gamma;
mod multivariate_t;
mod pearson;
mod scalar_law;

pub use inverse_gamma::OneSided;
pub use multivariate_t::MultivariateT;
pub use pearson::PearsonFour;
pub use scalar_law::{ScalarLaw, log_concave_core, score};
