//! A store that machines share through a bucket on S3, with a folder of this machine as its cache.
//!
//! ```text
//! s3://bucket/prefix/
//!   FORMAT                      "maruyama store 1"
//!   results/<sha256>.parquet    as in a folder, and the provenance (.json) beside
//!   analyses/<sha256>.jsonl
//!   damaged/                    objects whose bytes no longer matched their name
//! ```
//!
//! The cache is a store like any other, with what is of this machine alone (claims, checkpoints,
//! temporary files), and two things more:
//!
//! ```text
//!   BUCKET                 the address of the bucket
//!   footers/<sha256>       the end of a results file that has not been fetched: a list of its blocks
//! ```
//!
//! A footer says which blocks an object is said to hold; a number is used only after all of the bytes
//! have been fetched and have the SHA-256 that is the object's name.

mod bucket;
mod connect;
mod footer;
mod location;
mod name;
mod objects;
#[cfg(feature = "s3")]
mod s3;
mod side_by_side;
mod transfer;
mod uploads;
mod view;

pub use location::Location;
pub(crate) use name::Name;
pub use objects::{Fault, FaultKind};
pub(crate) use view::Shared;

#[cfg(test)]
mod tests;
