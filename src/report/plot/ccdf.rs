//! The plot `ccdf`: the survival function on logarithmic axes, with a power law.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_figure::{Axis, Dash, Legend, Mark, Panel, Shape};

use crate::report::name::Style;
use crate::report::plot::core::{Plot, PlotError};
use crate::report::plot::tail_cells::cells;
use crate::report::view::RowView;

/// The curve is drawn where it is below this: what matters is the other end.
const HIGHEST: f64 = 0.9;

const PART: Part = Part {
    name: "ccdf",
    doc: "Survival function of |z| on logarithmic axes within its interval of Clopper and Pearson, \
          with the power law above the threshold of least distance. Draws the curves of the \
          estimator `tail_report`, one for each cell.",
    parameters: &[],
    source: file!(),
};

/// A survival function with its power law.
pub(crate) struct Ccdf;

impl Plot for Ccdf {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], _: &Parameters) -> Result<Panel, PlotError> {
        let mut panel = Panel::new("", Axis::log("*x*"), Axis::log("P(|*z*| > *x*)"));
        let tails = cells(rows);
        if tails.is_empty() {
            return Err(PlotError::NoRow);
        }
        for tail in &tails {
            let Style { colour, marker, .. } = tail.style;
            let mut points = tail.line("survival")?;
            points.retain(|(x, p)| *x > 0.0 && *p < HIGHEST);
            let lowest = points.first().map_or(0.0, |(x, _)| *x);
            let points = Shape::Points { points, marker, size: 2.6 };
            let mut band = tail.band("survival")?;
            band.retain(|(x, ..)| *x >= lowest);
            panel = panel
                .with(Mark::new(Shape::Band { points: band }).coloured(colour))
                .with(Mark::new(points).coloured(colour).labelled(&tail.label));
            // Where no power law fits there is none to draw.
            if let Ok(line) = tail.line("power law") {
                let line = Shape::Line { points: line, dash: Dash::Dashed };
                panel = panel.with(Mark::new(line).coloured(colour));
            }
        }
        Ok(panel.legend(Legend::Emptiest))
    }
}
