//! Manifests become a plan: cells with identities, cut into blocks, each stored or to be computed.

mod blocks;
mod code;
mod ensemble;
mod explain;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::data::Library;
use crate::manifest::types::{Cell, Manifest};
use crate::store::{BlockId, Index};

pub use blocks::{MAX_BLOCKS, NUMBERS_AT_ONCE, PlannedBlock, most_blocks, n_blocks};
pub use ensemble::{Ensemble, PlannedCell};
pub use explain::{Change, Reason, ToRun, difference, explain};

/// The cells of one sweep, in the manifest's order.
#[derive(Clone, Debug)]
pub struct PlannedSweep {
    /// Name in the manifest.
    pub name: String,
    /// Its cells.
    pub cells: Vec<PlannedCell>,
    /// Whether its cells are simulated; not if theory alone is asked of them.
    pub is_simulated: bool,
}

/// One manifest with the identities of its cells.
#[derive(Debug)]
pub struct PlannedItem {
    /// The manifest.
    pub manifest: Manifest,
    /// Its sweeps.
    pub sweeps: Vec<PlannedSweep>,
}

/// Everything that the manifests ask for.
#[derive(Debug, Default)]
pub struct Plan {
    /// Items in the order of the manifests.
    pub items: Vec<PlannedItem>,
    /// Every block that some cell needs, once, in the order of first use.
    pub blocks: Vec<PlannedBlock>,
}

impl Plan {
    /// Plans `manifests`: gives every cell its identity and cuts it into blocks.
    ///
    /// # Arguments
    /// * `is_simulated`: whether the sweep of that name needs its cells simulated
    #[must_use]
    pub fn new(
        manifests: Vec<Manifest>,
        library: &Library,
        is_simulated: impl Fn(&Manifest, &str) -> bool,
    ) -> Plan {
        let mut plan = Plan::default();
        let mut seen: BTreeSet<BlockId> = BTreeSet::new();
        let mut fingerprints = code::Fingerprints::default();
        for manifest in manifests {
            let folder = Path::new(&manifest.path).parent().unwrap_or(Path::new(""));
            let mut sweeps = Vec::with_capacity(manifest.sweeps.len());
            for sweep in &manifest.sweeps {
                let mut cells = plan_cells(&sweep.cells, folder, library, &mut fingerprints);
                ensemble::name_cells(&mut cells);
                let is_simulated = is_simulated(&manifest, &sweep.name);
                let simulated = if is_simulated { cells.as_slice() } else { &[] };
                let blocks = simulated.par_iter().flat_map_iter(PlannedCell::blocks);
                for block in blocks.collect::<Vec<_>>() {
                    if seen.insert(block.id) {
                        plan.blocks.push(block);
                    }
                }
                sweeps.push(PlannedSweep { name: sweep.name.clone(), cells, is_simulated });
            }
            plan.items.push(PlannedItem { manifest, sweeps });
        }
        plan
    }

    /// The blocks that are not in the store.
    #[must_use]
    pub fn missing(&self, index: &Index) -> Vec<PlannedBlock> {
        let is_missing = |block: &&PlannedBlock| !index.blocks.contains_key(&block.id);
        self.blocks.iter().filter(is_missing).cloned().collect()
    }

    /// Every cell of every sweep.
    pub fn cells(&self) -> impl Iterator<Item = (&PlannedItem, &PlannedSweep, &PlannedCell)> {
        self.items.iter().flat_map(|item| {
            item.sweeps
                .iter()
                .flat_map(move |sweep| sweep.cells.iter().map(move |cell| (item, sweep, cell)))
        })
    }
}

/// Gives `cells` their identities, in parallel once the data sets and the code are known.
fn plan_cells(
    cells: &[Cell],
    folder: &Path,
    library: &Library,
    fingerprints: &mut code::Fingerprints,
) -> Vec<PlannedCell> {
    let resolve = |data| {
        library.resolve(folder, data).expect("the data set was read when the manifest was checked")
    };
    let resolved = cells
        .iter()
        .map(|cell| (cell, cell.data.as_deref().map(resolve), fingerprints.of_cell(cell)))
        .collect::<Vec<_>>();
    resolved
        .into_par_iter()
        .map(|(cell, data, code)| {
            let parameters = Arc::clone(&cell.parameters);
            PlannedCell::new(cell, Arc::new(Ensemble::new(parameters, data, code)))
        })
        .collect()
}
