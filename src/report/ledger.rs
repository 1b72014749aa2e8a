//! The ledger: all claims of all reports, for people and for machines.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::analyse::Scalar;
use crate::manifest::types::Manifest;
use crate::report::name::{Names, tag};
use crate::report::overview;
use crate::report::page::status;
use crate::report::published::Compared;
use crate::report::verdict::{Evidence, Judged};
use crate::store::WrittenFile;

/// A claim as machines read it; texts have the markup of labels.
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
    #[serde(default)]
    pub remark: String,
    pub evidence: Json,
    /// PublishedValue values of its rows beside ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedValue>,
}

/// A published value beside ours, as machines read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PublishedValue {
    /// What distinguishes the row.
    pub of: BTreeMap<String, String>,
    pub column: String,
    /// The column's name, in the markup of labels.
    pub name: String,
    pub published: Json,
    pub ours: Json,
    /// How the published value is known.
    pub known: String,
    pub source: String,
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
            remark: claim.remark.trim().to_owned(),
            evidence: judged.evidence.iter().map(evidence).collect(),
            published: judged.published.iter().map(|one| published(one, manifest)).collect(),
        }
    }
}

fn published(one: &Compared<'_>, manifest: &Manifest) -> PublishedValue {
    let value = one.published.as_real().map(|number| Scalar::number(number).to_json());
    PublishedValue {
        of: one.of.iter().cloned().collect(),
        column: one.column.to_owned(),
        name: Names::of(manifest).column(&one.reference.of, one.column),
        published: value.unwrap_or_else(|| one.published.to_string().into()),
        ours: one.ours.to_json(),
        known: tag(one.reference.status).to_owned(),
        source: one.reference.source.clone(),
    }
}

fn evidence(evidence: &Evidence) -> Json {
    let of: Map<String, Json> =
        evidence.of.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let values: Map<String, Json> =
        evidence.values.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    json!({ "of": of, "values": values, "test": evidence.truth.to_string() })
}

/// The claims of one item, as `claims.json` in its folder holds them.
pub(crate) fn to_json(records: &[Record]) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(records).expect("records are plain JSON");
    text.push('\n');
    text.into_bytes()
}

/// The report of an item as the ledger knows it.
pub(crate) struct Reported {
    /// Name of its folder.
    pub item: String,
    /// Title of its page.
    pub title: String,
    /// Its claims.
    pub records: Vec<Record>,
}

/// The ledger of the claims of every item that has a report in `reports`.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn ledger(reports: &Path) -> io::Result<Vec<WrittenFile>> {
    let mut items: BTreeMap<String, Reported> = BTreeMap::new();
    for entry in fs::read_dir(reports)? {
        let entry = entry?;
        let Ok(bytes) = fs::read(entry.path().join("claims.json")) else { continue };
        let Ok(records) = serde_json::from_slice::<Vec<Record>>(&bytes) else { continue };
        let title = title_of(&entry.path()).unwrap_or_default();
        let item = entry.file_name().to_string_lossy().into_owned();
        items.insert(item.clone(), Reported { item, title, records });
    }
    let items: Vec<Reported> = items.into_values().collect();
    let records: Vec<Record> = items.iter().flat_map(|item| item.records.clone()).collect();
    Ok(vec![
        WrittenFile { path: "claims.json".to_owned(), bytes: to_json(&records) },
        WrittenFile { path: "README.md".to_owned(), bytes: overview::page(&items).into_bytes() },
    ])
}

fn title_of(folder: &Path) -> Option<String> {
    let page = fs::read_to_string(folder.join("README.md")).ok()?;
    page.lines().next()?.strip_prefix("# ").map(str::to_owned)
}
