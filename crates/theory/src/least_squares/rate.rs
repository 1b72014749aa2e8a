//! Step sizes below which second moments contract, stay finite, or are bounded.

use crate::least_squares::describe::{kronecker, regular};
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{Lu, combine, identity, spectral_radius};

/// The thresholds of the step size `gamma`, smallest condition first in strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// `1/(3K)`, the condition of the paper.
    pub paper: f64,
    /// `2/K`: below it second moments and `W_2` contract at least at rate `mu (2 − gamma K)`.
    pub contraction: f64,
    /// The step size at which `Lambda(2) = 0`: exactly below it the invariant law of the equation
    /// has a covariance; `+inf` if no sample adds multiplicative noise.
    pub mean_square: f64,
    /// `2/K_max`: below it no sample moves SGD away from where label noise leaves it, so that its
    /// invariant law has all moments, and is in a bounded set if label noise is bounded; zero for
    /// populations with unbounded features.
    pub bounded_sgd: f64,
}

/// The thresholds of `problem`.
///
/// # Errors
/// If `Sigma` is singular ([`LeastSquares::on_range`] helps), or if the eigenvalue problem fails.
///
/// # Source
/// `2/K`: `trace C(eta) ≤ K ⟨eta, Sigma eta⟩ + trace N` up to cross terms of mean zero in Itô's
/// formula for `|eta|²`. `Lambda(2) = 0` exactly if `gamma` times the spectral radius of
/// `F ∘ (M -> Sigma M + M Sigma)⁻¹` is one, since `F` preserves positive semidefinite matrices.
/// arXiv 2407.02322 has `1/(3K)`.
pub fn thresholds(problem: &LeastSquares) -> Result<Thresholds, LeastSquaresError> {
    let sigma = problem.covariance();
    let eye = identity(problem.dim());
    let decay = combine(1.0, &kronecker(sigma, &eye), 1.0, &kronecker(&eye, sigma));
    let noise = combine(1.0, &problem.fourth, -1.0, &kronecker(sigma, sigma));
    regular(sigma)?;
    let factors = Lu::new(&decay)?;
    let radius = spectral_radius(&factors.solve_matrix(&noise))?.value;
    let constant = problem.sharp_constant();
    Ok(Thresholds {
        paper: 1.0 / (3.0 * constant),
        contraction: 2.0 / constant,
        mean_square: if radius > 0.0 { 1.0 / radius } else { f64::INFINITY },
        bounded_sgd: 2.0 / problem.largest_square(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d2, d3};
    use crate::least_squares::{Equation, MomentFlow};

    #[test]
    fn thresholds_of_isotropic_gaussian_features() {
        for (d, dim) in [(1.0, 1), (3.0, 3), (5.0, 5)] {
            let p = LeastSquares::rotation_invariant(dim, 1.0, 1.0, 1.0).unwrap();
            let found = thresholds(&p).unwrap();
            assert_close(found.contraction, 2.0 / (d + 2.0), 1e-13);
            assert_close(found.mean_square, 2.0 / (d + 1.0), 1e-12);
            assert_eq!(found.bounded_sgd, 0.0);
        }
    }

    #[test]
    fn rates_vanish_at_the_threshold() {
        let p = LeastSquares::gaussian(&[2.0, 1.0, 0.5], 0.7).unwrap();
        let limit = thresholds(&p).unwrap().mean_square;
        let flow = MomentFlow::new(&p, limit, Equation::FirstOrder).unwrap();
        assert!(flow.second_moment_rate().unwrap().abs() < 1e-11);
        let line = thresholds(&d3()).unwrap();
        assert_close(line.mean_square, 2.0 * 1.035 / 0.562_425, 1e-13);
        assert_close(line.bounded_sgd, 2.0 / 2.25, 1e-14);
        assert!(line.paper < line.contraction && line.contraction < line.mean_square);
    }

    #[test]
    fn singular_problems_are_sent_to_their_range() {
        assert_eq!(thresholds(&d2()), Err(LeastSquaresError::Degenerate));
        assert!(thresholds(&d2().on_range().unwrap().0).is_ok());
    }
}
