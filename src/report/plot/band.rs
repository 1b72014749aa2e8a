//! The plot `band`: a column over time, or over another one, within a band.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_figure::{Legend, Mark, Panel, Shape};

use crate::report::name::Style;
use crate::report::plot::axis::{X_LABEL, X_SCALE, Y_LABEL, Y_SCALE, axis};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::plot::curves::by_curve;
use crate::report::view::RowView;

const PART: Part = Part {
    name: "band",
    doc: "A column of the rows against another as a line, within the band between two columns, or \
          within its intervals; one line for each value of a further column.",
    parameters: &[
        Parameter {
            name: "x",
            doc: "Column of the abscissa.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("step"),
        },
        Parameter {
            name: "y",
            doc: "Column of the ordinate.",
            unit: "",
            kind: Kind::Text,
            default: Default::Text("mean"),
        },
        Parameter {
            name: "low",
            doc: "Column of the band's lower end; the lower end of the interval of `y` if absent.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
        Parameter {
            name: "high",
            doc: "Column of the band's upper end; the upper end of the interval of `y` if absent.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
        Parameter {
            name: "by",
            doc: "Column whose values are lines of their own.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
        X_SCALE,
        Y_SCALE,
        X_LABEL,
        Y_LABEL,
    ],
    source: file!(),
};

/// A line within a band.
pub(crate) struct Band;

impl Plot for Band {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &["x", "y", "low", "high", "by"]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let mut panel = Panel::new("", axis("x", parameters), axis("y", parameters));
        let curves = by_curve(rows, parameters, |row| point(row, parameters));
        if curves.is_empty() {
            return Err(PlotError::NoRow);
        }
        for curve in curves {
            let Style { colour, dash, .. } = curve.style;
            let points = curve.points;
            let band = points.iter().filter_map(|(x, _, ends)| ends.map(|(a, b)| (*x, a, b)));
            let band = Shape::Band { points: band.collect() };
            let line = points.iter().map(|(x, y, _)| (*x, *y)).collect();
            panel = panel.with(Mark::new(band).coloured(colour)).with(
                Mark::new(Shape::Line { points: line, dash })
                    .coloured(colour)
                    .labelled(&curve.label),
            );
        }
        Ok(panel.legend(Legend::Direct))
    }
}

/// Abscissa, ordinate and the ends of the band of a row, as far as they are known.
type Point = (f64, f64, Option<(f64, f64)>);

fn point(row: &RowView<'_>, parameters: &Parameters) -> Option<Point> {
    let y = row.look_up(parameters.text("y"));
    let end = |name: &str, own: Option<f64>| match parameters.get(name).and_then(Value::as_text) {
        Some(column) => row.look_up(column).value(),
        None => own,
    };
    let own = y.range();
    let low = end("low", own.map(|(low, _)| low));
    let high = end("high", own.map(|(_, high)| high));
    Some((row.look_up(parameters.text("x")).value()?, y.value()?, low.zip(high)))
}
