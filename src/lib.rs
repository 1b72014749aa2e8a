//! Reproducible experiments on stochastic gradient descent and its stochastic differential
//! equations.
//!
//! Data flows one way, and so do the modules:
//! manifest → plan → run → store → analyse → report.
//! `ARCHITECTURE.md` has the map and the invariants; the mathematics is in the crates
//! `maruyama-dynamics` and `maruyama-statistics`, drawing in `maruyama-figure`.

pub mod analyse;
pub mod check;
pub mod cli;
pub mod cluster;
pub mod data;
pub mod error;
pub mod fingerprint;
pub mod identity;
pub mod load;
pub mod manifest;
pub mod plan;
pub mod report;
pub mod run;
pub mod serve;
pub mod site;
pub mod store;
