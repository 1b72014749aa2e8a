//! Tests of the whole program: its commands, run in a folder of their own on small manifests.

mod changes;
mod cluster;
mod common_noise;
mod comparison;
mod curves;
mod damage;
mod differences;
#[path = "../../fuzz/entry.rs"]
mod entry;
mod explanation;
mod exponents;
mod faults;
mod hostile;
mod ill_posed;
mod instruction_sets;
mod interruption;
mod laws;
mod mistakes;
mod networks;
mod pages;
mod plan;
mod project;
mod pruning;
mod published;
mod recording;
mod reduction;
mod reproduction;
mod sharing;
mod shipped;
mod site;
mod statistics;
mod storage;
mod tails;
mod verdicts;
mod verification;
mod yaml_test_suite;
