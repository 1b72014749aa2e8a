//! Models: a registry of stochastic processes that move in steps of one SGD iteration.

mod batch;
mod core;
mod hsgd;
mod settings;
mod sgd;

pub use core::{ChainStreams, Coordinates, Model, ModelKind, Workspace};
pub use hsgd::{Hsgd, HsgdKind};
pub use sgd::{Sgd, SgdKind};

/// Every kind of model, in the order of the documentation.
pub const MODELS: &[&dyn ModelKind] = &[&SgdKind, &HsgdKind];

/// The kind of model called `name`, if there is one.
#[must_use]
pub fn model(name: &str) -> Option<&'static dyn ModelKind> {
    MODELS.iter().copied().find(|kind| kind.part().name == name)
}
