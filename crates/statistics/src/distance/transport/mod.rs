//! Optimal transport in space: costs, exact plans with certificates, and entropic plans.

pub mod assignment;
pub mod cost;
pub mod exact;
pub mod plan;
pub(crate) mod scaling;
pub(crate) mod scan;
pub(crate) mod simplex;
pub mod sinkhorn;
pub(crate) mod tree;
