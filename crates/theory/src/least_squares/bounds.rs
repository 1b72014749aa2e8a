//! Explicit bounds: contraction, moments, localisation, and polynomial decay.

use maruyama_dynamics::real;

use crate::least_squares::describe::regular;
use crate::least_squares::error::{positive, shape};
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{congruence, symmetric_eigen, trace};

/// `gamma` times the sharp constant, refused unless it is below `limit`.
fn strength(sharp_constant: f64, step_size: f64, limit: f64) -> Result<f64, LeastSquaresError> {
    positive("step size", step_size)?;
    let strength = step_size * sharp_constant;
    let holds = strength < limit;
    let refusal = LeastSquaresError::BeyondLimit { step_size, limit: limit / sharp_constant };
    holds.then_some(strength).ok_or(refusal)
}

/// The factor `e^{−mu (2 − gamma K) t}` that bounds `E|eta_t|²/|eta_0|²` without label noise and
/// `W_2(rho_t, rho_t')²/W_2(rho_0, rho_0')²` with it, for `gamma < 2/K`.
///
/// # Errors
/// If the step size is not in `(0, 2/K)`.
///
/// # Source
/// Form of arXiv 2407.02322, theorems 4.3, 4.6 and 5.4, which take `gamma < 1/(3K)`; from
/// `d E|eta|² ≤ −(2 − gamma K) E⟨eta, Sigma eta⟩ dt`.
pub fn contraction_bound(
    problem: &LeastSquares,
    step_size: f64,
    time: f64,
) -> Result<f64, LeastSquaresError> {
    contraction_factor(problem.smallest_eigenvalue(), problem.sharp_constant(), step_size, time)
}

/// [`contraction_bound`] from `mu` and `K`.
///
/// # Errors
/// If the step size is not in `(0, 2/K)`.
///
/// # Source
/// As [`contraction_bound`].
pub fn contraction_factor(
    smallest_eigenvalue: f64,
    sharp_constant: f64,
    step_size: f64,
    time: f64,
) -> Result<f64, LeastSquaresError> {
    let strength = strength(sharp_constant, step_size, 2.0)?;
    Ok(real::exp(-smallest_eigenvalue * (2.0 - strength) * time))
}

/// The factor `e^{−p mu (1 − gamma K (p − 1)/2) t}` that bounds `E|eta_t|^p/|eta_0|^p` without label
/// noise, for `2 ≤ p < 1 + 2/(gamma K)`.
///
/// # Errors
/// If `p` or the step size is outside its range.
///
/// # Source
/// Itô's formula for `|eta|^p`; docs/theory/least-squares.md.
pub fn moment_bound(
    problem: &LeastSquares,
    step_size: f64,
    p: f64,
    time: f64,
) -> Result<f64, LeastSquaresError> {
    let strength = strength(problem.sharp_constant(), step_size, f64::INFINITY)?;
    if !(p >= 2.0 && p < 1.0 + 2.0 / strength) {
        return Err(LeastSquaresError::OutOfRange { name: "moment order", value: p });
    }
    let mu = problem.smallest_eigenvalue();
    Ok(real::exp(-p * mu * (1.0 - 0.5 * strength * (p - 1.0)) * time))
}

/// Bounds of the invariant law about `theta_*`, for `gamma < 2/K`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalisationBounds {
    /// `E|theta − theta_*|² ≤ gamma trace N/(mu (2 − gamma K))`.
    pub distance: f64,
    /// `E L(theta) − L(theta_*) ≤ gamma trace N/(2 (2 − gamma K))`.
    pub excess_loss: f64,
}

/// The localisation of the invariant law.
///
/// # Errors
/// If the step size is not in `(0, 2/K)`.
///
/// # Source
/// The stationary equation of `E|eta|²`; for samples with `|x|² ≤ K`, `trace N ≤ 2K L(theta_*)`.
pub fn localisation_bounds(
    problem: &LeastSquares,
    step_size: f64,
) -> Result<LocalisationBounds, LeastSquaresError> {
    let strength = strength(problem.sharp_constant(), step_size, 2.0)?;
    let risk = step_size * trace(problem.noise()) / (2.0 - strength);
    Ok(LocalisationBounds {
        distance: risk / problem.smallest_eigenvalue(),
        excess_loss: 0.5 * risk,
    })
}

/// Polynomial decay without label noise, which does not depend on the smallest eigenvalue.
///
/// ```text
/// E|eta_t|² ≤ [|eta_0|^{−2/beta} + (2 − gamma K) t/(beta M_beta^{1/beta})]^{−beta}
/// M_beta = phi_beta + gamma K_beta |eta_0|²/(2 − gamma K)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialBound {
    /// `beta > 0`, the source condition.
    pub beta: f64,
    /// `|eta_0|²`.
    pub start: f64,
    /// `M_beta`, which bounds `E⟨eta_t, Sigma^−beta eta_t⟩` at all times.
    pub source: f64,
    /// `2 − gamma K > 0`.
    pub margin: f64,
}

