//! Names of the objects of a shared store.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::identity::Digest;
use crate::store::analyses::ANALYSES;
use crate::store::pack::RESULTS;

/// Extension of the provenance beside results files.
const BESIDE: &str = "json";

/// An object or the file of the same name: results, their provenance, or outcomes of analyses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub folder: &'static str,
    pub digest: Digest,
    pub extension: &'static str,
}

impl Name {
    pub(crate) fn results(digest: Digest) -> Name {
        Name { folder: RESULTS.0, digest, extension: RESULTS.1 }
    }

    /// The provenance beside a results file.
    pub(crate) fn beside(digest: Digest) -> Name {
        Name { folder: RESULTS.0, digest, extension: BESIDE }
    }

    /// The name of `file` in `folder`, if it is one.
    pub(crate) fn parse(folder: &str, file: &str) -> Option<Name> {
        let (stem, extension) = file.split_once('.')?;
        let kinds = [RESULTS, (RESULTS.0, BESIDE), ANALYSES];
        let (folder, extension) = kinds.into_iter().find(|kind| *kind == (folder, extension))?;
        let digest = Digest::parse(stem)?;
        (digest.to_string() == stem).then_some(Name { folder, digest, extension })
    }

    /// Whether it is the SHA-256 of the bytes; provenance is named after the file that it is beside.
    pub(crate) fn is_content(self) -> bool {
        self.extension != BESIDE
    }

    /// The file in the store at `root`.
    pub(crate) fn path(self, root: &Path) -> PathBuf {
        root.join(self.folder).join(self.file())
    }

    /// Its last part.
    pub(crate) fn file(self) -> String {
        format!("{}.{}", self.digest, self.extension)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.folder, self.file())
    }
}
