//! Models from end to end: common noise, drawn signs, and the same bits on every machine.

mod common_noise;
mod digest;
mod noise_schedule;
mod optimisers;
mod setting;
mod signs;
mod usual;
