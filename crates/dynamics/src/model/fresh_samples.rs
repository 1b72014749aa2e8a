//! Gradients of least squares over samples that are drawn anew from a population.
//!
//! ```text
//! g = (1/B) sum_{b ≤ B} r_b a_b,   a_b = diag(lambda)^(1/2) z_b,   r_b = a_b·(x − x_*) − s e_b
//! ```
//!
//! with `z_b ~ N(0, I)`, or `z_b = sqrt(d) n/|n|`, `n ~ N(0, I)`, on the sphere.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Workspace, rows, rows_mut};
use crate::model::shape::Layout;
use crate::model::stochastic_gradient::{Room, StochasticGradient};
use crate::noise::{LANES, Lanes};
use crate::problem::{GaussianPopulation, Problem, SpherePopulation};
use crate::simd::{Aligned, Isa};

/// The gradient of a population's risk over batches of new samples: `B (d + 1)` normals a draw, `B d`
/// without noise of the responses.
///
/// # Source
/// Muller, Commun. ACM 2(4), 1959, for points on the sphere.
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 2.1, with the law of the samples in place of the
/// data.
#[derive(Clone, Debug)]
pub struct FreshSamples {
    population: Whitened,
    noise_std: f64,
    batch_size: usize,
    is_on_sphere: bool,
    /// `kappa`: fourth moments over those of Gaussian features.
    kurtosis: f64,
}

impl FreshSamples {
    /// The gradient over batches of `batch_size ≥ 1` samples.
    #[must_use]
    pub fn new(problem: Arc<GaussianPopulation>, batch_size: usize) -> FreshSamples {
        FreshSamples {
            noise_std: problem.noise_std,
            population: Whitened::new(problem),
            batch_size,
            is_on_sphere: false,
            kurtosis: 1.0,
        }
    }

    /// The same of features on a sphere.
    #[must_use]
    pub fn on_sphere(problem: &SpherePopulation, batch_size: usize) -> FreshSamples {
        FreshSamples {
            is_on_sphere: true,
            kurtosis: problem.kurtosis(),
            ..FreshSamples::new(problem.gaussian().clone(), batch_size)
        }
    }

    /// The gradient of a problem that is a population.
    pub(crate) fn of(problem: &Arc<dyn Problem>, batch_size: usize) -> Option<FreshSamples> {
        if let Some(sphere) = problem.get::<SpherePopulation>() {
            return Some(FreshSamples::on_sphere(sphere, batch_size));
        }
        let is_gaussian = problem.get::<GaussianPopulation>().is_some();
        is_gaussian.then(|| FreshSamples::new(problem.expect_shared(), batch_size))
    }

    /// Normals of one sample.
    fn n_normals(&self) -> usize {
        self.population.roots.len() + usize::from(self.noise_std > 0.0)
    }
}

impl StochasticGradient for FreshSamples {
    fn layout(&self) -> Layout {
        Layout::ByCoordinate
    }

    fn dim(&self) -> usize {
        self.population.roots.len()
    }

    fn workspace(&self) -> Workspace {
        let n_rows = self.population.roots.len() + self.n_normals();
        Workspace { reals: Aligned::zeros(n_rows * LANES), ..Workspace::default() }
    }

    /// `E g_j² = lambda_j² eta_j² + (1/B) [(kappa eta·Sigma eta + s²) lambda_j + (2 kappa − 1) lambda_j² eta_j²]`,
    /// `eta = x − x_*`.
    #[inline(always)]
    fn mean_square<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        // out_j = sqrt(lambda_j) eta_j for now.
        self.population.errors(isa, x, out);
        let share = 1.0 / self.batch_size as f64;
        let weight = 1.0 + share * (2.0 * self.kurtosis - 1.0);
        for vector in 0..LANES / S::F64_LANES {
            let excess = dot(isa, vector, out, out);
            let variance = isa.splat_f64s(self.noise_std * self.noise_std);
            let level = isa.mul_add_f64s(isa.splat_f64s(self.kurtosis), excess, variance);
            let level = isa.mul_f64s(level, isa.splat_f64s(share));
            for (out, root) in out.iter_mut().zip(&self.population.roots) {
                let out = &mut S::as_mut_simd_f64s(out).0[vector];
                let square = isa.mul_f64s(*out, *out);
                let sum = isa.mul_add_f64s(isa.splat_f64s(weight), square, level);
                *out = isa.mul_f64s(isa.splat_f64s(root * root), sum);
            }
        }
    }

    #[inline(always)]
    fn draw<S: Isa>(&self, isa: S, bundle: &mut Bundle, room: Room<'_>, out: &mut [Lanes]) {
        let dim = out.len();
        let (errors, normals) = rows_mut(room.reals).split_at_mut(dim);
        let normals = &mut normals[..self.n_normals()];
        self.population.errors(isa, &rows(&bundle.state)[..dim], errors);
        out.fill([0.0; LANES]);
        for _ in 0..self.batch_size {
            bundle.streams.batch.fill_normals(isa, normals);
            let (features, noise) = normals.split_at_mut(dim);
            if self.is_on_sphere {
                project(isa, features);
            }
            self.add_sample(isa, errors, features, noise.first(), out);
        }
        let share = 1.0 / self.batch_size as f64;
        for (out, root) in out.iter_mut().zip(&self.population.roots) {
            let weight = isa.splat_f64s(root * share);
            for out in S::as_mut_simd_f64s(out).0 {
                *out = isa.mul_f64s(weight, *out);
            }
        }
    }
}

