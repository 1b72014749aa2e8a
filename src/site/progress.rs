//! The page of progress: how many cells of each sweep are stored.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::{Plan, PlannedCell};
use crate::report::arguments;
use crate::site::PROGRESS;
use crate::site::error::SiteError;
use crate::site::templates::Templates;
use crate::store::{BlockId, WrittenFile};

/// How much of a plan is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Cells of which every block is stored.
    pub stored: usize,
    /// Cells of which some blocks are.
    pub partial: usize,
    /// All cells that are simulated.
    pub all: usize,
}

impl Progress {
    /// Cells of which no block is stored.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.all - self.stored - self.partial
    }

    fn of<'a>(
        cells: impl Iterator<Item = &'a PlannedCell>,
        stored: &BTreeSet<BlockId>,
    ) -> Progress {
        let mut progress = Progress::default();
        for cell in cells {
            let (mut n_blocks, mut n_stored) = (0, 0);
            for block in cell.blocks() {
                n_blocks += 1;
                n_stored += usize::from(stored.contains(&block.id));
            }
            progress.all += 1;
            progress.stored += usize::from(n_stored == n_blocks);
            progress.partial += usize::from(n_stored > 0 && n_stored < n_blocks);
        }
        progress
    }

    fn add(&mut self, other: Progress) {
        self.stored += other.stored;
        self.partial += other.partial;
        self.all += other.all;
    }
}

/// A sweep, or an item, with its counts.
#[derive(Debug, Serialize)]
struct Line<'a> {
    name: &'a str,
    stored: usize,
    partial: usize,
    missing: usize,
    all: usize,
}

impl<'a> Line<'a> {
    fn new(name: &'a str, progress: Progress) -> Line<'a> {
        let Progress { stored, partial, all } = progress;
        Line { name, stored, partial, missing: progress.missing(), all }
    }
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    name: &'a str,
    title: &'a str,
    command: String,
    sweeps: Vec<Line<'a>>,
    is_done: bool,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    path: &'a str,
    title: &'a str,
    all: Line<'a>,
    items: Vec<Item<'a>>,
}

/// The page, and the counts of the whole plan.
pub(crate) fn page(
    plan: &Plan,
    stored: &BTreeSet<BlockId>,
    templates: &Templates,
) -> Result<(Progress, WrittenFile), SiteError> {
    let mut whole = Progress::default();
    let mut items = Vec::new();
    for item in &plan.items {
        let mut of_item = Progress::default();
        let mut sweeps = Vec::new();
        for sweep in item.sweeps.iter().filter(|sweep| sweep.is_simulated) {
            let progress = Progress::of(sweep.cells.iter(), stored);
            of_item.add(progress);
            sweeps.push(Line::new(&sweep.name, progress));
        }
        whole.add(of_item);
        items.push(Item {
            name: &item.manifest.item,
            title: &item.manifest.title,
            command: format!("maruyama reproduce {}", arguments(&item.manifest)),
            sweeps,
            is_done: of_item.stored == of_item.all,
        });
    }
    // What is still to be done stands first.
    items.sort_by_key(|item| item.is_done);
    let all = Line::new("all", whole);
    let page = Page { root: "", path: PROGRESS, title: "Progress", all, items };
    let file = WrittenFile { path: PROGRESS.to_owned(), bytes: templates.progress(page)? };
    Ok((whole, file))
}
