//! Outcomes of analyses: JSON by the identity of what it was computed from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;

const ANALYSES: (&str, &str) = ("analyses", "jsonl");

/// What an analysis of one cell gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Identity: estimator, its parameters and code, the cell, and the digests of what was read.
    pub id: Digest,
    /// The result, in the analysis layer's encoding.
    pub result: serde_json::Value,
}

/// The verified outcomes of a store.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Results by identity.
    pub results: BTreeMap<Digest, serde_json::Value>,
    /// Files that are not what was written, with the reason.
    pub damaged: Vec<(PathBuf, String)>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    result: serde_json::Value,
}

impl Store {
    /// Stores `outcomes` as one file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_outcomes(&self, outcomes: &[Outcome]) -> Result<(), StoreError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for outcome in outcomes {
            let line =
                serde_json::json!({ "id": outcome.id.to_string(), "result": outcome.result });
            text.push_str(&line.to_string());
            text.push('\n');
        }
        self.write_content(ANALYSES.0, ANALYSES.1, text.as_bytes()).map(|_| ())
    }

    /// Reads and verifies every outcome.
    ///
    /// # Errors
    /// If the folder cannot be read. A damaged file is not an error: it is listed.
    pub fn outcomes(&self) -> Result<Outcomes, StoreError> {
        let (folder, extension) = ANALYSES;
        let (files, strange) = self.contents(folder, extension)?;
        let mut outcomes = Outcomes::default();
        let read = files.into_iter().map(|file| {
            self.read_content(folder, file, extension).and_then(|bytes| {
                parse(&bytes).map_err(|reason| StoreError::Damaged {
                    path: self.content_path(folder, file, extension),
                    reason,
                })
            })
        });
        for lines in strange.into_iter().map(Err).chain(read) {
            match lines {
                Ok(lines) => outcomes.results.extend(lines),
                Err(StoreError::Damaged { path, reason }) => outcomes.damaged.push((path, reason)),
                Err(error) => return Err(error),
            }
        }
        Ok(outcomes)
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<(Digest, serde_json::Value)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let line = |line| {
        let Line { id, result } = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let id = Digest::parse(&id).ok_or("an identity is not a SHA-256")?;
        Ok((id, result))
    };
    text.lines().map(line).collect()
}
