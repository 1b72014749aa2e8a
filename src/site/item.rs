//! The page of an item, with the files that it shows.

use std::path::Path;

use serde::Serialize;

use crate::plan::PlannedItem;
use crate::report::arguments;
use crate::site::cells::{Facts, Sweep};
use crate::site::error::SiteError;
use crate::site::ledger::{Beside, Claim, Entry};
use crate::site::markup::{Rendered, Source, inline_html, to_html};
use crate::site::read::read;
use crate::site::templates::Templates;
use crate::site::{PROGRESS, Sources};
use crate::store::WrittenFile;

/// The report in the folder of an item.
const REPORT: &str = "README.md";

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    path: &'a str,
    title: &'a str,
    item: &'a str,
    is_reported: bool,
    progress: &'a str,
    /// The report as HTML.
    report: String,
    /// Texts that can be copied.
    sources: Vec<Source>,
    arguments: String,
    manifest_path: &'a str,
    manifest: &'a str,
    sweeps: Vec<Sweep>,
}

/// The entry of `item` in the ledger, its page, and the figures and tables that this shows.
pub(crate) fn pages(
    sources: &Sources<'_>,
    item: &PlannedItem,
    text: &str,
    facts: &mut Facts<'_>,
    templates: &Templates,
) -> Result<(Entry, Vec<WrittenFile>), SiteError> {
    let manifest = &item.manifest;
    let folder = sources.reports.join(&manifest.item);
    let is_reported = !sources.is_live || folder.join(REPORT).is_file();
    let mut entry = Entry {
        item: manifest.item.clone(),
        title: manifest.title.clone(),
        paper: manifest.paper.as_ref().map(|paper| paper.arxiv.clone()).unwrap_or_default(),
        is_reported,
        claims: Vec::new(),
    };
    let mut rendered = Rendered::default();
    if is_reported {
        entry.claims = claims(&folder)?;
        rendered = to_html(&read(&folder, REPORT)?, &folder)?;
    }
    let (sweeps, mut files) = facts.of_item(item, templates)?;
    let path = |name: &str| format!("{}/{name}", manifest.item);
    let index = path("index.html");
    let page = Page {
        root: "../",
        path: &index,
        title: &manifest.title,
        item: &manifest.item,
        is_reported,
        progress: PROGRESS,
        report: rendered.html,
        sources: rendered.sources,
        arguments: arguments(manifest),
        manifest_path: &manifest.path,
        manifest: text,
        sweeps,
    };
    let bytes = templates.item(page)?;
    files.push(WrittenFile { path: index, bytes });
    for name in &rendered.files {
        files.push(WrittenFile { path: path(name), bytes: read(&folder, name)?.into_bytes() });
    }
    Ok((entry, files))
}

fn claims(folder: &Path) -> Result<Vec<Claim>, SiteError> {
    let wrong = |error: serde_json::Error| SiteError::Strange {
        path: folder.join("claims.json"),
        reason: error.to_string(),
    };
    let mut claims: Vec<Claim> =
        serde_json::from_str(&read(folder, "claims.json")?).map_err(wrong)?;
    for claim in &mut claims {
        claim.statement = inline_html(&claim.statement);
        claim.source = inline_html(&claim.source);
        claim.beside = claim.published.iter().map(Beside::new).collect();
    }
    Ok(claims)
}
