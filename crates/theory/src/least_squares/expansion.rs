//! The covariance of the invariant law at small step sizes.
//!
//! ```text
//! M = gamma M_1 + gamma² M_2 + O(gamma³)
//! Sigma M_1 + M_1 Sigma = N,   Sigma M_2 + M_2 Sigma = T(M_1) − Sigma M_1 Sigma
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::describe::regular;
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{SymmetricEigen, combine, congruence};

/// The first two terms of the covariance in powers of the step size.
#[derive(Clone, Debug, PartialEq)]
pub struct StepExpansion {
    /// `M_1`, `[d, d]`; `(theta − theta_*)/√gamma` tends to `N(0, M_1)`.
    pub first: Matrix,
    /// `M_2` of the first-order equation, `[d, d]`.
    pub second: Matrix,
}

impl StepExpansion {
    /// `gamma M_1 + gamma² M_2`, `[d, d]`.
    #[must_use]
    pub fn at(&self, step_size: f64) -> Matrix {
        combine(step_size, &self.first, step_size * step_size, &self.second)
    }
}

/// The expansion for `problem`. Label noise independent of the features gives `M_1 = (s²/2) I`.
///
/// # Errors
/// If `Sigma` is singular.
///
/// # Source
/// Powers of `gamma` in `Sigma M + M Sigma − gamma (T(M) − Sigma M Sigma) = gamma N`.
pub fn small_step_expansion(problem: &LeastSquares) -> Result<StepExpansion, LeastSquaresError> {
    let eigen = regular(problem.covariance())?;
    let first = solve_lyapunov(&eigen, problem.noise());
    let second = solve_lyapunov(&eigen, &problem.multiplicative_noise(&first));
    Ok(StepExpansion { first, second })
}

/// The solution of `A M + M A = R` for a positive definite `A`.
fn solve_lyapunov(a: &SymmetricEigen, rhs: &Matrix) -> Matrix {
    let mut turned = congruence(&a.vectors, rhs);
    let d = a.values.len();
    for (idx, entry) in turned.entries_mut().iter_mut().enumerate() {
        *entry /= a.values[idx / d] + a.values[idx % d];
    }
    congruence(&a.vectors.transposed(), &turned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, d1, d2};
    use crate::least_squares::{Equation, MomentFlow};
    use crate::matrix::trace;
    use maruyama_dynamics::real;

    #[test]
    fn independent_label_noise_spreads_alike_in_all_directions() {
        let p = LeastSquares::gaussian(&[1.0, 0.1], 1.0).unwrap();
        let expansion = small_step_expansion(&p).unwrap();
        assert_all_close(expansion.first.entries(), &[0.5, 0.0, 0.0, 0.5], 1e-14);
        // The second-order value at gamma = 0.01, which the specification gives to three digits.
        let found = expansion.at(0.01);
        assert!(
            (found.row(0)[0] - 0.00505).abs() < 5e-6 && (found.row(1)[1] - 0.00503).abs() < 5e-6
        );
    }

    #[test]
    fn remainders_are_of_third_order() {
        let expansion = small_step_expansion(&d1()).unwrap();
        let error = |gamma: f64| {
            let flow = MomentFlow::new(&d1(), gamma, Equation::FirstOrder).unwrap();
            trace(&flow.stationary().unwrap()) - trace(&expansion.at(gamma))
        };
        let order = real::log2(error(0.02) / error(0.01));
        assert!((order - 3.0).abs() < 0.05, "{order}");
        assert!(small_step_expansion(&d2()).is_err());
    }
}
