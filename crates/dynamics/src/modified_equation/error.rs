//! Why an equation has no coefficients in a point.

/// Why an equation that stands for SGD does not exist in a point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CoefficientError {
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
}
