//! Tests of a sample against a law, and of samples against each other.
//!
//! `statistic`, `anderson_darling`, `cramer_von_mises` and `kuiper` measure the distance of a sample
//! from a law, and `criterion` names them; `bootstrap` judges a law that was fitted to the sample;
//! `pair` compares two samples and `k_sample` several.

pub mod anderson_darling;
pub mod bootstrap;
pub(crate) mod boundary;
pub mod cramer_von_mises;
pub mod criterion;
pub mod k_sample;
pub mod kolmogorov;
pub mod kuiper;
pub(crate) mod lattice;
pub mod pair;
pub mod pair_test;
pub(crate) mod quadratic;
pub mod statistic;
