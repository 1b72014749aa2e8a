//! Distance of the law at time `t` from the invariant law, between bounds that need no transport.
//!
//! ```text
//! |E eta_t| ≤ G(rho_t, rho_*) ≤ W_2(rho_t, rho_*) ≤ √trace(e^{t L} E[Delta_0 Delta_0ᵀ])
//!           ≤ e^{−mu (2 − gamma K) t/2} W_2(rho_0, rho_*)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::error::shape;
use crate::least_squares::{
    Equation, LeastSquares, LeastSquaresError, MomentFlow, Moments, contraction_bound,
};
use crate::matrix::{combine, congruence, outer, symmetric_eigen, trace};

/// Gelbrich's distance of two laws with the given means and covariances, a lower bound of `W_2`.
///
/// ```text
/// G² = |m − m'|² + trace(V + V' − 2 (V^{1/2} V' V^{1/2})^{1/2})
/// ```
///
/// # Panics
/// If the shapes disagree.
///
/// # Source
/// Gelbrich, Math. Nachr. 147, 1990; equality for normal laws.
#[must_use]
pub fn gelbrich(first: (&[f64], &Matrix), second: (&[f64], &Matrix)) -> f64 {
    let gap: Vec<f64> = first.0.iter().zip(second.0).map(|(a, b)| a - b).collect();
    let root = symmetric_eigen(first.1).function(|value| value.max(0.0).sqrt());
    let overlap = symmetric_eigen(&congruence(&root, second.1)).values;
    let roots: Vec<f64> = overlap.iter().map(|value| value.max(0.0).sqrt()).collect();
    let spread = trace(first.1) + trace(second.1) - 2.0 * real::sum(&roots);
    (real::dot(&gap, &gap) + spread.max(0.0)).sqrt()
}

/// Bounds of `W_2(rho_t, rho_*)`, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WassersteinBracket {
    /// `|E eta_t|`.
    pub mean_gap: f64,
    /// Gelbrich's lower bound from both covariances.
    pub gelbrich: f64,
    /// Upper bound from one Brownian motion for both laws.
    pub coupling: f64,
    /// The explicit upper bound; `+inf` if `gamma ≥ 2/K`.
    pub explicit: f64,
}

/// The bracket of the law at `time` that starts from the point `eta`, `[d]`.
///
/// # Errors
/// If shapes disagree, if `Sigma` is singular, or if the invariant law has no covariance.
///
/// # Source
/// The difference of two solutions driven by one Brownian motion solves the equation without label
/// noise; arXiv 2407.02322, theorems 4.6 and 5.4, for the explicit bound.
pub fn wasserstein_bracket(
    problem: &LeastSquares,
    step_size: f64,
    eta: &[f64],
    time: f64,
) -> Result<WassersteinBracket, LeastSquaresError> {
    shape("start", eta.len(), problem.dim())?;
    let flow = MomentFlow::new(problem, step_size, Equation::FirstOrder)?;
    let limit = flow.stationary()?;
    let now = flow.at(&Moments::at_point(eta), time)?;
    let covariance = combine(1.0, &now.second, -1.0, &outer(&now.mean, &now.mean));
    let start = combine(1.0, &outer(eta, eta), 1.0, &limit);
    let zero = vec![0.0; eta.len()];
    let explicit = contraction_bound(problem, step_size, time)
        .map_or(f64::INFINITY, |factor| (factor * trace(&start)).sqrt());
    Ok(WassersteinBracket {
        mean_gap: real::dot(&now.mean, &now.mean).sqrt(),
        gelbrich: gelbrich((&now.mean, &covariance), (&zero, &limit)),
        coupling: trace(&flow.difference_at(&start, time)?).sqrt(),
        explicit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1};
    use crate::matrix::diagonal;

    #[test]
    fn gelbrich_s_distance_of_commuting_normal_laws() {
        let (v, w) = (diagonal(&[4.0, 1.0]), diagonal(&[1.0, 9.0]));
        let found = gelbrich((&[1.0, 0.0], &v), (&[0.0, 2.0], &w));
        assert_close(found * found, 5.0 + 1.0 + 4.0, 1e-13);
        assert_eq!(gelbrich((&[1.0, 0.0], &v), (&[1.0, 0.0], &v)), 0.0);
    }

    #[test]
    fn bounds_are_in_order_and_meet_at_the_start() {
        for gamma in [0.3, 0.6, 1.4] {
            for time in [0.0, 0.5, 2.0, 5.0] {
                let found = wasserstein_bracket(&d1(), gamma, &[1.0, -1.0], time).unwrap();
                assert!(found.mean_gap <= found.gelbrich, "{found:?}");
                assert!(found.gelbrich <= found.coupling * (1.0 + 1e-12), "{found:?}");
                assert!(found.coupling <= found.explicit * (1.0 + 1e-12), "{found:?}");
                if time == 0.0 {
                    // From a point there is one coupling only.
                    assert_close(found.gelbrich, found.coupling, 1e-12);
                }
            }
        }
    }
}
