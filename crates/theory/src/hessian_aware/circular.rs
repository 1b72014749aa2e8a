//! The circular complex extension, which has the law of SGD also for `eta lambda > 1`.
//!
//! ```text
//! dZ_i = b_i Z_i dt + (S dW)_i,   b_i = log(m_i)/eta,   m_i = 1 − eta lambda_i
//! W complex with independent standard real and imaginary parts,   S S* = D
//! D_ij = eta² Sigma_ij (b_i + conj b_j)/(m_i m_j − 1)
//! ```
//!
//! The real part of `Z` at time `k eta` is distributed as SGD after `k` steps. The same is a real
//! process in twice the dimension, whose directions with `m_i < 0` turn by half a circle a step.

use maruyama_dynamics::linear_algebra::{Matrix, extremes};
use maruyama_dynamics::real;

use crate::hessian_aware::complex::Complex;
use crate::hessian_aware::error::{HessianAwareError, finite};
use crate::hessian_aware::gaussian::Gaussian;
use crate::hessian_aware::quadratic::Quadratic;
use crate::matrix::{SymmetricEigen, congruence, symmetric_eigen};
use maruyama_dynamics::modified_equation::PSD_TOLERANCE;
use maruyama_dynamics::modified_equation::diffusion_factor;

/// The noise of a circular extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircularNoise {
    /// `D = eta Sigma`, as in the stochastic principal flow.
    Plain,
    /// The `D` that gives the real part the law of SGD.
    Matched,
}

/// The circular extension on a quadratic objective without linear term.
#[derive(Clone, Debug)]
pub struct Circular {
    eigen: SymmetricEigen,
    rates: Vec<Complex>,
    /// Hermitian, in the eigenbasis, `[dim][dim]`.
    diffusion: Vec<Vec<Complex>>,
}

impl Circular {
    /// The extension of `quadratic`, whose linear term is not read, with the given noise.
    ///
    /// # Source
    /// arXiv 2405.18373, section 6, extends the equation to complex values; this construction is
    /// ours.
    ///
    /// # Errors
    /// If `eta lambda = 1` for an eigenvalue.
    pub fn new(quadratic: &Quadratic, noise: CircularNoise) -> Result<Circular, HessianAwareError> {
        let eta = quadratic.step_size;
        let logs = logarithms(quadratic)?;
        let entry = |i: usize, j: usize, sigma: f64| match noise {
            CircularNoise::Plain => Complex { re: eta * sigma, im: 0.0 },
            CircularNoise::Matched => matched(logs[i], logs[j]).scaled(eta * sigma),
        };
        let diffusion = (quadratic.noise.rows().enumerate())
            .map(|(i, row)| row.iter().enumerate().map(|(j, s)| entry(i, j, *s)).collect())
            .collect();
        let rates = logs.iter().map(|log| log.scaled(1.0 / eta)).collect();
        Ok(Circular { eigen: quadratic.eigen.clone(), rates, diffusion })
    }

    /// The eigenvalues of the Hermitian diffusion, smallest first, `[dim]`; the process exists
    /// exactly if none is negative, as is always so where `Sigma` commutes with the Hessian.
    #[must_use]
    pub fn diffusion_eigenvalues(&self) -> Vec<f64> {
        // Each eigenvalue of A + iB is a double one of [[A, −B], [B, A]].
        let n = self.rates.len();
        let entries = (0..4 * n * n).map(|entry| {
            let (row, column) = (entry / (2 * n), entry % (2 * n));
            let value = self.diffusion[row % n][column % n];
            match (row < n, column < n) {
                (true, false) => -value.im,
                (false, true) => value.im,
                _ => value.re,
            }
        });
        let doubled = Matrix::new(2 * n, 2 * n, entries.collect());
        symmetric_eigen(&doubled).values.into_iter().step_by(2).collect()
    }

    /// Whether the process exists: no eigenvalue of its diffusion is below −1e-12 of the largest.
    #[must_use]
    pub fn exists(&self) -> bool {
        let values = self.diffusion_eigenvalues();
        let (smallest, largest) = extremes(&values);
        smallest >= PSD_TOLERANCE * largest.max(0.0)
    }

    /// The law of the real part at time `time ≥ 0` from the real point `x`, `[dim]`.
    ///
    /// # Errors
    /// If the dimension of `x` differs or a moment overflows.
    pub fn real_law(&self, x: &[f64], time: f64) -> Result<Gaussian, HessianAwareError> {
        let expected = self.rates.len();
        if x.len() != expected {
            let what = "the starting point";
            return Err(HessianAwareError::Shape { what, found: x.len(), expected });
        }
        let rotated: Vec<f64> = (self.eigen.vectors.times(x).iter())
            .zip(&self.rates)
            .map(|(y, rate)| y * real::exp(rate.re * time) * real::cos(rate.im * time))
            .collect();
        finite("a mean", &rotated)?;
        let covariance =
            self.covariance(|sum, d| (d * sum.scaled(time).mean_exponential()).scaled(time).re)?;
        Ok(Gaussian { mean: self.eigen.vectors.transpose_times(&rotated), covariance })
    }

