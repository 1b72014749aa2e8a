//! Networks as graphs of operations: convolutions, attention and what stands between them.

mod attention;
mod convolution;
pub(crate) mod design;
mod embedding;
mod gelu;
mod linear;
pub(crate) mod nodes;
mod normalisation;
mod operation;
mod pooling;
mod product;

pub use design::{Design, Image, Transformer};
