//! The command `verify`: are the stored results what was written, and what would be computed today?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::analyse::CellOutcome;
use crate::cli::arguments::{Format, VerifyOptions};
use crate::cli::pipeline::Pipeline;
use crate::error::{DIFFERS, DONE, Error, INTERRUPTED, plural};
use crate::identity::{Digest, Hasher};
use crate::plan::{PlannedBlock, PlannedCell};
use crate::run::{Interrupt, Verbosity, run};
use crate::store::{BlockId, Index, Store};

/// What a verification found.
pub(crate) struct Verified {
    n_files: usize,
    n_blocks: usize,
    /// Damaged files with the reason.
    damaged: Vec<(String, String)>,
    recomputed: Option<Recomputed>,
}

/// Cells that were computed once more.
struct Recomputed {
    seed: u64,
    n_cells: usize,
    n_stored: usize,
    n_blocks: usize,
    /// Cells of which a block differs, or could not be computed.
    different: Vec<String>,
    is_interrupted: bool,
}

/// A stored cell with its name in messages.
struct Candidate<'a> {
    name: String,
    cell: &'a PlannedCell,
}

/// Verifies the store, and recomputes some of its cells if asked to.
///
/// # Errors
/// If the store cannot be read, or there is no room for results computed once more.
pub(crate) fn verify(pipeline: &Pipeline, arguments: &VerifyOptions) -> Result<Verified, Error> {
    let store = &pipeline.store;
    let outcomes = store.outcomes::<CellOutcome>()?;
    let shared = store.verify_shared()?;
    let read_again = (!shared.is_empty()).then(|| store.index()).transpose()?;
    let index = read_again.as_ref().unwrap_or(&pipeline.index);
    let all = pipeline.index.damaged.iter().chain(&outcomes.damaged).chain(&shared);
    let damaged: BTreeMap<String, String> =
        all.map(|(path, why)| (path.display().to_string(), why.clone())).collect();
    let recomputed = match arguments.recompute {
        None => None,
        Some(n_cells) => Some(recompute(pipeline, n_cells, arguments)?),
    };
    Ok(Verified {
        n_files: index.files.len(),
        n_blocks: index.blocks.len(),
        damaged: damaged.into_iter().collect(),
        recomputed,
    })
}

/// Computes stored cells once more, in a store of their own, and compares the digests of all blocks.
fn recompute(
    pipeline: &Pipeline,
    n_cells: usize,
    arguments: &VerifyOptions,
) -> Result<Recomputed, Error> {
    let seed = arguments.seed.unwrap_or_else(fresh_seed);
    let candidates = stored_cells(pipeline);
    let n_stored = candidates.len();
    let chosen = drawn(candidates, n_cells, seed);
    let mut seen: BTreeSet<BlockId> = BTreeSet::new();
    let blocks: Vec<PlannedBlock> = chosen
        .iter()
        .flat_map(|one| one.cell.blocks())
        .filter(|block| seen.insert(block.id))
        .collect();
    let folder = tempfile::tempdir().map_err(|error| Error::Start(error.to_string()))?;
    let store = Store::open_to_write(&folder.path().join("store"))?;
    let interrupt = Interrupt::watch().map_err(|error| Error::Start(error.to_string()))?;
    let verbosity = if arguments.options.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let n_blocks = blocks.len();
    run(blocks, (&store, &Index::default()), &interrupt, (verbosity, Duration::MAX))?;
    let again = store.index()?;
    let is_interrupted = interrupt.requested();
    let digest = |block: &BlockId| again.blocks.get(block).map(|stored| stored.digest);
    let is_same = |id: &BlockId| match digest(id) {
        Some(digest) => pipeline.index.blocks.get(id).is_some_and(|old| old.digest == digest),
        None => is_interrupted,
    };
    let differs = |one: &&Candidate<'_>| !one.cell.blocks().all(|block| is_same(&block.id));
    let different = chosen.iter().filter(differs).map(|one| one.name.clone()).collect();
    Ok(Recomputed { seed, n_cells: chosen.len(), n_stored, n_blocks, different, is_interrupted })
}

/// The cells of the plan of which every block is stored.
fn stored_cells(pipeline: &Pipeline) -> Vec<Candidate<'_>> {
    let mut seen = BTreeSet::new();
    let simulated = pipeline.plan.cells().filter(|(_, sweep, _)| sweep.is_simulated);
    simulated
        .filter(|(_, _, cell)| {
            cell.blocks().all(|block| pipeline.index.blocks.contains_key(&block.id))
        })
        .filter(|(_, _, cell)| seen.insert(cell.id))
        .map(|(item, sweep, cell)| {
            let name = format!("{}, sweep `{}`, {}", item.manifest.item, sweep.name, cell.label());
            Candidate { name, cell }
        })
        .collect()
}

/// `n` of `cells`, drawn by `seed`; all of them if there are no more.
fn drawn(mut cells: Vec<Candidate<'_>>, n: usize, seed: u64) -> Vec<Candidate<'_>> {
    if n < cells.len() {
        cells.sort_by_cached_key(|one| rank(one.cell.id, seed));
        cells.truncate(n);
    }
    cells
}

fn rank(cell: Digest, seed: u64) -> String {
    let mut hasher = Hasher::new("maruyama verification 1");
    hasher.field(&seed.to_le_bytes());
    hasher.field(cell.to_string().as_bytes());
    hasher.finish().to_string()
}

/// A seed that differs from one call to the next; it says which cells are looked at, and is printed.
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_nanos() as u64 % 1_000_000_000
}

impl Verified {
    pub(crate) fn exit_code(&self) -> u8 {
        let recomputed = self.recomputed.as_ref();
        if recomputed.is_some_and(|again| again.is_interrupted) {
            INTERRUPTED
        } else if self.damaged.is_empty()
            && recomputed.is_none_or(|again| again.different.is_empty())
        {
            DONE
        } else {
            DIFFERS
        }
    }

    pub(crate) fn show(&self, format: Format) -> String {
        if format == Format::Json { self.json() } else { self.text() }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (path, reason) in &self.damaged {
            let _ = writeln!(text, "damaged: {path}: {reason}");
        }
        let files = plural(self.n_files, "results file");
        let blocks = plural(self.n_blocks, "block");
        let _ = writeln!(text, "{files} with {blocks} as written");
        if let Some(again) = &self.recomputed {
            for cell in &again.different {
                let _ = writeln!(text, "differs: {cell}");
            }
            let (cells, blocks) = (plural(again.n_cells, "cell"), plural(again.n_blocks, "block"));
            let n_equal = again.n_cells - again.different.len();
            let _ = writeln!(
                text,
                "{cells} of {} computed once more ({blocks}, seed {}): {n_equal} equal bit for bit",
                again.n_stored, again.seed
            );
            if again.is_interrupted {
                let _ = writeln!(text, "interrupted: what was not computed was not compared");
            }
        }
        text
    }

    fn json(&self) -> String {
        let damaged = self.damaged.iter();
        let damaged: Vec<_> =
            damaged.map(|(path, reason)| json!({ "file": path, "reason": reason })).collect();
        let recomputed = self.recomputed.as_ref().map(|again| {
            json!({
                "seed": again.seed,
                "stored_cells": again.n_stored,
                "cells": again.n_cells,
                "blocks": again.n_blocks,
                "different": again.different,
                "interrupted": again.is_interrupted,
            })
        });
        let value = json!({
            "files": self.n_files,
            "blocks": self.n_blocks,
            "damaged": damaged,
            "recomputed": recomputed,
        });
        format!("{value:#}\n")
    }
}
