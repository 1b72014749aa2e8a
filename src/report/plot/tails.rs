//! The plot `tails`: the empirical survival function between those of two Student-t laws.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_figure::{Axis, Colour, Corner, Dash, Legend, Mark, Marker, Panel, Shape};

use crate::analyse::Curve;
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "tails",
    doc: "Survival function of |z| on logarithmic axes, with those of Student-t laws whose indices \
          are the bounds η_* and η^* and whose scales are fitted. Draws the curves of the estimator \
          `tail_sandwich`.",
    parameters: &[],
    source: file!(),
};

/// Survival functions on logarithmic axes.
pub(crate) struct Tails;

impl Plot for Tails {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], _: &Parameters) -> Result<Panel, PlotError> {
        let row = rows.first().ok_or(PlotError::NoRow)?;
        let curve = |name: &str| {
            let curve = row.outcome().curves.get(name);
            curve.map(points).ok_or_else(|| PlotError::NoCurve(name.to_owned()))
        };
        let empirical =
            Shape::Points { points: curve("empirical")?, marker: Marker::Disc, size: 2.6 };
        let bound = |name: &str, dash: Dash| Ok(Shape::Line { points: curve(name)?, dash });
        let mut panel = Panel::new("", Axis::log("*x*"), Axis::log("P(|*z*| > *x*)"))
            .with(Mark::new(empirical).coloured(Colour::Series(0)).labelled("empirical"));
        if row.outcome().curves.contains_key("lower") {
            let mark = Mark::new(bound("lower", Dash::Solid)?).coloured(Colour::Series(1));
            panel = panel.with(mark.labelled("*t*(*η*_{*})"));
        }
        let mark = Mark::new(bound("upper", Dash::Dashed)?).coloured(Colour::Series(2));
        Ok(panel.with(mark.labelled("*t*(*η*^{*})")).legend(Legend::Inside(Corner::BottomLeft)))
    }
}

fn points(curve: &Curve) -> Vec<(f64, f64)> {
    curve.x.iter().copied().zip(curve.y.iter().copied()).collect()
}
