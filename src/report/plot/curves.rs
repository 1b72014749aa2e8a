//! The plot `curves`: one column of a table against another, a curve for each value of a third.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_figure::{Colour, Dash, Estimate, Legend, Mark, Marker, Panel, Shape};

use crate::analyse::Scalar;
use crate::report::plot::axis::{X_LABEL, X_SCALE, Y_LABEL, Y_SCALE, axis};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "curves",
    doc: "A column of the rows against another, with the intervals that estimates have; one curve \
          for each value of a third column.",
    parameters: &[
        Parameter {
            name: "x",
            doc: "Column of the abscissa.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: "y",
            doc: "Column of the ordinate.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: "by",
            doc: "Column whose values are curves of their own.",
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

/// Curves of one column against another.
pub(crate) struct Curves;

impl Plot for Curves {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &["x", "y", "by"]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let mut panel = Panel::new("", axis("x", parameters), axis("y", parameters));
        let series = series(rows, parameters);
        if series.is_empty() {
            return Err(PlotError::NoRow);
        }
        for (idx, (label, estimates)) in series.into_iter().enumerate() {
            let colour = Colour::Series(idx);
            let line = estimates.iter().map(|point| (point.x, point.y)).collect();
            let line = Shape::Line { points: line, dash: Dash::series(idx) };
            let points = Shape::Intervals { points: estimates, marker: Marker::series(idx) };
            panel = panel
                .with(Mark::new(line).coloured(colour).labelled(&label))
                .with(Mark::new(points).coloured(colour));
        }
        Ok(panel.legend(Legend::Direct))
    }
}

fn series(rows: &[RowView<'_>], parameters: &Parameters) -> Vec<(String, Vec<Estimate>)> {
    by_curve(rows, parameters, |row| {
        let x = row.look_up(parameters.text("x")).value()?;
        let y = row.look_up(parameters.text("y"));
        let (value, (lo, hi)) = (y.value()?, y.range()?);
        Some(Estimate { x, y: value, lo, hi })
    })
}

/// The points of each curve, in the order in which the values of the column `by` first occur.
pub(crate) fn by_curve<'a, T>(
    rows: &[RowView<'a>],
    parameters: &Parameters,
    point: impl Fn(&RowView<'a>) -> Option<T>,
) -> Vec<(String, Vec<T>)> {
    let by = parameters.get("by").and_then(Value::as_text);
    let mut curves: Vec<(String, Vec<T>)> = Vec::new();
    for row in rows {
        let label = by.map_or_else(String::new, |column| label(column, &row.look_up(column)));
        let Some(point) = point(row) else { continue };
        match curves.iter_mut().find(|(known, _)| *known == label) {
            Some((_, points)) => points.push(point),
            None => curves.push((label, vec![point])),
        }
    }
    curves
}

fn label(column: &str, value: &Scalar) -> String {
    let value = match value {
        Scalar::Text(text) => return text.replace('_', " "),
        Scalar::Number(value) | Scalar::Interval { value, .. } => value.to_string(),
        Scalar::Missing => "–".to_owned(),
    };
    format!("{} {value}", column.replace('_', " "))
}
