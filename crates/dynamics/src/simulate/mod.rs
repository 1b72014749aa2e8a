//! Simulation of the chains of a cell.

mod cell;
mod column;
mod observed;
mod reduced;
mod refusal;
mod settings;
mod simulation;
mod times;
mod walk;

pub use cell::{check, check_problem, common_dim, common_step, passes_per_chain, values_per_chain};
pub use column::{Bound, Column, Watch};
pub use observed::{records, sources};
pub use reduced::{MOMENTS, QUANTILES, is_reduced, keeps};
pub use settings::PARAMETERS;
pub use simulation::{Record, Simulation, Start};
pub use times::{MAX_VALUES, Steps};
pub use walk::{DIVERGED_BEYOND, RECORDS_PER_LOOK, Scratch, Walk};
