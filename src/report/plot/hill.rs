//! The plot `hill`: Hill's estimate over the number of extremes, with its interval.

use maruyama_dynamics::parameter::{Default, Lookup as _, Parameter, Parameters, Part};
use maruyama_figure::{Axis, Legend, Mark, Panel, Shape};

use crate::analyse::Scalar;
use crate::report::name::Style;
use crate::report::plot::axis::SCALES;
use crate::report::plot::core::{Plot, PlotError};
use crate::report::plot::tail_cells::{Tail, cells};
use crate::report::view::RowView;

/// The first k that is drawn: before it the intervals are so long that they hide the rest.
const FIRST: f64 = 20.0;

const PART: Part = Part {
    name: "hill",
    doc: "Hill's estimate of the tail index over the number k of extremes within its interval, and \
          the k that the analysis took, from k = 20 on. Draws the curves of the estimator `tail_report`, one for \
          each cell.",
    parameters: &[Parameter {
        name: "x_scale",
        doc: "Scale of k.",
        unit: "",
        kind: SCALES,
        default: Default::Text("log"),
    }],
    source: file!(),
};

/// A Hill plot.
pub(crate) struct Hill;

impl Plot for Hill {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let x = if parameters.text("x_scale") == "log" {
            Axis::log("extremes *k*")
        } else {
            Axis::linear("extremes *k*")
        };
        let mut panel = Panel::new("", x, Axis::linear("tail index *α̂*_{k}"));
        let tails = cells(rows);
        if tails.is_empty() {
            return Err(PlotError::NoRow);
        }
        for tail in &tails {
            let Style { colour, dash, .. } = tail.style;
            let mut band = tail.band("hill")?;
            band.retain(|(k, ..)| *k >= FIRST);
            let mut line = tail.line("hill")?;
            line.retain(|(k, _)| *k >= FIRST);
            panel = panel.with(Mark::new(Shape::Band { points: band }).coloured(colour)).with(
                Mark::new(Shape::Line { points: line, dash })
                    .coloured(colour)
                    .labelled(&tail.label),
            );
            if let Some(k) = chosen(tail) {
                panel = panel.with(Mark::new(Shape::Vertical(k)).coloured(colour));
            }
        }
        Ok(panel.legend(Legend::Direct))
    }
}

/// The number of extremes that the analysis took.
fn chosen(tail: &Tail<'_, '_>) -> Option<f64> {
    let rows = &tail.row.outcome().rows;
    let is_hill = |row: &&crate::analyse::Row| row.get("method") == Some(&Scalar::text("hill"));
    rows.iter().find(is_hill).and_then(|row| row.get("k")).and_then(Scalar::value)
}
