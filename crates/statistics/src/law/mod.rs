//! Probability laws on the line.
//!
//! One file a law. A law is added by a file that implements [`Law`] and a line here.

pub(crate) mod angle;
pub(crate) mod gamma_variate;
pub mod generalised_pareto;
pub mod interface;
pub mod inverse_gamma;
pub(crate) mod invert;
pub mod jones_faddy;
pub mod normal;
pub mod pearson_iv;
pub mod skew_t;
pub mod stable;
pub(crate) mod stable_integral;
pub(crate) mod stable_table;
pub(crate) mod stable_tail;
pub mod student_t;
pub(crate) mod symmetric_stable;

pub use interface::{Law, LawError};
