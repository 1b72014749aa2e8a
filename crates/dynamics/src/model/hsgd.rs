//! Homogenized SGD in principal coordinates, by Euler–Maruyama.
//!
//! ```text
//! dY_i = −(gamma/n) [(lambda_i² + delta) Y_i − delta alpha_i] dt
//!        + (gamma lambda_i/n) sqrt( (1/B) [sum_j lambda_j² Y_j² + beta] ) dB_i
//! ```
//!
//! On a population, `lambda_i²/n` is an eigenvalue of the features' covariance and `beta/n` the
//! variance of the responses' noise: `n = 1` in these equations.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::settings::{BATCH_SIZE, STEP_SIZE, parts_of_a_step};
use crate::model::shape::{Coordinates, Layout, Shape};
use crate::noise::{LANES, LaneStream, Lanes};
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Range, Violation};
use crate::problem::{GaussianPopulation, LeastSquares, Problem};
use crate::simd::{Aligned, Isa};

/// Homogenized SGD.
pub struct HsgdKind;

const PART: Part = Part {
    name: "hsgd",
    doc: "Homogenized SGD, a stochastic differential equation, in the principal coordinates \
          Y = Qᵀ(x − x_*), by Euler–Maruyama. One step is one unit of time, which stands for one \
          iteration of SGD.",
    parameters: &[STEP_SIZE, BATCH_SIZE, DT],
    source: file!(),
};

/// The parameter `dt` of stochastic differential equations whose step is one of SGD.
pub(crate) const DT: Parameter = Parameter {
    name: "dt",
    doc: "Time step of Euler–Maruyama; a step is divided into ceil(1/dt) equal parts. \
          For homogenized SGD take at most 0.02/θ₁ for fits and 0.005/θ₁ for tails, with θ₁ = γ(λ₁² + δ)/n.",
    unit: "SGD iterations",
    kind: Kind::Real(Range { low: 1e-6, high: 1.0, low_included: true, high_included: true }),
    default: Default::Real(0.01),
};

impl ModelKind for HsgdKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["least_squares", "gaussian_population"]
    }

    fn coordinates(&self) -> Coordinates {
        Coordinates::Principal
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let n_parts = parts_of_a_step(parameters.real("dt"));
        let rate = parameters.real("step_size") * largest_eigenvalue(problem);
        if rate < n_parts as f64 {
            return Vec::new();
        }
        vec![Violation {
            parameter: "dt",
            message: format!("Euler–Maruyama overshoots: θ₁ dt = {:.3}", rate / n_parts as f64),
            remedy: format!("take dt below 1/θ₁ = {:.3e}, better 0.02/θ₁", 1.0 / rate),
        }]
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let step_size = parameters.real("step_size");
        let (batch_size, dt) = (parameters.count("batch_size"), parameters.real("dt"));
        if problem.get::<GaussianPopulation>().is_some() {
            let population = problem.expect_shared();
            return Box::new(Hsgd::on_population(population, step_size, batch_size, dt));
        }
        Box::new(Hsgd::new(problem.expect_shared(), step_size, batch_size, dt))
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parts_of_a_step(parameters.real("dt"))
    }
}

/// The largest eigenvalue of the Hessian, penalty included: `theta_1/gamma`.
fn largest_eigenvalue(problem: &dyn Problem) -> f64 {
    if let Some(population) = problem.get::<GaussianPopulation>() {
        return population.eigenvalues.first().copied().unwrap_or(0.0);
    }
    let problem: &LeastSquares = problem.expect();
    let largest = problem.spectrum().singular_values.first();
    largest.map_or(0.0, |s| (s * s + problem.ridge()) / problem.dataset().n_rows() as f64)
}

/// Homogenized SGD on one problem.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, eq. (4). The noise uses the risk without the penalty.
/// Eq. (20) of the supplement omits the factor `delta` before `alpha_i`.
#[derive(Debug)]
pub struct Hsgd {
    problem: Arc<dyn Problem>,
    n_parts: u64,
    batch_size: f64,
    beta: f64,
    /// `lambda_i²`
    squares: Vec<f64>,
    /// `1 − theta_i h`
    decay: Vec<f64>,
    /// `(gamma/n) delta alpha_i h`
    push: Vec<f64>,
    /// `(gamma lambda_i/n) sqrt(h)`
    noise: Vec<f64>,
}

