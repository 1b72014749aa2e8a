//! Intervals for counts.

pub mod binomial;
