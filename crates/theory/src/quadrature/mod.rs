//! Integrals on an interval, a half-line and against the gamma law; collocation.

mod cells;
mod chebyshev;
mod double_exponential;
mod gauss_legendre;
mod laguerre;
mod panels;
mod rule;

pub use cells::{composite_nodes, integrate, nodes};
pub use chebyshev::{ChebyshevGrid, chebyshev_grid};
pub use double_exponential::{on_half_line, on_interval};
pub use gauss_legendre::gauss_legendre;
pub use laguerre::gamma_rule;
pub use panels::Panels;
pub use rule::Rule;
