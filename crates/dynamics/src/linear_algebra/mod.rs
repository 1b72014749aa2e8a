//! Dense matrices and their decompositions, with the same bits on every machine.

mod cholesky;
mod dense;
mod exponential;
mod krylov;
mod matrix;
mod svd;
mod symmetric;

pub use cholesky::lower_root;
pub use dense::{combine, congruence, diagonal, identity, outer, product, trace};
pub(crate) use exponential::exponential;
pub use krylov::{HessianTimes, Krylov, KrylovError};
pub use matrix::Matrix;
pub use svd::{RightSvd, right_svd};
pub use symmetric::{SymmetricEigen, extremes, symmetric_eigen};
