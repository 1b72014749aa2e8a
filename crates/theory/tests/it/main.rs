//! Theory against reference values that were computed apart from it.

mod adaptive;
mod adaptive_engine;
mod adaptive_fixture;
mod adaptive_moments;
mod adaptive_networks;
mod adaptive_paths;
mod cloning;
mod hessian_aware;
mod hsgd;
mod ill_posed;
mod reference;
mod risk;
mod sgd;
mod theories;
