//! Samples as rows, and their residuals and gradients at the points of sixteen chains.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::dataset::Dataset;
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa};

/// The rows `a_i` of a design, padded with zeros to whole vectors, and the responses `b_i`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    stride: usize,
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
        Samples { stride, rows, response: dataset.response.clone() }
    }

    /// Number of samples.
    pub(crate) fn len(&self) -> usize {
        self.response.len()
    }

    #[inline(always)]
    fn row(&self, index: u64) -> &[f64] {
        let start = index as usize * self.stride;
        &self.rows[start..start + self.stride]
    }

    /// `r_l = a_i·x_l − b_i` for each chain `l` and its sample `i = indices[l]`; `x` is a vector laid
    /// out chain by chain. The inner product has eight partial sums of fused multiply-adds.
    #[inline(always)]
    pub(crate) fn residuals<S: Isa>(
        &self,
        isa: S,
        indices: &[u64; LANES],
        x: &[f64],
        out: &mut Lanes,
    ) {
        for half in 0..LANES / 8 {
            let mut partial = [[isa.splat_f64s(0.0); 8]; 8];
            for (i, sums) in partial.iter_mut().enumerate() {
                let lane = 8 * half + i;
                let row = self.row(indices[lane]);
                let point = &x[lane * self.stride..(lane + 1) * self.stride];
                for (a, x) in row.as_chunks::<8>().0.iter().zip(point.as_chunks::<8>().0) {
                    let (a, x) = (S::as_simd_f64s(a).0, S::as_simd_f64s(x).0);
                    for vector in 0..8 / S::F64_LANES {
                        sums[vector] = isa.mul_add_f64s(a[vector], x[vector], sums[vector]);
                    }
                }
            }
            let products = isa.sums_of_eight(partial);
            for (i, product) in products.into_iter().enumerate() {
                let lane = 8 * half + i;
                out[lane] = product - self.response[indices[lane] as usize];
            }
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
        let shrinkage = isa.splat_f64s(shrinkage);
        for (lane, point) in x.chunks_exact_mut(self.stride).enumerate() {
            let point = S::as_mut_simd_f64s(point).0;
            let ([first_row, rows @ ..], [first_scale, scales @ ..]) = (indices, scales) else {
                return;
            };
            let row = S::as_simd_f64s(self.row(first_row[lane])).0;
            let scale = isa.splat_f64s(first_scale[lane]);
            for (x, a) in point.iter_mut().zip(row) {
                *x = isa.mul_add_f64s(scale, *a, isa.mul_f64s(shrinkage, *x));
            }
            for (indices, scales) in rows.iter().zip(scales) {
                let row = S::as_simd_f64s(self.row(indices[lane])).0;
                let scale = isa.splat_f64s(scales[lane]);
                for (x, a) in point.iter_mut().zip(row) {
                    *x = isa.mul_add_f64s(scale, *a, *x);
                }
            }
        }
    }
}
