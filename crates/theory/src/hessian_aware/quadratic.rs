//! Laws of SGD and of its equations on a quadratic objective with additive noise.
//!
//! ```text
//! f(x) = xᵀ A x/2 + cᵀ x,   x_{k+1} = x_k − eta (A x_k + c + xi_k),   xi_k ~ N(0, Sigma)
//! SGD:  E y_i = m_i^k y_i − eta c_i sum_{j<k} m_i^j,   C_ij = eta² Sigma_ij sum_{j<k} (m_i m_j)^j
//! SDE:  E y_i = e^{b_i t} y_i + beta_i c_i t psi(b_i t),   C_ij = D_ij t psi((b_i + b_j) t)
//! ```
//!
//! in the eigenbasis of `A`, with `m_i = 1 − eta lambda_i` and `b_i = beta_i lambda_i`.

use maruyama_dynamics::linear_algebra::{Matrix, extremes};
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, finite, positive};
use crate::hessian_aware::gaussian::{Gaussian, symmetric_part};
use crate::matrix::{SymmetricEigen, congruence, symmetric_eigen};
use maruyama_dynamics::modified_equation::mean_exponential;
use maruyama_dynamics::modified_equation::{Model, PSD_TOLERANCE, products, rotated_diffusion};

/// A quadratic objective with additive gradient noise, and a step size.
#[derive(Clone, Debug)]
pub struct Quadratic {
    pub(crate) step_size: f64,
    pub(crate) eigen: SymmetricEigen,
    /// `Sigma` in the eigenbasis.
    pub(crate) noise: Matrix,
    /// `c` in the eigenbasis.
    pub(crate) linear: Vec<f64>,
}

/// Relative difference of mirrored entries up to which a matrix counts as symmetric.
const ASYMMETRY: f64 = 1e-9;

impl Quadratic {
    /// The objective `xᵀ A x/2` with noise covariance `Sigma` at step size `eta`.
    ///
    /// # Arguments
    /// * `hessian`: `A`, `[dim, dim]`, symmetric, of any signature
    /// * `noise`: `Sigma`, `[dim, dim]`, symmetric and positive semidefinite
    /// * `step_size`: `eta > 0`
    ///
    /// # Errors
    /// If a matrix is not square, symmetric and finite, or `Sigma` has a negative eigenvalue, or
    /// the step size is not positive.
    pub fn new(
        hessian: &Matrix,
        noise: &Matrix,
        step_size: f64,
    ) -> Result<Quadratic, HessianAwareError> {
        let step_size = positive("the step size", step_size)?;
        let dim = hessian.n_rows();
        let hessian = symmetric("the Hessian", hessian, dim)?;
        let noise = symmetric("the noise covariance", noise, dim)?;
        let (smallest, largest) = extremes(&symmetric_eigen(&noise).values);
        if smallest < PSD_TOLERANCE * largest.max(0.0) {
            return Err(HessianAwareError::NotCovariance { smallest });
        }
        let eigen = symmetric_eigen(&hessian);
        let noise = congruence(&eigen.vectors, &noise);
        Ok(Quadratic { step_size, eigen, noise, linear: vec![0.0; dim] })
    }

    /// The same with the linear term `cᵀ x`, `[dim]`; it may lie outside the range of `A`.
    ///
    /// # Errors
    /// If `c` has another dimension or is not finite.
    pub fn with_linear_term(mut self, c: &[f64]) -> Result<Quadratic, HessianAwareError> {
        self.check_point("the linear term", c)?;
        self.linear = self.eigen.vectors.times(c);
        Ok(self)
    }

    /// The same at another step size.
    ///
    /// # Errors
    /// If it is not positive.
    pub fn at_step_size(&self, step_size: f64) -> Result<Quadratic, HessianAwareError> {
        Ok(Quadratic { step_size: positive("the step size", step_size)?, ..self.clone() })
    }

    /// Eigenvalues of `A`, smallest first, `[dim]`.
    #[must_use]
    pub fn eigenvalues(&self) -> &[f64] {
        &self.eigen.values
    }

