//! Where and when results were made: beside each results file, for people; no result depends on it.

use serde::{Deserialize, Serialize};

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::RESULTS;
use crate::store::remote::Name;

/// Where and when a results file was made; written beside it, never read for a result.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Time of computation of the file's blocks, in seconds of wall time.
    pub wall_seconds: f64,
    /// Name of the machine.
    pub host: String,
    /// Threads of the run.
    pub threads: usize,
    /// Commit of the working tree, if it is one.
    pub git_commit: Option<String>,
    /// Version of the program.
    pub version: &'static str,
    /// Seconds since 1970-01-01 UTC at the end of the computation.
    pub unix_time: u64,
}

/// What the provenance beside a results file says of it, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// Time of computation of the file's blocks, in seconds of wall time of one thread.
    pub wall_seconds: f64,
    /// Name of the machine.
    pub host: String,
    /// Commit of the working tree, if it was one.
    pub git_commit: Option<String>,
    /// Version of the program.
    pub version: String,
    /// Seconds since 1970-01-01 UTC at the end of the computation.
    pub unix_time: u64,
}

/// A text without characters that a terminal would obey: provenance comes with bundles, from anybody.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl Store {
    /// Says beside the results file `name` which blocks it holds and where they came from.
    pub(crate) fn write_provenance(
        &self,
        name: Digest,
        provenance: &Provenance,
        ids: &[String],
    ) -> Result<(), StoreError> {
        let text = serde_json::json!({ "provenance": provenance, "blocks": ids });
        let path = self.content_path(RESULTS.0, name, "json");
        self.write_file(&path, format!("{text:#}\n").as_bytes())?;
        self.upload(Some(Name::beside(name)));
        Ok(())
    }

    /// Where and when the results file `name` was made, if the file beside it can be read. It is not
    /// verified, and nothing that is computed rests on it.
    #[must_use]
    pub fn origin(&self, name: Digest) -> Option<Origin> {
        #[derive(Deserialize)]
        struct Beside {
            provenance: Origin,
        }
        self.bring_origins(std::iter::once(&name));
        let bytes = std::fs::read(self.content_path(RESULTS.0, name, "json")).ok()?;
        let origin = serde_json::from_slice::<Beside>(&bytes).ok()?.provenance;
        Some(Origin {
            host: printable(&origin.host),
            git_commit: origin.git_commit.as_deref().map(printable),
            version: printable(&origin.version),
            ..origin
        })
    }
}
