//! Dense linear algebra that theory needs, with the same bits on every machine.

mod definite;
mod lanczos;
mod lu;
mod perron;
mod tridiagonal;

pub use definite::is_positive_definite;
pub use lanczos::symmetric_spectral_radius;
pub use lu::Lu;
pub use perron::{Bracket, leading_eigenvalue, perron_eigenvalue};
pub use tridiagonal::tridiagonal_eigenvalue;