    /// The diffusion `D` of `model`, `[dim, dim]`, covariance per unit of time.
    ///
    /// # Errors
    /// As for [`coefficients`](crate::hessian_aware::coefficients).
    pub fn diffusion(&self, model: Model) -> Result<Matrix, HessianAwareError> {
        let products = products(model, &self.eigen.values, self.step_size)?;
        let rotated = rotated_diffusion(model, &products, &self.noise, self.step_size)?;
        Ok(congruence(&self.eigen.vectors.transposed(), &rotated))
    }

    /// The law of SGD after `steps` steps from `start`; of its first two moments where the noise
    /// is not Gaussian. Any step size, also `eta lambda ≥ 1`.
    ///
    /// # Accuracy
    /// Relative errors of about 1e-15 `steps` of each moment in the eigenbasis.
    ///
    /// # Errors
    /// If the dimension of `start` differs, or a moment overflows.
    pub fn chain_law(&self, start: &Gaussian, steps: u64) -> Result<Gaussian, HessianAwareError> {
        let eta = self.step_size;
        let factors: Vec<f64> = self.eigen.values.iter().map(|l| 1.0 - eta * l).collect();
        let sums: Vec<(f64, f64)> = factors.iter().map(|m| geometric(*m, steps)).collect();
        self.evolve(
            start,
            |i| (sums[i].0, -eta * sums[i].1),
            |i, j| eta * eta * self.noise.row(i)[j] * geometric(factors[i] * factors[j], steps).1,
        )
    }

    /// The law of `model` at time `time ≥ 0` from `start`; `k` steps of SGD last `k eta`.
    ///
    /// # Source
    /// The transition law of an Ornstein–Uhlenbeck process; arXiv 2405.18373, section 6, for its
    /// agreement with SGD.
    ///
    /// # Errors
    /// As for [`Quadratic::diffusion`], or if the dimension of `start` differs, the time is
    /// negative, or a moment overflows.
    pub fn law(
        &self,
        model: Model,
        start: &Gaussian,
        time: f64,
    ) -> Result<Gaussian, HessianAwareError> {
        if !(time >= 0.0 && time.is_finite()) {
            let (what, range) = ("the time", "finite and not negative");
            return Err(HessianAwareError::OutOfRange { what, value: time, range });
        }
        let products = products(model, &self.eigen.values, self.step_size)?;
        let betas: Vec<f64> = products.iter().map(|a| model.drift_factor(*a)).collect();
        let rates: Vec<f64> = betas.iter().zip(&self.eigen.values).map(|(b, l)| b * l).collect();
        let diffusion = rotated_diffusion(model, &products, &self.noise, self.step_size)?;
        let spread = |rate: f64| time * mean_exponential(rate * time);
        self.evolve(
            start,
            |i| (real::exp(rates[i] * time), betas[i] * spread(rates[i])),
            |i, j| diffusion.row(i)[j] * spread(rates[i] + rates[j]),
        )
    }

    /// The stationary law of SGD.
    ///
    /// # Errors
    /// If `|1 − eta lambda| ≥ 1` for an eigenvalue, which includes `lambda = 0`.
    pub fn stationary_chain(&self) -> Result<Gaussian, HessianAwareError> {
        let eta = self.step_size;
        let rate = |lambda: f64| if (1.0 - eta * lambda).abs() < 1.0 { -lambda } else { 0.0 };
        let rates: Vec<f64> = self.eigen.values.iter().map(|lambda| rate(*lambda)).collect();
        self.stationary_law(&rates, |i, j| {
            let (l, m) = (self.eigen.values[i], self.eigen.values[j]);
            eta * self.noise.row(i)[j] / (l + m - eta * l * m)
        })
    }

    /// The stationary law of `model`.
    ///
    /// # Errors
    /// As for [`Quadratic::diffusion`], or if a direction does not contract.
    pub fn stationary(&self, model: Model) -> Result<Gaussian, HessianAwareError> {
        let products = products(model, &self.eigen.values, self.step_size)?;
        let rates: Vec<f64> =
            products.iter().map(|a| model.drift_factor(*a) * a / self.step_size).collect();
        let diffusion = rotated_diffusion(model, &products, &self.noise, self.step_size)?;
        self.stationary_law(&rates, |i, j| -diffusion.row(i)[j] / (rates[i] + rates[j]))
    }

