//! Networks as graphs of operations: convolutions, attention and what stands between them.

mod attention;
mod convolution;
mod design;
mod embedding;
mod gelu;
mod linear;
mod nodes;
mod normalisation;
mod operation;
mod pooling;
mod product;

pub(crate) use design::Misfit;
pub use design::{Design, Image, Transformer};
pub(crate) use nodes::{Graph, Memory};
