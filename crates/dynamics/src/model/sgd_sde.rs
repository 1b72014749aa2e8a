//! The stochastic differential equation of SGD on a finite data set.
//!
//! ```text
//! dx = −∇L_reg(x) dt + sqrt(gamma/B) sigma(x) dW,   r = A x − b,   W in R^n
//! sigma(x) dW = n^(−1/2) sum_i r_i (dW_i − mean dW) a_i
//! ```
//!
//! A step of SGD is the time `gamma`. One step of Euler–Maruyama takes O(nd) operations, of
//! Crank–Nicolson O(nd + d²).

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::linear_algebra::Matrix;
use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::population_sde::PopulationSde;
use crate::model::sde::DT;
use crate::model::sde_step::{INTEGRATOR, Scheme, SdeStep};
use crate::model::settings::{BATCH_SIZE, STEP_SIZE, parts_of_a_step};
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part};
use crate::problem::{GaussianPopulation, LeastSquares, Problem};
use crate::real;
use crate::simd::{Aligned, Isa};

/// The stochastic differential equation of SGD on a finite data set.
pub struct SgdSdeKind;

const PART: Part = Part {
    name: "sgd_sde",
    doc: "Stochastic differential equation of SGD on the samples, \
          dx = −∇L dt + √(γ/B) σ(x) dW with σσᵀ the covariance of a single-sample gradient, of the \
          data or of a population. One step stands for one iteration of SGD, that is for the time \
          γ.",
    parameters: &[STEP_SIZE, BATCH_SIZE, DT, INTEGRATOR],
    source: file!(),
};

impl ModelKind for SgdSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["least_squares", "gaussian_population"]
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let step = SdeStep::from_parameters(parameters);
        if problem.get::<GaussianPopulation>().is_some() {
            return Box::new(PopulationSde::new(problem.expect_shared(), step));
        }
        Box::new(SgdSde::new(problem.expect(), step))
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parts_of_a_step(parameters.real("dt"))
    }
}

/// Rows whose residuals are computed side by side.
const TILE: usize = 4;

/// The stochastic differential equation of SGD on one least-squares problem.
///
/// At `dt = 1` a step of Euler–Maruyama has the mean and the covariance of a step of SGD, given where
/// it starts. Steps of Crank–Nicolson have the stationary mean and covariance of the equation at
/// every `dt`: with `H = ∇²L_reg`, they are those of Euler–Maruyama times `(I + h H/2)^(−1)`.
///
/// # Source
/// Model of arXiv 2407.02322 for the training loss; the diffusion factor is the one of n-dimensional
/// noise that reproduces the covariance of a single-sample gradient.
#[derive(Clone, Debug)]
pub struct SgdSde {
    dim: usize,
    n: usize,
    n_parts: u64,
    /// Design in tiles of rows, `[n/4, d, 4]`, padded with rows of zeros.
    tiles: Vec<[f64; TILE]>,
    /// Responses in tiles, `[n/4, 4]`.
    responses: Vec<[f64; TILE]>,
    /// `−h/n`
    drift: f64,
    /// `sqrt(gamma h/(n B))`
    noise: f64,
    /// `1 − h delta/n`
    shrinkage: f64,
    /// `(I + h H/2)^(−1)`, `[d, d]`, if steps are multiplied by it.
    damping: Option<Matrix>,
}

impl SgdSde {
    /// The equation taken in these steps.
    #[must_use]
    pub fn new(problem: &LeastSquares, step: SdeStep) -> SgdSde {
        let dataset = problem.dataset();
        let (n, dim) = (dataset.n_rows(), dataset.n_columns());
        let mut tiles = vec![[0.0; TILE]; n.div_ceil(TILE) * dim];
        let mut responses = vec![[0.0; TILE]; n.div_ceil(TILE)];
        for (i, (row, response)) in dataset.design.rows().zip(&dataset.response).enumerate() {
            responses[i / TILE][i % TILE] = *response;
            for (j, entry) in row.iter().enumerate() {
                tiles[i / TILE * dim + j][i % TILE] = *entry;
            }
        }
        let h = step.size();
        SgdSde {
            dim,
            n,
            n_parts: step.n_parts,
            tiles,
            responses,
            drift: -h / n as f64,
            noise: (step.step_size * h / (n as f64 * step.batch_size as f64)).sqrt(),
            shrinkage: 1.0 - h * problem.ridge() / n as f64,
            damping: (step.scheme == Scheme::CrankNicolson).then(|| damping(problem, 0.5 * h)),
        }
    }

