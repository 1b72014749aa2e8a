//! The equations in two dimensions, for any objective and any noise covariance.
//!
//! ```text
//! HA-SME-3:  b + eta² (−T[g, g]/12 + T:Sigma/4),   D + (eta²/2) (g·grad) Sigma
//! ```
//!
//! to the Hessian-aware `b` and `D`, with the tensor `T` of third derivatives.

use maruyama_dynamics::linear_algebra::Matrix;

use crate::hessian_aware::error::HessianAwareError;
use crate::hessian_aware::line::Equation;
use crate::matrix::symmetric_eigen;
use maruyama_dynamics::modified_equation::coefficients;

/// An objective of two variables and the covariance of its gradient noise; symmetric matrices are
/// `[xx, xy, yy]`.
pub trait PlaneObjective {
    /// `g`, the gradient.
    fn gradient(&self, x: f64, y: f64) -> [f64; 2];
    /// `H`, the Hessian.
    fn hessian(&self, x: f64, y: f64) -> [f64; 3];
    /// `T`, the third derivatives `[xxx, xxy, xyy, yyy]`.
    fn third(&self, x: f64, y: f64) -> [f64; 4];
    /// `Sigma`, positive semidefinite.
    fn noise(&self, x: f64, y: f64) -> [f64; 3];
    /// `(v·grad) Sigma`, the derivative of the covariance along `v`.
    fn noise_along(&self, x: f64, y: f64, v: [f64; 2]) -> [f64; 3];
}

/// Drift and diffusion in one point of the plane, per unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneCoefficients {
    /// `b`.
    pub drift: [f64; 2],
    /// `D = [D_xx, D_xy, D_yy]`.
    pub diffusion: [f64; 3],
}

/// Drift and diffusion of `equation` for `objective` in `(x, y)` at step size `eta`.
///
/// # Source
/// As for [`line_coefficients`](crate::hessian_aware::line_coefficients).
///
/// # Errors
/// As for [`coefficients`]; the diffusion of third order is formal, that is, not checked.
pub fn plane_coefficients(
    equation: Equation,
    objective: &dyn PlaneObjective,
    [x, y]: [f64; 2],
    step_size: f64,
) -> Result<PlaneCoefficients, HessianAwareError> {
    let square = |[xx, xy, yy]: [f64; 3]| Matrix::new(2, 2, vec![xx, xy, xy, yy]);
    let (g, noise) = (objective.gradient(x, y), objective.noise(x, y));
    let eigen = symmetric_eigen(&square(objective.hessian(x, y)));
    let base = coefficients(equation.base(), &g, &eigen, &square(noise), step_size)?;
    let mut drift = [base.drift[0], base.drift[1]];
    let (first, second) = (base.diffusion.row(0), base.diffusion.row(1));
    let mut diffusion = [first[0], 0.5 * (first[1] + second[0]), second[1]];
    if equation == Equation::ThirdOrder {
        let third = objective.third(x, y);
        let gradients = contract(third, [g[0] * g[0], g[0] * g[1], g[1] * g[1]]);
        let fluctuations = contract(third, noise);
        let slope = objective.noise_along(x, y, g);
        let scale = step_size * step_size;
        for i in 0..2 {
            drift[i] += scale * (0.25 * fluctuations[i] - gradients[i] / 12.0);
        }
        for (entry, change) in diffusion.iter_mut().zip(slope) {
            *entry += 0.5 * scale * change;
        }
    }
    Ok(PlaneCoefficients { drift, diffusion })
}

/// `(T:S)_i = sum_jk T_ijk S_jk` for a symmetric `S`.
fn contract([xxx, xxy, xyy, yyy]: [f64; 4], [sxx, sxy, syy]: [f64; 3]) -> [f64; 2] {
    [xxx * sxx + 2.0 * xxy * sxy + xyy * syy, xxy * sxx + 2.0 * xyy * sxy + yyy * syy]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contraction_of_a_cubic_is_its_quadratic_form() {
        // f = (a·x)³/6 has T_ijk = a_i a_j a_k, so T:S = a (aᵀ S a).
        let (a, s) = ([2.0, -1.0], [1.0, 0.5, 3.0]);
        let form = 4.0 * 1.0 - 4.0 * 0.5 + 3.0;
        assert_eq!(contract([8.0, -4.0, 2.0, -1.0], s), [a[0] * form, a[1] * form]);
    }
}
