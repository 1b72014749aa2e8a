//! The Fokker–Planck equation by finite volumes whose steady state is exact at the nodes.

mod flux;
mod grid;
mod line;
mod plane;
mod transport;

pub use flux::bernoulli;
pub use grid::Grid;
pub use line::LineEquation;
pub use plane::PlaneEquation;
pub use transport::{Piece, wasserstein};
