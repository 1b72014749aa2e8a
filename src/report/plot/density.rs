//! The plot `density`: a histogram with densities.

use maruyama_dynamics::parameter::{Default, Kind, Parameter, Parameters, Part, Value};
use maruyama_figure::{Axis, Colour, Legend, Mark, Panel, Shape};

use crate::analyse::Curve;
use crate::report::name::styles;
use crate::report::plot::core::{Plot, PlotError};
use crate::report::view::RowView;

/// What the names of curves with densities begin with.
const DENSITY: &str = "density ";

const PART: Part = Part {
    name: "density",
    doc: "A histogram of one cell with densities beside it: draws the curves `histogram` and `density …` \
          of the estimators `invariant_law` and `gibbs`.",
    parameters: &[
        Parameter {
            name: "x_label",
            doc: "Label of the abscissa; *x* if absent.",
            unit: "",
            kind: Kind::Text,
            default: Default::Absent,
        },
        Parameter {
            name: "legend",
            doc: "Whether the names of the densities are listed.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(true),
        },
    ],
    source: file!(),
};

/// A histogram with densities.
pub(crate) struct Density;

impl Plot for Density {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn column_parameters(&self) -> &'static [&'static str] {
        &[]
    }

    fn draw(&self, rows: &[RowView<'_>], parameters: &Parameters) -> Result<Panel, PlotError> {
        let curves = &rows.first().ok_or(PlotError::NoRow)?.outcome().curves;
        let name = "histogram";
        let bars = curves.get(name).ok_or_else(|| PlotError::NoCurve(name.to_owned()))?;
        let heights = bars.y[..bars.y.len().saturating_sub(1)].to_vec();
        let bars = Shape::Bars { edges: bars.x.clone(), heights };
        let label = parameters.get("x_label").and_then(Value::as_text).unwrap_or("*x*");
        let mut panel = Panel::new("", Axis::linear(label), Axis::linear("density"))
            .with(Mark::new(bars).coloured(Colour::Grey).labelled("simulated"));
        let (words, densities): (Vec<&str>, Vec<&Curve>) = curves
            .iter()
            .filter_map(|(name, curve)| Some((name.strip_prefix(DENSITY)?, curve)))
            .unzip();
        for ((word, curve), style) in words.iter().zip(densities).zip(styles(&words)) {
            let points = curve.x.iter().copied().zip(curve.y.iter().copied()).collect();
            let line = Shape::Line { points, dash: style.dash };
            panel = panel.with(Mark::new(line).coloured(style.colour).labelled(word));
        }
        let is_listed = parameters.get("legend") != Some(&Value::Boolean(false));
        Ok(panel.legend(if is_listed { Legend::Emptiest } else { Legend::None }))
    }
}
