//! The mathematics of maruyama: problems, models, random streams, simulations.
//!
//! Nothing here reads a file, a clock, the environment or a thread id: every function is a
//! function of its arguments, with the same bits on every machine of one architecture.

pub mod dataset;
pub mod formula;
pub mod linear_algebra;
pub mod model;
pub mod modified_equation;
pub mod noise;
pub mod observable;
pub mod parameter;
pub mod problem;
pub mod real;
pub mod simd;
pub mod simulate;
pub mod special;

/// Fingerprints of this crate's sources, taken at build time by `maruyama-fingerprint`: path below
/// `src`, SHA-256 of the text, and the paths that it names.
pub const SOURCES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
