//! Tail exponents in closed form, and the bound from the constant `K` alone.

use crate::least_squares::error::positive;
use crate::least_squares::{LeastSquares, LeastSquaresError};

/// Rates of the noiseless equation for features whose law no rotation changes, `Sigma = I`.
///
/// ```text
/// Lambda(p) = p [−1 + gamma ((p − 1)(a + b) + (d − 1) a)/2]
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotationInvariantRate {
    /// `d`.
    pub dim: usize,
    /// `a`: see [`LeastSquares::rotation_invariant`].
    pub isotropic: f64,
    /// `b`.
    pub along: f64,
    /// `gamma > 0`.
    pub step_size: f64,
}

impl RotationInvariantRate {
    /// Features uniform on the sphere of radius `√d`: `a = d/(d + 2)`, `b = (d − 2)/(d + 2)`, and no
    /// multiplicative noise for `d = 1`.
    #[must_use]
    pub fn on_sphere(dim: usize, step_size: f64) -> RotationInvariantRate {
        let d = dim as f64;
        let (isotropic, along) =
            if dim == 1 { (0.0, 0.0) } else { (d / (d + 2.0), (d - 2.0) / (d + 2.0)) };
        RotationInvariantRate { dim, isotropic, along, step_size }
    }

    /// `Lambda(p)`, any `p`.
    #[must_use]
    pub fn at(&self, p: f64) -> f64 {
        let across = (self.dim as f64 - 1.0) * self.isotropic;
        p * (0.5 * self.step_size * ((p - 1.0) * (self.isotropic + self.along) + across) - 1.0)
    }

    /// `lambda_1 = Lambda'(0)`: the rate of `ln|eta_t|`; an invariant law exists if it is negative.
    #[must_use]
    pub fn lyapunov_exponent(&self) -> f64 {
        let across = (self.dim as f64 - 1.0) * self.isotropic;
        0.5 * self.step_size * (across - self.isotropic - self.along) - 1.0
    }

    /// The step size `2/((d − 2) a − b)` at which `lambda_1 = 0`: an invariant law exists below it;
    /// `+inf` if one exists at all step sizes, as for Gaussian features with `d ≤ 3`.
    #[must_use]
    pub fn almost_sure_limit(&self) -> f64 {
        let growth = (self.dim as f64 - 2.0) * self.isotropic - self.along;
        if growth > 0.0 { 2.0 / growth } else { f64::INFINITY }
    }

    /// `alpha = 1 + (2/gamma − (d − 1) a)/(a + b)`; `1/gamma − (d − 3)/2` for Gaussian features, and
    /// `+inf` without multiplicative noise along `eta`.
    ///
    /// # Errors
    /// If there is no invariant law.
    ///
    /// # Source
    /// Root of `Lambda`; the exponent whose existence is proposition 4.9 of arXiv 2407.02322.
    pub fn tail_index(&self) -> Result<f64, LeastSquaresError> {
        let exponent = self.lyapunov_exponent();
        if exponent >= 0.0 {
            return Err(LeastSquaresError::NoInvariantLaw { exponent });
        }
        let across = (self.dim as f64 - 1.0) * self.isotropic;
        Ok(1.0 + (2.0 / self.step_size - across) / (self.isotropic + self.along))
    }
}

/// The lower bound `1 + 2/(gamma K)` of the tail exponent of any problem.
///
/// # Errors
/// If the step size is not positive.
///
/// # Source
/// `Lambda(p) ≤ −p mu (1 − gamma K (p − 1)/2)` for `p ≥ 2`; for `gamma ≥ 2/K` the bound, which is
/// then below 2, does not follow and is not given.
pub fn crude_tail_bound(problem: &LeastSquares, step_size: f64) -> Result<f64, LeastSquaresError> {
    positive("step size", step_size)?;
    let strength = step_size * problem.sharp_constant();
    if strength >= 2.0 {
        let limit = 2.0 / problem.sharp_constant();
        return Err(LeastSquaresError::BeyondLimit { step_size, limit });
    }
    Ok(1.0 + 2.0 / strength)
}

