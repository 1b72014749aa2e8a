//! Which cells a word on the command line means.

use crate::cli::pipeline::Pipeline;
use crate::error::Error;
use crate::plan::{PlannedCell, PlannedItem, PlannedSweep};

/// Fewest digits of an identity that are taken for one.
const FEWEST_DIGITS: usize = 6;

/// A cell of the plan, and where it stands in it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Number of the item in the plan.
    pub item_idx: usize,
    /// Number of the cell in its sweep.
    pub cell_idx: usize,
    pub item: &'a PlannedItem,
    pub sweep: &'a PlannedSweep,
    pub cell: &'a PlannedCell,
}

/// Every cell of the plan that is simulated, in its order.
pub(crate) fn places(pipeline: &Pipeline) -> impl Iterator<Item = Place<'_>> {
    pipeline.plan.items.iter().enumerate().flat_map(|(item_idx, item)| {
        let simulated = item.sweeps.iter().filter(|sweep| sweep.is_simulated);
        simulated.flat_map(move |sweep| {
            let cells = sweep.cells.iter().enumerate();
            cells.map(move |(cell_idx, cell)| Place { item_idx, cell_idx, item, sweep, cell })
        })
    })
}

/// The cells that `word` names: by the first digits of an identity, as `ITEM`, `ITEM/SWEEP`, or
/// `ITEM/SWEEP/NAME=VALUE,…` with labels as `ls` prints them.
///
/// # Errors
/// If it names none.
pub(crate) fn cells<'a>(pipeline: &'a Pipeline, word: &str) -> Result<Vec<Place<'a>>, Error> {
    let mut parts = word.splitn(3, '/');
    let item = parts.next().unwrap_or_default();
    let (sweep, labels) = (parts.next(), parts.next());
    let of_name = |place: &Place<'_>| {
        place.item.manifest.item == item
            && sweep.is_none_or(|sweep| place.sweep.name == sweep)
            && labels.is_none_or(|labels| has_labels(place.cell, labels))
    };
    let is_item = pipeline.plan.items.iter().any(|one| one.manifest.item == item);
    let found: Vec<Place<'a>> = if is_item {
        places(pipeline).filter(of_name).collect()
    } else if is_identity(word) {
        places(pipeline).filter(|place| place.cell.id.to_string().starts_with(word)).collect()
    } else {
        Vec::new()
    };
    if found.is_empty() { Err(not_found(pipeline, word)) } else { Ok(found) }
}

/// Whether `word` can be the beginning of an identity.
pub(crate) fn is_identity(word: &str) -> bool {
    (FEWEST_DIGITS..=64).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn has_labels(cell: &PlannedCell, labels: &str) -> bool {
    let known = cell.labels();
    labels.split(',').all(|label| {
        let label = label.trim();
        known.iter().any(|(name, value)| label.split_once('=') == Some((name, value)))
    })
}

/// The error of a word that names nothing.
pub(crate) fn not_found(pipeline: &Pipeline, word: &str) -> Error {
    let items: Vec<&str> =
        pipeline.plan.items.iter().map(|item| item.manifest.item.as_str()).collect();
    let meant = crate::manifest::suggest::closest(word, &items).map(str::to_owned);
    Error::NothingNamed { word: word.to_owned(), meant }
}
