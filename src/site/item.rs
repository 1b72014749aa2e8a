//! The page of an item, with the files that it shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::plan::{PlannedItem, PlannedSweep};
use crate::site::Sources;
use crate::site::error::SiteError;
use crate::site::ledger::{Claim, Entry};
use crate::site::markup::{Source, inline_html, to_html};
use crate::site::templates::Templates;
use crate::store::{Index, WrittenFile};

/// Cells of a sweep that a page lists before the rest is counted.
const LISTED_CELLS: usize = 100;

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    title: &'a str,
    item: &'a str,
    /// The report as HTML.
    report: String,
    /// Texts that can be copied.
    sources: Vec<Source>,
    manifest_path: &'a str,
    manifest: &'a str,
    sweeps: Vec<Sweep<'a>>,
}

/// Where the numbers of a sweep come from.
#[derive(Debug, Serialize)]
struct Sweep<'a> {
    name: &'a str,
    code: String,
    cells: Vec<Cell>,
    n_more: usize,
}

#[derive(Debug, Serialize)]
struct Cell {
    label: String,
    id: String,
    chains: u64,
    data: Vec<String>,
    files: Vec<String>,
}

/// The entry of `item` in the ledger, its page, and the figures and tables that this shows.
pub(crate) fn pages(
    sources: &Sources<'_>,
    item: &PlannedItem,
    text: &str,
    templates: &Templates,
) -> Result<(Entry, Vec<WrittenFile>), SiteError> {
    let manifest = &item.manifest;
    let folder = sources.reports.join(&manifest.item);
    let entry = Entry {
        item: manifest.item.clone(),
        title: manifest.title.clone(),
        paper: manifest.paper.as_ref().map(|paper| paper.arxiv.clone()).unwrap_or_default(),
        claims: claims(&folder)?,
    };
    let rendered = to_html(&read(&folder.join("README.md"))?, &folder)?;
    let page = Page {
        root: "../",
        title: &manifest.title,
        item: &manifest.item,
        report: rendered.html,
        sources: rendered.sources,
        manifest_path: &manifest.path,
        manifest: text,
        sweeps: item
            .sweeps
            .iter()
            .filter(|sweep| sweep.is_simulated)
            .map(|planned| sweep(planned, sources.index))
            .collect(),
    };
    let path = |name: &str| format!("{}/{name}", manifest.item);
    let mut files = vec![WrittenFile { path: path("index.html"), bytes: templates.item(page)? }];
    for name in &rendered.files {
        files.push(WrittenFile { path: path(name), bytes: read(&folder.join(name))?.into_bytes() });
    }
    Ok((entry, files))
}

fn read(path: &Path) -> Result<String, SiteError> {
    fs::read_to_string(path).map_err(|source| SiteError::Read { path: path.to_owned(), source })
}

fn claims(folder: &Path) -> Result<Vec<Claim>, SiteError> {
    let path = folder.join("claims.json");
    let wrong = |error: serde_json::Error| SiteError::Strange {
        path: path.clone(),
        reason: error.to_string(),
    };
    let mut claims: Vec<Claim> = serde_json::from_str(&read(&path)?).map_err(wrong)?;
    for claim in &mut claims {
        claim.statement = inline_html(&claim.statement);
        claim.source = inline_html(&claim.source);
    }
    Ok(claims)
}

fn sweep<'a>(planned: &'a PlannedSweep, index: &Index) -> Sweep<'a> {
    let code = planned.cells.first().map(|cell| cell.ensemble.code.digest.to_string());
    let cells = planned.cells.iter().take(LISTED_CELLS).map(|cell| {
        let files: BTreeSet<String> = cell
            .blocks()
            .filter_map(|block| index.blocks.get(&block.id))
            .map(|stored| format!("{}.parquet", stored.file))
            .collect();
        let data = cell.ensemble.data.iter().flat_map(|data| &data.files);
        Cell {
            label: cell.label(),
            id: cell.id.to_string(),
            chains: cell.chains,
            data: data.map(|(name, digest)| format!("{name}: {digest}")).collect(),
            files: files.into_iter().collect(),
        }
    });
    Sweep {
        name: &planned.name,
        code: code.unwrap_or_default(),
        cells: cells.collect(),
        n_more: planned.cells.len().saturating_sub(LISTED_CELLS),
    }
}
