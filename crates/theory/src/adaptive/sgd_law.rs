//! Means and covariances of SGD on a quadratic, of the chain and of its equation.
//!
//! ```text
//! x_{k+1} = x_k − eta (H x_k + z_k),   Cov z = Sigma          a_i = 1 − eta h_i
//! dX = −H X dt + sqrt(eta) Sigma^(1/2) dW,   time t = k eta
//! in the eigenbasis of H:  Cov_ij = eta Sigma_ij (1 − e^{−(h_i + h_j) t})/(h_i + h_j)
//!                          Cov_ij = eta² Sigma_ij (1 − (a_i a_j)^k)/(1 − a_i a_j)
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::adaptive::error::{AdaptiveError, positive};
use crate::matrix::{SymmetricEigen, congruence, symmetric_eigen};

/// SGD on `f(x) = xᵀ H x/2` with Gaussian or other noise of constant covariance.
#[derive(Clone, Debug)]
pub struct SgdLaw {
    eigen: SymmetricEigen,
    /// `Sigma` in the eigenbasis.
    noise: Matrix,
    step_size: f64,
}

impl SgdLaw {
    /// The law for a symmetric `hessian` `H`, `[d, d]`, a `noise` covariance `Sigma`, `[d, d]`, which
    /// need not commute, and `step_size` `eta > 0`.
    ///
    /// # Errors
    /// If `step_size` or an eigenvalue of `H` is not positive.
    ///
    /// # Panics
    /// If the matrices are not square and of one size.
    pub fn new(hessian: &Matrix, noise: &Matrix, step_size: f64) -> Result<SgdLaw, AdaptiveError> {
        positive("step_size", step_size)?;
        let eigen = symmetric_eigen(hessian);
        for value in &eigen.values {
            positive("an eigenvalue of the Hessian", *value)?;
        }
        let noise = congruence(&eigen.vectors, noise);
        Ok(SgdLaw { eigen, noise, step_size })
    }

    /// `E X_t = e^{−Ht} x_0` of the equation, `[d]`.
    #[must_use]
    pub fn mean(&self, start: &[f64], time: f64) -> Vec<f64> {
        self.eigen.function(|h| real::exp(-h * time)).times(start)
    }

    /// `E x_k = (I − eta H)^k x_0` of the chain, `[d]`.
    #[must_use]
    pub fn chain_mean(&self, start: &[f64], n_steps: u64) -> Vec<f64> {
        self.eigen.function(|h| power(1.0 - self.step_size * h, n_steps)).times(start)
    }

    /// Covariance of the equation at `time`, `[d, d]`, from a point; `time` may be infinite, which
    /// gives the solution of `H C + C H = eta Sigma`.
    ///
    /// # Source
    /// Compagnoni et al., arXiv 2411.15958, Lemma 3.8 (confirmed) for matrices that commute; the
    /// general case is derived.
    #[must_use]
    pub fn covariance(&self, time: f64) -> Matrix {
        self.in_basis(|h, k, noise| {
            let rate = h + k;
            -self.step_size * noise * real::expm1(-rate * time) / rate
        })
    }

    /// Covariance of the chain after `n_steps` steps from a point, `[d, d]`; `None` is the limit.
    ///
    /// # Errors
    /// If a limit is asked for and `eta h ≥ 2` for an eigenvalue.
    ///
    /// # Source
    /// Derived.
    pub fn chain_covariance(&self, n_steps: Option<u64>) -> Result<Matrix, AdaptiveError> {
        let largest = self.eigen.values.last().map_or(0.0, |h| self.step_size * h);
        if n_steps.is_none() && largest >= 2.0 {
            return Err(AdaptiveError::NotStable);
        }
        Ok(self.in_basis(|h, k, noise| {
            let (a, b) = (1.0 - self.step_size * h, 1.0 - self.step_size * k);
            let left = n_steps.map_or(0.0, |n| power(a * b, n));
            // 1 − a b = eta (h + k) − eta² h k, without cancellation.
            let lost = self.step_size * (h + k - self.step_size * h * k);
            let sum =
                if lost == 0.0 { n_steps.map_or(0.0, |n| n as f64) } else { (1.0 - left) / lost };
            self.step_size * self.step_size * noise * sum
        }))
    }

