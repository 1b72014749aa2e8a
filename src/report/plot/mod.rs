//! Plots: what a panel of a figure shows.

mod axis;
mod band;
mod ccdf;
mod columns;
mod core;
mod curves;
mod density;
mod heat_map;
mod hill;
mod qq;
mod survival;
mod tail_cells;
mod tails;

pub use core::{Plot, PlotError};

/// Every plot, in the order of the documentation.
pub const PLOTS: &[&dyn Plot] = &[
    &qq::Qq,
    &tails::Tails,
    &curves::Curves,
    &columns::Columns,
    &band::Band,
    &hill::Hill,
    &ccdf::Ccdf,
    &density::Density,
    &heat_map::HeatMapOf,
    &survival::Survival,
];

/// The plot called `name`.
///
/// # Panics
/// If there is none: the name has passed the vocabulary, so the registry is at fault.
#[must_use]
pub fn plot(name: &str) -> &'static dyn Plot {
    let found = PLOTS.iter().copied().find(|plot| plot.part().name == name);
    found.unwrap_or_else(|| panic!("`{name}` passed the vocabulary and is in no registry"))
}
