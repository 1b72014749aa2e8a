//! Manifests: the YAML files that say what to simulate, analyse and report.
//!
//! Text becomes a tree with places ([`tree`]), the tree is read against the vocabulary of the
//! program's parts ([`vocabulary`]), grids are expanded into cells (`grid`, `cells`), and what
//! results is a [`types::Manifest`] in which every name is known, every value is in its range and
//! every default is filled in. Mistakes are collected, not thrown: one run reports all of them, with
//! the place of each ([`diagnostic`]).

mod analysis;
mod axis;
pub mod canonical;
mod cells;
pub mod diagnostic;
mod fields;
mod grid;
mod name;
mod output;
mod parse;
mod part;
mod profile;
pub mod scalar;
pub mod schema;
mod scheme;
mod selected;
mod settings;
mod simulate;
pub mod span;
pub mod suggest;
pub mod tree;
pub mod types;
mod value;
pub mod vocabulary;

pub use crate::manifest::parse::parse;
pub use crate::manifest::profile::PAPER;
pub use crate::manifest::settings::settings;

#[cfg(test)]
mod tests;
