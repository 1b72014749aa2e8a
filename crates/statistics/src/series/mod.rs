//! Dependent series: autocorrelation, effective sample size, convergence of chains, block bootstrap.

pub mod autocorrelation;
pub mod block;
pub mod block_length;
pub mod chains;
pub mod correlation_time;
pub(crate) mod fourier;
