//! What can go wrong with a cluster.

use std::path::PathBuf;

use thiserror::Error;

use crate::store::StoreError;

/// A failure of a run on a cluster. What was computed is in the store.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The file that describes the cluster cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file that describes the cluster has a mistake.
    #[error("{path}: {reason}")]
    Description {
        /// The file.
        path: PathBuf,
        /// The mistake, with its place and what was expected.
        reason: String,
    },
    /// A path goes into a script and is not text.
    #[error("{path} is not UTF-8 and cannot stand in a script")]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// A command of the scheduler cannot be started.
    #[error("cannot start `{program}`; is Slurm installed on this machine?")]
    NoProgram {
        /// The command.
        program: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// A command of the scheduler failed.
    #[error("`{program}` failed: {reason}")]
    Refused {
        /// The command.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// Pilot tasks came and went, and computed nothing.
    #[error(
        "{missing} blocks are missing, and the last {rounds} jobs computed none of them; what their \
         tasks said is in {logs}"
    )]
    NoProgress {
        /// Blocks that are not in the store.
        missing: usize,
        /// Jobs in a row.
        rounds: usize,
        /// Folder of their output.
        logs: PathBuf,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
