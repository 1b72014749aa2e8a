//! Tests of the whole program: its commands, run in a folder of their own on small manifests.

mod changes;
mod common_noise;
mod comparison;
mod damage;
mod instruction_sets;
mod interruption;
mod mistakes;
mod networks;
mod plan;
mod project;
mod recording;
mod reduction;
mod reproduction;
mod shipped;
mod storage;
mod tails;
mod verdicts;
mod verification;
