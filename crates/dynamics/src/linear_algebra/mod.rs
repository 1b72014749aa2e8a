//! Dense matrices and the singular value decomposition, with the same bits on every machine.

mod matrix;
mod svd;

pub use matrix::Matrix;
pub use svd::{RightSvd, right_svd};
