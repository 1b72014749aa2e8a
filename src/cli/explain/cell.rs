//! A cell: the lines that ask for it, its inputs, its blocks and what is made of them.

use crate::cli::explain::Chain;
use crate::cli::select::Place;
use crate::cli::tree::Tree;
use crate::error::plural;
use crate::fingerprint::Fingerprint;
use crate::manifest::types::shown;
use crate::plan::PlannedCell;
use crate::store::Index;

/// The chain of one cell.
pub(crate) fn explain(chain: &Chain<'_>, place: Place<'_>) -> Tree {
    let Place { item, sweep, cell, .. } = place;
    Tree::Fields(vec![
        ("cell", cell.id.to_string().into()),
        ("item", item.manifest.item.clone().into()),
        ("sweep", sweep.name.clone().into()),
        ("label", cell.label().into()),
        ("state", state(chain, cell).into()),
        ("manifest", lines(chain, place)),
        ("parameters", parameters(cell)),
        ("data", data(cell)),
        ("code", code(&cell.ensemble.code)),
        ("ensemble", cell.ensemble.id.to_string().into()),
        ("random streams", format!("key {:016x}", cell.ensemble.stream.0).into()),
        ("blocks", blocks(chain, cell)),
        ("analyses", analyses(chain, cell)),
    ])
}

/// Whether a cell is up to date, or why it is not.
pub(crate) fn state(chain: &Chain<'_>, cell: &PlannedCell) -> String {
    match chain.to_run.iter().find(|to_run| to_run.cell.id == cell.id) {
        None => "up to date".to_owned(),
        Some(to_run) => format!("would run: {}", to_run.reason),
    }
}

/// The lines that ask for it: the sweep, and where the cell comes from.
fn lines(chain: &Chain<'_>, place: Place<'_>) -> Tree {
    let sweeps = &place.item.manifest.sweeps;
    let declared = sweeps.iter().find(|sweep| sweep.name == place.sweep.name);
    let Some(declared) = declared else { return Tree::List(Vec::new()) };
    let line = |what: &str, span| format!("{} ({what})", chain.place(place.item_idx, span)).into();
    let mut lines = vec![line("sweep", declared.span)];
    if let Some(cell) = declared.cells.get(place.cell_idx).filter(|cell| cell.span != declared.span)
    {
        lines.push(line("cell", cell.span));
    }
    Tree::List(lines)
}

fn parameters(cell: &PlannedCell) -> Tree {
    let all = cell.ensemble.parameters.iter();
    let mut named: Vec<(String, Tree)> = all
        .filter(|(name, _)| *name != "chains")
        .map(|(name, value)| (name.to_owned(), shown(value).into()))
        .collect();
    named.push(("chains".to_owned(), cell.chains.to_string().into()));
    Tree::Named(named)
}

fn data(cell: &PlannedCell) -> Tree {
    let Some(data) = &cell.ensemble.data else { return Tree::Fields(Vec::new()) };
    let files = data.files.iter();
    Tree::Fields(vec![
        ("name", cell.data_name().map(str::to_owned).into()),
        ("definition", data.definition.clone().into()),
        (
            "files",
            Tree::Named(
                files
                    .map(|(parameter, digest)| {
                        (parameter.clone(), format!("sha256 {digest}").into())
                    })
                    .collect(),
            ),
        ),
    ])
}

/// The digest of code, and the files behind it.
pub(crate) fn code(code: &Fingerprint) -> Tree {
    let files = code.files.iter();
    Tree::Fields(vec![
        ("digest", code.digest.to_string().into()),
        (
            "files",
            Tree::Named(
                files.map(|(path, digest)| (path.clone(), digest.clone().into())).collect(),
            ),
        ),
    ])
}

fn blocks(chain: &Chain<'_>, cell: &PlannedCell) -> Tree {
    let index: &Index = &chain.pipeline.index;
    let blocks = cell.blocks().map(|block| {
        let chains = format!("{}..{}", block.first_chain, block.first_chain + block.n_chains);
        let mut fields = vec![("block", block.id.0.to_string().into()), ("chains", chains.into())];
        match index.blocks.get(&block.id) {
            None => fields.push(("file", "not stored".into())),
            Some(stored) => {
                let file = format!("results/{}.parquet", stored.file);
                fields.push(("file", file.into()));
                fields.push(("content", format!("sha256 {}", stored.digest).into()));
                if let Some(origin) = chain.store.origin(stored.file) {
                    let commit = origin.git_commit.as_deref().unwrap_or("no repository");
                    let made = format!(
                        "unix time {}, on {}, version {}, commit {commit}",
                        origin.unix_time, origin.host, origin.version
                    );
                    fields.push(("computed", made.into()));
                }
            }
        }
        Tree::Fields(fields)
    });
    Tree::List(blocks.collect())
}

/// The outcomes of the analyses that read the cell.
fn analyses(chain: &Chain<'_>, cell: &PlannedCell) -> Tree {
    let units = chain.units.iter().filter(|unit| unit.cells().any(|one| one.id == cell.id));
    let one = |unit: &crate::analyse::Unit<'_>| {
        let analysis = unit.analysis;
        Tree::Fields(vec![
            ("analysis", analysis.name.clone().into()),
            ("estimate", analysis.estimate.clone().into()),
            ("manifest", chain.place(unit.item, analysis.span).into()),
            ("outcome", outcome(chain, unit).into()),
        ])
    };
    Tree::List(units.map(one).collect())
}

/// The identity of an outcome, and where it is stored.
pub(crate) fn outcome(chain: &Chain<'_>, unit: &crate::analyse::Unit<'_>) -> String {
    if !unit.is_ready() {
        let blocks = unit.cells().flat_map(PlannedCell::blocks);
        let is_missing = |block: &crate::plan::PlannedBlock| {
            !chain.pipeline.index.blocks.contains_key(&block.id)
        };
        let n = blocks.filter(is_missing).count();
        return format!("waits for {}", plural(n, "block"));
    }
    match chain.outcome_files.get(&unit.id) {
        Some(file) => format!("{} in analyses/{file}.jsonl", unit.id),
        None => format!("{} would be computed: not stored", unit.id),
    }
}
