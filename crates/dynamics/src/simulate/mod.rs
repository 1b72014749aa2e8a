//! Simulation of the chains of a cell.

mod cell;
mod column;
mod observed;
mod refusal;
mod settings;
mod simulation;
mod times;

pub use cell::{check, check_problem, common_dim, common_step, passes_per_chain, values_per_chain};
pub use column::{Bound, Column, Watch};
pub use observed::{records, sources};
pub use settings::PARAMETERS;
pub use simulation::{DIVERGED_BEYOND, Record, Simulation, Start};
pub use times::MAX_VALUES;
