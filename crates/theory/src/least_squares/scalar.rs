//! One feature: all moments, at all times.
//!
//! ```text
//! d eta = −lambda eta dt + √(gamma C(eta)) dB,   C(eta) = v eta² + 2 w eta + c
//! lambda = E x²,   v = E x⁴ − lambda²,   w = E eps x³,   c = E eps² x²
//! dm_k/dt = (−k lambda + gamma k (k−1) v/2) m_k + gamma k (k−1) (w m_{k−1} + c m_{k−2}/2)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::error::{positive, shape};
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::expm;

/// Drift and noise of a problem with one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalarNoise {
    /// `lambda = E x² > 0`.
    pub drift: f64,
    /// `v = Var(x²) ≥ 0`.
    pub quadratic: f64,
    /// `w = E eps x³`, with `w² ≤ v c`.
    pub linear: f64,
    /// `c = E eps² x² ≥ 0`.
    pub constant: f64,
}

impl ScalarNoise {
    /// The coefficients of `problem`.
    ///
    /// # Errors
    /// If the problem has more than one feature.
    pub fn of(problem: &LeastSquares) -> Result<ScalarNoise, LeastSquaresError> {
        shape("features", problem.dim(), 1)?;
        let drift = problem.covariance().entries()[0];
        let variance = problem.fourth.entries()[0] - drift * drift;
        Ok(ScalarNoise {
            drift,
            // A feature of constant magnitude has variance zero up to rounding.
            quadratic: if variance > 1e-14 * drift * drift { variance } else { 0.0 },
            linear: problem.third.entries()[0],
            constant: problem.noise().entries()[0],
        })
    }

    /// `C(eta)`.
    #[must_use]
    pub fn variance(&self, eta: f64) -> f64 {
        (self.quadratic * eta + 2.0 * self.linear) * eta + self.constant
    }

    /// `Lambda(p) = p (−lambda + gamma v (p − 1)/2)`: the rate of `E|eta|^p` without label noise.
    #[must_use]
    pub fn moment_rate(&self, step_size: f64, p: f64) -> f64 {
        p * (0.5 * step_size * self.quadratic * (p - 1.0) - self.drift)
    }

    /// `lambda_1 = −lambda − gamma v/2`: the rate of `ln|eta|` without label noise.
    #[must_use]
    pub fn lyapunov_exponent(&self, step_size: f64) -> f64 {
        -self.drift - 0.5 * step_size * self.quadratic
    }

    /// `alpha = 1 + 2 lambda/(gamma v)`: the invariant law has exactly the moments below it; `+inf`
    /// if `v = 0`.
    ///
    /// # Source
    /// The root of `Lambda(alpha) = 0`; answers the question after proposition 4.9 of arXiv
    /// 2407.02322 in one dimension.
    #[must_use]
    pub fn tail_index(&self, step_size: f64) -> f64 {
        1.0 + 2.0 * self.drift / (step_size * self.quadratic)
    }

    /// `E eta^k` for `k = 0 ..= order` at `time` from `start`, `[order + 1]`; finite at all times.
    ///
    /// # Errors
    /// If the step size is not positive, or the time or start is not finite.
    pub fn moments_at(
        &self,
        step_size: f64,
        start: f64,
        time: f64,
        order: usize,
    ) -> Result<Vec<f64>, LeastSquaresError> {
        positive("step size", step_size)?;
        if !start.is_finite() {
            return Err(LeastSquaresError::OutOfRange { name: "start", value: start });
        }
        let n = order + 1;
        let mut entries = vec![0.0; n * n];
        let mut powers = vec![1.0; n];
        for k in 1..n {
            let count = k as f64;
            let pairs = step_size * count * (count - 1.0);
            entries[k * n + k] = time * self.moment_rate(step_size, count);
            entries[k * n + k - 1] = time * pairs * self.linear;
            if k >= 2 {
                entries[k * n + k - 2] = 0.5 * time * pairs * self.constant;
            }
            powers[k] = powers[k - 1] * start;
        }
        Ok(expm(&Matrix::new(n, n, entries))?.times(&powers))
    }

