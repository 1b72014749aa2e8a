//! The stage: every analysis of every item, each cell's outcome stored under its identity.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::simulate::is_reduced;
use rayon::prelude::*;

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::CellOutcome;
use crate::analyse::over_time::Stored;
use crate::analyse::reader::Reader;
use crate::fingerprint::{self, Fingerprint};
use crate::identity::{Digest, Hasher};
use crate::manifest::canonical;
use crate::manifest::types::Analysis;
use crate::plan::{Plan, PlannedCell, PlannedItem};
use crate::run::{Interrupt, Progress, Verbosity, contain};
use crate::store::{BlockId, Index, Outcome, Outcomes, Store, StoreError};

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

/// One application of an estimator to a cell.
struct Unit<'a> {
    id: Digest,
    item: usize,
    analysis: &'a Analysis,
    estimator: &'static dyn Estimator,
    cell: &'a PlannedCell,
    /// Blocks to read, with the file that holds each; `None` if one is not stored.
    blocks: Option<Vec<(BlockId, Digest)>>,
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
        .filter(|unit| unit.blocks.is_some() && !stored.contains_key(&unit.id))
        .filter(|unit| seen.insert(unit.id))
        .collect();
    let progress = Progress::start(verbosity, "analyse", "cells", missing.len() as u64);
    let reader = Reader::new(store);
    let mut computed: BTreeMap<Digest, Result<CellOutcome, AnalysisError>> = BTreeMap::new();
    for batch in missing.chunks(missing.len().div_ceil(FILES).clamp(1, MAX_OUTCOMES_PER_FILE)) {
        let results: Vec<(Digest, Option<Result<CellOutcome, AnalysisError>>)> = batch
            .par_iter()
            .map(|unit| {
                if interrupt.requested() {
                    return Ok((unit.id, None));
                }
                let result = estimate(unit, &reader, interrupt)?;
                progress.advance(1);
                let is_known = result != Err(AnalysisError::Interrupted);
                Ok((unit.id, is_known.then_some(result)))
            })
            .collect::<Result<_, StoreError>>()?;
        let outcome = |(id, result): &(Digest, Option<Result<CellOutcome, _>>)| match result {
            Some(Ok(outcome)) => Some(Outcome { id: *id, result: outcome.to_json() }),
            _ => None,
        };
        store.write_outcomes(&results.iter().filter_map(outcome).collect::<Vec<_>>())?;
        computed.extend(results.into_iter().filter_map(|(id, result)| Some((id, result?))));
    }
    progress.finish();
    Ok(gather(plan, &units, stored, &computed))
}

/// Every application of an estimator, in the plan's order.
fn units<'a>(plan: &'a Plan, index: &Index) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    let mut code: BTreeMap<Vec<&str>, Fingerprint> = BTreeMap::new();
    for (item_idx, item) in plan.items.iter().enumerate() {
        for analysis in &item.manifest.analyses {
            let estimator = crate::analyse::estimator(&analysis.estimate);
            let mut sources = estimator.sources(&analysis.parameters);
            sources.push(estimator.part().source);
            let code = code.entry(sources).or_insert_with_key(|sources| fingerprint::of(sources));
            let parameters = parameters_text(analysis);
            let unit = |cell: &'a PlannedCell| {
                let (blocks, digests) = inputs(estimator, analysis, cell, index).unzip();
                let digests = digests.unwrap_or_default();
                let id = identity((&analysis.estimate, &parameters), cell, &digests, code);
                Unit { id, item: item_idx, analysis, estimator, cell, blocks }
            };
            units.par_extend(cells_of(item, analysis).par_iter().map(unit));
        }
    }
    units
}

fn cells_of<'a>(item: &'a PlannedItem, analysis: &Analysis) -> &'a [PlannedCell] {
    let sweep = item.sweeps.iter().find(|sweep| sweep.name == analysis.of);
    sweep.map(|sweep| sweep.cells.as_slice()).unwrap_or_default()
}

/// The blocks that `analysis` reads of `cell`, and their digests; `None` if one is not stored.
#[expect(clippy::type_complexity, reason = "two parallel lists, used once")]
fn inputs(
    estimator: &dyn Estimator,
    analysis: &Analysis,
    cell: &PlannedCell,
    index: &Index,
) -> Option<(Vec<(BlockId, Digest)>, Vec<Digest>)> {
    if estimator.observables(&analysis.parameters).is_empty() {
        return Some((Vec::new(), Vec::new()));
    }
    let stored =
        |id: BlockId| index.blocks.get(&id).map(|stored| ((id, stored.file), stored.digest));
    cell.blocks()
        .map(|block| stored(block.id))
        .collect::<Option<Vec<_>>>()
        .map(|found| found.into_iter().unzip())
}

