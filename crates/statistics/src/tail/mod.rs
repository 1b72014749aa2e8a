//! Tails of a sample, without a law.

pub mod alternative;
pub mod ccdf;
pub mod double_bootstrap;
pub mod hill;
pub mod hill_plot;
pub mod log_moment;
pub(crate) mod lognormal_tail;
pub mod mean_excess;
pub mod moment;
pub mod power_law;
pub mod power_law_bootstrap;
pub(crate) mod power_law_distance;
pub mod report;
pub mod second_order;
pub(crate) mod select;
pub mod stability;
pub(crate) mod stretched_tail;
pub(crate) mod truncated_power;
