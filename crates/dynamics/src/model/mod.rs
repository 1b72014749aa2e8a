//! Models: a registry of stochastic processes that move in steps of one SGD iteration.

mod batch;
mod brownian;
mod columns;
mod core;
mod hsgd;
mod integrator;
mod langevin;
mod objective;
mod samples;
mod schedule;
mod settings;
mod sgd;
mod sgd_sde;

pub use batch::{Sampler, Sampling};
pub use brownian::BrownianIncrements;
pub use core::{
    Bundle, Coordinates, Dynamics, Layout, Model, ModelKind, Shape, Streams, Workspace,
};
pub use hsgd::{Hsgd, HsgdKind};
pub use integrator::{
    Chains, EulerMaruyama, ExactOu, Heun, Integrator, LeimkuhlerMatthews, Mala, Rk4Drift, Step,
};
pub use langevin::{Langevin, LangevinKind};
pub use objective::Objective;
pub use schedule::Schedule;
pub use sgd::{Sgd, SgdKind};
pub use sgd_sde::{SgdSde, SgdSdeKind};

/// Every kind of model, in the order of the documentation.
pub const MODELS: &[&dyn ModelKind] = &[&SgdKind, &SgdSdeKind, &HsgdKind, &LangevinKind];

/// The kind of model called `name`, if there is one.
#[must_use]
pub fn model(name: &str) -> Option<&'static dyn ModelKind> {
    MODELS.iter().copied().find(|kind| kind.part().name == name)
}
