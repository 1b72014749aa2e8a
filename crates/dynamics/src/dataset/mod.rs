//! Data sets: a registry of sources, each a pure function of parameters and file contents.

mod core;
mod csv_numbers;
mod digits;
mod gaussian_design;
mod random_features;
mod scale;
mod table;

pub use core::{Dataset, DatasetError, Source};
pub use digits::Digits;
pub use gaussian_design::GaussianDesign;
pub use random_features::RandomFeatures;
pub use table::Table;

/// Every data source, in the order of the documentation.
pub const SOURCES: &[&dyn Source] = &[&GaussianDesign, &Digits, &RandomFeatures, &Table];

/// The source called `name`, if there is one.
#[must_use]
pub fn source(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.part().name == name)
}
