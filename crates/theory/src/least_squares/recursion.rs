//! First and second moments of SGD and of Euler–Maruyama's scheme, exactly.
//!
//! ```text
//! eta⁺ = (I − h Sigma) eta + √(h gamma) sigma(eta) xi
//! M⁺ = (I − h Sigma) M (I − h Sigma) + h gamma (F[M] + N + 2 G[m])
//! ```
//!
//! With `h = gamma` these are the mean and second moments of SGD itself.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::describe::{kronecker, regular};
use crate::least_squares::error::{positive, shape};
use crate::least_squares::{LeastSquares, LeastSquaresError, Moments};
use crate::matrix::{Lu, combine, identity, spectral_radius};

/// One step of the first two moments of a recursion.
#[derive(Clone, Debug)]
pub struct MomentMap {
    /// `I − h Sigma`, `[d, d]`.
    pub(crate) contraction: Matrix,
    /// The map of second moments without constant noise, `[d², d²]`.
    second: Matrix,
    /// The map `m -> 2 h gamma G[m]`, `[d², d]`.
    cross: Matrix,
    /// `h gamma N`, `[d²]`.
    constant: Vec<f64>,
}

impl MomentMap {
    /// One step of SGD with step size `step_size`, `gamma > 0`.
    ///
    /// # Errors
    /// If the step size is not positive.
    ///
    /// # Source
    /// `E[(I − gamma x xᵀ) M (I − gamma x xᵀ)] = M − gamma (Sigma M + M Sigma) + gamma² T(M)`.
    pub fn sgd(problem: &LeastSquares, step_size: f64) -> Result<MomentMap, LeastSquaresError> {
        MomentMap::euler_maruyama(problem, step_size, step_size)
    }

    /// One Euler–Maruyama step of length `time_step`, `h > 0`, of the equation for SGD with step
    /// size `step_size`, `gamma > 0`.
    ///
    /// # Errors
    /// If one of them is not positive.
    ///
    /// # Source
    /// The scheme applied to arXiv 2407.02322, section 3.
    pub fn euler_maruyama(
        problem: &LeastSquares,
        step_size: f64,
        time_step: f64,
    ) -> Result<MomentMap, LeastSquaresError> {
        positive("step size", step_size)?;
        positive("time step", time_step)?;
        let sigma = problem.covariance();
        let strength = time_step * step_size;
        let contraction = combine(1.0, &identity(problem.dim()), -time_step, sigma);
        let centre = kronecker(sigma, sigma);
        let noise = combine(strength, &problem.fourth, -strength, &centre);
        let kept = kronecker(&contraction, &contraction);
        Ok(MomentMap {
            second: combine(1.0, &kept, 1.0, &noise),
            cross: combine(2.0 * strength, &problem.third, 0.0, &problem.third),
            constant: problem.noise().entries().iter().map(|entry| strength * entry).collect(),
            contraction,
        })
    }

    /// The moments one step later.
    ///
    /// # Errors
    /// If shapes disagree.
    pub fn step(&self, from: &Moments) -> Result<Moments, LeastSquaresError> {
        let d = self.contraction.n_rows();
        shape("mean", from.mean.len(), d)?;
        shape("second moments", from.second.entries().len(), d * d)?;
        let mut second = self.second.times(from.second.entries());
        real::add_scaled(&mut second, 1.0, &self.cross.times(&from.mean));
        real::add_scaled(&mut second, 1.0, &self.constant);
        Ok(Moments { mean: self.contraction.times(&from.mean), second: Matrix::new(d, d, second) })
    }

    /// The moments `n_steps` steps later.
    ///
    /// # Errors
    /// If shapes disagree.
    pub fn after(&self, start: &Moments, n_steps: u64) -> Result<Moments, LeastSquaresError> {
        let mut moments = start.clone();
        for _ in 0..n_steps {
            moments = self.step(&moments)?;
        }
        Ok(moments)
    }

    /// The factor by which `E|eta|²` changes in a step, in the long run and without label noise.
    ///
    /// # Errors
    /// If the eigenvalue problem fails.
    pub fn second_moment_factor(&self) -> Result<f64, LeastSquaresError> {
        Ok(spectral_radius(&self.second)?.value)
    }

    /// The covariance of the invariant law of the recursion, `[d, d]`, about its mean `theta_*`.
    ///
    /// # Errors
    /// If `Sigma` is singular, or if the second moments of the invariant law are infinite.
    pub fn stationary(&self) -> Result<Matrix, LeastSquaresError> {
        let d = self.contraction.n_rows();
        regular(&combine(1.0, &identity(d), -1.0, &self.contraction))?;
        let factor = self.second_moment_factor()?;
        if factor.abs() >= 1.0 {
            return Err(LeastSquaresError::NoSecondMoment { rate: factor });
        }
        let system = combine(1.0, &identity(d * d), -1.0, &self.second);
        let solved = Matrix::new(d, d, Lu::new(&system)?.solve(&self.constant));
        Ok(combine(0.5, &solved, 0.5, &solved.transposed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close, d1, d3};

    #[test]
    fn stationary_covariances_match_the_reference() {
        let sgd = MomentMap::sgd(&d1(), 0.15).unwrap().stationary().unwrap();
        let expected = [
            0.002_681_894_485_92,
            -0.000_543_738_366_488,
            -0.000_543_738_366_488,
            0.002_436_012_863_77,
        ];
        assert_all_close(sgd.entries(), &expected, 1e-11);
        let scheme = MomentMap::euler_maruyama(&d1(), 0.15, 0.0375).unwrap().stationary().unwrap();
        let expected = [
            0.002_561_112_935_54,
            -0.000_518_641_228_481,
            -0.000_518_641_228_481,
            0.002_361_578_669_54,
        ];
        assert_all_close(scheme.entries(), &expected, 1e-11);
        let line = MomentMap::sgd(&d3(), 0.5).unwrap().stationary().unwrap();
        assert_close(line.entries()[0], 0.033_811_470_611_5, 1e-11);
    }

    #[test]
    fn transient_moments_match_the_reference() {
        let cases = [
            (
                0.6,
                4,
                [0.072_731_339_056_8, -0.222_124_392_791],
                [0.107_544_111_717, -0.035_343_201_802_1, 0.110_604_714_715],
            ),
            (
                0.3,
                8,
                [0.112_246_464_944, -0.255_099_784_971],
                [0.046_209_730_428, -0.035_143_918_323_2, 0.082_830_421_42],
            ),
            (
                0.15,
                16,
                [0.130_691_077_713, -0.270_202_132_331],
                [0.031_636_265_019_1, -0.038_186_642_011_3, 0.080_168_601_326_8],
            ),
        ];
        for (gamma, n_steps, mean, [xx, xy, yy]) in cases {
            let map = MomentMap::sgd(&d1(), gamma).unwrap();
            let found = map.after(&Moments::at_point(&[1.0, -1.0]), n_steps).unwrap();
            assert_all_close(&found.mean, &mean, 1e-11);
            assert_all_close(found.second.entries(), &[xx, xy, xy, yy], 1e-11);
        }
    }

    #[test]
    fn a_recursion_that_grows_has_no_covariance() {
        // On the line E|1 − gamma x²|² = 1 at gamma = 2 E x² / E x⁴ = 1.267.
        let factor = MomentMap::sgd(&d3(), 1.3).unwrap().second_moment_factor().unwrap();
        assert_close(factor, 1.0 - 2.6 * 1.035 + 1.69 * (0.562_425 + 1.035 * 1.035), 1e-12);
        assert!(MomentMap::sgd(&d3(), 1.3).unwrap().stationary().is_err());
    }
}
