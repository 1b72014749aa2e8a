//! Outcomes of analyses: JSON by the identity of what it was computed from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;

/// Folder and extension of files of outcomes.
pub(crate) const ANALYSES: (&str, &str) = ("analyses", "jsonl");

/// What an analysis of one cell gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Identity: estimator, its parameters and code, the cell, and the digests of what was read.
    pub id: Digest,
    /// The cell that it is of, and the one that it compares that with: where it comes from, which
    /// nothing reads.
    pub cells: Vec<Digest>,
    /// The result, in the analysis layer's encoding.
    pub result: serde_json::Value,
}

/// The verified outcomes of a store, decoded as `T`.
#[derive(Debug)]
pub struct Outcomes<T> {
    /// Results by identity.
    pub results: BTreeMap<Digest, Arc<T>>,
    /// Files that are not what was written, with the reason.
    pub damaged: Vec<(PathBuf, String)>,
}

#[derive(Deserialize)]
struct Line<T> {
    id: String,
    result: T,
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
            let cells: Vec<String> = outcome.cells.iter().map(ToString::to_string).collect();
            let id = outcome.id.to_string();
            let line = serde_json::json!({ "id": id, "cells": cells, "result": outcome.result });
            text.push_str(&line.to_string());
            text.push('\n');
        }
        self.write_content(ANALYSES.0, ANALYSES.1, text.as_bytes()).map(|_| ())
    }

    /// Reads and verifies every outcome.
    ///
    /// # Errors
    /// If the folder cannot be read. A damaged file is not an error: it is listed.
    pub fn outcomes<T: DeserializeOwned + Send + Sync>(&self) -> Result<Outcomes<T>, StoreError> {
        let fetched = self.bring_outcomes()?;
        let (folder, extension) = ANALYSES;
        let (files, strange) = self.contents(folder, extension)?;
        let strange = strange.into_iter().chain(fetched);
        let mut outcomes = Outcomes { results: BTreeMap::new(), damaged: Vec::new() };
        let read_one = |file| {
            self.read_content(folder, file, extension).and_then(|bytes| {
                parse(&bytes).map_err(|reason| StoreError::Damaged {
                    path: self.content_path(folder, file, extension),
                    reason,
                })
            })
        };
        let read: Vec<Result<Vec<_>, _>> = files.into_par_iter().map(read_one).collect();
        let mut results = Vec::new();
        for lines in strange.map(Err).chain(read) {
            match lines {
                Ok(mut lines) => results.append(&mut lines),
                Err(StoreError::Damaged { path, reason }) => outcomes.damaged.push((path, reason)),
                Err(error) => return Err(error),
            }
        }
        outcomes.results = results.into_iter().collect();
        Ok(outcomes)
    }

    /// The files of outcomes, each with the identities of those that it holds; verified. A damaged
    /// file holds none.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn outcome_files(&self) -> Result<BTreeMap<Digest, Vec<Digest>>, StoreError> {
        self.bring_outcomes()?;
        let (folder, extension) = ANALYSES;
        let (files, _) = self.contents(folder, extension)?;
        let ids = |file: Digest| {
            let read = self.read_content(folder, file, extension);
            let parsed = match read {
                Ok(bytes) => parse::<IgnoredAny>(&bytes).unwrap_or_default(),
                Err(StoreError::Damaged { .. }) => Vec::new(),
                Err(error) => return Err(error),
            };
            Ok((file, parsed.into_iter().map(|(id, _)| id).collect()))
        };
        files.into_par_iter().map(ids).collect()
    }
}

/// Whether `bytes` are those of a file of outcomes.
pub(crate) fn are_outcomes(bytes: &[u8]) -> bool {
    parse::<IgnoredAny>(bytes).is_ok()
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<(Digest, Arc<T>)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let line = |line| {
        let Line { id, result } = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let id = Digest::parse(&id).ok_or("an identity is not a SHA-256")?;
        Ok((id, Arc::new(result)))
    };
    text.lines().map(line).collect()
}
