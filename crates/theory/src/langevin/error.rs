//! Why a quantity of Langevin dynamics is not given.

use crate::matrix::MatrixError;

/// A parameter outside its range, or a failure of a linear system.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum LangevinError {
    /// A number lies outside its range.
    #[error("{name} = {value} is outside its range")]
    OutOfRange {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Two shapes that must agree do not.
    #[error("{what} has {found} entries where {expected} are needed")]
    Shape {
        /// What was given.
        what: &'static str,
        /// Number of entries given.
        found: usize,
        /// Number of entries needed.
        expected: usize,
    },
    /// A linear system failed.
    #[error("a linear system failed")]
    Matrix(#[from] MatrixError),
}

/// An error unless `value` is finite and positive.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), LangevinError> {
    let holds = value > 0.0 && value.is_finite();
    holds.then_some(()).ok_or(LangevinError::OutOfRange { name, value })
}

/// An error unless `found` is `expected`.
pub(crate) fn shape(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), LangevinError> {
    let holds = found == expected;
    holds.then_some(()).ok_or(LangevinError::Shape { what, found, expected })
}
