//! The plot `columns`: several columns of a table against one.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_figure::{Estimate, Legend, Mark, Panel, Shape};

use crate::analyse::Scalar;
use crate::report::name::{Style, styles};
use crate::report::plot::axis::{X, X_LABEL, X_SCALE, Y_SCALE, axis, labelled};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "columns",
    doc: "Several columns of the rows against one: estimates with intervals as points, numbers as \
          lines.",
    parameters: &[
        X,
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
        Parameter {
            name: "markers",
            doc: "Whether the points of lines are marked.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
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
        let names = rows.first().ok_or(PlotError::NoRow)?.names();
        let label = |idx: usize, column: &str| match labels.get(idx) {
            Some(label) => (*label).to_owned(),
            None => names.shown(column),
        };
        let columns = texts(parameters, "y");
        let labels: Vec<String> =
            columns.iter().enumerate().map(|(idx, column)| label(idx, column)).collect();
        let styles = styles(&labels.iter().map(String::as_str).collect::<Vec<_>>());
        let are_marked = parameters.get("markers") == Some(&Value::Boolean(true));
        let mut is_empty = true;
        for ((column, label), style) in columns.into_iter().zip(&labels).zip(styles) {
            let shapes = shapes(rows, (x, column), style, are_marked);
            is_empty &= shapes.is_empty();
            for shape in shapes {
                panel = panel.with(Mark::new(shape).coloured(style.colour).labelled(label));
            }
        }
        if is_empty {
            return Err(PlotError::NoRow);
        }
        Ok(panel.legend(Legend::Direct))
    }
}

/// The points of a column: with intervals if one of its values has one, else joined by a line, with
/// markers if `are_marked`.
fn shapes(
    rows: &[RowView<'_>],
    (x, y): (&str, &str),
    style: Style,
    are_marked: bool,
) -> Vec<Shape> {
    let mut points = Vec::new();
    let mut is_estimated = false;
    for row in rows {
        let value = row.look_up(y);
        is_estimated |= matches!(value, Scalar::Interval { .. });
        let point = row.look_up(x).value().zip(value.value()).zip(value.range());
        points.extend(point.map(|((x, y), (lo, hi))| Estimate { x, y, lo, hi }));
    }
    if points.is_empty() {
        return Vec::new();
    }
    let line = points.iter().map(|point| (point.x, point.y)).collect();
    let line = Shape::Line { points: line, dash: style.dash };
    let points = Shape::Intervals { points, marker: style.marker };
    match (is_estimated, are_marked) {
        (true, _) => vec![points],
        (false, true) => vec![line, points],
        (false, false) => vec![line],
    }
}

fn texts<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    let list = parameters.get(name).and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_text).collect()
}