    /// The stationary covariance of the real part, `[d, d]`.
    ///
    /// # Errors
    /// If `|1 − eta lambda| ≥ 1` for an eigenvalue.
    pub fn stationary_covariance(&self) -> Result<Matrix, HessianAwareError> {
        for (rate, eigenvalue) in self.rates.iter().zip(&self.eigen.values) {
            if rate.re >= 0.0 {
                return Err(HessianAwareError::Unstable { eigenvalue: *eigenvalue });
            }
        }
        self.covariance(|sum, d| -(d / sum).re)
    }

    /// The matrix of `entry(b_i + conj b_j, D_ij)` in the original coordinates.
    fn covariance(
        &self,
        entry: impl Fn(Complex, Complex) -> f64,
    ) -> Result<Matrix, HessianAwareError> {
        let n = self.rates.len();
        let entries: Vec<f64> = (0..n * n)
            .map(|at| {
                let (i, j) = (at / n, at % n);
                entry(self.rates[i] + self.rates[j].conjugate(), self.diffusion[i][j])
            })
            .collect();
        finite("a covariance", &entries)?;
        Ok(congruence(&self.eigen.vectors.transposed(), &Matrix::new(n, n, entries)))
    }
}

/// `log m_i` for all directions.
pub(crate) fn logarithms(quadratic: &Quadratic) -> Result<Vec<Complex>, HessianAwareError> {
    let log = |eigenvalue: &f64| {
        let product = quadratic.step_size * eigenvalue;
        if product == 1.0 {
            Err(HessianAwareError::NoLogarithm { eigenvalue: *eigenvalue })
        } else if product < 1.0 {
            Ok(Complex { re: real::ln_1p(-product), im: 0.0 })
        } else {
            Ok(Complex::ln_of(1.0 - product))
        }
    };
    quadratic.eigen.values.iter().map(log).collect()
}

/// `(log m + conj log n)/(m n − 1)`.
fn matched(log_m: Complex, log_n: Complex) -> Complex {
    let sum = log_m + log_n.conjugate();
    if sum.im == 0.0 {
        // log(p)/(p − 1) = h(−log p).
        return Complex { re: diffusion_factor(-sum.re), im: 0.0 };
    }
    // m n = −e^{re}.
    sum.scaled(-1.0 / (real::exp(sum.re) + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{combine, diagonal, identity};
    use maruyama_dynamics::modified_equation::{Model, NonPsd};

    fn gap(a: &Matrix, b: &Matrix) -> f64 {
        combine(1.0, a, -1.0, b).entries().iter().fold(0.0, |m: f64, x| m.max(x.abs()))
    }

    #[test]
    fn real_part_has_the_law_of_sgd_beyond_the_stability_of_the_logarithm() {
        let hessian = Matrix::new(3, 3, vec![1.4, 0.3, 0.1, 0.3, 0.2, -0.2, 0.1, -0.2, 1.7]);
        let noise = Matrix::new(3, 3, vec![1.0, 0.2, 0.1, 0.2, 0.7, 0.0, 0.1, 0.0, 0.4]);
        let quadratic = Quadratic::new(&hessian, &noise, 1.0).unwrap();
        let circular = Circular::new(&quadratic, CircularNoise::Matched).unwrap();
        assert!(circular.exists());
        let x = [1.0, -0.5, 2.0];
        for steps in [1, 2, 7] {
            let chain = quadratic.chain_law(&Gaussian::point(&x), steps).unwrap();
            let law = circular.real_law(&x, steps as f64).unwrap();
            assert!(law.relative_mean_error(&chain) < 1e-13);
            assert!(law.relative_covariance_error(&chain) < 1e-13);
        }
        let stationary = circular.stationary_covariance().unwrap();
        assert!(gap(&stationary, &quadratic.stationary_chain().unwrap().covariance) < 1e-12);
        let between = circular.real_law(&x, 0.5).unwrap();
        assert!(symmetric_eigen(&between.covariance).values[0] > 0.0);
    }

    #[test]
    fn below_one_it_is_the_real_equation() {
        let hessian = Matrix::new(2, 2, vec![0.5, 0.2, 0.2, -0.3]);
        let quadratic = Quadratic::new(&hessian, &identity(2), 0.6).unwrap();
        let circular = Circular::new(&quadratic, CircularNoise::Matched).unwrap();
        let model = Model::HessianAware(NonPsd::Error);
        let exact = quadratic.law(model, &Gaussian::point(&[1.0, 1.0]), 0.7).unwrap();
        let law = circular.real_law(&[1.0, 1.0], 0.7).unwrap();
        assert!(gap(&law.covariance, &exact.covariance) < 1e-15);
        assert!((law.mean[0] - exact.mean[0]).abs() < 1e-15);
    }

    #[test]
    fn a_vanishing_contraction_is_refused() {
        let quadratic = Quadratic::new(&diagonal(&[2.0, 0.3]), &identity(2), 0.5).unwrap();
        let refused = Circular::new(&quadratic, CircularNoise::Matched).unwrap_err();
        assert_eq!(refused, HessianAwareError::NoLogarithm { eigenvalue: 2.0 });
    }
}
