//! Theory against reference values that were computed apart from it.

mod hsgd;
mod reference;
