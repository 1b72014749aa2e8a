//! The stochastic differential equation of SGD on a finite data set.
//!
//! ```text
//! dx = −∇L_reg(x) dt + sqrt(gamma/B) sigma(x) dW,   r = A x − b,   W in R^n
//! sigma(x) dW = n^(−1/2) sum_i r_i (dW_i − mean dW) a_i
//! ```
//!
//! In the equations of second order the drift, and with corrected noise the noise too, is multiplied
//! by `I + gamma H/2`, `H = ∇²L_reg`. A step of SGD is the time `gamma`. One step of Euler–Maruyama
//! takes O(nd) operations, of Crank–Nicolson or of second order O(nd + d²).

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::linear_algebra::Matrix;
use crate::model::conditional_moments::{ConditionalMoments, MAX_RANK};
use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::linear_step::{damping, more_drift};
use crate::model::population_sde::PopulationSde;
use crate::model::sde::DT;
use crate::model::sde_step::{EQUATION, INTEGRATOR, Order, Scheme, SdeStep};
use crate::model::settings::{BATCH_SIZE, STEP_SIZE, parts_of_a_step};
use crate::model::shape::{Layout, Shape};
use crate::model::tiles::{TILE, mean, read, residuals, write};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part, Violation};
use crate::problem::{LeastSquares, Problem};
use crate::simd::{Aligned, Isa};

/// The stochastic differential equation of SGD on a finite data set.
pub struct SgdSdeKind;

const PART: Part = Part {
    name: "sgd_sde",
    doc: "Stochastic differential equation of SGD on the samples, \
          dx = −∇L dt + √(γ/B) σ(x) dW with σσᵀ the covariance of a single-sample gradient, of the \
          data or of a population. One step stands for one iteration of SGD, that is for the time \
          γ.",
    parameters: &[STEP_SIZE, BATCH_SIZE, DT, INTEGRATOR, EQUATION],
    source: file!(),
};

impl ModelKind for SgdSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["least_squares", "gaussian_population", "sphere_population"]
    }

    fn check_problem(&self, parameters: &Parameters, problem: &dyn Problem) -> Vec<Violation> {
        let refuse = |message: String| {
            let remedy = "take `crank_nicolson`".to_owned();
            vec![Violation { parameter: "integrator", message, remedy }]
        };
        let finite = problem.get::<LeastSquares>();
        match finite.map(|finite| finite.spectrum().rank()) {
            _ if !has_conditional_moments(parameters) => Vec::new(),
            None => refuse("`conditional_moments` is for data".to_owned()),
            Some(rank) if rank > MAX_RANK => {
                refuse(format!("`conditional_moments` is for a rank up to {MAX_RANK}, not {rank}"))
            }
            Some(_) => Vec::new(),
        }
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let step = SdeStep::from_parameters(parameters);
        if has_conditional_moments(parameters) {
            return Box::new(ConditionalMoments::new(problem.expect(), step));
        }
        if let Some(equation) = PopulationSde::of(problem, step) {
            return Box::new(equation);
        }
        Box::new(SgdSde::new(problem.expect(), step))
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parts_of_a_step(parameters.real("dt"))
    }
}

fn has_conditional_moments(parameters: &Parameters) -> bool {
    parameters.text("integrator") == "conditional_moments"
}

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
    /// What a step of Euler–Maruyama of the first-order equation is multiplied by, `[d, d]`, if it is.
    damping: Option<Matrix>,
    /// What the error is multiplied by and added, `[d, d]`, and the minimiser, `[d]`, if it is.
    more_drift: Option<(Matrix, Vec<f64>)>,
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
        let has_damping = step.scheme == Scheme::CrankNicolson || step.order != Order::First;
        SgdSde {
            dim,
            n,
            n_parts: step.n_parts,
            tiles,
            responses,
            drift: -h / n as f64,
            noise: (step.step_size * h / (n as f64 * step.batch_size as f64)).sqrt(),
            shrinkage: 1.0 - h * problem.ridge() / n as f64,
            damping: has_damping.then(|| damping(problem, step)),
            more_drift: (step.order == Order::Second)
                .then(|| (more_drift(problem, step), problem.minimiser().to_vec())),
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
        for sum in &mut sum[..self.dim] {
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
    /// `x <- x + P [ (shrinkage − 1) x + sum ] + Q (x − x_*)`.
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
        let Some((more, centre)) = &self.more_drift else {
            return add_product(isa, first, damping, sum, x);
        };
        let (sum, errors) = sum.split_at_mut(self.dim);
        for ((x, error), centre) in x.iter().zip(errors.iter_mut()).zip(centre) {
            let (x, centre) = (read(isa, first, x), isa.splat_f64s(*centre));
            write(isa, first, error, [0, 1].map(|v| isa.sub_f64s(x[v], centre)));
        }
        add_product(isa, first, damping, sum, x);
        add_product(isa, first, more, errors, x);
    }
}

/// `x <- x + P v`.
#[inline(always)]
fn add_product<S: Isa>(isa: S, first: usize, p: &Matrix, v: &[Lanes], x: &mut [Lanes]) {
    for (x, row) in x.iter_mut().zip(p.rows()) {
        let mut total = read(isa, first, x);
        for (entry, v) in row.iter().zip(v) {
            let (entry, v) = (isa.splat_f64s(*entry), read(isa, first, v));
            total = [0, 1].map(|i| isa.mul_add_f64s(entry, v[i], total[i]));
        }
        write(isa, first, x, total);
    }
}

impl Dynamics for SgdSde {
    fn shape(&self) -> Shape {
        Shape { layout: Layout::ByCoordinate, dim: self.dim, n_vectors: 1 }
    }

    fn workspace(&self) -> Workspace {
        let n_sums = if self.more_drift.is_some() { 2 } else { 1 };
        let n_rows = self.responses.len() * TILE + n_sums * self.dim;
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

#[cfg(test)]
mod tests;
