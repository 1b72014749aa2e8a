//! The rows that a claim was judged by, for readers: the telling ones first, all of them in a file.

use std::fmt::Write as _;

use maruyama_figure::{Cell, Column, Table};

use crate::manifest::types::Over;
use crate::report::claim::Truth;
use crate::report::name::Names;
use crate::report::table::to_cell;
use crate::report::verdict::{Evidence, Judged};

/// Rows that a page shows; more are in a file.
const MOST_ROWS: usize = 12;
/// Significant digits of numbers on a page.
const DIGITS: usize = 4;

/// The rows of a claim as they stand on the page of its item.
pub(crate) fn to_markdown(judged: &Judged<'_>, names: Names<'_>) -> String {
    if judged.evidence.is_empty() {
        return "No row: there is no evidence.\n\n".to_owned();
    }
    let rows = telling(judged);
    let mut text = format!("{}\n", table(&rows, &judged.claim.of, names).to_markdown());
    if let Some(path) = path(judged) {
        let (n, id) = (judged.evidence.len(), &judged.claim.id);
        let first = match judged.claim.over {
            Over::Every => "those that fail and those nearest to the boundary of the test",
            Over::Any => "those that pass by most",
        };
        let shown = rows.len();
        let _ = writeln!(text, "{shown} of {n} rows, {first}; [all of them]({path} \"{id}\").\n");
    }
    text
}

/// The file with all rows of a claim, below the item's folder, if its page does not show them.
pub(crate) fn path(judged: &Judged<'_>) -> Option<String> {
    let is_long = judged.evidence.len() > MOST_ROWS;
    is_long.then(|| format!("claims/{}.csv", judged.claim.id))
}

/// All rows of a claim, in their order, as CSV.
pub(crate) fn to_csv(judged: &Judged<'_>, names: Names<'_>) -> String {
    table(&judged.evidence.iter().collect::<Vec<_>>(), &judged.claim.of, names).to_csv()
}

/// All rows in their order if they are few; else those that say most, the strongest first: of a
/// claim about every row those that are false, then the undecided ones, then those that pass by
/// least; of a claim about any row those that pass by most.
fn telling<'j>(judged: &'j Judged<'_>) -> Vec<&'j Evidence> {
    let mut rows: Vec<&Evidence> = judged.evidence.iter().collect();
    if rows.len() <= MOST_ROWS {
        return rows;
    }
    match judged.claim.over {
        Over::Every => rows
            .sort_by(|a, b| rank(a.truth).cmp(&rank(b.truth)).then(a.margin.total_cmp(&b.margin))),
        Over::Any => rows
            .sort_by(|a, b| rank(b.truth).cmp(&rank(a.truth)).then(b.margin.total_cmp(&a.margin))),
    }
    rows.truncate(MOST_ROWS);
    rows
}

fn rank(truth: Truth) -> u8 {
    match truth {
        Truth::False => 0,
        Truth::Undecided => 1,
        Truth::True => 2,
    }
}

/// The rows of the analysis `analysis` with what tells them apart, and whether they pass where some do
/// not.
fn table(rows: &[&Evidence], analysis: &str, names: Names<'_>) -> Table {
    let Some(first) = rows.first() else {
        return Table {
            caption: String::new(),
            label: String::new(),
            columns: vec![],
            rows: vec![],
        };
    };
    let of = first.of.iter().map(|(name, _)| Column::text(name, name));
    let heading = |name: &str| names.tagged(analysis, name, name);
    let values = first.values.iter().map(|(name, _)| Column::number(name, &heading(name)));
    let mut columns: Vec<Column> = of.chain(values).collect();
    let is_mixed = rows.iter().any(|row| row.truth != Truth::True);
    if is_mixed {
        columns.push(Column::text("test", "test"));
    }
    let cells = |row: &&Evidence| {
        let of = row.of.iter().map(|(_, value)| Cell::Text(names.shown(value)));
        let values = row.values.iter().map(|(_, value)| to_cell(value, DIGITS, names));
        let mut cells: Vec<Cell> = of.chain(values).collect();
        if is_mixed {
            cells.push(Cell::Text(row.truth.to_string()));
        }
        cells
    };
    let rows = rows.iter().map(cells).collect();
    Table { caption: String::new(), label: String::new(), columns, rows }
}
