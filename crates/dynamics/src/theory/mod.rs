//! Closed forms that experiments are compared with.

mod kesten;
mod kurtosis;
mod scale;
mod tail_bounds;

pub use kesten::{KestenCriterion, kesten_criterion, scalar_kesten_index};
pub use kurtosis::{corrected_index, kurtosis_factor};
pub use scale::student_t_scale;
pub use tail_bounds::{Setting, TailBounds, tail_bounds};
