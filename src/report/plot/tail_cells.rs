//! The cells among rows of `tail_report`, with their curves.

use crate::analyse::Curve;
use crate::report::name::{Style, styles};
use crate::report::plot::core::PlotError;
use crate::report::view::RowView;

/// One cell.
pub(crate) struct Tail<'r, 'a> {
    /// A row of the cell.
    pub(crate) row: &'r RowView<'a>,
    /// What tells the cell from the others; empty if there is one.
    pub(crate) label: String,
    /// How it is drawn.
    pub(crate) style: Style,
}

/// The cells of `rows`, in the order of their first rows.
pub(crate) fn cells<'r, 'a>(rows: &'r [RowView<'a>]) -> Vec<Tail<'r, 'a>> {
    let mut firsts: Vec<&RowView<'_>> = Vec::new();
    for row in rows {
        if firsts.iter().all(|first| first.cell.cell.id != row.cell.cell.id) {
            firsts.push(row);
        }
    }
    let words: Vec<String> = firsts.iter().map(|row| word(row)).collect();
    let styles = styles(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut tails: Vec<Tail<'_, '_>> = firsts
        .into_iter()
        .zip(styles)
        .map(|(row, style)| Tail { row, label: label(row), style })
        .collect();
    if let [tail] = tails.as_mut_slice() {
        tail.label.clear();
    }
    tails
}

fn label(row: &RowView<'_>) -> String {
    let labels = row.cell.cell.labels().into_iter();
    labels.map(|(name, value)| row.names().text(name, &value)).collect::<Vec<_>>().join(", ")
}

/// The word that a cell stands for, if one label tells it from the others.
fn word(row: &RowView<'_>) -> String {
    match row.cell.cell.labels().as_slice() {
        [(_, value)] => value.clone(),
        _ => String::new(),
    }
}

impl Tail<'_, '_> {
    /// The points of the curve `name`.
    pub(crate) fn line(&self, name: &str) -> Result<Vec<(f64, f64)>, PlotError> {
        let curve = self.curve(name)?;
        Ok(curve.x.iter().copied().zip(curve.y.iter().copied()).collect())
    }

    /// The band between the curves `name low` and `name high`, where both are finite.
    pub(crate) fn band(&self, name: &str) -> Result<Vec<(f64, f64, f64)>, PlotError> {
        let low = self.curve(&format!("{name} low"))?;
        let high = self.curve(&format!("{name} high"))?;
        let ends = low.x.iter().zip(low.y.iter().zip(&high.y));
        let points = ends.map(|(x, (low, high))| (*x, *low, *high));
        Ok(points.filter(|(_, low, high)| low.is_finite() && high.is_finite()).collect())
    }

    fn curve(&self, name: &str) -> Result<&Curve, PlotError> {
        let curve = self.row.outcome().curves.get(name);
        curve.ok_or_else(|| PlotError::NoCurve(name.to_owned()))
    }
}
