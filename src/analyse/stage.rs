//! The stage: every analysis of every item, each cell's outcome stored under its identity.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyse::adjust::adjust;
use crate::analyse::estimator::AnalysisError;
use crate::analyse::exponents::scale;
use crate::analyse::outcome::CellOutcome;
use crate::analyse::reader::Reader;
use crate::analyse::unit::{Unit, units};
use crate::identity::Digest;
use crate::plan::{Plan, PlannedCell};
use crate::run::{Interrupt, Progress, Verbosity};
use crate::store::{Index, Outcome, Outcomes, Store, StoreError};

/// Outcomes are stored in about this many files, as they are computed: a killed run keeps what the
/// finished ones hold.
const FILES: usize = 16;
/// Most outcomes that are computed before they are stored.
const MAX_OUTCOMES_PER_FILE: usize = 1024;

/// One cell with its outcome.
#[derive(Clone, Debug)]
pub struct AnalysedCell<'a> {
    /// The cell.
    pub cell: &'a PlannedCell,
    /// What the estimator gave; empty if it failed or the cell is not stored.
    pub outcome: Arc<CellOutcome>,
}

/// The analyses of one item, by name.
pub type AnalysedItem<'a> = BTreeMap<String, Vec<AnalysedCell<'a>>>;

/// An analysis that gave nothing for a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The item.
    pub item: String,
    /// Name of the analysis.
    pub analysis: String,
    /// Label of the cell.
    pub cell: String,
    /// Why.
    pub error: AnalysisError,
}

/// What the stage did.
#[derive(Debug, Default)]
pub struct Stage<'a> {
    /// Analyses of each item of the plan, in its order.
    pub items: Vec<AnalysedItem<'a>>,
    /// Outcomes computed now.
    pub computed: usize,
    /// Outcomes found in the store.
    pub cached: usize,
    /// What failed; nothing is stored for it, so that it is tried again.
    pub failures: Vec<Failure>,
    /// Outcomes left because blocks are missing or the user interrupted.
    pub left: usize,
}

/// Runs every analysis of `plan` whose inputs are stored.
///
/// An outcome is cached under the digests of the results that it reads, not their identities: if
/// a rerun gives identical bytes, nothing is analysed again.
///
/// # Errors
/// If the store fails.
pub fn analyse<'a>(
    plan: &'a Plan,
    store: &Store,
    index: &Index,
    outcomes: &Outcomes<CellOutcome>,
    interrupt: &Interrupt,
    verbosity: Verbosity,
) -> Result<Stage<'a>, StoreError> {
    let units = units(plan, index);
    let stored = &outcomes.results;
    let mut seen = BTreeSet::new();
    let missing: Vec<&Unit<'_>> = units
        .iter()
        .filter(|unit| unit.is_ready() && !stored.contains_key(&unit.id))
        .filter(|unit| seen.insert(unit.id))
        .collect();
    let progress = Progress::start(verbosity, "analyse", "cells", missing.len() as u64);
    let reader = Reader::new(store);
    let mut computed: BTreeMap<Digest, Result<CellOutcome, AnalysisError>> = BTreeMap::new();
    for batch in missing.chunks(missing.len().div_ceil(FILES).clamp(1, MAX_OUTCOMES_PER_FILE)) {
        let results: Vec<(&Unit<'_>, Option<Result<CellOutcome, AnalysisError>>)> = batch
            .par_iter()
            .map(|unit| {
                if interrupt.requested() {
                    return Ok((*unit, None));
                }
                let result = unit.estimate(&reader, interrupt)?;
                progress.advance(1);
                let is_known = result != Err(AnalysisError::Interrupted);
                Ok((*unit, is_known.then_some(result)))
            })
            .collect::<Result<_, StoreError>>()?;
        let outcome = |(unit, result): &(&Unit<'_>, Option<Result<CellOutcome, _>>)| {
            let result = result.as_ref()?.as_ref().ok()?.to_json();
            Some(Outcome { id: unit.id, cells: unit.cells().map(|cell| cell.id).collect(), result })
        };
        store.write_outcomes(&results.iter().filter_map(outcome).collect::<Vec<_>>())?;
        computed.extend(results.into_iter().filter_map(|(unit, result)| Some((unit.id, result?))));
    }
    progress.finish();
    Ok(gather(plan, &units, stored, &computed))
}

/// The stored outcomes of `plan`; those that are not stored are counted as left.
#[must_use]
pub fn recall<'a>(plan: &'a Plan, index: &Index, outcomes: &Outcomes<CellOutcome>) -> Stage<'a> {
    gather(plan, &units(plan, index), &outcomes.results, &BTreeMap::new())
}

fn gather<'a>(
    plan: &'a Plan,
    units: &[Unit<'a>],
    stored: &BTreeMap<Digest, Arc<CellOutcome>>,
    computed: &BTreeMap<Digest, Result<CellOutcome, AnalysisError>>,
) -> Stage<'a> {
    let mut stage = Stage {
        items: plan.items.iter().map(|_| AnalysedItem::new()).collect(),
        ..Stage::default()
    };
    for unit in units {
        let outcome = match (stored.get(&unit.id), computed.get(&unit.id)) {
            (Some(outcome), _) => {
                stage.cached += 1;
                Arc::clone(outcome)
            }
            (None, Some(Ok(outcome))) => {
                stage.computed += 1;
                Arc::new(outcome.clone())
            }
            (None, Some(Err(error))) => {
                stage.failures.push(Failure {
                    item: plan.items[unit.item].manifest.item.clone(),
                    analysis: unit.analysis.name.clone(),
                    cell: unit.cell().label(),
                    error: error.clone(),
                });
                Arc::default()
            }
            (None, None) => {
                stage.left += 1;
                Arc::default()
            }
        };
        let analysed = AnalysedCell { cell: unit.cell(), outcome };
        let item = &mut stage.items[unit.item];
        match item.get_mut(&unit.analysis.name) {
            Some(cells) => cells.push(analysed),
            None => drop(item.insert(unit.analysis.name.clone(), vec![analysed])),
        }
    }
    for (item, analysed) in plan.items.iter().zip(&mut stage.items) {
        for analysis in &item.manifest.analyses {
            if let Some(cells) = analysed.get_mut(&analysis.name) {
                adjust(analysis, cells);
                scale(analysis, cells);
            }
        }
    }
    stage
}