    /// Adds one step of Euler–Maruyama, from normals `z`, `[n, LANES]` and zeros behind them, to two
    /// vectors of chains of `x`; `sum` is room of its shape.
    #[inline(always)]
    fn add<S: Isa>(&self, isa: S, first: usize, z: &[Lanes], sum: &mut [Lanes], x: &mut [Lanes]) {
        let noise = isa.splat_f64s(self.noise);
        let mean = mean(isa, first, z, self.n);
        // drift + noise (z − mean) = noise z + (drift − noise mean)
        let offset =
            mean.map(|mean| isa.sub_f64s(isa.splat_f64s(self.drift), isa.mul_f64s(noise, mean)));
        for sum in sum.iter_mut() {
            write(isa, first, sum, [isa.splat_f64s(0.0); 2]);
        }
        let tiles = self.tiles.chunks_exact(self.dim).zip(&self.responses);
        for ((tile, responses), z) in tiles.zip(z.as_chunks::<TILE>().0) {
            let mut weights = residuals(isa, first, tile, responses, x);
            for (weights, z) in weights.iter_mut().zip(z) {
                let z = read(isa, first, z);
                for v in 0..2 {
                    let factor = isa.mul_add_f64s(noise, z[v], offset[v]);
                    weights[v] = isa.mul_f64s(weights[v], factor);
                }
            }
            for (column, sum) in tile.iter().zip(sum.iter_mut()) {
                let mut total = read(isa, first, sum);
                for i in 0..TILE {
                    let entry = isa.splat_f64s(column[i]);
                    for v in 0..2 {
                        total[v] = isa.mul_add_f64s(entry, weights[i][v], total[v]);
                    }
                }
                write(isa, first, sum, total);
            }
        }
        if let Some(damping) = &self.damping {
            return self.add_damped(isa, first, damping, sum, x);
        }
        let shrinkage = isa.splat_f64s(self.shrinkage);
        for (x, sum) in x.iter_mut().zip(sum) {
            let (old, sum) = (read(isa, first, x), read(isa, first, sum));
            let next = [0, 1].map(|v| isa.mul_add_f64s(shrinkage, old[v], sum[v]));
            write(isa, first, x, next);
        }
    }
}

impl SgdSde {
    /// `x <- x + P [ (shrinkage − 1) x + sum ]`.
    #[inline(always)]
    fn add_damped<S: Isa>(
        &self,
        isa: S,
        first: usize,
        damping: &Matrix,
        sum: &mut [Lanes],
        x: &mut [Lanes],
    ) {
        let loss = isa.splat_f64s(self.shrinkage - 1.0);
        for (x, sum) in x.iter().zip(sum.iter_mut()) {
            let (x, old) = (read(isa, first, x), read(isa, first, sum));
            write(isa, first, sum, [0, 1].map(|v| isa.mul_add_f64s(loss, x[v], old[v])));
        }
        for (x, row) in x.iter_mut().zip(damping.rows()) {
            let mut total = read(isa, first, x);
            for (entry, sum) in row.iter().zip(sum.iter()) {
                let (entry, sum) = (isa.splat_f64s(*entry), read(isa, first, sum));
                total = [0, 1].map(|v| isa.mul_add_f64s(entry, sum[v], total[v]));
            }
            write(isa, first, x, total);
        }
    }
}

