//! Rows of an analysis as tables, figures and claims see them.

use maruyama_dynamics::parameter::Value;

use crate::analyse::{AnalysedCell, AnalysedItem, CellOutcome, Row, Scalar};
use crate::manifest::types::{Filter, Manifest, Reference};
use crate::report::name::Names;

/// A row of an analysis with everything that can be looked up beside it.
#[derive(Clone, Copy)]
pub struct RowView<'a> {
    /// Name of the analysis.
    pub analysis: &'a str,
    /// The cell with the outcome that the row is from.
    pub cell: &'a AnalysedCell<'a>,
    /// The row itself.
    pub row: &'a Row,
    item: &'a AnalysedItem<'a>,
    manifest: &'a Manifest,
}

impl<'a> RowView<'a> {
    /// The rows of `analysis` that pass `filter`, in the plan's order.
    #[must_use]
    pub fn select(
        manifest: &'a Manifest,
        item: &'a AnalysedItem<'a>,
        analysis: &'a str,
        filter: &Filter,
    ) -> Vec<RowView<'a>> {
        let cells = item.get(analysis).map(Vec::as_slice).unwrap_or_default();
        let rows = cells.iter().flat_map(|cell| {
            cell.outcome.rows.iter().map(move |row| RowView { analysis, cell, row, item, manifest })
        });
        rows.filter(|row| row.passes(filter)).collect()
    }

    /// Number of cells that have no row of `analysis` and may pass `filter`, since nothing is known
    /// of them that does not.
    #[must_use]
    pub fn n_without(
        manifest: &'a Manifest,
        item: &'a AnalysedItem<'a>,
        analysis: &'a str,
        filter: &Filter,
    ) -> usize {
        let row = Row::new();
        let cells = item.get(analysis).map(Vec::as_slice).unwrap_or_default();
        let without = cells.iter().filter(|cell| cell.outcome.rows.is_empty()).filter(|cell| {
            let view = RowView { analysis, cell, row: &row, item, manifest };
            filter.iter().all(|condition| {
                let found = view.look_up(&condition.column.value);
                found == Scalar::Missing || condition.values.iter().any(|v| equals(&found, v))
            })
        });
        without.count()
    }

    /// The value of `column`:
    /// a column of the row; `ref_<column>`, a published value; `rel_<column>`, the relative
    /// difference to it; `data` or a parameter of the cell; `<analysis>.<column>` of another
    /// analysis of the same cell that has one row for it; `<analysis>.<name>.<column>` of its one
    /// row in which some column says `name`. Missing if there is none.
    #[must_use]
    pub fn look_up(&self, column: &str) -> Scalar {
        if let Some(value) = self.row.get(column) {
            return value.clone();
        }
        if let Some(name) = column.strip_prefix("ref_") {
            return self.reference(name);
        }
        if let Some(name) = column.strip_prefix("rel_") {
            let ours = self.look_up(name).value();
            let published = self.reference(name).value();
            let relative =
                ours.zip(published).map(|(ours, published)| (ours / published - 1.0).abs());
            return Scalar::optional(relative);
        }
        if let Some((analysis, name)) = column.split_once('.') {
            return self.beside(analysis, name);
        }
        self.of_cell(column)
    }

    /// What `column` asks for, as `<analysis>.<name>.<column>`, where that analysis has rows in this
    /// item and none of them, of any cell, says `name`: a slip of the pen.
    #[must_use]
    pub fn unknown_name<'n>(
        item: &AnalysedItem<'_>,
        column: &'n str,
    ) -> Option<(&'n str, &'n str)> {
        let (analysis, rest) = column.split_once('.')?;
        let (name, _) = rest.split_once('.')?;
        let text = Scalar::text(name);
        let cells = item.get(analysis).map(Vec::as_slice).unwrap_or_default();
        let mut rows = cells.iter().flat_map(|cell| &cell.outcome.rows).peekable();
        rows.peek()?;
        let is_said = rows.any(|row| row.values().any(|value| *value == text));
        (!is_said).then_some((analysis, name))
    }

    /// The names of words in the row's report.
    #[must_use]
    pub fn names(&self) -> Names<'a> {
        Names::of(self.manifest)
    }

    /// The curves of the cell.
    #[must_use]
    pub fn outcome(&self) -> &'a CellOutcome {
        &self.cell.outcome
    }

    fn passes(&self, filter: &Filter) -> bool {
        filter.iter().all(|condition| {
            let found = self.look_up(&condition.column.value);
            condition.values.iter().any(|value| equals(&found, value))
        })
    }

    fn reference(&self, column: &str) -> Scalar {
        self.published(column).map_or(Scalar::Missing, |(_, _, value)| scalar(value))
    }

    /// The published value of `column` with its entry: of several the first.
    pub(crate) fn published(&self, column: &str) -> Option<(&'a Reference, &'a str, &'a Value)> {
        let references = self.manifest.references.iter();
        let of_row = references
            .filter(|reference| reference.of == self.analysis && self.passes(&reference.filter));
        let mut values = of_row.flat_map(|reference| {
            reference
                .values
                .iter()
                .map(move |(name, value)| (reference, name.value.as_str(), value))
        });
        values.find(|(_, name, _)| *name == column)
    }

    fn beside(&self, analysis: &str, column: &str) -> Scalar {
        let cells = self.item.get(analysis).map(Vec::as_slice).unwrap_or_default();
        let cell = cells.iter().find(|other| other.cell.id == self.cell.cell.id);
        let rows = cell.map(|cell| cell.outcome.rows.as_slice()).unwrap_or_default();
        let (name, column) = match column.split_once('.') {
            Some((name, column)) => (Some(Scalar::text(name)), column),
            None => (None, column),
        };
        let is_meant =
            |row: &&Row| name.as_ref().is_none_or(|name| row.values().any(|value| value == name));
        let mut meant = rows.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(row), None) => row.get(column).cloned().unwrap_or(Scalar::Missing),
            _ => Scalar::Missing,
        }
    }

    fn of_cell(&self, column: &str) -> Scalar {
        let cell = self.cell.cell;
        if column == "chains" {
            return Scalar::Number(cell.chains as f64);
        }
        if let Some(value) = cell.ensemble.parameters.get(column) {
            return scalar(value);
        }
        match cell.data_name() {
            Some(name) if column == "data" => Scalar::text(name),
            _ => Scalar::Missing,
        }
    }
}

/// A manifest's value as a scalar of a row.
fn scalar(value: &Value) -> Scalar {
    match value.as_real() {
        Some(number) => Scalar::number(number),
        None => Scalar::Text(value.to_string()),
    }
}

fn equals(found: &Scalar, value: &Value) -> bool {
    match scalar(value) {
        Scalar::Number(number) => found.value() == Some(number),
        text => *found == text,
    }
}
