//! What a scheme takes of an equation in one point of one chain.

use std::sync::Arc;

use crate::model::modified_equation::local::LocalEquation;
use crate::model::modified_equation::smooth::SmoothObjective;
use crate::modified_equation::CoefficientError;
use crate::real;

/// An equation that stands for SGD on an objective, point by point.
///
/// ```text
/// dX = b(X) dt + S(X) dW,   S Sᵀ = D
/// ```
pub trait PointEquation: Send + Sync {
    /// Which equation, at which step size.
    fn local(&self) -> &LocalEquation;

    /// Number of parameters `d`.
    fn dim(&self) -> usize;

    /// Number of independent Brownian motions.
    fn n_noises(&self) -> usize;

    /// The gradient of the objective at `x`; both `[d]`.
    fn gradient(&self, x: &[f64]) -> Vec<f64>;

    /// The drift `b` at `x`, `[d]`, per unit of time.
    ///
    /// # Errors
    /// If the equation has none at `x`.
    fn drift(&self, x: &[f64]) -> Result<Vec<f64>, CoefficientError>;

    /// The drift `b` at `x` and the noise `S(x) z`, both `[d]`, for `z`, `[n_noises]`.
    ///
    /// # Errors
    /// If the equation does not exist at `x`.
    fn drift_and_noise(
        &self,
        x: &[f64],
        z: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), CoefficientError>;

    /// `x + (sign eta/2) ∇f(x)`, `[d]`, by which equations with a shift start and are read.
    fn shifted(&self, x: &[f64], sign: f64) -> Vec<f64> {
        let mut moved = x.to_vec();
        let gradient = self.gradient(x);
        real::add_scaled(&mut moved, 0.5 * sign * self.local().step_size, &gradient);
        moved
    }
}

/// An equation by the whole Hessian, which is decomposed in every point.
#[derive(Debug)]
pub struct DenseEquation<O> {
    objective: Arc<O>,
    equation: LocalEquation,
}

impl<O: SmoothObjective> DenseEquation<O> {
    /// `equation` on `objective`.
    #[must_use]
    pub fn new(objective: impl Into<Arc<O>>, equation: LocalEquation) -> DenseEquation<O> {
        DenseEquation { objective: objective.into(), equation }
    }
}

impl<O: SmoothObjective> PointEquation for DenseEquation<O> {
    fn local(&self) -> &LocalEquation {
        &self.equation
    }

    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn n_noises(&self) -> usize {
        self.objective.dim()
    }

    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.objective.gradient(x)
    }

    fn drift(&self, x: &[f64]) -> Result<Vec<f64>, CoefficientError> {
        self.equation.drift(self.objective.as_ref(), x)
    }

    fn drift_and_noise(
        &self,
        x: &[f64],
        z: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), CoefficientError> {
        let (drift, root) = self.equation.coefficients(self.objective.as_ref(), x)?;
        Ok((drift, root.times(z)))
    }
}
