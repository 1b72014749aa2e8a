//! The stochastic differential equation of SGD on a population.
//!
//! ```text
//! dx = −Sigma eta dt + sqrt(gamma/B) sigma(eta) dW,   eta = x − x_*,   W in R^(d+1)
//! sigma(eta) (z, z_0) = Sigma^(1/2) [ sqrt(a eta·Sigma eta + s²) z + sqrt(b) (Sigma^(1/2) eta) z_0 ]
//! ```
//!
//! with `a = b = 1` for Gaussian features, and `a = kappa`, `b = 2 kappa − 1`, `kappa = d/(d + 2)` on
//! the sphere; one feature of constant square has `a = b = 0`.
//!
//! In the equations of second order the drift, and with corrected noise the noise too, is multiplied
//! by `I + gamma Sigma/2`.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Dynamics, Workspace, rows_mut};
use crate::model::fresh_samples::{Whitened, dot};
use crate::model::sde_step::{Order, Scheme, SdeStep};
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::problem::{GaussianPopulation, Problem, SpherePopulation};
use crate::simd::{Aligned, Isa};

/// The stochastic differential equation of SGD on one population; a step is the time `gamma`.
///
/// The factor reproduces the covariance of a single-sample gradient,
/// `(a eta·Sigma eta + s²) Sigma + b Sigma eta etaᵀ Sigma`, from `d + 1` normals. At `dt = 1` a step of
/// Euler–Maruyama has the mean and the covariance of a step of SGD. Steps of Crank–Nicolson have the
/// stationary mean and covariance of the equation at every `dt`: with `P = (I + h Sigma/2)^(−1)`,
///
/// ```text
/// x' = x + P [ −h Sigma eta + sqrt(gamma h/B) sigma(eta) (z, z_0) ].
/// ```
///
/// # Source
/// Model of arXiv 2407.02322 for the population loss; Isserlis, Biometrika 12, 1918, for the
/// covariance of a Gaussian sample's gradient.
#[derive(Clone, Debug)]
pub struct PopulationSde {
    population: Whitened,
    step: SdeStep,
    /// `s²`
    noise_variance: f64,
    /// `a`
    isotropic: f64,
    /// `sqrt(gamma h b/B)`
    along: f64,
    /// `sqrt(lambda_j) P_jj`, `[d]`, times the factor of the noise.
    weights: Vec<f64>,
    /// `−h sqrt(lambda_j) P_jj (factor of the drift − factor of the noise)`, `[d]`, unless it is zero.
    more_drift: Option<Vec<f64>>,
}

impl PopulationSde {
    /// The equation on `problem`, taken in these steps.
    #[must_use]
    pub fn new(problem: Arc<GaussianPopulation>, step: SdeStep) -> PopulationSde {
        let damping = match step.scheme {
            Scheme::EulerMaruyama => 0.0,
            Scheme::CrankNicolson => 0.5 * step.size(),
        };
        let (order, gamma) = (step.order, step.step_size);
        let weight = |lambda: &f64| {
            let drift = order.drift(gamma, *lambda);
            lambda.sqrt() * order.noise(gamma, *lambda) / (1.0 + damping * lambda * drift)
        };
        let more = |lambda: &f64| {
            let ratio = order.drift(gamma, *lambda) / order.noise(gamma, *lambda);
            -step.size() * weight(lambda) * (ratio - 1.0)
        };
        let more_drift = problem.eigenvalues.iter().map(more).collect();
        PopulationSde {
            weights: problem.eigenvalues.iter().map(weight).collect(),
            more_drift: (order == Order::Second).then_some(more_drift),
            noise_variance: problem.noise_std * problem.noise_std,
            isotropic: 1.0,
            along: step.noise(),
            population: Whitened::new(problem),
            step,
        }
    }

