//! What can go wrong in the theory of the Hessian-aware equation.

use maruyama_dynamics::linear_algebra::KrylovError;
use maruyama_dynamics::modified_equation::CoefficientError;

use crate::matrix::MatrixError;

/// Why a law, a time or an error was not computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HessianAwareError {
    /// A matrix or vector has the wrong shape.
    #[error("{what} has {found} entries where {expected} are needed")]
    Shape {
        /// Which input.
        what: &'static str,
        /// Number of its entries.
        found: usize,
        /// Number of entries needed.
        expected: usize,
    },
    /// A matrix is not symmetric.
    #[error("{what} is not symmetric: it differs from its transpose by {gap}")]
    NotSymmetric {
        /// Which input.
        what: &'static str,
        /// Largest difference between mirrored entries.
        gap: f64,
    },
    /// An input or a result is not a finite number.
    #[error("{what} is not finite")]
    NotFinite {
        /// Which quantity.
        what: &'static str,
    },
    /// A number lies outside its range.
    #[error("{what} is {value}, but must be {range}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is accepted.
        range: &'static str,
    },
    /// The covariance of the gradient noise has a negative eigenvalue.
    #[error("the noise covariance has the negative eigenvalue {smallest}")]
    NotCovariance {
        /// The smallest eigenvalue.
        smallest: f64,
    },
    /// The step size times an eigenvalue of the Hessian is 1 or more: there is no real logarithm.
    #[error("step size times curvature is {product}, but a real equation needs less than 1")]
    TooSharp {
        /// `eta lambda` of the sharpest direction.
        product: f64,
    },
    /// The diffusion is not positive semidefinite, so no real process has it.
    #[error("the diffusion has the negative eigenvalue {smallest} beside the largest {largest}")]
    NotPsd {
        /// The smallest eigenvalue of the diffusion.
        smallest: f64,
        /// The largest one.
        largest: f64,
    },
    /// There is no stationary law.
    #[error(
        "there is no stationary law: the direction of eigenvalue {eigenvalue} does not contract"
    )]
    Unstable {
        /// The eigenvalue of the Hessian.
        eigenvalue: f64,
    },
    /// `1 − eta lambda` is zero, which has no logarithm, real or complex.
    #[error("step size times curvature is 1 for the eigenvalue {eigenvalue}: no logarithm exists")]
    NoLogarithm {
        /// The eigenvalue of the Hessian.
        eigenvalue: f64,
    },
    /// A covariance is singular where its inverse is needed.
    #[error("a covariance with the smallest eigenvalue {smallest} has no inverse")]
    SingularCovariance {
        /// The smallest eigenvalue.
        smallest: f64,
    },
    /// A grid is too coarse for the transition that it is to resolve.
    #[error("{nodes} nodes do not resolve the transition density: the mass of a row is {mass}")]
    Unresolved {
        /// Number of nodes.
        nodes: usize,
        /// Mass of the row that is worst, 1 if resolved.
        mass: f64,
    },
    /// The first passage is too unlikely to be seen beside rounding errors.
    #[error("no path leaves the interval within the precision of the numbers")]
    NoExit,
    /// An integral or a series still changes at its last refinement.
    #[error("{what} does not settle: its last refinement changed it by {change}")]
    NotSettled {
        /// Which quantity.
        what: &'static str,
        /// The last change.
        change: f64,
    },
    /// A factorisation failed.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

impl From<CoefficientError> for HessianAwareError {
    fn from(error: CoefficientError) -> HessianAwareError {
        match error {
            CoefficientError::TooSharp { product } => HessianAwareError::TooSharp { product },
            CoefficientError::NotPsd { smallest, largest } => {
                HessianAwareError::NotPsd { smallest, largest }
            }
            CoefficientError::NotFinite => {
                HessianAwareError::NotFinite { what: "a derivative of the objective" }
            }
        }
    }
}

impl From<KrylovError> for HessianAwareError {
    fn from(error: KrylovError) -> HessianAwareError {
        let range = "positive and finite";
        match error {
            KrylovError::NoDirection { length } => {
                let what = "the length of the vector";
                HessianAwareError::OutOfRange { what, value: length, range }
            }
            KrylovError::NoProduct => {
                let what = "the number of products";
                HessianAwareError::OutOfRange { what, value: 0.0, range }
            }
            KrylovError::NotFinite => {
                HessianAwareError::NotFinite { what: "a product with the Hessian" }
            }
        }
    }
}

/// Ok if `value` is positive and finite.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, HessianAwareError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(HessianAwareError::OutOfRange { what, value, range: "positive and finite" })
    }
}

/// Ok if all entries are finite.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), HessianAwareError> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(HessianAwareError::NotFinite { what })
    }
}
