//! Reproducible experiments on stochastic gradient descent and its stochastic differential
//! equations.
//!
//! Data flows one way, and so do the modules:
//! manifest → plan → run → store → analyse → report.
//! `ARCHITECTURE.md` has the map and the invariants; the mathematics is in the crates
//! `maruyama-dynamics` and `maruyama-statistics`, drawing in `maruyama-figure`.

pub mod identity;
pub mod fingerprint;
pub mod manifest;
pub mod data;
pub mod plan;
pub mod run;
pub mod store;
pub mod analyse;
pub mod report;
pub mod check;
pub mod load;
pub mod error;
pub mod cli;
