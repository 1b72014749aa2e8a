//! Tests of a sample against a law.

pub mod anderson_darling;
pub mod bootstrap;
pub mod kolmogorov;
pub mod statistic;
