//! Dense matrices and the singular value decomposition, with the same bits on every machine.

mod exponential;
mod matrix;
mod svd;

pub(crate) use exponential::exponential;
pub use matrix::Matrix;
pub use svd::{RightSvd, right_svd};
