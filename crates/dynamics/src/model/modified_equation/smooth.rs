//! What the equations that stand for SGD need of an objective.

use crate::linear_algebra::{Matrix, lower_root, symmetric_eigen};
use crate::problem::{FormulaDerivatives, Problem, QuadraticForm};

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

    /// The root of a covariance in the form that it has in the noise of SGD on this objective, so that
    /// both move alike along one Brownian path.
    fn root(&self, covariance: &Matrix) -> Matrix;
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

    fn root(&self, covariance: &Matrix) -> Matrix {
        symmetric_eigen(covariance).function(|value| value.max(0.0).sqrt())
    }
}

impl SmoothObjective for FormulaDerivatives {
    fn dim(&self) -> usize {
        FormulaDerivatives::dim(self)
    }

    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        FormulaDerivatives::gradient(self, x)
    }

    fn hessian(&self, x: &[f64]) -> Matrix {
        FormulaDerivatives::hessian(self, x)
    }

    fn third(&self, x: &[f64], s: &Matrix) -> Vec<f64> {
        FormulaDerivatives::third(self, x, s)
    }

    fn covariance(&self, x: &[f64]) -> Matrix {
        FormulaDerivatives::covariance(self, x)
    }

    fn covariance_along(&self, x: &[f64], v: &[f64]) -> Option<Matrix> {
        FormulaDerivatives::covariance_along(self, x, v)
    }

    fn root(&self, covariance: &Matrix) -> Matrix {
        lower_root(covariance)
    }
}
