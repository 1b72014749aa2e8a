//! Neural networks: layers of neurons, trained on a data set.

mod activation;
mod curvature;
pub(crate) mod deep;
mod dense;
mod design;
mod graph;
mod kind;
mod labels;
mod layer;
mod loss;
pub(crate) mod pass;
pub(crate) mod perceptron;

pub use activation::Activation;
pub use curvature::NetworkPoint;
pub use dense::Dense;
pub use graph::{Design, Image, Transformer};
pub use kind::NetworkKind;
pub use layer::{Layer, Row};
pub use loss::Loss;
pub use perceptron::{AddedNoise, Architecture, Network};
