//! What theory takes of a cell: its problem, its optimiser, its start.

pub(crate) mod described;
pub(crate) mod least_squares_case;
pub(crate) mod line_potential;
pub(crate) mod optimiser_cell;
pub(crate) mod population;
pub(crate) mod sgd_cell;
pub(crate) mod smooth;
pub(crate) mod start;
