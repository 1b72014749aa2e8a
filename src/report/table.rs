//! Tables of a manifest, filled.

use maruyama_figure::{Cell, Column, Table};

use crate::analyse::{AnalysedItem, Scalar};
use crate::manifest::types::{self, Manifest};
use crate::report::name::Names;
use crate::report::view::RowView;

/// Significant digits where a manifest does not say how many.
const DIGITS: usize = 4;

/// The table that `declared` asks for.
#[must_use]
pub(crate) fn fill(manifest: &Manifest, item: &AnalysedItem<'_>, declared: &types::Table) -> Table {
    let names = Names::of(manifest);
    let rows = RowView::select(manifest, item, &declared.of, &declared.filter);
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| declared.columns.iter().map(|column| cell(row, column)).collect())
        .collect();
    let columns = declared.columns.iter().enumerate().map(|(idx, column)| {
        let is_text = cells.iter().all(|row| matches!(row[idx], Cell::Text(_) | Cell::Missing));
        let key = &column.show.value;
        let heading = column.heading.as_deref().or_else(|| names.given(key)).unwrap_or(key);
        let heading = names.tagged(&declared.of, key, heading);
        if is_text { Column::text(key, &heading) } else { Column::number(key, &heading) }
    });
    Table {
        caption: declared.caption.clone(),
        label: format!("tab:{}-{}", manifest.item, declared.name),
        columns: columns.collect(),
        rows: cells,
    }
}

fn cell(row: &RowView<'_>, column: &types::Column) -> Cell {
    let value = row.look_up(&column.show.value);
    match column.digits {
        Some(digits) => to_cell(&value, digits as usize, row.names()),
        None => to_cell(&value, digits_at_most(&value, DIGITS), row.names()),
    }
}

/// The significant digits that `value` has, but no more than `most`.
pub(crate) fn digits_at_most(value: &Scalar, most: usize) -> usize {
    let Scalar::Number(value) = value else { return most };
    let digits = format!("{value:e}");
    let mantissa = digits.split('e').next().unwrap_or_default();
    mantissa.chars().filter(char::is_ascii_digit).count().clamp(1, most)
}

/// A value with `digits` significant digits, or the name of a text.
pub(crate) fn to_cell(value: &Scalar, digits: usize, names: Names<'_>) -> Cell {
    match *value {
        Scalar::Number(value) => Cell::Number { value, digits: digits_of(value, digits) },
        Scalar::Interval { value, low, high } => {
            Cell::Interval { value, lo: low, hi: high, digits }
        }
        Scalar::Text(ref text) => Cell::Text(names.shown(text)),
        Scalar::Missing => Cell::Missing,
    }
}

/// A whole number keeps all its digits.
fn digits_of(value: f64, digits: usize) -> usize {
    let is_whole = value.trunc() == value && value.abs() < 1e9;
    if is_whole { value.abs().to_string().len() } else { digits }
}
