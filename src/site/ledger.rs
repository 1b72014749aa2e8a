//! The first page: all claims, to be filtered, and all items.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::site::error::SiteError;
use crate::site::templates::{Templates, shared};
use crate::store::WrittenFile;

/// A claim in the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub id: String,
    /// As HTML, when it is shown.
    pub statement: String,
    /// As HTML, when it is shown.
    pub source: String,
    pub verdict: String,
    pub expected: String,
}

/// An item in the ledger.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub item: String,
    pub title: String,
    /// Number of the paper on arXiv; empty without one.
    pub paper: String,
    pub claims: Vec<Claim>,
}

/// How often each verdict was found.
#[derive(Clone, Debug, Default, Serialize)]
struct Counts {
    all: usize,
    reproduced: usize,
    contradicted: usize,
    inconclusive: usize,
}

impl Counts {
    fn of<'a>(claims: impl Iterator<Item = &'a Claim>) -> Counts {
        let mut counts = Counts::default();
        for claim in claims {
            counts.all += 1;
            match claim.verdict.as_str() {
                "reproduced" => counts.reproduced += 1,
                "contradicted" => counts.contradicted += 1,
                _ => counts.inconclusive += 1,
            }
        }
        counts
    }
}

/// A paper with its items.
#[derive(Debug, Serialize)]
struct Paper<'a> {
    name: &'a str,
    counts: Counts,
    items: Vec<&'a Entry>,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    title: &'a str,
    counts: Counts,
    papers: Vec<Paper<'a>>,
}

/// The ledger of `entries`, and the files that all pages share.
pub(crate) fn pages(
    entries: &[Entry],
    templates: &Templates,
) -> Result<Vec<WrittenFile>, SiteError> {
    let mut papers: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        papers.entry(&entry.paper).or_default().push(entry);
    }
    // Items without a paper last.
    let without = papers.remove("").map(|items| ("", items));
    let papers = papers.into_iter().chain(without).map(|(name, items)| Paper {
        name,
        counts: Counts::of(items.iter().flat_map(|entry| &entry.claims)),
        items,
    });
    let page = Page {
        root: "",
        title: "Ledger of claims",
        counts: Counts::of(entries.iter().flat_map(|entry| &entry.claims)),
        papers: papers.collect(),
    };
    let ledger = WrittenFile { path: "index.html".to_owned(), bytes: templates.ledger(page)? };
    Ok([ledger].into_iter().chain(shared()).collect())
}
