//! One application of an estimator: to a cell, or to a cell and the one that it is compared with.

use std::collections::BTreeMap;

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::simulate::is_reduced;
use maruyama_statistics::stream::Kept;
use rayon::prelude::*;

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::CellOutcome;
use crate::analyse::over_time::{Stored, Streamed};
use crate::analyse::pairing::pair;
use crate::analyse::reader::{DecodedFile, Reader};
use crate::fingerprint::{self, Fingerprint};
use crate::identity::{Digest, Hasher};
use crate::manifest::canonical;
use crate::manifest::types::{Analysis, Sweep};
use crate::plan::{Plan, PlannedCell, PlannedItem};
use crate::run::{Interrupt, contain};
use crate::store::{BlockId, Index, Observations, StoreError, Summarised};

/// One application of an estimator.
pub(crate) struct Unit<'a> {
    /// Identity of its outcome.
    pub(crate) id: Digest,
    /// Place of the item in the plan.
    pub(crate) item: usize,
    pub(crate) analysis: &'a Analysis,
    estimator: &'static dyn Estimator,
    of: Side<'a>,
    against: Option<Side<'a>>,
}

/// A cell with the blocks to read of it, and the file that holds each; `None` if one is not stored.
struct Side<'a> {
    cell: &'a PlannedCell,
    blocks: Option<Vec<StoredBlock>>,
}

struct StoredBlock {
    id: BlockId,
    file: Digest,
    /// Digest of its content.
    digest: Digest,
}

/// Decoded files of one cell.
enum Files {
    Chains(Vec<DecodedFile<Observations>>),
    Summaries(Vec<DecodedFile<Summarised>>),
    /// Statistics over the chains of a large cell, of which no file is kept.
    Streamed(Summarised),
}

/// Recorded numbers of a cell, 128 MiB, beyond which its files are read one after the other by an
/// estimator to which statistics over the chains are enough.
const NUMBERS_IN_MEMORY: u64 = 1 << 24;

/// Every application of an estimator, in the plan's order.
pub(crate) fn units<'a>(plan: &'a Plan, index: &Index) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    let mut code: BTreeMap<Vec<&str>, Fingerprint> = BTreeMap::new();
    for (item_idx, item) in plan.items.iter().enumerate() {
        for analysis in &item.manifest.analyses {
            let estimator = crate::analyse::estimator(&analysis.estimate);
            let sources = sources_of(analysis);
            let code = code.entry(sources).or_insert_with_key(|sources| fingerprint::of(sources));
            let parameters = parameters_text(analysis);
            let reads = !estimator.observables(&analysis.parameters).is_empty();
            let unit = |(cell, against): (&'a PlannedCell, Option<&'a PlannedCell>)| {
                let of = Side::new(cell, reads, index);
                let against = against.map(|cell| Side::new(cell, reads, index));
                let id = identity(
                    (&analysis.estimate, &parameters),
                    code,
                    std::iter::once(&of).chain(&against),
                );
                Unit { id, item: item_idx, analysis, estimator, of, against }
            };
            units.par_extend(cells(item, analysis).into_par_iter().map(unit));
        }
    }
    units
}

/// The files at which the code of `analysis` begins.
fn sources_of(analysis: &Analysis) -> Vec<&'static str> {
    let estimator = crate::analyse::estimator(&analysis.estimate);
    let mut sources = estimator.sources(&analysis.parameters);
    sources.push(estimator.part().source);
    sources
}

/// The code of the estimator of `analysis`.
pub(crate) fn code_of(analysis: &Analysis) -> Fingerprint {
    fingerprint::of(&sources_of(analysis))
}

