//! A file: of a report, of the store, of the sources, of data, or a manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cli::explain::{Chain, item, report};
use crate::cli::select::{Place, places};
use crate::cli::tree::Tree;
use crate::error::{Error, plural};
use crate::fingerprint::Fingerprint;
use crate::identity::Digest;

/// The chain of the file `path`; `None` if it is nothing that the pipeline reads or writes.
///
/// # Errors
/// If it is a table without the row `row`.
pub(crate) fn explain(
    chain: &Chain<'_>,
    path: &Path,
    row: Option<usize>,
) -> Result<Option<Tree>, Error> {
    if let Some(tree) = report::explain(chain, path, row)? {
        return Ok(Some(tree));
    }
    let manifests = chain.pipeline.plan.items.iter();
    let same = |item: &crate::plan::PlannedItem| Path::new(&item.manifest.path) == path;
    if let Some(item_idx) = manifests.map(same).position(|is_it| is_it) {
        return Ok(Some(item::explain(chain, item_idx)));
    }
    let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(Digest::parse);
    if let Some(name) = name {
        return Ok(Some(stored(chain, name)));
    }
    Ok(of_code(chain, path).or_else(|| of_data(chain, path)))
}

/// A file of the store: what it holds, and who needs it.
fn stored(chain: &Chain<'_>, name: Digest) -> Tree {
    let index = &chain.pipeline.index;
    let Some(file) = index.files.get(&name) else { return outcomes(chain, name) };
    let held = index.blocks.values().filter(|block| block.file == name).count();
    let is_here = |place: &Place<'_>| {
        let mut blocks = place.cell.blocks();
        blocks.any(|block| index.blocks.get(&block.id).is_some_and(|stored| stored.file == name))
    };
    Tree::Fields(vec![
        ("file", format!("results/{name}.parquet").into()),
        ("size", format!("{} bytes, as written", file.size_bytes).into()),
        ("blocks", held.to_string().into()),
        ("cells", cells(places(chain.pipeline).filter(is_here))),
    ])
}

/// A file of outcomes, or one that is not in the store.
fn outcomes(chain: &Chain<'_>, name: Digest) -> Tree {
    let is_here = |id: &Digest| chain.outcome_files.get(id) == Some(&name);
    let items = &chain.pipeline.plan.items;
    let used = chain.units.iter().filter(|unit| is_here(&unit.id)).map(|unit| {
        let item = &items[unit.item].manifest.item;
        format!("{item}, analysis `{}`, {}", unit.analysis.name, unit.cell().label()).into()
    });
    let n_held = chain.outcome_files.values().filter(|file| **file == name).count();
    let found = if n_held == 0 {
        "not in the store, or not as written".to_owned()
    } else {
        plural(n_held, "outcome")
    };
    Tree::Fields(vec![
        ("file", name.to_string().into()),
        ("holds", found.into()),
        ("used by", Tree::List(used.collect())),
    ])
}

/// Cells one a line.
fn cells<'a>(places: impl Iterator<Item = Place<'a>>) -> Tree {
    let line = |Place { item, sweep, cell, .. }: Place<'_>| {
        format!("{} {}/{}/{}", cell.id, item.manifest.item, sweep.name, cell.label()).into()
    };
    Tree::List(places.map(line).collect())
}

/// A source file: the cells and analyses whose code it belongs to.
fn of_code(chain: &Chain<'_>, path: &Path) -> Option<Tree> {
    let name = path.to_string_lossy().replace('\\', "/");
    let is_in = |code: &Fingerprint| code.files.contains_key(name.as_str());
    let mut n_cells: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for place in places(chain.pipeline).filter(|place| is_in(&place.cell.ensemble.code)) {
        *n_cells.entry((&place.item.manifest.item, &place.sweep.name)).or_default() += 1;
    }
    let items = chain.pipeline.plan.items.iter();
    let analyses: Vec<Tree> = items
        .flat_map(|item| item.manifest.analyses.iter().map(move |analysis| (item, analysis)))
        .filter(|(_, analysis)| is_in(&crate::analyse::code_of(analysis)))
        .map(|(item, analysis)| format!("{}, `{}`", item.manifest.item, analysis.name).into())
        .collect();
    if n_cells.is_empty() && analyses.is_empty() {
        return None;
    }
    let sweeps = n_cells.into_iter();
    let lines = sweeps
        .map(|((item, sweep), n)| format!("{item}, sweep `{sweep}`: {}", plural(n, "cell")).into());
    Some(Tree::Fields(vec![
        ("source file", name.into()),
        ("simulates", Tree::List(lines.collect())),
        ("analyses", Tree::List(analyses)),
    ]))
}

/// A data file: the cells that read its bytes.
fn of_data(chain: &Chain<'_>, path: &Path) -> Option<Tree> {
    let digest = Digest::of_bytes(&fs::read(path).ok()?);
    let reads = |place: &Place<'_>| {
        let data = &place.cell.ensemble.data;
        data.as_ref().is_some_and(|data| data.files.values().any(|file| *file == digest))
    };
    let mut read_by = places(chain.pipeline).filter(reads).peekable();
    read_by.peek()?;
    Some(Tree::Fields(vec![
        ("data file", path.display().to_string().into()),
        ("content", format!("sha256 {digest}").into()),
        ("cells", cells(read_by)),
    ]))
}
