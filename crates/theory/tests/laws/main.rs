//! The mathematics from end to end: published data sets and bounds, and laws of simulated chains.

mod indices;
mod law;
mod published;
mod setting;
