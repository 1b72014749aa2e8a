//! Integrators of overdamped Langevin dynamics, one a file.

mod core;
mod euler_maruyama;
mod exact_ou;
mod heun;
mod leimkuhler_matthews;
mod mala;
mod rk4_drift;

pub use core::{Chains, Integrator, Step};
pub use euler_maruyama::EulerMaruyama;
pub use exact_ou::ExactOu;
pub use heun::Heun;
pub use leimkuhler_matthews::LeimkuhlerMatthews;
pub use mala::Mala;
pub use rk4_drift::Rk4Drift;

#[cfg(test)]
pub(crate) mod tests;
