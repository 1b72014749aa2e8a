//! The cells among rows of `tail_report`, with their curves.

use crate::analyse::Curve;
use crate::report::plot::core::PlotError;
use crate::report::view::RowView;

/// One cell.
pub(crate) struct Tail<'r, 'a> {
    /// A row of the cell.
    pub(crate) row: &'r RowView<'a>,
    /// What tells the cell from the others; empty if there is one.
    pub(crate) label: String,
}

/// The cells of `rows`, in the order of their first rows.
pub(crate) fn cells<'r, 'a>(rows: &'r [RowView<'a>]) -> Vec<Tail<'r, 'a>> {
    let mut tails: Vec<Tail<'_, '_>> = Vec::new();
    for row in rows {
        if tails.iter().all(|tail| tail.row.cell.cell.id != row.cell.cell.id) {
            let labels = row.cell.cell.labels().into_iter();
            let label = labels.map(|(name, value)| row.names().text(name, &value));
            tails.push(Tail { row, label: label.collect::<Vec<_>>().join(", ") });
        }
    }
    if let [tail] = tails.as_mut_slice() {
        tail.label.clear();
    }
    tails
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