    /// The equation on features on a sphere.
    #[must_use]
    pub fn on_sphere(problem: &SpherePopulation, step: SdeStep) -> PopulationSde {
        let equation = PopulationSde::new(problem.gaussian().clone(), step);
        let kurtosis = problem.kurtosis();
        let (isotropic, along): (f64, f64) =
            if problem.dim() == 1 { (0.0, 0.0) } else { (kurtosis, 2.0 * kurtosis - 1.0) };
        PopulationSde { isotropic, along: step.noise() * along.max(0.0).sqrt(), ..equation }
    }

    /// The equation on a problem that is a population.
    pub(crate) fn of(problem: &Arc<dyn Problem>, step: SdeStep) -> Option<PopulationSde> {
        if let Some(sphere) = problem.get::<SpherePopulation>() {
            return Some(PopulationSde::on_sphere(sphere, step));
        }
        let is_gaussian = problem.get::<GaussianPopulation>().is_some();
        is_gaussian.then(|| PopulationSde::new(problem.expect_shared(), step))
    }

    /// One part of a step from the normals `z` and `z_0`, given `errors = Sigma^(1/2) eta`:
    ///
    /// ```text
    /// x_j += sqrt(lambda_j) P_jj [ errors_j (c sqrt(b) z_0 − h) + c sqrt(a |errors|² + s²) z_j ]
    /// c = sqrt(gamma h/B)
    /// ```
    #[inline(always)]
    fn add<S: Isa>(&self, isa: S, errors: &[Lanes], (z, z_0): (&[Lanes], &Lanes), x: &mut [Lanes]) {
        let noise = isa.splat_f64s(self.step.noise());
        let minus_size = isa.splat_f64s(-self.step.size());
        let (isotropic, along) = (isa.splat_f64s(self.isotropic), isa.splat_f64s(self.along));
        for vector in 0..LANES / S::F64_LANES {
            let excess = dot(isa, vector, errors, errors);
            let variance = isa.splat_f64s(self.noise_variance);
            let level = isa.mul_add_f64s(isotropic, excess, variance);
            let level = isa.mul_f64s(noise, isa.sqrt_f64s(level));
            let along = isa.mul_add_f64s(along, S::as_simd_f64s(z_0).0[vector], minus_size);
            for ((x, (error, z)), weight) in
                x.iter_mut().zip(errors.iter().zip(z)).zip(&self.weights)
            {
                let (error, z) = (S::as_simd_f64s(error).0[vector], S::as_simd_f64s(z).0[vector]);
                let move_by = isa.mul_add_f64s(error, along, isa.mul_f64s(level, z));
                let x = &mut S::as_mut_simd_f64s(x).0[vector];
                *x = isa.mul_add_f64s(isa.splat_f64s(*weight), move_by, *x);
            }
        }
    }
}

impl Dynamics for PopulationSde {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.weights.len(), n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        let n_rows = 2 * self.weights.len() + 1;
        Workspace { reals: Aligned::zeros(n_rows * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let dim = self.weights.len();
        let (errors, z) = rows_mut(&mut workspace.reals).split_at_mut(dim);
        for _ in 0..n_steps * self.step.n_parts {
            let x = rows_mut(&mut bundle.state);
            bundle.streams.brownian.fill_normals(isa, z);
            self.population.errors(isa, x, errors);
            let (z, z_0) = z.split_at(dim);
            self.add(isa, errors, (z, &z_0[0]), x);
            if let Some(more) = &self.more_drift {
                add_along(isa, more, errors, x);
            }
        }
        bundle.step += n_steps;
    }
}

/// `x_j += weight_j errors_j`.
#[inline(always)]
fn add_along<S: Isa>(isa: S, weights: &[f64], errors: &[Lanes], x: &mut [Lanes]) {
    for ((x, error), weight) in x.iter_mut().zip(errors).zip(weights) {
        let weight = isa.splat_f64s(*weight);
        for (x, error) in S::as_mut_simd_f64s(x).0.iter_mut().zip(S::as_simd_f64s(error).0) {
            *x = isa.mul_add_f64s(weight, *error, *x);
        }
    }
}

#[cfg(test)]
mod tests;
