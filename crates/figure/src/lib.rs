//! Figures and tables for print, the same bytes on every machine.
//!
//! A [`Figure`] holds panels, a panel holds two axes and marks, and [`Figure::to_svg`] is a function
//! of them alone: no clock, no process-wide counter, no font of the system. A [`Table`] is written as
//! Markdown, CSV or LaTeX. Labels and headings share one small [`markup`].

mod aside;
mod axes;
mod colour;
mod csv;
mod direct;
mod draw;
mod extent;
mod figure;
mod heat;
mod inside;
mod interval;
mod latex;
mod layout;
mod mark;
mod markdown;
pub mod markup;
mod number;
mod place;
mod raster;
mod scale;
mod scene;
mod svg;
mod table;
mod text;
mod tick;
#[cfg(test)]
mod tick_checks;

#[cfg(test)]
mod checks;

pub use colour::Colour;
pub use figure::{Corner, Figure, Legend, Note, ONE_COLUMN, Panel, Place, TWO_COLUMNS};
pub use latex::latex;
pub use mark::{Dash, Estimate, HeatMap, Mark, Marker, Shape};
pub use markdown::markdown;
pub use raster::{RasterError, png};
pub use scale::{Axis, Scale};
pub use table::{Align, Cell, Column, Format, Table};

/// Fingerprints of this crate's sources, taken at build time by `maruyama-fingerprint`: path below
/// `src`, SHA-256 of the text, and the paths that it names.
pub const SOURCES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