/// Identity of an outcome: the estimator with its parameters and code, the cell's parameters and
/// data, and the digests of what is read.
fn identity(
    (estimate, parameters): (&str, &str),
    cell: &PlannedCell,
    digests: &[Digest],
    code: &Fingerprint,
) -> Digest {
    let mut hasher = Hasher::new("maruyama analysis 1");
    hasher.field(estimate.as_bytes());
    hasher.field(parameters.as_bytes());
    hasher.field(code.digest.to_string().as_bytes());
    hasher.field(cell.ensemble.parameters_digest.to_string().as_bytes());
    hasher.field(&cell.chains.to_le_bytes());
    if let Some(data) = &cell.ensemble.data {
        hasher.field(data.definition.as_bytes());
        hasher.field(data.source_code().to_string().as_bytes());
        for digest in data.files.values() {
            hasher.field(digest.to_string().as_bytes());
        }
    }
    for digest in digests {
        hasher.field(digest.to_string().as_bytes());
    }
    hasher.finish()
}

fn parameters_text(analysis: &Analysis) -> String {
    canonical::text(&analysis.parameters).expect("a resolved parameter is finite")
}

/// Address of the random streams of an analysis of a cell.
fn stream(unit: &Unit<'_>) -> StreamKey {
    let mut hasher = Hasher::new("maruyama resampling 1");
    hasher.field(unit.analysis.estimate.as_bytes());
    hasher.field(parameters_text(unit.analysis).as_bytes());
    hasher.field(&unit.cell.ensemble.stream.0.to_le_bytes());
    hasher.field(&unit.cell.chains.to_le_bytes());
    StreamKey(hasher.finish().leading_u64())
}

/// Applies the estimator of `unit`; a panic is an error of this cell alone.
fn estimate(
    unit: &Unit<'_>,
    reader: &Reader<'_>,
    interrupt: &Interrupt,
) -> Result<Result<CellOutcome, AnalysisError>, StoreError> {
    let blocks = unit.blocks.as_deref().unwrap_or_default();
    if is_reduced(&unit.cell.ensemble.parameters) {
        let files = blocks.iter().map(|(_, file)| reader.summaries(*file));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        let summaries = blocks.iter().zip(&files).filter_map(|((id, _), file)| file.get(id));
        return Ok(apply(unit, Stored::Summaries(summaries.collect()), interrupt));
    }
    let is_long = unit.cell.blocks().next().is_some_and(|block| block.is_long());
    let read = |file: Digest| match unit.estimator.reads() {
        Reads::Chains if is_long => reader.ends(file),
        _ => reader.file(file),
    };
    let files = blocks.iter().map(|(_, file)| read(*file)).collect::<Result<Vec<_>, _>>()?;
    let chains = blocks.iter().zip(&files).filter_map(|((id, _), file)| file.get(id));
    Ok(apply(unit, Stored::Chains(chains.collect()), interrupt))
}

fn apply(
    unit: &Unit<'_>,
    stored: Stored<'_>,
    interrupt: &Interrupt,
) -> Result<CellOutcome, AnalysisError> {
    let ensemble = &unit.cell.ensemble;
    let problem = || ensemble.problem().map_err(|error| AnalysisError::Data(error.to_string()));
    let input = Input {
        parameters: &ensemble.parameters,
        stream: stream(unit),
        stored,
        is_interrupted: &|| interrupt.requested(),
        problem: &problem,
    };
    let estimate = || unit.estimator.estimate(&input, &unit.analysis.parameters);
    contain(estimate).unwrap_or_else(|panic| Err(AnalysisError::Statistic(panic)))
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
                    cell: unit.cell.label(),
                    error: error.clone(),
                });
                Arc::default()
            }
            (None, None) => {
                stage.left += 1;
                Arc::default()
            }
        };
        let analysed = AnalysedCell { cell: unit.cell, outcome };
        stage.items[unit.item].entry(unit.analysis.name.clone()).or_default().push(analysed);
    }
    stage
}
