//! The plot `curves`: one column of a table against another, a curve for each value of a third.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_figure::{Dash, Estimate, Legend, Mark, Panel, Shape};

use crate::analyse::Scalar;
use crate::report::name::{Style, styles};
use crate::report::plot::axis::{X, X_LABEL, X_SCALE, Y, Y_LABEL, Y_SCALE, axis};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

/// Curves of panels with longer ones are drawn without points, unless these are estimates.
const MOST_MARKED: usize = 12;

const PART: Part = Part {
    name: "curves",
    doc: "A column of the rows against another, with the intervals that estimates have; one curve \
          for each value of a third column. Points are marked where they are estimates, or where no curve of the panel has \
          more than twelve.",
    parameters: &[
        X,
        Y,
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
        let curves = by_curve(rows, parameters, |row| point(row, parameters));
        if curves.is_empty() {
            return Err(PlotError::NoRow);
        }
        let others = curves.iter().filter(|curve| !curve.style.is_theory());
        let are_short = others.map(|curve| curve.points.len()).max() <= Some(MOST_MARKED);
        for curve in curves {
            panel = with_curve(panel, curve, are_short);
        }
        Ok(panel.legend(Legend::Direct))
    }
}

/// The panel with a line and its points, which are marked where they are estimates or curves are
/// short.
fn with_curve(panel: Panel, curve: Curve<(Estimate, bool)>, are_short: bool) -> Panel {
    let Style { colour, dash, marker } = curve.style;
    let is_estimated = curve.points.iter().any(|(_, is_estimate)| *is_estimate);
    let line = curve.points.iter().map(|(point, _)| (point.x, point.y)).collect();
    let line = Mark::new(Shape::Line { points: line, dash }).coloured(colour);
    let panel = panel.with(line.labelled(&curve.label));
    if !is_estimated && (curve.style.is_theory() || !are_short) {
        return panel;
    }
    let points = curve.points.into_iter().map(|(point, _)| point).collect();
    panel.with(Mark::new(Shape::Intervals { points, marker }).coloured(colour))
}

/// A point of a row, and whether it is an estimate with an interval.
fn point(row: &RowView<'_>, parameters: &Parameters) -> Option<(Estimate, bool)> {
    let x = row.look_up(parameters.text("x")).value()?;
    let y = row.look_up(parameters.text("y"));
    let (value, (lo, hi)) = (y.value()?, y.range()?);
    Some((Estimate { x, y: value, lo, hi }, matches!(y, Scalar::Interval { .. })))
}

/// A curve of a panel.
pub(crate) struct Curve<T> {
    /// Its name; empty if it is the only one.
    pub label: String,
    /// How it is drawn.
    pub style: Style,
    /// Its points, in the order of the rows.
    pub points: Vec<T>,
}

/// The curves from back to front: unbroken lines, broken ones, theory; each in the order in which the
/// values of the column `by` first occur.
pub(crate) fn by_curve<'a, T>(
    rows: &[RowView<'a>],
    parameters: &Parameters,
    point: impl Fn(&RowView<'a>) -> Option<T>,
) -> Vec<Curve<T>> {
    let by = parameters.get("by").and_then(Value::as_text);
    let mut curves: Vec<(Option<Scalar>, String, Vec<T>)> = Vec::new();
    for row in rows {
        let value = by.map(|column| row.look_up(column));
        let Some(point) = point(row) else { continue };
        if let Some((.., points)) = curves.iter_mut().find(|(known, ..)| *known == value) {
            points.push(point);
        } else {
            let label = by.zip(value.as_ref()).map(|(by, value)| row.names().entry(by, value));
            curves.push((value, label.unwrap_or_default(), vec![point]));
        }
    }
    let words: Vec<&str> = curves.iter().map(|(value, ..)| word(value.as_ref())).collect();
    let styles = styles(&words);
    let curves = curves.into_iter().zip(styles);
    let mut curves: Vec<Curve<T>> =
        curves.map(|((_, label, points), style)| Curve { label, style, points }).collect();
    curves.sort_by_key(|curve| (curve.style.is_theory(), curve.style.dash != Dash::Solid));
    curves
}

/// The word that a curve stands for, if it is one.
fn word(value: Option<&Scalar>) -> &str {
    match value {
        Some(Scalar::Text(text)) => text,
        _ => "",
    }
}
