//! Theory against reference values that were computed apart from it.

mod cloning;
mod hessian_aware;
mod hsgd;
mod reference;
mod risk;
mod sgd;
mod theories;
