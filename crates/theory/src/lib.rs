//! What is known without a simulation: closed forms, equations solved numerically, and bounds.
//!
//! Nothing here reads a file, a clock or the environment: every function is a function of its
//! arguments and of the random stream that it is given.

pub mod adaptive;
pub mod hessian_aware;
pub mod langevin;
pub mod law;
pub mod least_squares;
pub mod matrix;
pub mod quadrature;
pub mod random_matrix;
pub mod risk;
pub mod root;
pub mod tail;

/// Fingerprints of this crate's sources, taken at build time by `maruyama-fingerprint`: path below
/// `src`, SHA-256 of the text, and the paths that it names.
pub const SOURCES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));
