//! The plot `columns`: several columns of a table against one.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_figure::{Colour, Dash, Estimate, Legend, Mark, Marker, Panel, Shape};

use crate::analyse::Scalar;
use crate::report::plot::axis::{X_LABEL, X_SCALE, Y_SCALE, axis, labelled};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "columns",
    doc: "Several columns of the rows against one: estimates with intervals as points, numbers as lines.",
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
            doc: "Columns of the ordinate.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Required,
        },
        Parameter {
            name: "labels",
            doc: "Names of the curves, as many as columns; the columns if absent.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Absent,
        },
        X_SCALE,
        Y_SCALE,
        X_LABEL,
        Parameter {
            name: "y_label",
            doc: "Label of the ordinate; none if absent.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
    ],
    source: file!(),
};

/// Several columns against one.
pub(crate) struct Columns;

impl Plot for Columns {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &["x", "y"]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let x = parameters.text("x");
        let y_label = parameters.get("y_label").and_then(Value::as_text).unwrap_or_default();
        let axes = (axis("x", parameters), labelled("y", y_label, parameters));
        let mut panel = Panel::new("", axes.0, axes.1);
        let labels = texts(parameters, "labels");
        let mut is_empty = true;
        for (idx, column) in texts(parameters, "y").into_iter().enumerate() {
            let label =
                labels.get(idx).map_or_else(|| column.replace('_', " "), ToString::to_string);
            let colour = Colour::Series(idx);
            let shape = shape(rows, (x, column), idx);
            is_empty &= shape.is_none();
            if let Some(shape) = shape {
                panel = panel.with(Mark::new(shape).coloured(colour).labelled(&label));
            }
        }
        if is_empty {
            return Err(PlotError::NoRow);
        }
        Ok(panel.legend(Legend::Direct))
    }
}

/// The points of a column: with intervals if one of its values has one, joined by a line if none has.
fn shape(rows: &[RowView<'_>], (x, y): (&str, &str), idx: usize) -> Option<Shape> {
    let mut points = Vec::new();
    let mut is_estimated = false;
    for row in rows {
        let value = row.look_up(y);
        is_estimated |= matches!(value, Scalar::Interval { .. });
        let point = row.look_up(x).value().zip(value.value()).zip(value.range());
        points.extend(point.map(|((x, y), (lo, hi))| Estimate { x, y, lo, hi }));
    }
    if points.is_empty() {
        return None;
    }
    Some(if is_estimated {
        Shape::Intervals { points, marker: Marker::series(idx) }
    } else {
        let points = points.into_iter().map(|point| (point.x, point.y)).collect();
        Shape::Line { points, dash: Dash::series(idx) }
    })
}

fn texts<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    let list = parameters.get(name).and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_text).collect()
}