impl Hsgd {
    /// Homogenized SGD with step size `gamma > 0`, batch size `B ≥ 1` and time step `dt` in (0, 1].
    #[must_use]
    pub fn new(problem: Arc<LeastSquares>, step_size: f64, batch_size: u64, dt: f64) -> Hsgd {
        let spectrum = problem.spectrum();
        let (ridge, n_parts) = (problem.ridge(), parts_of_a_step(dt));
        let h = 1.0 / n_parts as f64;
        let speed = step_size / problem.dataset().n_rows() as f64;
        let lambda = &spectrum.singular_values;
        Hsgd {
            n_parts,
            batch_size: batch_size as f64,
            beta: spectrum.beta,
            squares: lambda.iter().map(|s| s * s).collect(),
            decay: lambda.iter().map(|s| 1.0 - speed * (s * s + ridge) * h).collect(),
            push: spectrum.alpha.iter().map(|alpha| speed * ridge * alpha * h).collect(),
            noise: lambda.iter().map(|s| speed * s * h.sqrt()).collect(),
            problem,
        }
    }

    /// Homogenized SGD on a population, `dX = −gamma ∇f(X) dt + gamma sqrt((2/B) f(X) Sigma) dW`, as
    /// in [`Hsgd::new`].
    #[must_use]
    pub fn on_population(
        problem: Arc<GaussianPopulation>,
        step_size: f64,
        batch_size: u64,
        dt: f64,
    ) -> Hsgd {
        let n_parts = parts_of_a_step(dt);
        let (h, lambda) = (1.0 / n_parts as f64, &problem.eigenvalues);
        Hsgd {
            n_parts,
            batch_size: batch_size as f64,
            beta: problem.noise_std * problem.noise_std,
            squares: lambda.clone(),
            decay: lambda.iter().map(|lambda| 1.0 - step_size * lambda * h).collect(),
            push: vec![0.0; lambda.len()],
            noise: lambda.iter().map(|lambda| step_size * (lambda * h).sqrt()).collect(),
            problem,
        }
    }

    /// One step of Euler–Maruyama; `z`, `[r, LANES]`, is room for normals.
    #[inline(always)]
    fn part_of_a_step<S: Isa>(
        &self,
        isa: S,
        stream: &mut LaneStream,
        z: &mut [Lanes],
        y: &mut [Lanes],
    ) {
        stream.fill_normals(isa, z);
        for vector in 0..LANES / S::F64_LANES {
            let risk = isa.add_f64s(self.excess(isa, vector, y), isa.splat_f64s(self.beta));
            let level = isa.sqrt_f64s(isa.div_f64s(risk, isa.splat_f64s(self.batch_size)));
            for (i, (y, z)) in y.iter_mut().zip(z.iter()).enumerate() {
                let y = &mut S::as_mut_simd_f64s(y).0[vector];
                let kick = isa.mul_f64s(level, isa.splat_f64s(self.noise[i]));
                let next = isa.mul_add_f64s(
                    kick,
                    S::as_simd_f64s(z).0[vector],
                    isa.splat_f64s(self.push[i]),
                );
                *y = isa.mul_add_f64s(isa.splat_f64s(self.decay[i]), *y, next);
            }
        }
    }

    /// `sum_j lambda_j² Y_j²` of some of the chains: four interleaved partial sums.
    #[inline(always)]
    fn excess<S: Isa>(&self, isa: S, vector: usize, y: &[Lanes]) -> S::f64s {
        let mut partial = [isa.splat_f64s(0.0); 4];
        let (squares, y) = (self.squares.as_chunks::<4>(), y.as_chunks::<4>());
        let term = |square: f64, y: &Lanes, sum| {
            let y = S::as_simd_f64s(y).0[vector];
            isa.mul_add_f64s(isa.mul_f64s(isa.splat_f64s(square), y), y, sum)
        };
        for (squares, y) in squares.0.iter().zip(y.0) {
            for i in 0..4 {
                partial[i] = term(squares[i], &y[i], partial[i]);
            }
        }
        for (i, (square, y)) in squares.1.iter().zip(y.1).enumerate() {
            partial[i] = term(*square, y, partial[i]);
        }
        let [a, b, c, d] = partial;
        isa.add_f64s(isa.add_f64s(a, c), isa.add_f64s(b, d))
    }
}

impl Dynamics for Hsgd {
    fn coordinates(&self) -> Coordinates {
        Coordinates::Principal
    }

    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.squares.len(), n_vectors: 1 }
    }

    fn embed(&self, x: &[f64], state: &mut [f64]) {
        state.copy_from_slice(&self.problem.expect_principal().principal(x));
    }

    fn workspace(&self) -> Workspace {
        Workspace { reals: Aligned::zeros(self.squares.len() * LANES), ..Workspace::default() }
    }

    #[inline(always)]
    fn advance<S: Isa>(
        &self,
        isa: S,
        n_steps: u64,
        bundle: &mut Bundle,
        workspace: &mut Workspace,
    ) {
        let z = rows_mut(&mut workspace.reals);
        for _ in 0..n_steps * self.n_parts {
            let y = rows_mut(&mut bundle.state);
            self.part_of_a_step(isa, &mut bundle.streams.brownian, z, y);
        }
        bundle.step += n_steps;
    }
}

#[cfg(test)]
mod tests;
