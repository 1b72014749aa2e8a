//! Why a cell runs: which of its inputs changed, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value as Json;

use crate::identity::Digest;
use crate::plan::{Plan, PlannedCell};
use crate::store::{Index, Store, StoredEnsemble};

/// A stored ensemble counts as a former version of a cell if it differs in at most this many inputs.
const MAX_CHANGES: usize = 3;
/// Parameters that a former version of a cell has too.
const KIN: [&str; 2] = ["model", "problem"];
/// Beyond this many comparisons only changes of code and data are looked for.
const MAX_COMPARISONS: usize = 100_000;

/// One input that differs from a stored result's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A parameter of the cell or of its data set.
    Parameter {
        /// Name; a data set's parameter as `data.name`.
        name: String,
        /// Value of the stored result, or `absent`.
        old: String,
        /// Value now, or `absent`.
        new: String,
    },
    /// A source file.
    Code {
        /// Path in the repository.
        file: String,
    },
    /// The bytes of a data file.
    Data {
        /// The data set's parameter that names the file.
        parameter: String,
    },
    /// The number of chains.
    Chains {
        /// How many chains' blocks are stored.
        stored: usize,
        /// How many blocks the cell has.
        total: usize,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Parameter { name, old, new } => write!(f, "{name} {old} → {new}"),
            Change::Code { file } => write!(f, "{file} changed"),
            Change::Data { parameter } => write!(f, "data set changed (`{parameter}`)"),
            Change::Chains { stored: 0, .. } => f.write_str("number of chains changed"),
            Change::Chains { stored, total } => {
                write!(f, "more chains or unfinished: {stored} of {total} blocks stored")
            }
        }
    }
}

/// Changes of a cell that are shown to people.
const MOST_SHOWN: usize = 4;

/// Why a cell will run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing like it is stored.
    NeverRun,
    /// A file that held some of its blocks is damaged.
    Damaged,
    /// These inputs changed since a stored result.
    Changed(Vec<Change>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NeverRun => f.write_str("never run"),
            Reason::Damaged => f.write_str("stored result damaged"),
            Reason::Changed(changes) => {
                let texts: Vec<String> =
                    changes.iter().take(MOST_SHOWN).map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))?;
                match changes.len().saturating_sub(MOST_SHOWN) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more changes"),
                }
            }
        }
    }
}

/// A cell that will run.
#[derive(Clone, Debug)]
pub struct ToRun<'a> {
    /// Name of the item.
    pub item: &'a str,
    /// Name of the sweep.
    pub sweep: &'a str,
    /// The cell.
    pub cell: &'a PlannedCell,
    /// Why.
    pub reason: Reason,
}

/// Why each cell that has missing blocks will run, in the plan's order.
#[must_use]
pub fn explain<'a>(plan: &'a Plan, store: &Store, index: &Index) -> Vec<ToRun<'a>> {
    if plan.blocks.iter().all(|block| index.blocks.contains_key(&block.id)) {
        return Vec::new();
    }
    let to_run: Vec<(ToRun<'a>, usize, usize)> = plan
        .cells()
        .filter(|(_, sweep, _)| sweep.is_simulated)
        .filter_map(|(item, sweep, cell)| {
            let stored = |block: &crate::plan::PlannedBlock| index.blocks.contains_key(&block.id);
            let total = cell.blocks().count();
            let n_stored = cell.blocks().filter(stored).count();
            let to_run = ToRun {
                item: &item.manifest.item,
                sweep: &sweep.name,
                cell,
                reason: Reason::NeverRun,
            };
            (n_stored < total).then_some((to_run, n_stored, total))
        })
        .collect();
    let mut former = Former::new(plan, (store, index), to_run.len());
    let certain: Vec<Option<Reason>> = to_run
        .iter()
        .map(|(to_run, stored, total)| {
            if to_run.cell.blocks().any(|block| index.lost.contains(&block.id)) {
                Some(Reason::Damaged)
            } else if *stored > 0 || former.stored.contains(&to_run.cell.ensemble.id) {
                let change = Change::Chains { stored: *stored, total: *total };
                Some(Reason::Changed(vec![change]))
            } else {
                former.with_same_parameters(to_run.cell)
            }
        })
        .collect();
    to_run
        .into_iter()
        .zip(certain)
        .map(|((to_run, ..), certain)| {
            let similar = |former: &mut Former| former.with_similar_parameters(to_run.cell);
            let reason = certain.or_else(|| similar(&mut former)).unwrap_or(Reason::NeverRun);
            ToRun { reason, ..to_run }
        })
        .collect()
}

/// What differs between two cells, one fragment each: parameters, data, code, chains.
#[must_use]
pub fn difference(old: &PlannedCell, new: &PlannedCell) -> Vec<String> {
    let mut changes = Vec::new();
    parameter_changes("", &new.ensemble.cell_json(), &old.ensemble.cell_json(), &mut changes);
    let files = |cell: &PlannedCell| cell.ensemble.data.as_ref().map(|data| data.files.clone());
    let (then, now) = (files(old).unwrap_or_default(), files(new).unwrap_or_default());
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for parameter in names.into_iter().filter(|name| then.get(*name) != now.get(*name)) {
        changes.push(Change::Data { parameter: parameter.clone() });
    }
    let mut changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    if old.chains != new.chains {
        changes.push(format!("chains {} → {}", old.chains, new.chains));
    }
    changes
}

