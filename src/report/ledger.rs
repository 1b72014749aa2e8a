//! The ledger: all claims of all reports, for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::manifest::types::{Manifest, Verdict};
use crate::report::page::{status, symbol};
use crate::report::verdict::{Evidence, Judged};
use crate::store::WrittenFile;

/// A claim as machines read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub id: String,
    pub paper: String,
    pub item: String,
    pub statement: String,
    pub source: String,
    pub verdict: String,
    pub expected: String,
    pub test: String,
    pub evidence: Json,
}

impl Record {
    /// The record of a judged claim.
    pub(crate) fn new(manifest: &Manifest, judged: &Judged<'_>) -> Record {
        let claim = judged.claim;
        let paper = manifest.paper.as_ref().map(|paper| paper.arxiv.clone());
        Record {
            id: claim.id.clone(),
            paper: paper.unwrap_or_default(),
            item: manifest.item.clone(),
            statement: claim.statement.trim().to_owned(),
            source: format!("{} ({})", claim.place, status(claim.status)),
            verdict: judged.verdict.to_string(),
            expected: claim.expect.to_string(),
            test: claim.test.value.clone(),
            evidence: judged.evidence.iter().map(evidence).collect(),
        }
    }
}

fn evidence(evidence: &Evidence) -> Json {
    let of: Map<String, Json> =
        evidence.of.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let values: Map<String, Json> =
        evidence.values.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    json!({ "of": of, "values": values })
}

/// The claims of one item, as `claims.json` in its folder holds them.
pub(crate) fn to_json(records: &[Record]) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(records).expect("records are plain JSON");
    text.push('\n');
    text.into_bytes()
}

/// The ledger of the claims of every item that has a report in `reports`.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn ledger(reports: &Path) -> io::Result<Vec<WrittenFile>> {
    let mut items: BTreeMap<String, (String, Vec<Record>)> = BTreeMap::new();
    for entry in fs::read_dir(reports)? {
        let entry = entry?;
        let Ok(bytes) = fs::read(entry.path().join("claims.json")) else { continue };
        let Ok(records) = serde_json::from_slice::<Vec<Record>>(&bytes) else { continue };
        let title = title_of(&entry.path()).unwrap_or_default();
        items.insert(entry.file_name().to_string_lossy().into_owned(), (title, records));
    }
    let records: Vec<Record> =
        items.values().flat_map(|(_, records)| records.iter().cloned()).collect();
    Ok(vec![
        WrittenFile { path: "claims.json".to_owned(), bytes: to_json(&records) },
        WrittenFile { path: "README.md".to_owned(), bytes: page(&items).into_bytes() },
    ])
}

fn title_of(folder: &Path) -> Option<String> {
    let page = fs::read_to_string(folder.join("README.md")).ok()?;
    page.lines().next()?.strip_prefix("# ").map(str::to_owned)
}

fn page(items: &BTreeMap<String, (String, Vec<Record>)>) -> String {
    let all = || items.values().flat_map(|(_, records)| records);
    let count =
        |verdict: Verdict| all().filter(|record| record.verdict == verdict.to_string()).count();
    let mut page = format!(
        "# Ledger of claims\n\nEvery number behind a verdict was computed by the run that wrote this \
         page; `claims.json` holds the same for machines.\n\n{} claims: {} reproduced, {} \
         contradicted, {} inconclusive.\n\n",
        all().count(),
        count(Verdict::Reproduced),
        count(Verdict::Contradicted),
        count(Verdict::Inconclusive),
    );
    for (item, (title, records)) in items {
        let _ = writeln!(page, "## [{title}]({item}/README.md)\n");
        if records.is_empty() {
            page.push_str("No claims.\n\n");
            continue;
        }
        page.push_str("| verdict | claim | source |\n| :-- | :-- | :-- |\n");
        for record in records {
            let verdict = named(&record.verdict).map_or("?", symbol);
            let surprise = if record.verdict == record.expected {
                String::new()
            } else {
                format!(" (on record: {})", record.expected)
            };
            let _ = writeln!(
                page,
                "| {verdict} {}{surprise} | {} | {} |",
                record.verdict,
                escaped(&record.statement),
                escaped(&record.source)
            );
        }
        page.push('\n');
    }
    page
}

fn named(verdict: &str) -> Option<Verdict> {
    let all = [Verdict::Reproduced, Verdict::Contradicted, Verdict::Inconclusive];
    all.into_iter().find(|candidate| candidate.to_string() == verdict)
}

/// Text on one line of Markdown, or in a cell of a table, as it stands: `η_*` and `η^*` would
/// otherwise emphasise what is between their stars.
pub(crate) fn escaped(text: &str) -> String {
    text.trim().replace('\n', " ").replace('*', "\\*").replace('|', "\\|")
}
