//! The stage: reports written where what they are made from has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::analyse::{AnalysedItem, Stage};
use crate::fingerprint;
use crate::identity::{Digest, Hasher};
use crate::manifest::types::{Manifest, Verdict};
use crate::plan::{Plan, PlannedItem};
use crate::report::evidence;
use crate::report::figure::{self, Undrawn};
use crate::report::ledger::{self, Record};
use crate::report::listing;
use crate::report::name::Names;
use crate::report::page::Page;
use crate::report::verdict::{judge, unknown_names};
use crate::report::{published, survivors, table};
use crate::store::{PublishedReport, Store, StoreError, WrittenFile};

/// The report of one item.
#[derive(Clone, Debug)]
pub struct ItemReport {
    /// The item.
    pub item: String,
    /// Whether it was written now.
    pub written: bool,
    /// Identity, verdict and verdict on record of each claim.
    pub verdicts: Vec<(String, Verdict, Verdict)>,
    /// Figures that could not be drawn, with the reason.
    pub problems: Vec<String>,
}

/// Writes the reports of all items of `plan` whose inputs or files have changed, and the ledger.
///
/// # Arguments
/// * `texts`: the text of each manifest, in the plan's order
///
/// # Errors
/// If a file cannot be written.
pub fn publish(
    plan: &Plan,
    stage: &Stage<'_>,
    texts: &[String],
    store: &Store,
    reports: &Path,
) -> Result<Vec<ItemReport>, StoreError> {
    let code = code();
    let written: Vec<ItemReport> = plan
        .items
        .par_iter()
        .zip(&stage.items)
        .zip(texts)
        .map(|((item, analysed), text)| publish_one(item, analysed, text, code, store, reports))
        .collect::<Result<_, _>>()?;
    let failed = |source| StoreError::Read { path: reports.to_owned(), source };
    for file in ledger::ledger(reports).map_err(failed)? {
        let old = fs::read(reports.join(&file.path)).ok();
        if old.as_deref() != Some(&file.bytes) {
            store.write_report_file(reports, &file)?;
        }
    }
    Ok(written)
}

fn publish_one(
    item: &PlannedItem,
    analysed: &AnalysedItem<'_>,
    text: &str,
    code: Digest,
    store: &Store,
    reports: &Path,
) -> Result<ItemReport, StoreError> {
    let manifest = &item.manifest;
    let judged = judge(manifest, analysed);
    let verdicts = judged
        .iter()
        .map(|judged| (judged.claim.id.clone(), judged.verdict, judged.claim.expect))
        .collect();
    let key = key(item, analysed, text, code).to_string();
    let mut report =
        ItemReport { item: manifest.item.clone(), written: false, verdicts, problems: Vec::new() };
    let name = manifest.report_name();
    let published = store.published_report(&name);
    let is_current =
        |published: &PublishedReport| published.key == key && is_intact(published, reports);
    if published.as_ref().is_some_and(is_current) {
        return Ok(report);
    }
    let (files, undrawn) = render(item, analysed, &judged);
    report.written = true;
    report.problems = undrawn
        .iter()
        .map(|undrawn| {
            format!("figure `{}`, plot `{}`: {}", undrawn.figure, undrawn.plot, undrawn.error)
        })
        .chain(unknown_names(manifest, analysed))
        .collect();
    let mut digests = BTreeMap::new();
    for file in &files {
        store.write_report_file(reports, file)?;
        digests.insert(file.path.clone(), Digest::of_bytes(&file.bytes).to_string());
    }
    for (path, digest) in published.iter().flat_map(|published| &published.files) {
        if !digests.contains_key(path) && is_unchanged(&reports.join(path), digest) {
            store.remove_report_file(&reports.join(path))?;
        }
    }
    if report.problems.is_empty() {
        store.record_report(&name, &PublishedReport { key, files: digests })?;
    }
    Ok(report)
}

/// How a report on the disk stands to what it would be made from now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is what would be written.
    Current,
    /// It has never been written from this store.
    NeverWritten,
    /// It was made from other results, another manifest or other code.
    Outdated,
    /// These of its files are not what was written.
    Edited(Vec<String>),
}