/// Stored ensembles that no cell of the plan uses: what a changed cell may have been.
struct Former {
    ensembles: Vec<StoredEnsemble>,
    /// Identities of all stored ensembles, also of those in use.
    stored: BTreeSet<Digest>,
    by_cell: BTreeMap<String, Vec<usize>>,
    code: BTreeMap<String, BTreeMap<String, String>>,
    compare_all: bool,
    /// Ensembles that have explained a cell.
    explained: BTreeSet<usize>,
}

impl Former {
    fn new(plan: &Plan, (store, index): (&Store, &Index), n_cells: usize) -> Former {
        let in_use: BTreeSet<Digest> = plan.cells().map(|(_, _, cell)| cell.ensemble.id).collect();
        let all = store.ensembles(index);
        let stored = all.keys().copied().collect();
        let ensembles: Vec<StoredEnsemble> = all
            .into_iter()
            .filter(|(id, _)| !in_use.contains(id))
            .map(|(_, ensemble)| ensemble)
            .collect();
        let mut by_cell: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (idx, ensemble) in ensembles.iter().enumerate() {
            by_cell.entry(key(&ensemble.cell)).or_default().push(idx);
        }
        let compare_all = ensembles.len().saturating_mul(n_cells) <= MAX_COMPARISONS;
        Former {
            ensembles,
            stored,
            by_cell,
            code: store.code(index),
            compare_all,
            explained: BTreeSet::new(),
        }
    }

    /// What changed if a former cell had the parameters of `cell`; it then explains no other cell.
    fn with_same_parameters(&mut self, cell: &PlannedCell) -> Option<Reason> {
        if self.ensembles.is_empty() {
            return None;
        }
        let now = cell.ensemble.cell_json();
        let candidates = self.by_cell.get(&key(&now)).cloned().unwrap_or_default();
        self.explained_by(cell, &now, candidates)
    }

    /// What changed if a former cell had almost the parameters of `cell`; it then explains no other.
    fn with_similar_parameters(&mut self, cell: &PlannedCell) -> Option<Reason> {
        if self.ensembles.is_empty() || !self.compare_all {
            return None;
        }
        let now = cell.ensemble.cell_json();
        let is_kin =
            |then: &StoredEnsemble| KIN.iter().all(|name| then.cell.get(*name) == now.get(*name));
        let candidates = self.ensembles.iter().enumerate().filter(|(_, then)| is_kin(then));
        let candidates: Vec<usize> = candidates.map(|(idx, _)| idx).collect();
        self.explained_by(cell, &now, candidates)
    }

    fn explained_by(
        &mut self,
        cell: &PlannedCell,
        now: &serde_json::Map<String, Json>,
        candidates: impl IntoIterator<Item = usize>,
    ) -> Option<Reason> {
        let (idx, changes) = self.nearest(cell, now, candidates)?;
        self.explained.insert(idx);
        Some(Reason::Changed(changes))
    }

    /// The former cell among `candidates` with the fewest changes.
    fn nearest(
        &self,
        cell: &PlannedCell,
        now: &serde_json::Map<String, Json>,
        candidates: impl IntoIterator<Item = usize>,
    ) -> Option<(usize, Vec<Change>)> {
        let is_parameter = |change: &&Change| matches!(change, Change::Parameter { .. });
        candidates
            .into_iter()
            .filter(|idx| !self.explained.contains(idx))
            .map(|idx| (idx, self.changes(cell, now, &self.ensembles[idx])))
            .filter(|(_, changes)| !changes.is_empty())
            .filter(|(_, changes)| changes.iter().filter(is_parameter).count() <= MAX_CHANGES)
            .min_by_key(|(_, changes)| changes.len())
    }

    /// All changes of `cell` since `then`.
    fn changes(
        &self,
        cell: &PlannedCell,
        now: &serde_json::Map<String, Json>,
        then: &StoredEnsemble,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        parameter_changes("", now, &then.cell, &mut changes);
        for (parameter, digest) in cell.ensemble.data.iter().flat_map(|data| &data.files) {
            if then.data.get(parameter).is_some_and(|old| *old != digest.to_string()) {
                changes.push(Change::Data { parameter: parameter.clone() });
            }
        }
        if then.code != cell.ensemble.code.digest.to_string() {
            let nothing = BTreeMap::new();
            let old = self.code.get(&then.code).unwrap_or(&nothing);
            let new = &cell.ensemble.code.files;
            let files: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let differs = |file: &&String| old.get(*file) != new.get(*file);
            changes.extend(
                files.into_iter().filter(differs).map(|file| Change::Code { file: file.clone() }),
            );
        }
        changes
    }
}

fn parameter_changes(
    prefix: &str,
    now: &serde_json::Map<String, Json>,
    then: &serde_json::Map<String, Json>,
    changes: &mut Vec<Change>,
) {
    let names: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    for name in names {
        match (then.get(name), now.get(name)) {
            (Some(Json::Object(old)), Some(Json::Object(new))) => {
                parameter_changes(&format!("{prefix}{name}."), new, old, changes);
            }
            (old, new) if old != new => changes.push(Change::Parameter {
                name: format!("{prefix}{name}"),
                old: show(old),
                new: show(new),
            }),
            _ => {}
        }
    }
}

fn show(value: Option<&Json>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn key(cell: &serde_json::Map<String, Json>) -> String {
    Json::Object(cell.clone()).to_string()
}
