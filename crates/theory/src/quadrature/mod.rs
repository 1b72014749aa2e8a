//! Integrals on an interval, a half-line and against the gamma law; collocation.

mod chebyshev;
mod double_exponential;
mod gauss_legendre;
mod laguerre;

pub use chebyshev::{ChebyshevGrid, chebyshev_grid};
pub use double_exponential::{on_half_line, on_interval};
pub use gauss_legendre::{composite_nodes, integrate, nodes};
pub use laguerre::{GammaRule, gamma_rule};
