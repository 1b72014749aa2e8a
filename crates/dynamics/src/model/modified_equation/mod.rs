//! The equations that stand for SGD as models: on quadratics by matrices, on other objectives point by
//! point.

mod check;
mod kind;
mod linear;
mod local;
mod matrix_free;
mod point;
mod scheme;
mod setting;
mod smooth;

pub use kind::ModifiedEquationKind;
pub use linear::LinearEquation;
pub use local::{LocalEquation, Sharpness};
pub use matrix_free::MatrixFreeEquation;
pub use point::{DenseEquation, PointEquation};
pub use scheme::{LocalScheme, Stages};
pub use smooth::SmoothObjective;