/// Whether SGD itself, on finite data with `gamma < 2/K_max`, stays bounded whatever the order of
/// its samples: then all moments of its invariant law are finite and its tail exponent is `+inf`,
/// while that of the equation is not.
///
/// # Errors
/// If the step size is not positive.
///
/// # Source
/// Meshulam, "On products of projections", Discrete Math. 154, 1996, for relaxations `gamma |x_i|²`
/// in `(0, 2)`.
pub fn sgd_is_bounded(problem: &LeastSquares, step_size: f64) -> Result<bool, LeastSquaresError> {
    positive("step size", step_size)?;
    Ok(step_size * problem.largest_square() < 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::ScalarNoise;
    use crate::least_squares::reference::{assert_close, d1, d3};
    use crate::tail::scalar_kesten_index;

    #[test]
    fn isotropic_gaussian_features_match_the_reference() {
        let cases = [
            (1, 0.3, 4.333_333_333_33, -1.4, -1.3, 3.0),
            (5, 0.2, 4.0, -0.8, -0.8, 7.0),
            (10, 0.1, 6.5, -0.9, -0.65, 12.0),
            (5, 0.28, 2.571_428_571_43, -0.32, -0.72, 7.0),
        ];
        for (dim, step_size, alpha, second, exponent, constant) in cases {
            let rate = RotationInvariantRate { dim, isotropic: 1.0, along: 1.0, step_size };
            assert_close(rate.tail_index().unwrap(), alpha, 1e-11);
            assert_close(rate.at(2.0), second, 1e-13);
            assert_close(rate.lyapunov_exponent(), exponent, 1e-13);
            let p = LeastSquares::rotation_invariant(dim, 1.0, 1.0, 1.0).unwrap();
            assert_close(p.sharp_constant(), constant, 1e-13);
        }
        let unstable = RotationInvariantRate { dim: 5, isotropic: 1.0, along: 1.0, step_size: 1.0 };
        assert!(unstable.tail_index().is_err());
        assert_close(unstable.almost_sure_limit(), 1.0, 1e-15);
        assert_eq!(RotationInvariantRate { dim: 3, ..unstable }.almost_sure_limit(), f64::INFINITY);
    }

    #[test]
    fn crude_bounds_are_between_those_of_the_longest_sample_and_the_exponent() {
        // The reference takes K_max in place of the sharp constant.
        let cases = [
            (0.15, 7.872_852_233_68, 24.863_999_343_3),
            (0.3, 4.436_426_116_84, 12.902_354_849_5),
            (0.6, 2.718_213_058_42, 6.917_510_081_66),
        ];
        for (gamma, reference, alpha) in cases {
            assert_close(1.0 + 2.0 / (gamma * d1().largest_square()), reference, 1e-11);
            let bound = crude_tail_bound(&d1(), gamma).unwrap();
            assert_close(bound, 1.0 + 2.0 / (gamma * 1.478_158_036_17), 1e-11);
            assert!(reference < bound && bound < alpha);
        }
        let beyond = 1.0 + 2.0 / (1.5 * d1().largest_square());
        assert_close(beyond, 1.687_285_223_37, 1e-11);
        assert!(crude_tail_bound(&d1(), 1.5).is_err());
    }

    #[test]
    fn sgd_on_one_feature_has_other_tails_than_its_equation() {
        let (noise, x) = (ScalarNoise::of(&d3()).unwrap(), [1.0, -0.5, 1.5, 0.8]);
        let cases =
            [(1.2, 2.370_152_423_05, 4.067_075_610_08), (1.6, 1.091_591_102_56, 3.300_306_707_56)];
        for (gamma, sgd, equation) in cases {
            assert_close(scalar_kesten_index(&x, gamma, 0.0).unwrap(), sgd, 1e-11);
            assert_close(noise.tail_index(gamma), equation, 1e-11);
        }
        assert_eq!(scalar_kesten_index(&x, 0.88, 0.0), Some(f64::INFINITY));
    }

    #[test]
    fn sgd_is_bounded_below_its_own_threshold() {
        assert_eq!(sgd_is_bounded(&d3(), 0.88), Ok(true));
        assert_eq!(sgd_is_bounded(&d3(), 0.89), Ok(false));
        let gaussian = LeastSquares::gaussian(&[1.0], 1.0).unwrap();
        assert_eq!(sgd_is_bounded(&gaussian, 1e-6), Ok(false));
    }
}
