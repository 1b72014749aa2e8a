//! Distances between samples and laws: Wasserstein on the line, in slices and in space; Gaussian,
//! energy and kernel distances.

pub mod energy;
pub mod error;
pub mod gaussian;
pub mod line;
pub mod mmd;
pub mod points;
pub(crate) mod power_mean;
pub mod sliced;
pub mod to_law;
pub mod transport;
pub mod two_sample;
