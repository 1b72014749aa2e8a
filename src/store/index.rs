//! What the store holds: every block by identity, after every file has been verified.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::Deserialize;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::{BlockId, Footer, RESULTS, read_footer};

/// A block that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlock {
    /// The results file that holds it.
    pub file: Digest,
    /// Digest of its content.
    pub digest: Digest,
    /// Its rows in the file.
    pub n_rows: u64,
}

/// A verified results file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredFile {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Rows of all its blocks.
    pub n_rows: u64,
}

/// What is known of an ensemble of which some blocks are stored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredEnsemble {
    /// Its resolved parameters.
    pub cell: serde_json::Map<String, serde_json::Value>,
    /// SHA-256 of each file of its data set, by parameter.
    pub data: BTreeMap<String, String>,
    /// Digest of the code that it was computed by.
    pub code: String,
}

/// The verified content of a store.
#[derive(Debug, Default)]
pub struct Index {
    /// Blocks by identity.
    pub blocks: BTreeMap<BlockId, StoredBlock>,
    /// Verified files by name.
    pub files: BTreeMap<Digest, StoredFile>,
    /// Files that are not what was written, with the reason.
    pub damaged: Vec<(PathBuf, String)>,
    /// Blocks that a damaged file held, as far as its provenance tells.
    pub lost: BTreeSet<BlockId>,
    /// Descriptions of ensembles and their code as stored; see [`Index::ensembles`].
    descriptions: Vec<(String, String)>,
}

/// What reading one results file gave.
enum Scanned {
    Sound { file: Digest, footer: Footer, size_bytes: u64 },
    Damaged { path: PathBuf, reason: String, lost: Vec<BlockId> },
}

impl Store {
    /// Reads and verifies every results file.
    ///
    /// # Errors
    /// If the folder cannot be read. A damaged file is not an error: it is listed.
    pub fn index(&self) -> Result<Index, StoreError> {
        let (folder, extension) = RESULTS;
        let (files, strange) = self.contents(folder, extension)?;
        let scanned: Vec<Scanned> =
            files.par_iter().map(|&file| self.scan(file)).collect::<Result<_, _>>()?;
        let mut index = Index::default();
        for error in strange {
            if let StoreError::Damaged { path, reason } = error {
                index.damaged.push((path, reason));
            }
        }
        for file in scanned {
            index.add(file);
        }
        Ok(index)
    }

    fn scan(&self, file: Digest) -> Result<Scanned, StoreError> {
        let (folder, extension) = RESULTS;
        let path = self.content_path(folder, file, extension);
        let damaged = |path: PathBuf, reason: String| {
            let lost = self.blocks_by_provenance(file);
            Ok(Scanned::Damaged { path, reason, lost })
        };
        let (opened, size_bytes) = match self.open_content(folder, file, extension) {
            Ok(opened) => opened,
            Err(StoreError::Damaged { path, reason }) => return damaged(path, reason),
            Err(error) => return Err(error),
        };
        match read_footer(&opened) {
            Ok(footer) => Ok(Scanned::Sound { file, footer, size_bytes }),
            Err(reason) => damaged(path, reason),
        }
    }

    /// The blocks that the provenance beside a damaged file says it held; a hint for messages only.
    fn blocks_by_provenance(&self, file: Digest) -> Vec<BlockId> {
        #[derive(Deserialize)]
        struct Beside {
            blocks: Vec<String>,
        }
        let path = self.content_path(RESULTS.0, file, "json");
        let beside: Option<Beside> =
            fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let ids = beside.map(|beside| beside.blocks).unwrap_or_default();
        ids.iter().filter_map(|id| Digest::parse(id)).map(BlockId).collect()
    }
}

impl Index {
    fn add(&mut self, file: Scanned) {
        match file {
            Scanned::Damaged { path, reason, lost } => {
                self.damaged.push((path, reason));
                self.lost.extend(lost);
            }
            Scanned::Sound { file, footer, size_bytes } => {
                let mut held = StoredFile { size_bytes, n_rows: 0 };
                for entry in footer.entries {
                    let id = Digest::parse(&entry.id);
                    let digest = Digest::parse(&entry.digest);
                    let n_rows = entry.rows as u64;
                    held.n_rows += n_rows;
                    if let (Some(id), Some(digest)) = (id, digest) {
                        self.blocks.insert(BlockId(id), StoredBlock { file, digest, n_rows });
                    }
                }
                self.descriptions.push((footer.ensembles, footer.code));
                self.files.insert(file, held);
            }
        }
    }

    /// Size of the verified files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.values().map(|file| file.size_bytes).sum()
    }

    /// The ensembles of which blocks are stored, by identity: parsed on demand, since only the
    /// explanation of a rerun needs them.
    #[must_use]
    pub fn ensembles(&self) -> BTreeMap<Digest, StoredEnsemble> {
        let mut ensembles = BTreeMap::new();
        for (text, _) in &self.descriptions {
            let file: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
            for (id, description) in file {
                let parsed = Digest::parse(&id).zip(serde_json::from_str(&description).ok());
                if let Some((id, ensemble)) = parsed {
                    ensembles.insert(id, ensemble);
                }
            }
        }
        ensembles
    }

    /// Source files and their SHA-256, by the digest of the code of stored ensembles.
    #[must_use]
    pub fn code(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let parse = |text: &String| -> BTreeMap<String, BTreeMap<String, String>> {
            serde_json::from_str(text).unwrap_or_default()
        };
        self.descriptions.iter().flat_map(|(_, code)| parse(code)).collect()
    }
}
