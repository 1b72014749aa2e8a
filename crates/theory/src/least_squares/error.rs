//! Why a quantity of least squares is not given.

use crate::matrix::MatrixError;

/// A description that is not one of samples, or a quantity that does not exist.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LeastSquaresError {
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
    /// A number lies outside its range.
    #[error("{name} = {value} is outside its range")]
    OutOfRange {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A bound does not hold for steps as long as this one.
    #[error("the bound holds for step sizes below 2/K = {limit}, and this one is {step_size}")]
    BeyondLimit {
        /// `gamma`
        step_size: f64,
        /// `2/K`
        limit: f64,
    },
    /// The covariance of the samples is zero.
    #[error("all samples are zero")]
    NoSignal,
    /// The covariance has a kernel, where the quantity is not defined.
    #[error("the samples do not span all directions: their covariance is singular")]
    Degenerate,
    /// Second moments grow, or do not decay.
    #[error("there is no covariance: second moments do not settle, their rate is {rate}")]
    NoSecondMoment {
        /// `Lambda(2)` per unit of time, or the factor of one step of a recursion.
        rate: f64,
    },
    /// There is no invariant law.
    #[error("there is no invariant law: the Lyapunov exponent is {exponent}")]
    NoInvariantLaw {
        /// `lambda_1`, per unit of time.
        exponent: f64,
    },
    /// A curve takes too long.
    #[error(
        "this takes {operations:.0e} operations, and {most:.0e} is the limit: take fewer steps or \
         an earlier last time"
    )]
    TooMuchWork {
        /// Multiplications and additions that it takes.
        operations: f64,
        /// The limit.
        most: f64,
    },
    /// A bound was not confirmed.
    #[error("the bound {bound} was not confirmed on the whole circle")]
    NotCertified {
        /// The bound that failed.
        bound: f64,
    },
    /// A linear system or eigenvalue problem failed.
    #[error("a linear system failed")]
    Matrix(#[from] MatrixError),
}

/// An error unless `value` is finite and positive.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), LeastSquaresError> {
    let holds = value > 0.0 && value.is_finite();
    holds.then_some(()).ok_or(LeastSquaresError::OutOfRange { name, value })
}

/// An error unless `found` is `expected`.
pub(crate) fn shape(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), LeastSquaresError> {
    let holds = found == expected;
    holds.then_some(()).ok_or(LeastSquaresError::Shape { what, found, expected })
}
