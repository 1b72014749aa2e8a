//! The trait of a plot.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_figure::Panel;
use thiserror::Error;

use crate::report::view::RowView;

/// Why a panel cannot be drawn.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlotError {
    /// No row passes the panel's filter.
    #[error("no row to draw")]
    NoRow,
    /// The analysis does not give the curve that the plot draws.
    #[error("the analysis gives no curve `{0}`")]
    NoCurve(String),
    /// The drawing could not be turned into pixels.
    #[error("cannot make a PNG: {0}")]
    Raster(String),
}

/// A way to draw rows of an analysis in one panel.
///
/// To add one, write a file with its implementation and name it in `report/plot/mod.rs`.
pub trait Plot: Sync {
    /// Name, documentation and parameters.
    fn part(&self) -> &'static Part;

    /// The parameters whose values are names of columns.
    fn column_parameters(&self) -> &'static [&'static str];

    /// The panel, with an empty title: a pure function of the rows and the parameters.
    ///
    /// # Errors
    /// If the rows do not have what the plot draws.
    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError>;
}
