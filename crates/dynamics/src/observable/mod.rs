//! Observables: a registry of numbers that are read off the state of a chain.

mod bulk;
mod coordinate;
mod core;
mod error;
mod layer;
mod norm;
mod projection;
mod q1;
mod reading;
mod risk;

pub use bulk::BULK;
pub use coordinate::{X, Y};
pub use core::{Family, Length, Observable, State, States};
pub use error::ERROR;
pub use layer::LAYERS;
pub use norm::NORM;
pub use projection::PROJECTION;
pub use q1::Q1;
pub use reading::{Asked, MEAN_OF, PASSAGE, Reading};
pub use risk::RISK;

use crate::parameter::{ByProblem, Names, member};

/// Every observable, in the order of the documentation.
pub const OBSERVABLES: &[Observable] = &[Q1, RISK, BULK, NORM, ERROR];

/// Every family of observables, in the order of the documentation.
pub const FAMILIES: &[Family] = &[X, Y, PROJECTION, LAYERS[0], LAYERS[1], LAYERS[2], LAYERS[3]];

/// What cells record, and estimators read, where a manifest does not say it.
pub const USUAL: ByProblem = ByProblem {
    usual: "q1",
    others: &[("quadratic", "x_0"), ("formula", "x_0"), ("network", "risk")],
};

/// Names of single observables.
pub const PLAIN: Names =
    Names { fixed: SINGLE, families: INDEXED, whole: false, prefix: "", alone: &[] };

/// Names of numbers that every chain has, as an estimator takes them.
pub const NAMES: Names = Names { prefix: MEAN_OF, ..PLAIN };

/// Names of what can be recorded, whole families among it.
pub const RECORDED: Names = Names { whole: true, alone: &[PASSAGE], ..NAMES };

const SINGLE: &[&str] = &{
    let mut names = [""; OBSERVABLES.len()];
    let mut idx = 0;
    while idx < names.len() {
        names[idx] = OBSERVABLES[idx].part.name;
        idx += 1;
    }
    names
};

const INDEXED: &[&str] = &{
    let mut names = [""; FAMILIES.len()];
    let mut idx = 0;
    while idx < names.len() {
        names[idx] = FAMILIES[idx].part.name;
        idx += 1;
    }
    names
};

/// The observable called `name`, if there is one: `risk`, `x_3`.
#[must_use]
pub fn observable(name: &str) -> Option<Reading> {
    if let Some(found) = OBSERVABLES.iter().find(|observable| observable.part.name == name) {
        return Some(Reading::Single(found));
    }
    let (family, index) = member(name)?;
    let family = FAMILIES.iter().find(|known| known.part.name == family)?;
    Some(Reading::Member(family, index))
}

/// What `name` asks to record, if it is one of [`RECORDED`].
#[must_use]
pub fn asked(name: &str) -> Option<Asked> {
    let family = FAMILIES.iter().find(|family| family.part.name == name);
    family.map(Asked::All).or_else(|| observable(name).map(Asked::One))
}