impl FreshSamples {
    /// `out_j += r z_j` for the sample with the features `sqrt(lambda_j) z_j`.
    #[inline(always)]
    fn add_sample<S: Isa>(
        &self,
        isa: S,
        errors: &[Lanes],
        features: &[Lanes],
        noise: Option<&Lanes>,
        out: &mut [Lanes],
    ) {
        let minus_std = isa.splat_f64s(-self.noise_std);
        for vector in 0..LANES / S::F64_LANES {
            let mut residual = dot(isa, vector, errors, features);
            if let Some(noise) = noise {
                residual = isa.mul_add_f64s(minus_std, S::as_simd_f64s(noise).0[vector], residual);
            }
            for (out, z) in out.iter_mut().zip(features) {
                let out = &mut S::as_mut_simd_f64s(out).0[vector];
                *out = isa.mul_add_f64s(residual, S::as_simd_f64s(z).0[vector], *out);
            }
        }
    }
}

/// `z <- sqrt(d) z/|z|`, `[d, LANES]`.
#[inline(always)]
fn project<S: Isa>(isa: S, z: &mut [Lanes]) {
    let radius = isa.splat_f64s((z.len() as f64).sqrt());
    for vector in 0..LANES / S::F64_LANES {
        let length = isa.sqrt_f64s(dot(isa, vector, z, z));
        let scale = isa.div_f64s(radius, length);
        for z in z.iter_mut() {
            let z = &mut S::as_mut_simd_f64s(z).0[vector];
            *z = isa.mul_f64s(*z, scale);
        }
    }
}

/// A population by the standard deviations of its features and its minimiser.
#[derive(Clone, Debug)]
pub(crate) struct Whitened {
    problem: Arc<GaussianPopulation>,
    /// `sqrt(lambda_j)`, `[d]`.
    pub(crate) roots: Vec<f64>,
}

impl Whitened {
    pub(crate) fn new(problem: Arc<GaussianPopulation>) -> Whitened {
        let roots = problem.eigenvalues.iter().map(|lambda| lambda.sqrt()).collect();
        Whitened { problem, roots }
    }

    /// Writes `sqrt(lambda_j) (x_j − x_*j)`, `[d, LANES]`, to `out`.
    #[inline(always)]
    pub(crate) fn errors<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        let constants = self.roots.iter().zip(self.problem.minimiser());
        for ((x, out), (root, centre)) in x.iter().zip(out).zip(constants) {
            let (root, centre) = (isa.splat_f64s(*root), isa.splat_f64s(*centre));
            for (x, out) in S::as_simd_f64s(x).0.iter().zip(S::as_mut_simd_f64s(out).0) {
                *out = isa.mul_f64s(root, isa.sub_f64s(*x, centre));
            }
        }
    }
}

/// `sum_j a_j b_j` of some of the chains: four interleaved partial sums.
#[inline(always)]
pub(crate) fn dot<S: Isa>(isa: S, vector: usize, a: &[Lanes], b: &[Lanes]) -> S::f64s {
    let mut partial = [isa.splat_f64s(0.0); 4];
    let term = |a: &Lanes, b: &Lanes, sum| {
        isa.mul_add_f64s(S::as_simd_f64s(a).0[vector], S::as_simd_f64s(b).0[vector], sum)
    };
    let (a, b) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (a, b) in a.0.iter().zip(b.0) {
        for i in 0..4 {
            partial[i] = term(&a[i], &b[i], partial[i]);
        }
    }
    for (i, (a, b)) in a.1.iter().zip(b.1).enumerate() {
        partial[i] = term(a, b, partial[i]);
    }
    let [a, b, c, d] = partial;
    isa.add_f64s(isa.add_f64s(a, c), isa.add_f64s(b, d))
}

#[cfg(test)]
mod tests;