impl PolynomialBound {
    /// The bound for the start `eta`, `[d]`, not zero.
    ///
    /// # Errors
    /// If shapes disagree, if `beta` is not positive, if the step size is not in `(0, 2/K)`, or if
    /// `Sigma` is singular.
    ///
    /// # Source
    /// Form of the nonparametric theorem of arXiv 2407.02322, section 4.1; interpolation between
    /// the norms of `eta` and `Sigma^{−beta/2} eta`.
    pub fn new(
        problem: &LeastSquares,
        step_size: f64,
        beta: f64,
        eta: &[f64],
    ) -> Result<PolynomialBound, LeastSquaresError> {
        shape("start", eta.len(), problem.dim())?;
        positive("beta", beta)?;
        let margin = 2.0 - strength(problem.sharp_constant(), step_size, 2.0)?;
        let start = real::dot(eta, eta);
        positive("start", start)?;
        let eigen = regular(problem.covariance())?;
        let inverse = eigen.function(|value| real::pow(value, -beta));
        let root = eigen.function(|value| 1.0 / value.sqrt());
        let growth = symmetric_eigen(&congruence(&root, &problem.fourth_moment(&inverse)));
        let constant = growth.values.last().copied().unwrap_or(0.0);
        let source = LeastSquares::form(&inverse, eta) + step_size * constant * start / margin;
        Ok(PolynomialBound { beta, start, source, margin })
    }

    /// The bound of `E|eta_t|²` at `time ≥ 0`.
    #[must_use]
    pub fn distance(&self, time: f64) -> f64 {
        let inverse = 1.0 / self.beta;
        let growth = self.margin * time / (self.beta * real::pow(self.source, inverse));
        real::pow(real::pow(self.start, -inverse) + growth, -self.beta)
    }
}

/// The bound `2 E|eta_{t/2}|²/((2 − gamma K) t)` of the least `E⟨eta, Sigma eta⟩` over `[t/2, t]`.
///
/// # Arguments
/// * `half_way`: `E|eta_{t/2}|²` or a bound of it
/// * `margin`: `2 − gamma K > 0`
/// * `time`: `t > 0`
#[must_use]
pub fn interpolation_loss_bound(half_way: f64, margin: f64, time: f64) -> f64 {
    2.0 * half_way / (margin * time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d2};
    use crate::least_squares::{Equation, MomentFlow};
    use crate::matrix::outer;

    #[test]
    fn contraction_matches_the_reference_and_holds() {
        let (p, _) = d2().on_range().unwrap();
        assert_close(
            real::ln(contraction_bound(&p, 0.25, 1.0).unwrap()),
            -0.734_219_488_534,
            1e-11,
        );
        assert_close(real::ln(contraction_bound(&p, 0.5, 1.0).unwrap()), -0.467_799, 1e-6);
        assert_close(-2.0 * p.smallest_eigenvalue(), -1.000_639_848_09, 1e-11);
        assert!(contraction_bound(&p, 2.0 / 2.13 + 1e-9, 1.0).is_err());
        for gamma in [0.1, 0.5, 0.9] {
            let flow = MomentFlow::new(&p, gamma, Equation::FirstOrder).unwrap();
            let rate = flow.second_moment_rate().unwrap();
            assert!(rate <= real::ln(contraction_bound(&p, gamma, 1.0).unwrap()));
        }
        let square = moment_bound(&p, 0.25, 2.0, 1.0).unwrap();
        assert_close(square, contraction_bound(&p, 0.25, 1.0).unwrap(), 1e-13);
        // Lambda(4) of the reference.
        assert!(real::ln(moment_bound(&p, 0.25, 4.0, 1.0).unwrap()) > -1.323_428_899_47);
        assert!(moment_bound(&p, 0.25, 5.0, 1.0).is_err());
    }

    #[test]
    fn invariant_laws_are_where_the_bounds_say() {
        for gamma in [0.15, 0.6, 1.2] {
            let bounds = localisation_bounds(&d1(), gamma).unwrap();
            let m =
                MomentFlow::new(&d1(), gamma, Equation::FirstOrder).unwrap().stationary().unwrap();
            assert!(trace(&m) <= bounds.distance);
            let risk = trace(&crate::matrix::product(d1().covariance(), &m));
            assert!(0.5 * risk <= bounds.excess_loss);
            assert!(trace(d1().noise()) <= 2.0 * d1().largest_square() * d1().floor());
        }
    }

    #[test]
    fn polynomial_bounds_hold_at_all_times() {
        let spectrum: Vec<f64> = (1..=6).map(|j| 1.0 / f64::from(j * j)).collect();
        let p = LeastSquares::gaussian(&spectrum, 0.0).unwrap();
        let eta = [1.0, -0.5, 0.3, 0.2, -0.2, 0.1];
        let flow = MomentFlow::new(&p, 0.2, Equation::FirstOrder).unwrap();
        for beta in [0.25, 0.5] {
            let bound = PolynomialBound::new(&p, 0.2, beta, &eta).unwrap();
            assert_close(bound.distance(0.0), bound.start, 1e-12);
            for time in [1.0, 10.0, 100.0] {
                let exact = trace(&flow.difference_at(&outer(&eta, &eta), time).unwrap());
                assert!(exact <= bound.distance(time), "{exact} above {}", bound.distance(time));
            }
            let loss = |time| {
                let m = flow.difference_at(&outer(&eta, &eta), time).unwrap();
                trace(&crate::matrix::product(p.covariance(), &m))
            };
            let least = interpolation_loss_bound(bound.distance(5.0), bound.margin, 10.0);
            assert!(loss(10.0).min(loss(5.0)) <= least);
        }
    }
}