/// The cells of an analysis, each with the one that it is compared with.
///
/// # Panics
/// If a cell has no counterpart: [`crate::check`] has paired them.
pub(crate) fn cells<'a>(
    item: &'a PlannedItem,
    analysis: &Analysis,
) -> Vec<(&'a PlannedCell, Option<&'a PlannedCell>)> {
    let find = |name: &str| -> Option<(&'a Sweep, &'a [PlannedCell])> {
        let sweeps = item.manifest.sweeps.iter().zip(&item.sweeps);
        let mut found = sweeps.filter(|(sweep, _)| sweep.name == name);
        found.next().map(|(sweep, planned)| (sweep, planned.cells.as_slice()))
    };
    let Some((of, cells)) = find(&analysis.of) else { return Vec::new() };
    let Some(against) = &analysis.against else {
        return cells.iter().map(|cell| (cell, None)).collect();
    };
    let Some((there, others)) = find(&against.sweep.value) else { return Vec::new() };
    let pairs = pair(of, there, against).expect("cells are paired before anything runs");
    cells.iter().zip(pairs).map(|(cell, other)| (cell, Some(&others[other]))).collect()
}

impl<'a> Side<'a> {
    fn new(cell: &'a PlannedCell, reads: bool, index: &Index) -> Side<'a> {
        if !reads {
            return Side { cell, blocks: Some(Vec::new()) };
        }
        let stored = |id: BlockId| {
            let stored = index.blocks.get(&id)?;
            Some(StoredBlock { id, file: stored.file, digest: stored.digest })
        };
        Side { cell, blocks: cell.blocks().map(|block| stored(block.id)).collect() }
    }

    fn blocks(&self) -> &[StoredBlock] {
        self.blocks.as_deref().unwrap_or_default()
    }

    fn files(
        &self,
        reader: &Reader<'_>,
        (reads, kept): (Reads, Kept),
    ) -> Result<Files, StoreError> {
        let blocks = self.blocks().iter();
        if is_reduced(&self.cell.ensemble.parameters) {
            let files = blocks.map(|block| reader.summaries(block.file));
            return files.collect::<Result<_, _>>().map(Files::Summaries);
        }
        let is_streamed = matches!(reads, Reads::Moments | Reads::Quantiles) && self.is_large();
        if is_streamed && let Some(streamed) = self.streamed(reader, kept)? {
            return Ok(Files::Streamed(streamed));
        }
        let is_long = self.cell.blocks().next().is_some_and(|block| block.is_long());
        let read = |block: &StoredBlock| match reads {
            Reads::Ends if is_long => reader.ends(block.file),
            _ => reader.file(block.file),
        };
        blocks.map(read).collect::<Result<_, _>>().map(Files::Chains)
    }

    fn is_large(&self) -> bool {
        let per_chain = self.cell.ensemble.values_per_chain;
        per_chain.saturating_mul(self.cell.chains) > NUMBERS_IN_MEMORY
    }

    /// Statistics over all chains, from one file after the other; `None` if there is no block.
    fn streamed(&self, reader: &Reader<'_>, kept: Kept) -> Result<Option<Summarised>, StoreError> {
        let mut streamed: Option<Streamed> = None;
        for of_file in self.blocks().chunk_by(|a, b| a.file == b.file) {
            let file = reader.once(of_file[0].file)?;
            for block in of_file.iter().filter_map(|block| file.get(&block.id)) {
                streamed.get_or_insert_with(|| Streamed::new(kept, block)).add(block);
            }
        }
        Ok(streamed.map(Streamed::finish))
    }

    fn stored<'f>(&self, files: &'f Files) -> Stored<'f> {
        let blocks = self.blocks().iter();
        match files {
            Files::Chains(files) => {
                let found = blocks.zip(files).filter_map(|(block, file)| file.get(&block.id));
                Stored::Chains(found.collect())
            }
            Files::Streamed(summarised) => Stored::Summaries(vec![summarised]),
            Files::Summaries(files) => {
                let found = blocks.zip(files).filter_map(|(block, file)| file.get(&block.id));
                Stored::Summaries(found.collect())
            }
        }
    }

    /// Parameters, data and contents: what an outcome is a function of.
    fn hash(&self, hasher: &mut Hasher) {
        let ensemble = &self.cell.ensemble;
        hasher.digest(ensemble.parameters_digest);
        hasher.field(&self.cell.chains.to_le_bytes());
        if let Some(data) = &ensemble.data {
            hasher.field(data.definition.as_bytes());
            hasher.digest(data.source_code());
            for digest in data.files.values() {
                hasher.digest(*digest);
            }
        }
        // Of a cell with a block that is not stored nothing is looked up.
        for block in self.blocks() {
            hasher.digest(block.digest);
        }
    }
}

