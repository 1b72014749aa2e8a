//! The equations that stand for SGD as models: on quadratics by matrices, on other objectives point by
//! point.

mod kind;
mod linear;
mod local;
mod scheme;
mod smooth;

pub use kind::ModifiedEquationKind;
pub use linear::LinearEquation;
pub use local::{LocalEquation, Sharpness};
pub use scheme::{LocalScheme, Stages};
pub use smooth::SmoothObjective;
