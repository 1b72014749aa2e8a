//! What every statistic starts from: a checked sample, its order and its moments.

pub mod check;
pub(crate) mod distribution;
pub mod moments;
pub mod quantile;
pub mod sort;
