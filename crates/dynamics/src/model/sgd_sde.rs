//! The stochastic differential equation of SGD on a finite data set, by Euler–Maruyama.
//!
//! ```text
//! dx = −∇L_reg(x) dt + sqrt(gamma/B) sigma(x) dW,   r = A x − b,   W in R^n
//! sigma(x) dW = n^(−1/2) sum_i r_i (dW_i − mean dW) a_i
//! ```
//!
//! A step of SGD is the time `gamma`. One step of Euler–Maruyama takes O(nd) operations.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Dynamics, Model, ModelKind, Workspace, rows_mut};
use crate::model::sde::DT;
use crate::model::settings::{BATCH_SIZE, STEP_SIZE, parts_of_a_step};
use crate::model::shape::{Layout, Shape};
use crate::noise::{LANES, Lanes};
use crate::parameter::{Lookup, Parameters, Part};
use crate::problem::{LeastSquares, Problem};
use crate::simd::{Aligned, Isa};

/// The stochastic differential equation of SGD on a finite data set.
pub struct SgdSdeKind;

const PART: Part = Part {
    name: "sgd_sde",
    doc: "Stochastic differential equation of SGD on the samples, \
          dx = −∇L dt + √(γ/B) σ(x) dW with σσᵀ the covariance of a single-sample gradient, by \
          Euler–Maruyama. One step stands for one iteration of SGD, that is for the time γ.",
    parameters: &[STEP_SIZE, BATCH_SIZE, DT],
    source: file!(),
};

impl ModelKind for SgdSdeKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn problems(&self) -> &'static [&'static str] {
        &["least_squares"]
    }

    fn build(&self, parameters: &Parameters, problem: &Arc<dyn Problem>) -> Box<dyn Model> {
        let step_size = parameters.real("step_size");
        let batch_size = parameters.count("batch_size");
        Box::new(SgdSde::new(problem.expect(), step_size, batch_size, parameters.real("dt")))
    }

    fn passes_per_step(&self, parameters: &Parameters) -> u64 {
        parts_of_a_step(parameters.real("dt"))
    }
}

/// Rows whose residuals are computed side by side.
const TILE: usize = 4;

/// Euler–Maruyama for the stochastic differential equation of SGD on one least-squares problem.
///
/// At `dt = 1` a step has the mean and the covariance of a step of SGD, given where it starts.
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
}

impl SgdSde {
    /// The equation for step size `gamma > 0` and batch size `B ≥ 1`, with time steps of `dt` in
    /// (0, 1] iterations of SGD.
    #[must_use]
    pub fn new(problem: &LeastSquares, step_size: f64, batch_size: u64, dt: f64) -> SgdSde {
        let dataset = problem.dataset();
        let (n, dim, n_parts) = (dataset.n_rows(), dataset.n_columns(), parts_of_a_step(dt));
        let mut tiles = vec![[0.0; TILE]; n.div_ceil(TILE) * dim];
        let mut responses = vec![[0.0; TILE]; n.div_ceil(TILE)];
        for (i, (row, response)) in dataset.design.rows().zip(&dataset.response).enumerate() {
            responses[i / TILE][i % TILE] = *response;
            for (j, entry) in row.iter().enumerate() {
                tiles[i / TILE * dim + j][i % TILE] = *entry;
            }
        }
        let h = step_size / n_parts as f64;
        SgdSde {
            dim,
            n,
            n_parts,
            tiles,
            responses,
            drift: -h / n as f64,
            noise: (step_size * h / (n as f64 * batch_size as f64)).sqrt(),
            shrinkage: 1.0 - h * problem.ridge() / n as f64,
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
        let shrinkage = isa.splat_f64s(self.shrinkage);
        for (x, sum) in x.iter_mut().zip(sum) {
            let (old, sum) = (read(isa, first, x), read(isa, first, sum));
            let next = [0, 1].map(|v| isa.mul_add_f64s(shrinkage, old[v], sum[v]));
            write(isa, first, x, next);
        }
    }
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
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::noise::{NumpyLegacy, StreamKey};

    fn problem(ridge: f64) -> LeastSquares {
        let mut generator = NumpyLegacy::new(6);
        let design = Matrix::new(7, 3, generator.normals(21));
        LeastSquares::new(Dataset::new(design, generator.normals(7)), ridge)
    }

    /// One step from given normals against the formula.
    #[test]
    fn a_step_is_that_of_the_equation() {
        let problem = problem(0.8);
        let (gamma, b, x) = (0.3, 2.0, [0.4, -1.1, 0.7]);
        let sde = SgdSde::new(&problem, gamma, 2, 0.5);
        let shape = Dynamics::shape(&sde);
        let mut bundle = Bundle::new(shape, StreamKey(5), 3);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &x));
        let mut single =
            crate::noise::Stream::new(StreamKey(5), 8, crate::noise::Purpose::Brownian);
        Model::advance(&sde, 1, &mut bundle, &mut Dynamics::workspace(&sde));

        let (h, n, mut expected) = (0.15, 7.0, x.to_vec());
        for _ in 0..2 {
            let mut z = [0.0; 7];
            single.fill_normals(&mut z);
            let mean = z.iter().sum::<f64>() / n;
            let gradient = problem.gradient(&expected);
            let mut next: Vec<f64> =
                expected.iter().zip(&gradient).map(|(x, g)| x - h * g).collect();
            let dataset = problem.dataset();
            for (i, row) in dataset.design.rows().enumerate() {
                let residual = crate::real::dot(row, &expected) - dataset.response[i];
                let scale = (gamma / b / n * h).sqrt() * residual * (z[i] - mean);
                crate::real::add_scaled(&mut next, scale, row);
            }
            expected = next;
        }
        let mut found = [0.0; 3];
        bundle.get(shape, 0, 5, &mut found);
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-14, "{found} vs {expected}");
        }
    }
}
