//! An item: its sweeps, analyses, tables, figures and claims, and how its report stands.

use crate::cli::explain::Chain;
use crate::cli::explain::cell::code;
use crate::cli::explain::report::standing;
use crate::cli::tree::Tree;
use crate::error::plural;
use crate::manifest::types::{Manifest, shown};
use crate::plan::PlannedItem;

/// The chain of one item.
pub(crate) fn explain(chain: &Chain<'_>, item_idx: usize) -> Tree {
    let item: &PlannedItem = &chain.pipeline.plan.items[item_idx];
    let manifest = &item.manifest;
    let of = |name: &str, of: &str, span| {
        Tree::from(format!("{name} of {of} ({})", chain.place(item_idx, span)))
    };
    let tables = manifest.tables.iter().map(|table| of(&table.name, &table.of, table.span));
    let figures = manifest.figures.iter().map(|figure| {
        let mut analyses: Vec<&str> = figure.panels.iter().map(|panel| panel.of.as_str()).collect();
        analyses.dedup();
        of(&figure.name, &analyses.join(", "), figure.span)
    });
    let claims = manifest.claims.iter().map(|claim| of(&claim.id, &claim.of, claim.span));
    Tree::Fields(vec![
        ("item", manifest.item.clone().into()),
        ("manifest", manifest.path.clone().into()),
        ("profile", manifest.profile.clone().into()),
        ("report", standing(chain, item_idx)),
        ("sweeps", sweeps(chain, item_idx)),
        ("analyses", analyses(chain, item_idx, manifest)),
        ("tables", Tree::List(tables.collect())),
        ("figures", Tree::List(figures.collect())),
        ("claims", Tree::List(claims.collect())),
    ])
}

/// Each sweep with the number of its cells that are up to date, and why the others are not.
fn sweeps(chain: &Chain<'_>, item_idx: usize) -> Tree {
    let item = &chain.pipeline.plan.items[item_idx];
    let one = |sweep: &crate::plan::PlannedSweep| {
        let declared = item.manifest.sweeps.iter().find(|declared| declared.name == sweep.name);
        let is_of = |to_run: &&crate::plan::ToRun<'_>| {
            to_run.item == item.manifest.item && to_run.sweep == sweep.name
        };
        let to_run: Vec<Tree> = chain
            .to_run
            .iter()
            .filter(is_of)
            .map(|to_run| format!("{}: {}", to_run.cell.label(), to_run.reason).into())
            .collect();
        let n_cells = sweep.cells.len();
        let cells = if sweep.is_simulated {
            format!("{}, {} up to date", plural(n_cells, "cell"), n_cells - to_run.len())
        } else {
            format!("{}, none simulated: theory alone is asked of them", plural(n_cells, "cell"))
        };
        Tree::Fields(vec![
            ("sweep", sweep.name.clone().into()),
            ("manifest", declared.map(|declared| chain.place(item_idx, declared.span)).into()),
            ("cells", cells.into()),
            ("would run", Tree::List(to_run)),
        ])
    };
    Tree::List(item.sweeps.iter().map(one).collect())
}

fn analyses(chain: &Chain<'_>, item_idx: usize, manifest: &Manifest) -> Tree {
    let one = |analysis: &crate::manifest::types::Analysis| {
        let units = chain
            .units
            .iter()
            .filter(|unit| unit.item == item_idx && unit.analysis.name == analysis.name);
        let n_units = units.clone().count();
        let n_stored = units.filter(|unit| chain.outcome_files.contains_key(&unit.id)).count();
        let parameters = analysis.parameters.iter();
        Tree::Fields(vec![
            ("analysis", analysis.name.clone().into()),
            ("manifest", chain.place(item_idx, analysis.span).into()),
            ("estimate", format!("{} of {}", analysis.estimate, analysis.of).into()),
            (
                "parameters",
                Tree::Named(
                    parameters
                        .map(|(name, value)| (name.to_owned(), shown(value).into()))
                        .collect(),
                ),
            ),
            ("code", code(&crate::analyse::code_of(analysis))),
            ("outcomes", format!("{n_stored} of {n_units} stored").into()),
        ])
    };
    Tree::List(manifest.analyses.iter().map(one).collect())
}
