//! What can go wrong with a site.

use std::path::PathBuf;

use thiserror::Error;

/// A failure to make a site.
#[derive(Debug, Error)]
pub enum SiteError {
    /// A file of a report cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file of a report is not what a report has.
    #[error("{path} is no part of a report: {reason}")]
    Strange {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A page could not be filled.
    #[error("internal error: a page cannot be filled")]
    Template(#[from] minijinja::Error),
}
