//! Samples as rows, and their residuals and gradients at the points of sixteen chains.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::dataset::Dataset;
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa};

/// Chains whose rows are read side by side.
const TILE: usize = 4;

/// Eight coordinates of a row or of a chain.
type Eight = [f64; 8];

/// The rows `a_i` of a design, padded with zeros to eights, and the responses `b_i`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    /// Eights in a row.
    n_eights: usize,
    rows: Aligned,
    response: Vec<f64>,
}

impl Samples {
    pub(crate) fn new(dataset: &Dataset) -> Samples {
        let stride = dataset.n_columns().next_multiple_of(8);
        let mut rows = Aligned::zeros(dataset.n_rows() * stride);
        for (target, row) in rows.chunks_exact_mut(stride).zip(dataset.design.rows()) {
            target[..row.len()].copy_from_slice(row);
        }
        Samples { n_eights: stride / 8, rows, response: dataset.response.clone() }
    }

    /// Number of samples.
    pub(crate) fn len(&self) -> usize {
        self.response.len()
    }

    /// `r_l = a_i·x_l − b_i` for each chain `l` and its sample `i = indices[l]`; `x` is a vector laid
    /// out [`crate::model::Layout::ByChain`]. The inner product has eight partial sums of fused
    /// multiply-adds.
    #[inline(always)]
    pub(crate) fn residuals<S: Isa>(
        &self,
        isa: S,
        indices: &[u64; LANES],
        x: &[f64],
        out: &mut Lanes,
    ) {
        match self.n_eights {
            1 => self.residuals_of(isa, 1, indices, x, out),
            2 => self.residuals_of(isa, 2, indices, x, out),
            n => self.residuals_of(isa, n, indices, x, out),
        }
    }

    /// `x_l <- shrinkage x_l + sum_b scales[b][l] a_i`, `i = indices[b][l]`, for each chain `l`.
    #[inline(always)]
    pub(crate) fn combine<S: Isa>(
        &self,
        isa: S,
        indices: &[[u64; LANES]],
        scales: &[Lanes],
        shrinkage: f64,
        x: &mut [f64],
    ) {
        for (batch, (indices, scales)) in indices.iter().zip(scales).enumerate() {
            let shrinkage = if batch == 0 { shrinkage } else { 1.0 };
            match self.n_eights {
                1 => self.add_rows(isa, 1, indices, scales, shrinkage, x),
                2 => self.add_rows(isa, 2, indices, scales, shrinkage, x),
                n => self.add_rows(isa, n, indices, scales, shrinkage, x),
            }
        }
    }

    /// [`Samples::residuals`] for `n` eights, which the compiler knows where they are few.
    #[inline(always)]
    fn residuals_of<S: Isa>(
        &self,
        isa: S,
        n: usize,
        indices: &[u64; LANES],
        x: &[f64],
        out: &mut Lanes,
    ) {
        let x = &x.as_chunks::<8>().0.as_chunks::<LANES>().0[..n];
        for half in [0, LANES / 2] {
            let mut partial = [[isa.splat_f64s(0.0); 8]; 8];
            for (tile, sums) in partial.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
                let first = half + tile * TILE;
                let rows = self.rows_of(n, indices, first);
                for c in 0..n {
                    for l in 0..TILE {
                        let (a, x) = (vectors::<S>(&rows[l][c]), vectors::<S>(&x[c][first + l]));
                        for vector in 0..8 / S::F64_LANES {
                            let sum = &mut sums[l][vector];
                            *sum = isa.mul_add_f64s(a[vector], x[vector], *sum);
                        }
                    }
                }
            }
            let products = isa.sums_of_eight(partial);
            for (l, product) in products.into_iter().enumerate() {
                out[half + l] = product - self.response[indices[half + l] as usize];
            }
        }
    }

    /// Adds a multiple of a row to each chain, for `n` eights.
    #[inline(always)]
    fn add_rows<S: Isa>(
        &self,
        isa: S,
        n: usize,
        indices: &[u64; LANES],
        scales: &Lanes,
        shrinkage: f64,
        x: &mut [f64],
    ) {
        let x = &mut x.as_chunks_mut::<8>().0.as_chunks_mut::<LANES>().0[..n];
        for first in (0..LANES).step_by(TILE) {
            let rows = self.rows_of(n, indices, first);
            for c in 0..n {
                for l in 0..TILE {
                    let scale = isa.splat_f64s(scales[first + l]);
                    let x = S::as_mut_simd_f64s(&mut x[c][first + l]).0;
                    for (x, a) in x.iter_mut().zip(vectors::<S>(&rows[l][c])) {
                        let kept = if shrinkage == 1.0 {
                            *x
                        } else {
                            isa.mul_f64s(*x, isa.splat_f64s(shrinkage))
                        };
                        *x = isa.mul_add_f64s(scale, *a, kept);
                    }
                }
            }
        }
    }

    /// The rows of the samples of [`TILE`] chains from `first` on, `n` eights each.
    #[inline(always)]
    fn rows_of(&self, n: usize, indices: &[u64; LANES], first: usize) -> [&[Eight]; TILE] {
        let rows = self.rows.as_chunks::<8>().0;
        let mut found = [&rows[..0]; TILE];
        for l in 0..TILE {
            let start = indices[first + l] as usize * n;
            found[l] = &rows[start..start + n];
        }
        found
    }
}

#[inline(always)]
fn vectors<S: Isa>(eight: &Eight) -> &[S::f64s] {
    S::as_simd_f64s(eight).0
}
