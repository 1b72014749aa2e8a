//! Dense linear algebra that theory needs, with the same bits on every machine.

mod lu;
mod perron;
mod tridiagonal;

pub use lu::Lu;
pub use perron::{Bracket, leading_eigenvalue, perron_eigenvalue};
pub use tridiagonal::tridiagonal_eigenvalue;
