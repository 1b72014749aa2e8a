//! Errors of the program and its exit codes.

use std::path::PathBuf;

use thiserror::Error;

use crate::analyse::AnalysisError;
use crate::cluster::ClusterError;
use crate::manifest::diagnostic::Diagnostics;
use crate::serve::ServeError;
use crate::site::SiteError;
use crate::store::StoreError;

/// Everything was done, and every verdict is the one on record.
pub const DONE: u8 = 0;
/// A claim's verdict differs from the one on record, a cell failed, or a verification failed.
pub const DIFFERS: u8 = 1;
/// The user's input is wrong: the command line, a manifest, a data set.
pub const INPUT: u8 = 2;
/// The store or the disk failed.
pub const STORE: u8 = 3;
/// The user interrupted; what was computed is kept.
pub const INTERRUPTED: u8 = 130;

/// A failure that ends the program.
#[derive(Debug, Error)]
pub enum Error {
    /// Manifests have mistakes, each with its position.
    #[error("{} in the manifests", plural(.0.iter().map(|file| file.list().len()).sum(), "mistake"))]
    Manifests(Vec<Diagnostics>),
    /// A manifest is not text.
    #[error("{path} is not UTF-8 text: byte {offset} cannot be read")]
    NotText {
        /// The manifest.
        path: PathBuf,
        /// Where, in bytes from the start.
        offset: usize,
    },
    /// A manifest or folder could not be read.
    #[error("cannot read {path}")]
    ReadManifest {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No manifest was found where one was looked for.
    #[error("no manifest (*.yaml) found in {path}")]
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// Two manifests describe items of one name.
    #[error(
        "{first} and {second} both describe the item `{item}`; give one of them another `item:`"
    )]
    SameItem {
        /// The name.
        item: String,
        /// One manifest.
        first: String,
        /// The other.
        second: String,
    },
    /// No data source, problem, model, estimator or plot has this name.
    #[error("there is no part `{0}`; `maruyama parts` lists all")]
    NoPart(String),
    /// Two manifests have a claim of one name.
    #[error("{first} and {second} both have a claim `{id}`; give one of them another `id:`")]
    SameClaim {
        /// The name.
        id: String,
        /// One manifest.
        first: String,
        /// The other.
        second: String,
    },
    /// Results that a report needs are not in the store.
    #[error("{missing} of {total} blocks are not in the store; `maruyama run` computes them")]
    NotComputed {
        /// How many are missing.
        missing: usize,
        /// How many are needed.
        total: usize,
    },
    /// A word on the command line names nothing.
    #[error(
        "`{word}` names no item, no cell and no file that the manifests know{}",
        .meant.as_ref().map_or(String::new(), |name| format!("; did you mean `{name}`?"))
    )]
    NothingNamed {
        /// The word.
        word: String,
        /// An item of a similar name.
        meant: Option<String>,
    },
    /// A file of a report has fewer rows.
    #[error("there is no row {row}: the file shows {}", plural(*.n_rows, "row"))]
    NoRow {
        /// The row that was asked for, from 1.
        row: usize,
        /// How many there are.
        n_rows: usize,
    },
    /// A cell that is to be exported is not stored.
    #[error("{cell} is not stored as a whole; `maruyama run` computes it")]
    NotStored {
        /// The cell.
        cell: String,
    },
    /// Cells that keep chains and cells that keep statistics were to be exported as one table.
    #[error(
        "`{word}` names cells that keep chains and cells that keep statistics; export one kind at a time"
    )]
    TwoKinds {
        /// What was to be exported.
        word: String,
    },
    /// A setting on the command line is wrong.
    #[error("{0}")]
    Setting(String),
    /// A column of numbers cannot be read.
    #[error("{path}: {reason}")]
    Column {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A statistic does not exist for a column of numbers.
    #[error("{name}")]
    NoStatistic {
        /// The estimator.
        name: String,
        /// Why not.
        #[source]
        error: AnalysisError,
    },
    /// Two things of different kinds were to be compared.
    #[error(
        "`{a}` and `{b}` are not of one kind; compare two manifests, two stores or two states of the reports"
    )]
    TwoThings {
        /// One of them.
        a: String,
        /// The other.
        b: String,
    },
    /// A word on the command line is no manifest, no store and no state of the reports.
    #[error("`{word}` cannot be compared: {reason}")]
    Unknown {
        /// The word.
        word: String,
        /// Why not.
        reason: String,
    },
    /// The instruction set that the environment asks for is not there.
    #[error("{0}")]
    Simd(String),
    /// A thread pool or signal handler could not be set up.
    #[error("cannot start: {0}")]
    Start(String),
    /// A run on a cluster failed.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A site could not be made.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A site could not be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// The program's exit code for this failure.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Manifests(_)
            | Error::NotText { .. }
            | Error::ReadManifest { .. }
            | Error::NoManifest { .. }
            | Error::SameItem { .. }
            | Error::Simd(_)
            | Error::NothingNamed { .. }
            | Error::NoRow { .. }
            | Error::TwoKinds { .. }
            | Error::Setting(_)
            | Error::Column { .. }
            | Error::NoStatistic { .. }
            | Error::TwoThings { .. }
            | Error::Unknown { .. }
            | Error::NoPart(_)
            | Error::Serve(ServeError::PortInUse { .. })
            | Error::SameClaim { .. }
            | Error::Store(
                StoreError::Address { .. }
                | StoreError::NotBuilt { .. }
                | StoreError::OtherCache { .. },
            ) => INPUT,
            Error::NotComputed { .. } | Error::NotStored { .. } => DIFFERS,
            Error::Cluster(error) => match error {
                ClusterError::Read { .. }
                | ClusterError::Description { .. }
                | ClusterError::NotText { .. } => INPUT,
                ClusterError::NoProgress { .. } => DIFFERS,
                ClusterError::NoProgram { .. }
                | ClusterError::Refused { .. }
                | ClusterError::Store(_) => STORE,
            },
            Error::Start(_) | Error::Serve(_) | Error::Site(_) | Error::Store(_) => STORE,
        }
    }
}

/// `1 mistake`, `2 mistakes`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
