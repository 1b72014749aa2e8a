//! The plot `survival`: simulated survival functions with exact ones.

use maruyama_dynamics::parameter::{Default, Kind, Parameter, Parameters, Part, Value};
use maruyama_figure::{Axis, Legend, Mark, Panel, Shape};

use crate::report::name::Style;
use crate::report::plot::core::{Plot, PlotError};
use crate::report::plot::tail_cells::cells;
use crate::report::view::RowView;

/// Curves are drawn where they are below this: what matters is the other end.
const HIGHEST: f64 = 0.9;

const PART: Part = Part {
    name: "survival",
    doc: "Simulated survival functions on logarithmic axes, as points within their intervals of Clopper \
          and Pearson, with the exact ones as lines. Draws the curves of the estimator `invariant_law`, \
          one pair for each cell.",
    parameters: &[Parameter {
        name: "x_label",
        doc: "Label of the abscissa; |*x* − *x*_{*}| if absent.",
        unit: "",
        kind: Kind::Text,
        default: Default::Absent,
    }],
    source: file!(),
};

/// Survival functions beside exact ones.
pub(crate) struct Survival;

impl Plot for Survival {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let label = parameters.get("x_label").and_then(Value::as_text);
        let x = Axis::log(label.unwrap_or("*r* = |*x* − *x*_{*}|"));
        let mut panel = Panel::new("", x, Axis::log("P(|*x* − *x*_{*}| > *r*)"));
        let tails = cells(rows);
        if tails.is_empty() {
            return Err(PlotError::NoRow);
        }
        for tail in &tails {
            let Style { colour, dash, marker } = tail.style;
            let mut points = tail.line("survival simulated")?;
            points.retain(|(x, p)| *x > 0.0 && *p < HIGHEST);
            let lowest = points.first().map_or(0.0, |(x, _)| *x);
            let points = Shape::Points { points, marker, size: 2.6 };
            let mut band = tail.band("survival simulated")?;
            band.retain(|(x, ..)| *x >= lowest);
            let exact = Shape::Line { points: tail.line("survival")?, dash };
            panel = panel
                .with(Mark::new(Shape::Band { points: band }).coloured(colour))
                .with(Mark::new(points).coloured(colour).labelled(&tail.label))
                .with(Mark::new(exact).coloured(colour));
        }
        Ok(panel.legend(Legend::Emptiest))
    }
}
