//! When the diffusion of the Hessian-aware equation is a covariance.
//!
//! ```text
//! D >= 0  <=>  [Sigma_ij h(alpha_i + alpha_j)] >= 0 in the eigenbasis of the Hessian
//! d = 2:       |corr(Sigma_12)| <= rho_max(a, b) = (h(2 alpha) h(2 beta))^{1/2} / h(alpha + beta)
//! enough:      h(2 alpha) − 1 <= 1/cond(Sigma) at a = eta |H|
//! ```

use crate::hessian_aware::error::HessianAwareError;
use crate::hessian_aware::quadratic::Quadratic;
use crate::matrix::symmetric_eigen;
use maruyama_dynamics::linear_algebra::extremes;
use maruyama_dynamics::modified_equation::{Model, NonPsd, PSD_TOLERANCE};
use maruyama_dynamics::modified_equation::{contraction, diffusion_factor};

/// The extreme eigenvalues of the formal diffusion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PsdMargin {
    /// The smallest eigenvalue, covariance per unit of time.
    pub smallest: f64,
    /// The largest one.
    pub largest: f64,
}

impl PsdMargin {
    /// Whether the diffusion is positive semidefinite, up to rounding: `smallest ≥ −1e-12 largest`.
    #[must_use]
    pub fn is_psd(self) -> bool {
        self.smallest >= PSD_TOLERANCE * self.largest.max(0.0)
    }
}

/// The exact criterion: the extreme eigenvalues of the formal diffusion of the Hessian-aware
/// equation.
///
/// # Source
/// arXiv 2405.18373, section 6.3, states the exact recovery; that it holds exactly where this
/// matrix is semidefinite is ours.
///
/// # Errors
/// If `eta lambda ≥ 1` for an eigenvalue.
pub fn psd_margin(quadratic: &Quadratic) -> Result<PsdMargin, HessianAwareError> {
    let diffusion = quadratic.diffusion(Model::HessianAware(NonPsd::MomentsOnly))?;
    let (smallest, largest) = extremes(&symmetric_eigen(&diffusion).values);
    Ok(PsdMargin { smallest, largest })
}

/// `rho_max(a, b)`: in two dimensions the diffusion is positive semidefinite exactly if the
/// correlation of the noise between the eigendirections, with `a = eta lambda_1` and
/// `b = eta lambda_2`, is at most this in magnitude.
///
/// # Source
/// The determinant of a matrix with two rows; ours.
///
/// # Errors
/// If `a` or `b` is not below 1.
pub fn largest_correlation(a: f64, b: f64) -> Result<f64, HessianAwareError> {
    let (alpha, beta) = (contraction(below_one(a)?), contraction(below_one(b)?));
    let squares = diffusion_factor(2.0 * alpha) * diffusion_factor(2.0 * beta);
    Ok(squares.sqrt() / diffusion_factor(alpha + beta))
}

/// Whether `h(2 alpha) − 1 ≤ 1/cond`, which is enough for a positive semidefinite diffusion.
///
/// # Arguments
/// * `norm`: `a = eta |H|` in the spectral norm, below 1
/// * `condition`: largest over smallest eigenvalue of `Sigma`, at least 1; `+inf` if singular
///
/// # Source
/// `|D/eta − Sigma| ≤ |Sigma| (h(2 alpha) − 1)` by the power series of `D`, whose coefficients are
/// positive; ours.
///
/// # Errors
/// If `norm` is not in `[0, 1)` or `condition` is below 1.
pub fn is_certainly_psd(norm: f64, condition: f64) -> Result<bool, HessianAwareError> {
    let range = "at least 0 and below 1";
    if norm.is_nan() || norm < 0.0 {
        return Err(HessianAwareError::OutOfRange { what: "eta |H|", value: norm, range });
    }
    if condition.is_nan() || condition < 1.0 {
        let what = "the condition number";
        return Err(HessianAwareError::OutOfRange { what, value: condition, range: "at least 1" });
    }
    Ok(diffusion_factor(2.0 * contraction(below_one(norm)?)) - 1.0 <= 1.0 / condition)
}

fn below_one(a: f64) -> Result<f64, HessianAwareError> {
    if a < 1.0 { Ok(a) } else { Err(HessianAwareError::TooSharp { product: a }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{congruence, diagonal};
    use maruyama_dynamics::linear_algebra::Matrix;
    use maruyama_dynamics::noise::NumpyLegacy;
    use maruyama_dynamics::real;

    #[test]
    fn threshold_correlation_is_where_the_diffusion_degenerates() {
        for (a, b) in [(0.4, 0.1), (0.9, -0.5), (0.5, -1.0)] {
            let threshold = largest_correlation(a, b).unwrap();
            for (factor, psd) in [(1.0 - 1e-9, true), (1.0 + 1e-9, false)] {
                let off = 0.3 * factor * threshold;
                let noise = Matrix::new(2, 2, vec![0.9, off, off, 0.1]);
                let quadratic = Quadratic::new(&diagonal(&[a, b]), &noise, 1.0).unwrap();
                assert_eq!(psd_margin(&quadratic).unwrap().is_psd(), psd, "{a} {b} {factor}");
            }
        }
    }

    #[test]
    fn one_random_direction_of_noise_never_suffices() {
        for eta in [1e-2, 0.1, 0.5] {
            let noise = Matrix::new(2, 2, vec![1.0, 1.0, 1.0, 1.0]);
            let quadratic = Quadratic::new(&diagonal(&[1.0, -0.5]), &noise, eta).unwrap();
            assert!(!psd_margin(&quadratic).unwrap().is_psd());
        }
        let aligned = Quadratic::new(&diagonal(&[1.0, -0.5]), &diagonal(&[1.0, 0.0]), 0.5).unwrap();
        assert!(psd_margin(&aligned).unwrap().is_psd());
    }

    #[test]
    fn certified_cases_are_psd() {
        let mut generator = NumpyLegacy::new(7);
        let mut certified = 0;
        for _ in 0..400 {
            let draws = generator.normals(5);
            let turn = |angle: f64| {
                let (sin, cos) = real::sin_cos(angle);
                Matrix::new(2, 2, vec![cos, -sin, sin, cos])
            };
            let norm = 0.95 * real::tanh(draws[0].abs());
            let hessian = diagonal(&[norm, norm * real::tanh(draws[1])]);
            let condition = real::exp(draws[2].abs());
            let noise = congruence(&turn(draws[3]), &diagonal(&[1.0, 1.0 / condition]));
            if is_certainly_psd(norm, condition).unwrap() {
                certified += 1;
                assert!(
                    psd_margin(&Quadratic::new(&hessian, &noise, 1.0).unwrap()).unwrap().is_psd()
                );
            }
        }
        assert!((50..350).contains(&certified), "{certified}");
    }

    #[test]
    fn arguments_outside_their_ranges_are_refused() {
        assert!(largest_correlation(1.0, 0.0).is_err());
        assert!(is_certainly_psd(1.0, 2.0).is_err());
        assert!(is_certainly_psd(-0.1, 2.0).is_err());
        assert!(is_certainly_psd(0.5, 0.5).is_err());
        assert_eq!(is_certainly_psd(0.01, f64::INFINITY), Ok(false));
    }
}