    /// `E f` where `x` has the given `mean` `[d]` and `covariance` `[d, d]`:
    /// `(Tr H C + meanᵀ H mean)/2`.
    #[must_use]
    pub fn loss(&self, mean: &[f64], covariance: &Matrix) -> f64 {
        let hessian = self.eigen.function(|h| h);
        let trace = real::dot(hessian.entries(), covariance.entries());
        0.5 * (trace + real::dot(mean, &hessian.times(mean)))
    }

    /// `Qᵀ [f(h_i, h_j, Sigma_ij)] Q`
    fn in_basis(&self, f: impl Fn(f64, f64, f64) -> f64) -> Matrix {
        let (n, h) = (self.eigen.values.len(), &self.eigen.values);
        let entries =
            (0..n * n).map(|at| f(h[at / n], h[at % n], self.noise.entries()[at])).collect();
        congruence(&self.eigen.vectors.transposed(), &Matrix::new(n, n, entries))
    }
}

/// `base^n` by squaring.
pub(crate) fn power(base: f64, n: u64) -> f64 {
    let (mut square, mut rest, mut product) = (base, n, 1.0);
    while rest > 0 {
        if rest % 2 == 1 {
            product *= square;
        }
        square *= square;
        rest /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::lyapunov::{discrete_lyapunov, lyapunov};
    use crate::matrix::{combine, identity};

    fn setting() -> (Matrix, Matrix) {
        let hessian = Matrix::new(2, 2, vec![2.0, 0.5, 0.5, 1.0]);
        let noise = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.2]);
        (hessian, noise)
    }

    fn assert_near(a: &Matrix, b: &Matrix, tolerance: f64) {
        for (x, y) in a.entries().iter().zip(b.entries()) {
            assert!((x - y).abs() < tolerance, "{x} {y}");
        }
    }

    #[test]
    fn limits_solve_lyapunovs_equations() {
        let (hessian, noise) = setting();
        let law = SgdLaw::new(&hessian, &noise, 0.05).unwrap();
        let scaled = combine(0.05, &noise, 0.0, &noise);
        assert_near(&law.covariance(f64::INFINITY), &lyapunov(&hessian, &scaled).unwrap(), 1e-16);
        let contraction = combine(1.0, &identity(2), -0.05, &hessian);
        let scaled = combine(0.0025, &noise, 0.0, &noise);
        let limit = discrete_lyapunov(&contraction, &scaled).unwrap();
        assert_near(&law.chain_covariance(None).unwrap(), &limit, 1e-16);
        assert!(SgdLaw::new(&hessian, &noise, 1.0).unwrap().chain_covariance(None).is_err());
    }

    /// `C_{k+1} = A C_k A + eta² Sigma`, and the same for the mean.
    #[test]
    fn chains_follow_their_recursions() {
        let (hessian, noise) = setting();
        let law = SgdLaw::new(&hessian, &noise, 0.05).unwrap();
        let contraction = combine(1.0, &identity(2), -0.05, &hessian);
        let next = combine(
            1.0,
            &congruence(&contraction, &law.chain_covariance(Some(6)).unwrap()),
            0.0025,
            &noise,
        );
        assert_near(&law.chain_covariance(Some(7)).unwrap(), &next, 1e-17);
        let mean = contraction.times(&law.chain_mean(&[1.0, -2.0], 6));
        for (x, y) in law.chain_mean(&[1.0, -2.0], 7).iter().zip(mean) {
            assert!((x - y).abs() < 1e-15);
        }
    }

    /// For short times `Cov = eta t Sigma`, and the loss is that of the mean.
    #[test]
    fn equations_start_from_a_point() {
        let (hessian, noise) = setting();
        let law = SgdLaw::new(&hessian, &noise, 0.05).unwrap();
        let short = law.covariance(1e-6);
        assert_near(&short, &combine(5e-8, &noise, 0.0, &noise), 1e-12);
        let mean = law.mean(&[1.0, -2.0], 0.0);
        assert!((law.loss(&mean, &law.covariance(0.0)) - 0.5 * (2.0 - 2.0 + 4.0)).abs() < 1e-14);
    }
}
