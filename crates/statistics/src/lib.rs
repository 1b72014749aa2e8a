//! Statistics: fits, tests, tails and dependent series.
//!
//! A sample is checked (`sample`), described by a law (`law`) that a family fits to it (`fit`),
//! and the fit is judged (`goodness`); `tail` looks at the extremes without a law, and
//! `interval` gives the uncertainty of counts, means and resampled statistics; `multiple` adjusts
//! the p-values of many tests; `series` knows that neighbours in time depend on each other; `stream`
//! summarises what is not stored.
//!
//! Nothing here reads a file, a clock or the environment: every function is a function of its
//! arguments and of the random stream that it is given.

pub mod distance;
pub mod fit;
pub mod goodness;
pub mod interval;
pub mod law;
pub mod multiple;
pub mod sample;
pub mod series;
pub(crate) mod special;
pub mod stream;
pub mod tail;

#[cfg(test)]
mod reference;

/// Fingerprints of this crate's sources, taken at build time by `maruyama-fingerprint`: path below
/// `src`, SHA-256 of the text, and the paths that it names.
pub const SOURCES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
