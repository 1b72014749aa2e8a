//! The reports as a site of static pages, which needs no network and no server.
//!
//! A page is the report's Markdown as HTML, with its vector figures, its tables as text to copy, and
//! behind it the manifest and the cells that it was made from. A site that is served while a run goes
//! on also has a page of progress, and pages of items that have no report yet.

mod cells;
mod error;
mod item;
mod ledger;
mod markup;
mod progress;
mod published;
mod read;
mod templates;
mod time;

use std::collections::BTreeSet;
use std::path::Path;

use crate::plan::Plan;
use crate::store::{BlockId, Index, Store, WrittenFile};

pub use error::SiteError;
pub use progress::Progress;

/// The page of progress of a site that is served.
pub const PROGRESS: &str = "progress.html";

/// What a site is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The items.
    pub plan: &'a Plan,
    /// The store, for where its files came from.
    pub store: &'a Store,
    /// The results that their cells have.
    pub index: &'a Index,
    /// The text of each manifest, in the plan's order.
    pub texts: &'a [String],
    /// Folder of the reports.
    pub reports: &'a Path,
    /// Whether the site is served: then reports may be missing, and its pages look for changes.
    pub is_live: bool,
}

/// Makes the site of the items of a plan and hands each file to `write`; gives the number of pages.
///
/// # Errors
/// If a report cannot be read, or the first error of `write`.
pub fn make<E: From<SiteError>>(
    sources: &Sources<'_>,
    mut write: impl FnMut(WrittenFile) -> Result<(), E>,
) -> Result<usize, E> {
    let templates = templates::Templates::new(sources.is_live);
    let mut cells = cells::Facts::new(sources);
    let mut entries = Vec::with_capacity(sources.plan.items.len());
    for (item, text) in sources.plan.items.iter().zip(sources.texts) {
        let (entry, files) = item::pages(sources, item, text, &mut cells, &templates)?;
        files.into_iter().try_for_each(&mut write)?;
        entries.push(entry);
    }
    for file in ledger::pages(&entries, &templates)? {
        write(file)?;
    }
    Ok(entries.len() + 1)
}

/// The page of progress of a plan of which the blocks `stored` are in the store.
///
/// # Errors
/// If the page cannot be filled.
pub fn progress(
    plan: &Plan,
    stored: &BTreeSet<BlockId>,
) -> Result<(Progress, WrittenFile), SiteError> {
    progress::page(plan, stored, &templates::Templates::new(true))
}
