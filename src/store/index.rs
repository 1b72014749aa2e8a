//! What the store holds: every block by identity, after every file has been verified.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{fs, io};

use rayon::prelude::*;
use serde::Deserialize;

use crate::identity::Digest;
use crate::store::cause::Causes;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::{BlockId, Entry, Footer, RESULTS, read_footer};

/// A block that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlock {
    /// The results file that holds it.
    pub file: Digest,
    /// Digest of its content.
    pub digest: Digest,
    /// Its ensemble.
    pub ensemble: Digest,
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
    /// Why chains of blocks ended, for blocks that say so.
    pub causes: BTreeMap<BlockId, Causes>,
    /// Verified files by name.
    pub files: BTreeMap<Digest, StoredFile>,
    /// Files that are not what was written, with the reason.
    pub damaged: Vec<(PathBuf, String)>,
    /// Blocks that a damaged file held, as far as its provenance tells.
    pub lost: BTreeSet<BlockId>,
}

/// A block as the footer of its file lists it.
type Listed = (BlockId, StoredBlock, Causes);

/// What reading one results file gave.
enum Scanned {
    Sound { file: Digest, held: StoredFile, blocks: Vec<Listed> },
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
        let mut blocks = Vec::new();
        for file in scanned {
            match file {
                Scanned::Damaged { path, reason, lost } => {
                    index.damaged.push((path, reason));
                    index.lost.extend(lost);
                }
                Scanned::Sound { file, held, blocks: mut of_file } => {
                    index.files.insert(file, held);
                    blocks.append(&mut of_file);
                }
            }
        }
        index.list(blocks);
        self.add_shared(&mut index)?;
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
            Ok(Footer { entries, .. }) => {
                let n_rows = entries.iter().map(|entry| entry.rows as u64).sum();
                let held = StoredFile { size_bytes, n_rows };
                let blocks = entries.into_iter().filter_map(|entry| listed(file, entry)).collect();
                Ok(Scanned::Sound { file, held, blocks })
            }
            Err(reason) => damaged(path, reason),
        }
    }

    /// The blocks of a results file; none if it is damaged, or has been moved away.
    pub(crate) fn blocks_of(&self, file: Digest) -> Result<Vec<BlockId>, StoreError> {
        if let Some(footer) = self.shared_footer(file) {
            let ids = footer.entries.iter().filter_map(|entry| Digest::parse(&entry.id));
            return Ok(ids.map(BlockId).collect());
        }
        match self.scan(file) {
            Ok(Scanned::Sound { blocks, .. }) => Ok(blocks.iter().map(|(id, ..)| *id).collect()),
            Ok(Scanned::Damaged { .. }) => Ok(Vec::new()),
            Err(StoreError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Vec::new())
            }
            Err(error) => Err(error),
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

impl Store {
    /// The ensembles of which `index` has blocks, by identity: read on demand, since only the
    /// explanation of a rerun needs them.
    #[must_use]
    pub fn ensembles(&self, index: &Index) -> BTreeMap<Digest, StoredEnsemble> {
        let footers = index.files.keys().filter_map(|file| self.footer(*file));
        footers.flat_map(|footer| parsed(&footer.ensembles).collect::<Vec<_>>()).collect()
    }

    /// Source files and their SHA-256, by the digest of the code of stored ensembles.
    #[must_use]
    pub fn code(&self, index: &Index) -> BTreeMap<String, BTreeMap<String, String>> {
        let parse = |footer: Footer| -> BTreeMap<String, BTreeMap<String, String>> {
            serde_json::from_str(&footer.code).unwrap_or_default()
        };
        index.files.keys().filter_map(|file| self.footer(*file)).flat_map(parse).collect()
    }

    /// The resolved parameters of the cells in a results file as JSON, whatever their data and code.
    #[must_use]
    pub fn cells_in(&self, file: Digest) -> Vec<String> {
        let text = self.footer(file).map(|footer| footer.ensembles).unwrap_or_default();
        let cells = parsed(&text).map(|(_, ensemble)| serde_json::Value::Object(ensemble.cell));
        cells.map(|cell| cell.to_string()).collect()
    }

    /// The footer of a file that has been verified, unless it has been moved away meanwhile, or of one
    /// that has not been fetched.
    fn footer(&self, file: Digest) -> Option<Footer> {
        let opened = fs::File::open(self.content_path(RESULTS.0, file, RESULTS.1)).ok();
        let footer = opened.and_then(|opened| read_footer(&opened).ok());
        footer.or_else(|| self.shared_footer(file).map(|footer| (*footer).clone()))
    }
}

impl Index {
    fn list(&mut self, blocks: Vec<Listed>) {
        let causes = blocks.iter().filter(|(.., causes)| !causes.is_empty());
        self.causes = causes.map(|(id, _, causes)| (*id, causes.clone())).collect();
        self.blocks = blocks.into_iter().map(|(id, block, _)| (id, block)).collect();
    }

    /// Size of the verified files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.values().map(|file| file.size_bytes).sum()
    }
}

fn listed(file: Digest, entry: Entry) -> Option<Listed> {
    let (id, digest) = (BlockId(Digest::parse(&entry.id)?), Digest::parse(&entry.digest)?);
    let ensemble = Digest::parse(&entry.ensemble)?;
    Some((id, StoredBlock { file, digest, ensemble, n_rows: entry.rows as u64 }, entry.causes))
}

/// The ensembles of one file, from the text in its footer.
fn parsed(text: &str) -> impl Iterator<Item = (Digest, StoredEnsemble)> {
    let file: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    file.into_iter().filter_map(|(id, description)| {
        Digest::parse(&id).zip(serde_json::from_str(&description).ok())
    })
}
