//! Intervals for counts, means and resampled statistics.

pub mod binomial;
pub mod bootstrap;
pub mod mean;