/// `(I + half H)^(−1)`, `H = (AᵀA + delta I)/n`, from the spectrum of the design:
/// `c_0 I + sum_i (c_i − c_0) q_i q_iᵀ` with `1/c_i = 1 + half (lambda_i² + delta)/n`.
fn damping(problem: &LeastSquares, half: f64) -> Matrix {
    let (spectrum, dim) = (problem.spectrum(), problem.dataset().n_columns());
    let n = problem.dataset().n_rows() as f64;
    let factor = |square: f64| 1.0 / (1.0 + half * (square + problem.ridge()) / n);
    let mut entries = vec![0.0; dim * dim];
    for (j, row) in entries.chunks_exact_mut(dim.max(1)).enumerate() {
        row[j] = factor(0.0);
        for (q, s) in spectrum.right_vectors.rows().zip(&spectrum.singular_values) {
            real::add_scaled(row, (factor(s * s) - factor(0.0)) * q[j], q);
        }
    }
    Matrix::new(dim, dim, entries)
}

impl Dynamics for SgdSde {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.dim, n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        let n_rows = self.responses.len() * TILE + self.dim;
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
        let (z, sum) = rows_mut(&mut workspace.reals).split_at_mut(self.responses.len() * TILE);
        z[self.n..].fill([0.0; LANES]);
        for _ in 0..n_steps * self.n_parts {
            bundle.streams.brownian.fill_normals(isa, &mut z[..self.n]);
            for pair in 0..LANES / S::F64_LANES / 2 {
                let x = rows_mut(&mut bundle.state);
                self.add(isa, pair * 2 * S::F64_LANES, z, sum, x);
            }
        }
        bundle.step += n_steps;
    }
}

/// Two vectors of chains from lane `first` on.
#[inline(always)]
fn read<S: Isa>(_: S, first: usize, row: &Lanes) -> [S::f64s; 2] {
    let vectors = S::as_simd_f64s(&row[first..first + 2 * S::F64_LANES]).0;
    [vectors[0], vectors[1]]
}

/// Writes what [`read`] reads.
#[inline(always)]
fn write<S: Isa>(_: S, first: usize, row: &mut Lanes, values: [S::f64s; 2]) {
    let vectors = S::as_mut_simd_f64s(&mut row[first..first + 2 * S::F64_LANES]).0;
    (vectors[0], vectors[1]) = (values[0], values[1]);
}

/// Mean of the first `n` rows of `z`, whose others are zero, from four interleaved partial sums.
#[inline(always)]
fn mean<S: Isa>(isa: S, first: usize, z: &[Lanes], n: usize) -> [S::f64s; 2] {
    let mut sums = [[isa.splat_f64s(0.0); 2]; TILE];
    for rows in z.as_chunks::<TILE>().0 {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let row = read(isa, first, row);
            *sum = [0, 1].map(|v| isa.add_f64s(sum[v], row[v]));
        }
    }
    let [a, b, c, d] = sums;
    [0, 1].map(|v| {
        let sum = isa.add_f64s(isa.add_f64s(a[v], c[v]), isa.add_f64s(b[v], d[v]));
        isa.div_f64s(sum, isa.splat_f64s(n as f64))
    })
}

/// `a_i·x − b_i` for the rows of a tile.
#[inline(always)]
fn residuals<S: Isa>(
    isa: S,
    first: usize,
    tile: &[[f64; TILE]],
    responses: &[f64; TILE],
    x: &[Lanes],
) -> [[S::f64s; 2]; TILE] {
    let mut residuals = responses.map(|response| [isa.splat_f64s(-response); 2]);
    for (column, x) in tile.iter().zip(x) {
        let x = read(isa, first, x);
        for i in 0..TILE {
            let entry = isa.splat_f64s(column[i]);
            for v in 0..2 {
                residuals[i][v] = isa.mul_add_f64s(entry, x[v], residuals[i][v]);
            }
        }
    }
    residuals
}

#[cfg(test)]
mod tests;
