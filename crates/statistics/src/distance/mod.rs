//! Distances between samples and laws: Wasserstein on the line, in slices and in space; Gaussian,
//! energy and kernel distances.

pub mod compared;
pub mod energy;
pub mod error;
pub mod gaussian;
pub mod in_space;
pub mod level_of_law;
pub mod line;
pub mod mmd;
pub mod points;
pub(crate) mod power_mean;
pub mod sliced;
pub mod to_law;
pub mod transport;
pub mod two_sample;
pub mod weighted;
