//! Tail indices: closed forms, bounds and equations.

mod bounds;
mod kesten;
mod kurtosis;
mod scale;

pub use bounds::{Setting, TailBounds, tail_bounds};
pub use kesten::{KestenCriterion, kesten_criterion, scalar_kesten_index};
pub use kurtosis::{corrected_index, kurtosis_factor};
pub use scale::student_t_scale;