/// How the report of `item` in the folder `reports` stands; `text` is its manifest's.
#[must_use]
pub fn standing(
    item: &PlannedItem,
    analysed: &AnalysedItem<'_>,
    text: &str,
    store: &Store,
    reports: &Path,
) -> Standing {
    let Some(published) = store.published_report(&item.manifest.report_name()) else {
        return Standing::NeverWritten;
    };
    if key(item, analysed, text, code()).to_string() != published.key {
        return Standing::Outdated;
    }
    let files = published.files.iter();
    let edited: Vec<String> = files
        .filter(|(path, digest)| !is_unchanged(&reports.join(path), digest))
        .map(|(path, _)| path.clone())
        .collect();
    if edited.is_empty() { Standing::Current } else { Standing::Edited(edited) }
}

/// The code that reports are written by.
fn code() -> Digest {
    fingerprint::of_folders(&["src/report/", "crates/figure/src/"]).digest
}

/// Identity of everything that the report of an item is made from.
fn key(item: &PlannedItem, analysed: &AnalysedItem<'_>, text: &str, code: Digest) -> Digest {
    let mut hasher = Hasher::new("maruyama report 1");
    hasher.field(text.as_bytes());
    hasher.field(item.manifest.profile.as_bytes());
    hasher.field(item.manifest.path.as_bytes());
    hasher.field(code.to_string().as_bytes());
    for (name, cells) in analysed {
        hasher.field(name.as_bytes());
        let digests: Vec<Digest> = cells.par_iter().map(|cell| cell.outcome.digest()).collect();
        for (cell, digest) in cells.iter().zip(digests) {
            hasher.digest(cell.cell.ensemble.parameters_digest);
            hasher.digest(digest);
        }
    }
    hasher.finish()
}

fn is_intact(published: &PublishedReport, reports: &Path) -> bool {
    published.files.iter().all(|(path, digest)| is_unchanged(&reports.join(path), digest))
}

fn is_unchanged(path: &Path, digest: &str) -> bool {
    fs::read(path).is_ok_and(|bytes| Digest::of_bytes(&bytes).to_string() == digest)
}

fn render(
    item: &PlannedItem,
    analysed: &AnalysedItem<'_>,
    judged: &[crate::report::verdict::Judged<'_>],
) -> (Vec<WrittenFile>, Vec<Undrawn>) {
    let manifest: &Manifest = &item.manifest;
    let folder = &manifest.item;
    let file =
        |name: String, bytes: Vec<u8>| WrittenFile { path: format!("{folder}/{name}"), bytes };
    let mut files = Vec::new();
    let mut undrawn = Vec::new();
    let mut figures = Vec::new();
    for declared in &manifest.figures {
        match figure::draw(manifest, analysed, declared) {
            Ok(drawn) => {
                let svg = drawn.to_svg();
                match drawn.to_png() {
                    Ok(png) => files.push(file(format!("{}.png", declared.name), png)),
                    Err(error) => undrawn.push(Undrawn {
                        figure: declared.name.clone(),
                        plot: "PNG".to_owned(),
                        error: crate::report::PlotError::Raster(error.to_string()),
                    }),
                }
                files.push(file(format!("{}.svg", declared.name), svg.into_bytes()));
                figures.push((declared.name.clone(), declared.caption.clone()));
            }
            Err(error) => undrawn.push(error),
        }
    }
    let mut tables = Vec::new();
    for declared in &manifest.tables {
        let table = table::fill(manifest, analysed, declared);
        files.push(file(format!("{}.csv", declared.name), table.to_csv().into_bytes()));
        files.push(file(format!("{}.tex", declared.name), table.to_latex().into_bytes()));
        tables.push((declared.name.clone(), table));
    }
    let records: Vec<Record> = judged.iter().map(|judged| Record::new(manifest, judged)).collect();
    files.push(file("claims.json".to_owned(), ledger::to_json(&records)));
    if !judged.is_empty() {
        files
            .push(file("claims/statements.tex".to_owned(), listing::to_latex(judged).into_bytes()));
    }
    for judged in judged {
        if let Some(path) = evidence::path(judged) {
            let csv = evidence::to_csv(judged, Names::of(manifest));
            files.push(file(path, csv.into_bytes()));
        }
    }
    let published = published::compare(manifest, analysed);
    let survivors = survivors::sentences(analysed);
    let page = Page {
        item,
        claims: judged,
        tables: &tables,
        figures: &figures,
        published: &published,
        survivors: &survivors,
    };
    files.push(file("README.md".to_owned(), page.to_markdown().into_bytes()));
    (files, undrawn)
}
