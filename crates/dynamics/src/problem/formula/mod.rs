//! Objectives that a manifest writes as formulas.

mod derivatives;
mod kind;
mod objective;
mod root;

pub use derivatives::FormulaDerivatives;
pub use kind::FormulaKind;
pub use objective::{Formula, FormulaMistake, FormulaNoise};
pub use root::NoiseRoot;
