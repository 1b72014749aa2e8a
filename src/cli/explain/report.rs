//! A file of a report: the rows that it shows, and the cell behind each.

use std::path::Path;

use crate::analyse::AnalysedItem;
use crate::cli::explain::cell::outcome;
use crate::cli::explain::{Chain, cell};
use crate::cli::select::Place;
use crate::cli::tree::Tree;
use crate::error::Error;
use crate::manifest::types::{Claim, Filter};
use crate::report::{self, RowView, Standing};

/// Whether the report of an item is what would be written now.
pub(crate) fn standing(chain: &Chain<'_>, item_idx: usize) -> Tree {
    let pipeline = chain.pipeline;
    let (item, text) = (&pipeline.plan.items[item_idx], &pipeline.texts[item_idx]);
    let stage = chain.stage();
    let analysed = &stage.items[item_idx];
    let found = report::standing(item, analysed, text, chain.store, &pipeline.reports);
    match found {
        Standing::Current => "up to date".to_owned(),
        Standing::NeverWritten => "never written from this store".to_owned(),
        Standing::Outdated => {
            "would be written: the manifest, a result or the code of reports changed".to_owned()
        }
        Standing::Edited(files) => {
            format!("would be written: not as written: {}", files.join(", "))
        }
    }
    .into()
}

/// What a file of a report shows.
struct Shown<'m> {
    what: &'static str,
    name: &'m str,
    line: String,
    /// Analyses and which of their rows.
    rows: Vec<(&'m str, &'m Filter)>,
}

/// The chain of the file `path`, if it is one of a report of the plan: from each of its rows, or the
/// row `row` alone, counted from 1, to the cell behind it.
///
/// # Errors
/// If there is no such row.
pub(crate) fn explain(
    chain: &Chain<'_>,
    path: &Path,
    row: Option<usize>,
) -> Result<Option<Tree>, Error> {
    let Ok(below) = path.strip_prefix(&chain.pipeline.reports) else { return Ok(None) };
    let mut parts = below.iter().map(|part| part.to_string_lossy().into_owned());
    let (Some(name), Some(file)) = (parts.next(), parts.next()) else { return Ok(None) };
    let items = &chain.pipeline.plan.items;
    let Some(item_idx) = items.iter().position(|item| item.manifest.item == name) else {
        return Ok(None);
    };
    // Long evidence stands in a folder of its own, a file for each claim.
    let below = parts.next();
    let stem = Path::new(below.as_ref().unwrap_or(&file))
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let shown = match below {
        Some(_) => claims(chain, item_idx, Some(&stem)),
        None => shown(chain, item_idx, &stem, &file),
    };
    let stage = chain.stage();
    let mut fields =
        vec![("file", path.display().to_string().into()), ("report", standing(chain, item_idx))];
    for shown in &shown {
        fields.push((shown.what, format!("{} ({})", shown.name, shown.line).into()));
        fields.push(("rows", rows(chain, item_idx, &stage.items[item_idx], &shown.rows, row)?));
    }
    if shown.is_empty() {
        fields.push(("made of", crate::cli::explain::item::explain(chain, item_idx)));
    }
    Ok(Some(Tree::Fields(fields)))
}

fn shown<'a>(chain: &Chain<'a>, item_idx: usize, stem: &str, file: &str) -> Vec<Shown<'a>> {
    let manifest = &chain.pipeline.plan.items[item_idx].manifest;
    let line = |span| chain.place(item_idx, span);
    if file == "claims.json" {
        return claims(chain, item_idx, None);
    }
    let tables = manifest.tables.iter().filter(|table| table.name == stem).map(|table| Shown {
        what: "table",
        name: &table.name,
        line: line(table.span),
        rows: vec![(&table.of, &table.filter)],
    });
    let figures = manifest.figures.iter().filter(|figure| figure.name == stem);
    let figures = figures.map(|figure| Shown {
        what: "figure",
        name: &figure.name,
        line: line(figure.span),
        rows: figure.panels.iter().map(|panel| (panel.of.as_str(), &panel.filter)).collect(),
    });
    let is_figure = Path::new(file).extension().is_some_and(|end| end == "svg" || end == "png");
    if is_figure { figures.collect() } else { tables.collect() }
}

