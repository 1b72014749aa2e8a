//! Observables: a registry of numbers that are read off the state of a chain.

mod bulk;
mod core;
mod error;
mod norm;
mod q1;
mod risk;

pub use bulk::BULK;
pub use core::{Observable, State, States};
pub use error::ERROR;
pub use norm::NORM;
pub use q1::Q1;
pub use risk::RISK;

/// Every observable, in the order of the documentation.
pub const OBSERVABLES: &[Observable] = &[Q1, RISK, BULK, NORM, ERROR];

/// Names of [`OBSERVABLES`], in the same order.
pub const NAMES: &[&str] = &{
    let mut names = [""; OBSERVABLES.len()];
    let mut idx = 0;
    while idx < names.len() {
        names[idx] = OBSERVABLES[idx].part.name;
        idx += 1;
    }
    names
};

/// The observable called `name`, if there is one.
#[must_use]
pub fn observable(name: &str) -> Option<&'static Observable> {
    OBSERVABLES.iter().find(|observable| observable.part.name == name)
}
