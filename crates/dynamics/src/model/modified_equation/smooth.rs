//! What the equations that stand for SGD need of an objective.

use crate::linear_algebra::Matrix;
use crate::problem::{Problem, QuadraticForm};

/// An objective with derivatives up to the third, and the covariance of the noise on its gradient.
///
/// Everything is evaluated in one point of one chain; matrices are `[d, d]` and symmetric.
pub trait SmoothObjective: Send + Sync {
    /// Number of parameters `d`.
    fn dim(&self) -> usize;

    /// The gradient `g` at `x`; both `[d]`.
    fn gradient(&self, x: &[f64]) -> Vec<f64>;

    /// The Hessian `H` at `x`, `[d]`.
    fn hessian(&self, x: &[f64]) -> Matrix;

    /// `T:S`, `(T:S)_i = sum_jk ∂_i ∂_j ∂_k f(x) S_jk`, `[d]`.
    fn third(&self, x: &[f64], s: &Matrix) -> Vec<f64>;

    /// The covariance `Sigma` of the noise on the gradient at `x`.
    fn covariance(&self, x: &[f64]) -> Matrix;

    /// `(v·∇) Sigma` at `x`: the derivative of the covariance in the direction `v`, `[d]`; none if the
    /// covariance is constant.
    fn covariance_along(&self, x: &[f64], v: &[f64]) -> Option<Matrix>;
}

impl SmoothObjective for QuadraticForm {
    fn dim(&self) -> usize {
        Problem::dim(self)
    }

    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.hessian.times(x)
    }

    fn hessian(&self, _: &[f64]) -> Matrix {
        self.hessian.clone()
    }

    fn third(&self, x: &[f64], _: &Matrix) -> Vec<f64> {
        vec![0.0; x.len()]
    }

    fn covariance(&self, _: &[f64]) -> Matrix {
        QuadraticForm::covariance(self)
    }

    fn covariance_along(&self, _: &[f64], _: &[f64]) -> Option<Matrix> {
        None
    }
}