/// The claims of an item, or the one called `id`.
fn claims<'a>(chain: &Chain<'a>, item_idx: usize, id: Option<&str>) -> Vec<Shown<'a>> {
    let manifest = &chain.pipeline.plan.items[item_idx].manifest;
    let claims = manifest.claims.iter().filter(|claim| id.is_none_or(|id| claim.id == id));
    let shown = |claim: &'a Claim| Shown {
        what: "claim",
        name: &claim.id,
        line: chain.place(item_idx, claim.span),
        rows: vec![(&claim.of, &claim.filter)],
    };
    claims.map(shown).collect()
}

/// The rows with their numbers, and the cell, the outcome and the results files behind each.
fn rows(
    chain: &Chain<'_>,
    item_idx: usize,
    analysed: &AnalysedItem<'_>,
    selected: &[(&str, &Filter)],
    wanted: Option<usize>,
) -> Result<Tree, Error> {
    let item = &chain.pipeline.plan.items[item_idx];
    let mut all = Vec::new();
    for (analysis, filter) in selected {
        all.extend(RowView::select(&item.manifest, analysed, analysis, filter));
    }
    let n_rows = all.len();
    if let Some(row) = wanted.filter(|row| *row == 0 || *row > n_rows) {
        return Err(Error::NoRow { row, n_rows });
    }
    let numbered = all.iter().enumerate().filter(|(idx, _)| wanted.is_none_or(|n| n == idx + 1));
    let trees = numbered.map(|(idx, view)| {
        let values = view.row.iter();
        let mut fields = vec![
            ("row", (idx + 1).to_string().into()),
            ("analysis", view.analysis.to_owned().into()),
            (
                "values",
                Tree::Named(values.map(|(name, v)| (name.clone(), v.to_json().into())).collect()),
            ),
            ("outcome", outcome_of(chain, item_idx, view).into()),
        ];
        let of = place(chain, item_idx, view);
        match (wanted, of) {
            (Some(_), Some(place)) => fields.push(("of", cell::explain(chain, place))),
            _ => fields.push(("cell", cell_line(chain, view).into())),
        }
        Tree::Fields(fields)
    });
    Ok(Tree::List(trees.collect()))
}

fn outcome_of(chain: &Chain<'_>, item_idx: usize, view: &RowView<'_>) -> Option<String> {
    let mut units = chain.units.iter().filter(|unit| {
        unit.item == item_idx
            && unit.analysis.name == view.analysis
            && unit.cell().id == view.cell.cell.id
    });
    units.next().map(|unit| outcome(chain, unit))
}

/// A cell and the files that hold it, on one line.
fn cell_line(chain: &Chain<'_>, view: &RowView<'_>) -> String {
    let cell = view.cell.cell;
    let index = &chain.pipeline.index;
    let mut files: Vec<String> = cell
        .blocks()
        .filter_map(|block| index.blocks.get(&block.id))
        .map(|stored| format!("results/{}.parquet", stored.file))
        .collect();
    files.dedup();
    format!("{} ({}) {}", cell.id, cell.label(), files.join(" ")).trim_end().to_owned()
}

/// Where the cell of a row stands in the plan.
fn place<'a>(chain: &Chain<'a>, item_idx: usize, view: &RowView<'_>) -> Option<Place<'a>> {
    let item = &chain.pipeline.plan.items[item_idx];
    item.sweeps.iter().find_map(|sweep| {
        let cell_idx = sweep.cells.iter().position(|cell| cell.id == view.cell.cell.id)?;
        Some(Place { item_idx, cell_idx, item, sweep, cell: &sweep.cells[cell_idx] })
    })
}
