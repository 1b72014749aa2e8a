//! Tails of a sample, without a law.

pub mod ccdf;
pub mod hill;
