//! Equations on a network without its Hessian: drift and noise by products with it.
//!
//! ```text
//! b = beta(eta H) g,   S z = eta^{1/2} G v,   v = (n B)^{−1/2} sum_i z_i (g_i − g),   z ~ N(0, I_n)
//! G² = h(−2 log(I − eta H)) in the factorised equation, I in the others without a matrix
//! ```
//!
//! where `g_i` are the gradients of single samples, so that `Cov v` is the covariance of the gradient
//! over batches of `B` samples that are drawn with replacement.

use std::sync::Arc;

use crate::linear_algebra::{Krylov, KrylovError};
use crate::model::modified_equation::local::LocalEquation;
use crate::model::modified_equation::point::PointEquation;
use crate::modified_equation::{CoefficientError, Form, Model};
use crate::problem::{Network, NetworkPoint, Problem as _};
use crate::real;

/// An equation on a perceptron whose Hessian is never formed.
#[derive(Clone, Debug)]
pub struct MatrixFreeEquation {
    network: Arc<Network>,
    equation: LocalEquation,
    batch_size: u64,
    n_products: usize,
}

/// Whether `form` has a diffusion of factors, so that no matrix is needed.
pub(crate) fn is_matrix_free(form: Form) -> bool {
    !matches!(form, Form::ThirdOrder(_) | Form::Plain(Model::HessianAware(_)))
}

impl MatrixFreeEquation {
    /// `equation` on `network`, a perceptron: with the noise that is added to its gradients, or else that
    /// of batches of `batch_size ≥ 1` samples; functions of the Hessian take `n_products ≥ 1` products
    /// with it at most.
    ///
    /// # Accuracy
    /// That of [`Krylov::function`]: the error falls geometrically with the number of products, the
    /// faster the further `eta λ` stays below 1.
    ///
    /// # Source
    /// Drift: Li, Shen, Zhang & He, arXiv 2405.18373; the factorised diffusion, its form by samples and
    /// their evaluation by Lanczos are ours.
    ///
    /// # Panics
    /// If the equation has a diffusion that is no product of factors.
    #[must_use]
    pub fn new(
        network: Arc<Network>,
        equation: LocalEquation,
        batch_size: u64,
        n_products: usize,
    ) -> MatrixFreeEquation {
        assert!(is_matrix_free(equation.form), "the diffusion of {:?} is a matrix", equation.form);
        MatrixFreeEquation { network, equation, batch_size, n_products }
    }

    /// `factor(eta H) v`, `[d]`.
    fn function(
        &self,
        point: &NetworkPoint<'_>,
        v: &[f64],
        factor: impl Fn(f64) -> f64,
    ) -> Result<Vec<f64>, CoefficientError> {
        let times = |v: &[f64], out: &mut [f64]| out.copy_from_slice(&point.hessian_times(v));
        let krylov = match Krylov::new(&times, v, self.n_products) {
            Ok(krylov) => krylov,
            Err(KrylovError::NoDirection { length: 0.0 }) => return Ok(v.to_vec()),
            Err(_) => return Err(CoefficientError::NotFinite),
        };
        let products = self.equation.products(krylov.ritz_values())?;
        let factors: Vec<f64> = products.iter().map(|a| factor(*a)).collect();
        Ok(krylov.with_values(&factors))
    }

    fn drift_at(
        &self,
        point: &NetworkPoint<'_>,
        gradient: &[f64],
    ) -> Result<Vec<f64>, CoefficientError> {
        let model = self.equation.form.model();
        match model {
            Model::Sme1 => Ok(gradient.iter().map(|g| -g).collect()),
            Model::Sme2 => {
                let mut drift: Vec<f64> = gradient.iter().map(|g| -g).collect();
                let image = point.hessian_times(gradient);
                real::add_scaled(&mut drift, -0.5 * self.equation.step_size, &image);
                Ok(drift)
            }
            _ => self.function(point, gradient, |a| model.drift_factor(a)),
        }
    }

    /// The noise of a gradient, `[d]`, that the variates `z` make.
    fn gradient_noise(&self, point: &NetworkPoint<'_>, z: &[f64]) -> Vec<f64> {
        if let Some(noise) = self.network.noise() {
            let std = noise.variance().sqrt();
            return z.iter().map(|z| std * z).collect();
        }
        let n = z.len() as f64;
        let mean = real::sum(z) / n;
        let scale = 1.0 / (n * self.batch_size as f64).sqrt();
        let weights: Vec<f64> = z.iter().map(|z| scale * (z - mean)).collect();
        point.weighted_gradient(&weights)
    }
}

impl PointEquation for MatrixFreeEquation {
    fn local(&self) -> &LocalEquation {
        &self.equation
    }

    fn dim(&self) -> usize {
        self.network.dim()
    }

    /// One for each parameter if noise is added to gradients, otherwise one for each sample.
    fn n_noises(&self) -> usize {
        if self.network.noise().is_some() {
            self.network.dim()
        } else {
            self.network.dataset().n_rows()
        }
    }

    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.network.at(x).gradient()
    }

    fn drift(&self, x: &[f64]) -> Result<Vec<f64>, CoefficientError> {
        let point = self.network.at(x);
        self.drift_at(&point, &point.gradient())
    }

    fn drift_and_noise(
        &self,
        x: &[f64],
        z: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), CoefficientError> {
        let point = self.network.at(x);
        let drift = self.drift_at(&point, &point.gradient())?;
        let model = self.equation.form.model();
        if model == Model::PrincipalFlow {
            return Ok((drift, vec![0.0; x.len()]));
        }
        let noise = self.gradient_noise(&point, z);
        let step_size = self.equation.step_size;
        let noise = if model == Model::Factorised {
            self.function(&point, &noise, |a| (step_size * model.noise_factor(a, a)).sqrt())?
        } else {
            noise.iter().map(|entry| step_size.sqrt() * entry).collect()
        };
        Ok((drift, noise))
    }
}

#[cfg(test)]
mod tests;