    /// `E eta^k` of the invariant law for `k = 0 ..= order`, `[order + 1]`, `None` from the tail
    /// index on.
    ///
    /// # Errors
    /// If the step size is not positive.
    pub fn stationary_moments(
        &self,
        step_size: f64,
        order: usize,
    ) -> Result<Vec<Option<f64>>, LeastSquaresError> {
        positive("step size", step_size)?;
        let alpha = self.tail_index(step_size);
        let mut moments = vec![Some(1.0)];
        for k in 1..=order {
            let count = k as f64;
            let lower = if k >= 2 { moments[k - 2] } else { Some(0.0) };
            moments.push(match (moments[k - 1], lower) {
                (Some(one), Some(two)) if count < alpha => {
                    let source = 2.0 * self.linear * one + self.constant * two;
                    let decay = self.drift - 0.5 * step_size * (count - 1.0) * self.quadratic;
                    Some(0.5 * step_size * (count - 1.0) * source / decay)
                }
                _ => None,
            });
        }
        Ok(moments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close, d1, d3};

    #[test]
    fn coefficients_match_the_reference() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        assert_close(noise.drift, 1.035, 1e-14);
        assert_close(noise.quadratic, 0.562_425, 1e-13);
        assert_close(noise.linear, 0.107_192_028_986, 1e-11);
        assert_close(noise.constant, 0.084_743_379_367_1, 1e-11);
        assert!(ScalarNoise::of(&d1()).is_err());
    }

    #[test]
    fn moments_match_the_reference_at_finite_time() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let found = noise.moments_at(2.0, 1.0, 0.25, 4).unwrap();
        let expected =
            [1.0, 0.772_016_002_921, 0.910_981_823_539, 1.503_850_558_37, 3.376_966_975_28];
        assert_all_close(&found, &expected, 1e-11);
        assert_close(noise.tail_index(2.0), 2.840_245_366_05, 1e-11);
        assert_close(noise.moment_rate(2.0, 4.0), 2.609, 1e-3);
    }

    #[test]
    fn stationary_moments_match_the_reference() {
        let noise = ScalarNoise::of(&d3()).unwrap();
        let reference = [
            (
                0.2,
                [
                    0.008_658_261_047,
                    0.000_402_420_153_218,
                    0.000_283_976_265_905,
                    4.690_316_554_27e-5,
                    2.263_263_810_66e-5,
                ],
            ),
            (
                0.5,
                [
                    0.023_687_380_241_4,
                    0.003_368_453_774_34,
                    0.003_338_521_162_27,
                    0.002_118_562_916_93,
                    0.002_775_501_009_42,
                ],
            ),
        ];
        for (gamma, expected) in reference {
            let found: Vec<f64> =
                noise.stationary_moments(gamma, 6).unwrap().into_iter().flatten().collect();
            assert_eq!((found[0], found[1]), (1.0, 0.0));
            for (value, other) in found[2..].iter().zip(expected) {
                assert_close(*value, other, 1e-10);
            }
        }
        let heavy = noise.stationary_moments(2.0, 4).unwrap();
        assert_close(heavy[2].unwrap(), 0.179_322_603_538, 1e-11);
        assert_eq!((heavy[3], heavy[4]), (None, None));
    }

    #[test]
    fn features_of_constant_magnitude_have_gaussian_tails() {
        let design = Matrix::new(4, 1, vec![1.1, -1.1, 1.1, -1.1]);
        let p = LeastSquares::training(&design, &[1.0, 0.0, 2.0, -1.5], None).unwrap();
        assert_eq!(ScalarNoise::of(&p).unwrap().tail_index(0.3), f64::INFINITY);
    }
}
