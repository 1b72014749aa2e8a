//! First and second moments of the stochastic differential equation, exactly.
//!
//! ```text
//! d eta = −A eta dt + √gamma P sigma(eta) dB,   sigma sigmaᵀ = C(eta)
//! dm/dt = −A m
//! dM/dt = −A M − M A + gamma P (F[M] + N + 2 G[m]) P
//! ```

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::describe::{kronecker, regular};
use crate::least_squares::error::{positive, shape};
use crate::least_squares::half::generator;
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::{Lu, combine, expm, identity, outer, product, spectral_abscissa};

/// A diffusion that models SGD with step size `gamma`, in time `t = gamma k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equation {
    /// `A = Sigma`, `P = I`: the paper's equation. Weak errors of order `gamma`.
    FirstOrder,
    /// `A = Sigma + gamma Sigma²/2`, `P = I`. Weak errors of order `gamma²` at fixed times; the
    /// stationary covariance keeps a relative error of order `gamma`.
    SecondOrder,
    /// `A = Sigma + gamma Sigma²/2`, `P = I + gamma Sigma/2`: the stationary covariance too has a
    /// relative error of order `gamma²`.
    SecondOrderWithNoise,
}

/// First moments `E eta`, `[d]`, and second moments `E eta etaᵀ`, `[d, d]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// `m = E eta`, `[d]`.
    pub mean: Vec<f64>,
    /// `M = E eta etaᵀ`, `[d, d]`.
    pub second: Matrix,
}

impl Moments {
    /// The moments of the point `eta`, `[d]`.
    #[must_use]
    pub fn at_point(eta: &[f64]) -> Moments {
        Moments { mean: eta.to_vec(), second: outer(eta, eta) }
    }
}

/// The linear equation of the first two moments of a diffusion.
#[derive(Clone, Debug)]
pub struct MomentFlow {
    drift: Matrix,
    /// The map `M -> dM/dt` without noise that does not vanish, `[d², d²]`.
    second: Matrix,
    /// The map `m -> 2 gamma P G[m] P`, `[d², d]`.
    cross: Matrix,
    /// `gamma P N P`, `[d²]`.
    constant: Vec<f64>,
}

impl MomentFlow {
    /// The moments of `equation` for SGD with step size `step_size`, `gamma > 0`.
    ///
    /// # Errors
    /// If the step size is not positive.
    ///
    /// # Source
    /// Itô's formula on arXiv 2407.02322, section 3; `SecondOrder` after Li, Tai & E, JMLR 20(40),
    /// 2019, theorem 9, with the centred covariance.
    pub fn new(
        problem: &LeastSquares,
        step_size: f64,
        equation: Equation,
    ) -> Result<MomentFlow, LeastSquaresError> {
        positive("step size", step_size)?;
        let sigma = problem.covariance();
        let eye = identity(problem.dim());
        let half = 0.5 * step_size;
        let drift = match equation {
            Equation::FirstOrder => sigma.clone(),
            _ => combine(1.0, sigma, half, &product(sigma, sigma)),
        };
        let factor = match equation {
            Equation::SecondOrderWithNoise => combine(1.0, &eye, half, sigma),
            _ => eye.clone(),
        };
        let scale = kronecker(&factor, &factor);
        let decay = combine(1.0, &kronecker(&drift, &eye), 1.0, &kronecker(&eye, &drift));
        let centre = kronecker(sigma, sigma);
        let noise = product(&scale, &combine(step_size, &problem.fourth, -step_size, &centre));
        let cross = product(&scale, &problem.third);
        let constant = scale.times(problem.noise().entries());
        Ok(MomentFlow {
            second: combine(1.0, &noise, -1.0, &decay),
            cross: combine(2.0 * step_size, &cross, 0.0, &cross),
            constant: constant.iter().map(|entry| step_size * entry).collect(),
            drift,
        })
    }

    /// The generator of the moments as one vector, with each second moment once.
    pub(crate) fn generator(&self) -> Matrix {
        let slope = combine(-1.0, &self.drift, 0.0, &self.drift);
        generator(&slope, &self.second, &self.cross, &self.constant)
    }

    /// `Lambda(2)`: the rate of `E|eta|²` without label noise; the covariance of the invariant law is
    /// finite exactly if it is negative.
    ///
    /// # Errors
    /// If the eigenvalue problem fails.
    pub fn second_moment_rate(&self) -> Result<f64, LeastSquaresError> {
        Ok(spectral_abscissa(&self.second)?.value)
    }

    /// The moments at `time ≥ 0`, by one exponential of the equation for `(m, M, 1)`.
    ///
    /// # Errors
    /// If shapes disagree or the time is negative or not finite.
    pub fn at(&self, start: &Moments, time: f64) -> Result<Moments, LeastSquaresError> {
        let d = self.drift.n_rows();
        shape("mean", start.mean.len(), d)?;
        shape("second moments", start.second.entries().len(), d * d)?;
        if !(time >= 0.0 && time.is_finite()) {
            return Err(LeastSquaresError::OutOfRange { name: "time", value: time });
        }
        let size = d + d * d + 1;
        let mut entries = Vec::with_capacity(size * size);
        for row in self.drift.rows() {
            entries.extend(row.iter().map(|entry| -time * entry));
            entries.resize(entries.len() + d * d + 1, 0.0);
        }
        for ((cross, second), constant) in
            self.cross.rows().zip(self.second.rows()).zip(&self.constant)
        {
            entries.extend(cross.iter().chain(second).map(|entry| time * entry));
            entries.push(time * constant);
        }
        entries.resize(size * size, 0.0);
        let mut state = start.mean.clone();
        state.extend_from_slice(start.second.entries());
        state.push(1.0);
        let moved = expm(&Matrix::new(size, size, entries))?.times(&state);
        let second = Matrix::new(d, d, moved[d..d + d * d].to_vec());
        Ok(Moments { mean: moved[..d].to_vec(), second })
    }

    /// Second moments at `time` of a solution without label noise, `e^{t L} M`, `[d, d]`; also those
    /// of the difference of two solutions driven by one Brownian motion.
    ///
    /// # Errors
    /// If shapes disagree or the time is not finite.
    pub fn difference_at(&self, start: &Matrix, time: f64) -> Result<Matrix, LeastSquaresError> {
        let d = self.drift.n_rows();
        shape("second moments", start.entries().len(), d * d)?;
        let flow = expm(&combine(time, &self.second, 0.0, &self.second))?;
        Ok(Matrix::new(d, d, flow.times(start.entries())))
    }

    /// The covariance of the invariant law, `[d, d]`, about its mean `theta_*`.
    ///
    /// # Errors
    /// If `Sigma` is singular, or if the second moments of the invariant law are infinite.
    pub fn stationary(&self) -> Result<Matrix, LeastSquaresError> {
        regular(&self.drift)?;
        let rate = self.second_moment_rate()?;
        if rate >= 0.0 {
            return Err(LeastSquaresError::NoSecondMoment { rate });
        }
        let d = self.drift.n_rows();
        let solved = Lu::new(&self.second)?.solve(&self.constant);
        let opposite = Matrix::new(d, d, solved.iter().map(|entry| -entry).collect());
        Ok(combine(0.5, &opposite, 0.5, &opposite.transposed()))
    }
}

#[cfg(test)]
mod tests;
