//! The reports as a site of static pages, which needs no network and no server.
//!
//! A page is the report's Markdown as HTML, with its vector figures, its tables as text to copy, and
//! behind it the manifest and the cells that it was made from.

mod error;
mod item;
mod ledger;
mod markup;
mod templates;

use std::path::Path;

use crate::plan::Plan;
use crate::store::{Index, WrittenFile};

pub use error::SiteError;

/// What a site is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The items.
    pub plan: &'a Plan,
    /// The results that their cells have.
    pub index: &'a Index,
    /// The text of each manifest, in the plan's order.
    pub texts: &'a [String],
    /// Folder of the reports.
    pub reports: &'a Path,
}

/// Makes the site of the items of a plan and hands each file to `write`; gives the number of pages.
///
/// # Errors
/// If a report cannot be read, or the first error of `write`.
pub fn make<E: From<SiteError>>(
    sources: &Sources<'_>,
    mut write: impl FnMut(&WrittenFile) -> Result<(), E>,
) -> Result<usize, E> {
    let templates = templates::Templates::new();
    let mut entries = Vec::with_capacity(sources.plan.items.len());
    for (item, text) in sources.plan.items.iter().zip(sources.texts) {
        let (entry, files) = item::pages(sources, item, text, &templates)?;
        files.iter().try_for_each(&mut write)?;
        entries.push(entry);
    }
    for file in ledger::pages(&entries, &templates)? {
        write(&file)?;
    }
    Ok(entries.len() + 1)
}
