//! Theory against reference values that were computed apart from it.

mod cloning;
mod hsgd;
mod reference;
mod sgd;
mod theories;
