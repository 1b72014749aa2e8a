//! The plot `qq`: quantiles of a sample against those of a law fitted to it.

use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Part};
use maruyama_figure::{Axis, Colour, Corner, Legend, Mark, Marker, Panel, Place, Shape};
use maruyama_statistics::fit;

use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

const PART: Part = Part {
    name: "qq",
    doc: "Quantiles of the sample, standardised by the fitted location and scale, against the \
          standard quantiles of the fitted law at i/(n+1), with the diagonal.",
    parameters: &[Parameter {
        name: "family",
        doc: "The fitted law.",
        unit: "",
        kind: Kind::Choice(fit::NAMES),
        default: Default::Text("student_t"),
    }],
    source: file!(),
};

/// A quantile–quantile plot.
pub(crate) struct Qq;

impl Plot for Qq {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let family = parameters.text("family");
        let is_family = |row: &&RowView<'_>| matches!(row.look_up("family"), crate::analyse::Scalar::Text(name) if name == family);
        let row = rows.iter().find(is_family).ok_or(PlotError::NoRow)?;
        let name = format!("qq {family}");
        let curve = row.outcome().curves.get(&name).ok_or(PlotError::NoCurve(name))?;
        let points = curve.x.iter().copied().zip(curve.y.iter().copied()).collect();
        let (axis, note) = labels(family, row);
        let marker = Shape::Points { points, marker: Marker::Disc, size: 2.6 };
        let panel = Panel::new("", Axis::linear(&axis), Axis::linear("quantiles of *z*"))
            .with(Mark::new(Shape::Diagonal).coloured(Colour::Grey))
            .with(Mark::new(marker).coloured(Colour::Series(0)))
            .legend(Legend::None);
        Ok(panel.noted(Place::Corner(Corner::TopLeft), &note))
    }
}

/// The value with `digits` decimals, or as a whole number from 100 on.
fn rounded_to(value: f64, digits: usize) -> String {
    let digits = if value.abs() < 100.0 { digits } else { 0 };
    format!("{value:.digits$}")
}

/// The label of the abscissa and a note with the fitted shape.
fn labels(family: &str, row: &RowView<'_>) -> (String, String) {
    let rounded = |column: &str, digits: usize| {
        row.look_up(column)
            .value()
            .map_or_else(|| "–".to_owned(), |value| rounded_to(value, digits))
    };
    match family {
        "student_t" => {
            ("quantiles of Student-*t*".to_owned(), format!("*ν̂* = {}", rounded("nu", 1)))
        }
        "normal" => ("quantiles of the normal law".to_owned(), String::new()),
        name if name.starts_with("stable") => {
            ("quantiles of *α*-stable".to_owned(), format!("*α̂* = {}", rounded("alpha", 3)))
        }
        name => (format!("quantiles of {}", name.replace('_', " ")), String::new()),
    }
}