impl<'a> Unit<'a> {
    /// The cell that it is of.
    pub(crate) fn cell(&self) -> &'a PlannedCell {
        self.of.cell
    }

    /// The cell that it is of, and the one that it compares that with.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a PlannedCell> {
        std::iter::once(&self.of).chain(&self.against).map(|side| side.cell)
    }

    /// Whether all that it reads is stored.
    pub(crate) fn is_ready(&self) -> bool {
        std::iter::once(&self.of).chain(&self.against).all(|side| side.blocks.is_some())
    }

    /// Applies the estimator; a panic is an error of this cell alone.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub(crate) fn estimate(
        &self,
        reader: &Reader<'_>,
        interrupt: &Interrupt,
    ) -> Result<Result<CellOutcome, AnalysisError>, StoreError> {
        let reads = (self.estimator.reads(), self.estimator.kept());
        let files = self.of.files(reader, reads)?;
        let against = self.against.as_ref().map(|side| side.files(reader, reads)).transpose()?;
        let against = self.against.as_ref().zip(against.as_ref());
        let stored = self.of.stored(&files);
        Ok(self.apply(stored, against.map(|(side, files)| side.stored(files)), interrupt))
    }

    fn apply(
        &self,
        stored: Stored<'_>,
        against: Option<Stored<'_>>,
        interrupt: &Interrupt,
    ) -> Result<CellOutcome, AnalysisError> {
        let ensemble = &self.cell().ensemble;
        let problem = || ensemble.problem().map_err(|error| AnalysisError::Data(error.to_string()));
        let input = Input {
            parameters: &ensemble.parameters,
            stream: self.stream(),
            against_parameters: self.against.as_ref().map(|side| &*side.cell.ensemble.parameters),
            stored,
            against,
            is_interrupted: &|| interrupt.requested(),
            problem: &problem,
        };
        let estimate = || self.estimator.estimate(&input, &self.analysis.parameters);
        contain(estimate).unwrap_or_else(|panic| Err(AnalysisError::Statistic(panic)))
    }

    /// Address of its random streams.
    fn stream(&self) -> StreamKey {
        let mut hasher = Hasher::new("maruyama resampling 1");
        hasher.field(self.analysis.estimate.as_bytes());
        hasher.field(parameters_text(self.analysis).as_bytes());
        for cell in self.cells() {
            hasher.field(&cell.ensemble.stream.0.to_le_bytes());
            hasher.field(&cell.chains.to_le_bytes());
        }
        StreamKey(hasher.finish().leading_u64())
    }
}

/// Identity of an outcome: the estimator with its parameters and code, and what it is of.
fn identity<'s>(
    (estimate, parameters): (&str, &str),
    code: &Fingerprint,
    sides: impl Iterator<Item = &'s Side<'s>>,
) -> Digest {
    let mut hasher = Hasher::new("maruyama analysis 1");
    hasher.field(estimate.as_bytes());
    hasher.field(parameters.as_bytes());
    hasher.digest(code.digest);
    for (idx, side) in sides.enumerate() {
        if idx > 0 {
            hasher.field(b"against");
        }
        side.hash(&mut hasher);
    }
    hasher.finish()
}

fn parameters_text(analysis: &Analysis) -> String {
    canonical::text(&analysis.parameters).expect("a resolved parameter is finite")
}