    /// The law around the minimiser with the given covariance, if all rates are negative.
    fn stationary_law(
        &self,
        rates: &[f64],
        covariance: impl Fn(usize, usize) -> f64,
    ) -> Result<Gaussian, HessianAwareError> {
        for (rate, eigenvalue) in rates.iter().zip(&self.eigen.values) {
            if *rate >= 0.0 {
                return Err(HessianAwareError::Unstable { eigenvalue: *eigenvalue });
            }
        }
        let minimiser: Vec<f64> =
            self.linear.iter().zip(&self.eigen.values).map(|(c, lambda)| -c / lambda).collect();
        self.rotated_back(&minimiser, covariance)
    }

    /// The law `y_i -> p_i y_i + q_i c_i` with `(p_i, q_i) = mean(i)` and an added covariance.
    fn evolve(
        &self,
        start: &Gaussian,
        mean: impl Fn(usize) -> (f64, f64),
        added: impl Fn(usize, usize) -> f64,
    ) -> Result<Gaussian, HessianAwareError> {
        self.check_point("the initial mean", &start.mean)?;
        let dim = start.mean.len();
        let initial = symmetric("the initial covariance", &start.covariance, dim)?;
        let initial = congruence(&self.eigen.vectors, &initial);
        let factors: Vec<(f64, f64)> = (0..dim).map(mean).collect();
        let rotated: Vec<f64> = (self.eigen.vectors.times(&start.mean).iter())
            .zip(&self.linear)
            .zip(&factors)
            .map(|((y, c), (p, q))| p * y + q * c)
            .collect();
        self.rotated_back(&rotated, |i, j| {
            factors[i].0 * initial.row(i)[j] * factors[j].0 + added(i, j)
        })
    }

    /// The law with the given moments in the eigenbasis.
    fn rotated_back(
        &self,
        mean: &[f64],
        covariance: impl Fn(usize, usize) -> f64,
    ) -> Result<Gaussian, HessianAwareError> {
        let dim = mean.len();
        let entries: Vec<f64> =
            (0..dim * dim).map(|entry| covariance(entry / dim, entry % dim)).collect();
        finite("a mean", mean)?;
        finite("a covariance", &entries)?;
        let covariance = Matrix::new(dim, dim, entries);
        Ok(Gaussian {
            mean: self.eigen.vectors.transpose_times(mean),
            covariance: congruence(&self.eigen.vectors.transposed(), &covariance),
        })
    }

    fn check_point(&self, what: &'static str, x: &[f64]) -> Result<(), HessianAwareError> {
        let expected = self.linear.len();
        if x.len() != expected {
            return Err(HessianAwareError::Shape { what, found: x.len(), expected });
        }
        finite(what, x)
    }
}

/// `p^k` and `sum_{j<k} p^j`, by doubling.
fn geometric(p: f64, k: u64) -> (f64, f64) {
    let (mut power, mut sum) = (1.0, 0.0);
    for bit in (0..u64::BITS - k.leading_zeros()).rev() {
        sum += power * sum;
        power *= power;
        if k >> bit & 1 == 1 {
            sum = 1.0 + p * sum;
            power *= p;
        }
    }
    (power, sum)
}

/// The symmetric part of a nearly symmetric matrix with `dim` rows.
pub(crate) fn symmetric(
    what: &'static str,
    m: &Matrix,
    dim: usize,
) -> Result<Matrix, HessianAwareError> {
    if m.n_rows() != dim || m.n_columns() != dim {
        let found = m.n_rows() * m.n_columns();
        return Err(HessianAwareError::Shape { what, found, expected: dim * dim });
    }
    finite(what, m.entries())?;
    let largest = m.entries().iter().fold(0.0, |size: f64, entry| size.max(entry.abs()));
    let mirrored = m.transposed();
    let gap = m.entries().iter().zip(mirrored.entries());
    let gap = gap.fold(0.0, |gap: f64, (x, y)| gap.max((x - y).abs()));
    if gap > ASYMMETRY * largest {
        return Err(HessianAwareError::NotSymmetric { what, gap });
    }
    Ok(symmetric_part(m))
}

#[cfg(test)]
mod tests;
