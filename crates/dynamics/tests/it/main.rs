//! The mathematics from end to end: published data sets and bounds, and laws of simulated chains.

mod common_noise;
mod digest;
mod law;
mod optimisers;
mod published;
mod setting;
