//! Simulation of the chains of a cell.

mod cell;
mod simulation;

pub use cell::{PARAMETERS, check, check_problem, passes_per_chain};
pub use simulation::{DIVERGED_BEYOND, Record, Simulation, Start};
