//! Stationary laws: their parameters and moments.

mod pearson;

pub use pearson::{PearsonComponent, pearson_component, student_absolute_moment};
