//! Small linear algebra beyond `maruyama_dynamics::linear_algebra`, in fixed orders of operations.

mod banded;
mod definite;
mod dominant;
mod error;
mod expm;
mod lanczos;
mod lu;
mod perron;
mod rank_one;
mod tridiagonal;

pub use maruyama_dynamics::linear_algebra::{
    SymmetricEigen, combine, congruence, diagonal, identity, outer, product, symmetric_eigen, trace,
};

pub use banded::Banded;
pub use definite::is_positive_definite;
pub use dominant::{Dominant, spectral_abscissa, spectral_radius};
pub use error::MatrixError;
pub use expm::expm;
pub use lanczos::symmetric_spectral_radius;
pub use lu::Lu;
pub use perron::{Bracket, leading_eigenvalue, perron_eigenvalue};
pub use rank_one::RankOneUpdate;
pub use tridiagonal::{solve_tridiagonal, symmetric_tridiagonal_eigenvalue};
