//! The plot `heat_map`: a column of the rows as colours over two others.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value,
};
use maruyama_figure::{HeatMap, Legend, Mark, Panel, Scale, Shape};

use crate::report::plot::axis::{SCALES, X, X_LABEL, X_SCALE, Y, Y_LABEL, Y_SCALE, axis};
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "heat_map",
    doc: "A column of the rows as colours over two others, whose values are the middles of rectangles, \
          with the scale of colours beside it. Rectangles without a row are grey.",
    parameters: &[
        X,
        Y,
        Parameter {
            name: "value",
            doc: "Column of the colours.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: "value_scale",
            doc: "Scale of the colours.",
            unit: "",
            kind: SCALES,
            default: Default::Text("linear"),
        },
        Parameter {
            name: "value_label",
            doc: "Label of the colours; the column if absent.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
        Parameter {
            name: "low",
            doc: "Value of the darkest colour, with `high`; the least if absent.",
            unit: "",
            kind: Kind::Real(Range::ANY),
            default: Default::Absent,
        },
        Parameter {
            name: "high",
            doc: "Value of the lightest colour, with `low`; the largest if absent.",
            unit: "",
            kind: Kind::Real(Range::ANY),
            default: Default::Absent,
        },
        X_SCALE,
        Y_SCALE,
        X_LABEL,
        Y_LABEL,
    ],
    source: file!(),
};

/// Colours over two columns.
pub(crate) struct HeatMapOf;

impl Plot for HeatMapOf {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &["x", "y", "value"]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let column = |row: &RowView<'_>, name: &str| row.look_up(parameters.text(name)).value();
        let points: Vec<(f64, f64, f64)> = rows
            .iter()
            .filter_map(|row| Some((column(row, "x")?, column(row, "y")?, column(row, "value")?)))
            .collect();
        let real = |name: &str| parameters.get(name).and_then(Value::as_real);
        let scale = match parameters.text("value_scale") {
            "log" => Scale::Log,
            _ => Scale::Linear,
        };
        let map = heat_map(&points, scale, real("low").zip(real("high")))?;
        let name = parameters.text("value").replace('_', " ");
        let label = parameters.get("value_label").and_then(Value::as_text).unwrap_or(&name);
        let panel = Panel::new("", axis("x", parameters), axis("y", parameters))
            .with(Mark::new(Shape::HeatMap(map)).labelled(label));
        Ok(panel.legend(Legend::None))
    }
}

/// Rectangles about these points.
fn heat_map(
    points: &[(f64, f64, f64)],
    scale: Scale,
    range: Option<(f64, f64)>,
) -> Result<HeatMap, PlotError> {
    let middles = |of: fn(&(f64, f64, f64)) -> f64| {
        let mut middles: Vec<f64> = points.iter().map(of).collect();
        middles.sort_by(f64::total_cmp);
        middles.dedup();
        middles
    };
    let (x, y) = (middles(|point| point.0), middles(|point| point.1));
    if x.len() < 2 || y.len() < 2 {
        return Err(PlotError::NoRow);
    }
    let mut values = vec![f64::NAN; x.len() * y.len()];
    for (at_x, at_y, value) in points {
        let (column, row) =
            (x.partition_point(|middle| middle < at_x), y.partition_point(|middle| middle < at_y));
        values[row * x.len() + column] = *value;
    }
    Ok(HeatMap { x_edges: edges(&x), y_edges: edges(&y), values, scale, range })
}

/// Ends half-way between the middles, two or more of them.
fn edges(middles: &[f64]) -> Vec<f64> {
    let last = middles.len() - 1;
    let first = middles[0] - 0.5 * (middles[1] - middles[0]);
    let end = middles[last] + 0.5 * (middles[last] - middles[last - 1]);
    let between = middles.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    [first].into_iter().chain(between).chain([end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_end_half_way_between_points() {
        let points = [(0.0, 1.0, 5.0), (1.0, 1.0, 6.0), (3.0, 2.0, 7.0), (0.0, 2.0, 8.0)];
        let map = heat_map(&points, Scale::Linear, None).unwrap();
        assert_eq!(map.x_edges, [-0.5, 0.5, 2.0, 4.0]);
        assert_eq!(map.y_edges, [0.5, 1.5, 2.5]);
        assert_eq!(map.values[..2], [5.0, 6.0]);
        assert!(map.values[2].is_nan() && map.values[4].is_nan());
        assert_eq!((map.values[3], map.values[5]), (8.0, 7.0));
        let line = heat_map(&points[..2], Scale::Linear, None);
        assert_eq!(line.err(), Some(PlotError::NoRow));
    }
}
