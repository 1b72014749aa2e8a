//! Many tests at once: p-values adjusted for their number.

pub mod adjust;
