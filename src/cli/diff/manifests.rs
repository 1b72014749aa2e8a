//! Two manifests: cells, analyses, tables, figures and claims.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::analyse;
use crate::cli::diff::Difference;
use crate::cli::tree::Tree;
use crate::data::Library;
use crate::error::{Error, plural};
use crate::load::load;
use crate::manifest::types::{Manifest, shown};
use crate::plan::{Plan, PlannedCell, PlannedItem, PlannedSweep, difference};

/// Changes of cells listed for each sweep before the rest is counted.
const LISTED_CELLS: usize = 20;

/// Compares the manifests `a` and `b` in one profile.
///
/// # Errors
/// If one cannot be read or has mistakes.
pub(crate) fn diff(a: &str, b: &str, profile: &str) -> Result<Difference, Error> {
    let plan = |path: &str| -> Result<Plan, Error> {
        let library = Library::default();
        let loaded = load(&[PathBuf::from(path)], profile, &library)?;
        let manifests = loaded.into_iter().map(|one| one.manifest).collect();
        Ok(Plan::new(manifests, &library, analyse::needs_samples))
    };
    let (plan_a, plan_b) = (plan(a)?, plan(b)?);
    let (Some(a), Some(b)) = (plan_a.items.first(), plan_b.items.first()) else {
        return Ok(Difference { tree: Tree::List(Vec::new()), differs: false });
    };
    let mut fields = vec![("cells", cells(a, b))];
    for (name, describe) in PARTS {
        fields.push((name, parts(&describe(&a.manifest), &describe(&b.manifest))));
    }
    let differs = fields.iter().any(|(_, tree)| *tree != Tree::List(Vec::new()));
    if !differs {
        fields = vec![("same", "the same cells, analyses, tables, figures and claims".into())];
    }
    Ok(Difference { tree: Tree::Fields(fields), differs })
}

/// What a manifest has of a kind: text that says all of each, by name.
type Describe = fn(&Manifest) -> BTreeMap<String, String>;

const PARTS: [(&str, Describe); 5] = [
    ("analyses", |manifest| {
        let one = |one: &crate::manifest::types::Analysis| {
            let parameters = one.parameters.iter();
            let parameters: Vec<String> =
                parameters.map(|(name, value)| format!("{name}={}", shown(value))).collect();
            let against = one.against.as_ref().map_or("", |against| &against.sweep.value);
            let adjust = one.adjust.as_ref().map(|adjust| adjust.value);
            let text = format!(
                "{} of {} {against} {adjust:?}, {}",
                one.estimate,
                one.of,
                parameters.join(", ")
            );
            (one.name.clone(), text)
        };
        manifest.analyses.iter().map(one).collect()
    }),
    ("names", |manifest| {
        manifest.names.iter().map(|(word, name)| (word.value.clone(), name.clone())).collect()
    }),
    ("tables", |manifest| {
        let one = |one: &crate::manifest::types::Table| {
            let columns: Vec<String> = one
                .columns
                .iter()
                .map(|column| {
                    format!("{} {:?} {:?}", column.show.value, column.heading, column.digits)
                })
                .collect();
            let filter = filter(&one.filter);
            (
                one.name.clone(),
                format!("{} {filter} {} {}", one.of, one.caption, columns.join(", ")),
            )
        };
        manifest.tables.iter().map(one).collect()
    }),
    ("figures", |manifest| {
        let one = |one: &crate::manifest::types::Figure| {
            let panels: Vec<String> = one
                .panels
                .iter()
                .map(|panel| {
                    let facet = panel.facet.as_ref().map(|facet| &facet.value);
                    let (filter, parameters) = (filter(&panel.filter), &panel.parameters);
                    format!(
                        "{} {} {filter} {facet:?} {:?} {parameters:?}",
                        panel.plot, panel.of, panel.title
                    )
                })
                .collect();
            (one.name.clone(), format!("{} {:?} {}", one.caption, one.across, panels.join("; ")))
        };
        manifest.figures.iter().map(one).collect()
    }),
    ("claims", |manifest| {
        let one = |one: &crate::manifest::types::Claim| {
            let evidence: Vec<&str> = one.evidence.iter().map(|one| one.value.as_str()).collect();
            let filter = filter(&one.filter);
            let text = format!(
                "{} {filter}, test `{}` over {:?}, expected {}; {} ({} {:?}) {} {}",
                one.of,
                one.test.value,
                one.over,
                one.expect,
                one.statement,
                one.place,
                one.status,
                evidence.join(", "),
                one.remark
            );
            (one.id.clone(), text)
        };
        manifest.claims.iter().map(one).collect()
    }),
];

fn filter(filter: &crate::manifest::types::Filter) -> String {
    let one = |one: &crate::manifest::types::Condition| {
        let values: Vec<String> = one.values.iter().map(shown).collect();
        format!("{}={}", one.column.value, values.join("|"))
    };
    filter.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn parts(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Tree {
    let mut lines: Vec<Tree> = Vec::new();
    for (name, text) in a {
        match b.get(name) {
            None => lines.push(format!("- {name}").into()),
            Some(other) if other != text => {
                lines.push(format!("~ {name}: {text} → {other}").into());
            }
            Some(_) => {}
        }
    }
    lines.extend(
        b.keys().filter(|name| !a.contains_key(*name)).map(|name| format!("+ {name}").into()),
    );
    Tree::List(lines)
}

fn cells(a: &PlannedItem, b: &PlannedItem) -> Tree {
    let mut lines: Vec<Tree> = Vec::new();
    let find = |item: &PlannedItem, name: &str| item.sweeps.iter().position(|one| one.name == name);
    for sweep in &a.sweeps {
        match find(b, &sweep.name) {
            None => lines.push(whole(sweep, '-')),
            Some(idx) => lines.extend(changes(sweep, &b.sweeps[idx])),
        }
    }
    lines.extend(
        b.sweeps.iter().filter(|sweep| find(a, &sweep.name).is_none()).map(|one| whole(one, '+')),
    );
    Tree::List(lines)
}

fn whole(sweep: &PlannedSweep, sign: char) -> Tree {
    format!("{sign} sweep {}: {}", sweep.name, plural(sweep.cells.len(), "cell")).into()
}

/// Cells of one label are one cell that changed; others were removed or added.
fn changes(a: &PlannedSweep, b: &PlannedSweep) -> Vec<Tree> {
    let by_label = |sweep: &PlannedSweep| -> BTreeMap<String, PlannedCell> {
        let only = sweep.cells.len() == 1;
        let label = |cell: &PlannedCell| if only { String::new() } else { cell.label() };
        sweep.cells.iter().map(|cell| (label(cell), cell.clone())).collect()
    };
    let (old, new) = (by_label(a), by_label(b));
    let name = |label: &str| format!("{}/{label}", a.name);
    let mut lines = Vec::new();
    for (label, cell) in &old {
        match new.get(label) {
            None => lines.push(format!("- {}", name(label))),
            Some(other) if other.id != cell.id => {
                lines.push(format!("~ {}: {}", name(label), difference(cell, other).join(", ")));
            }
            Some(_) => {}
        }
    }
    lines.extend(
        new.keys().filter(|label| !old.contains_key(*label)).map(|one| format!("+ {}", name(one))),
    );
    let n_more = lines.len().saturating_sub(LISTED_CELLS);
    lines.truncate(LISTED_CELLS);
    if n_more > 0 {
        lines.push(format!("and {} of {}", plural(n_more, "more change"), a.name));
    }
    lines.into_iter().map(Tree::from).collect()
}
