//! Data sets: a registry of sources, each a pure function of parameters and file contents.

mod breast_cancer;
mod cifar;
mod core;
mod csv_numbers;
mod digits;
mod drawn;
mod gaussian_design;
mod idx;
mod random_features;
mod scale;
mod supplied;
mod table;
mod teacher;
mod text;

pub use breast_cancer::BreastCancer;
pub use cifar::Cifar;
pub use core::{Dataset, DatasetError, Source};
pub use digits::Digits;
pub use gaussian_design::GaussianDesign;
pub use idx::Idx;
pub use random_features::RandomFeatures;
pub use supplied::SHA256;
pub use table::Table;
pub use teacher::Teacher;
pub use text::Text;

/// Every data source, in the order of the documentation.
pub const SOURCES: &[&dyn Source] = &[
    &GaussianDesign,
    &Teacher,
    &Digits,
    &RandomFeatures,
    &BreastCancer,
    &Table,
    &Idx,
    &Cifar,
    &Text,
];

/// The source called `name`, if there is one.
#[must_use]
pub fn source(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.part().name == name)
}
