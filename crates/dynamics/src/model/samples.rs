//! Steps of SGD over single samples: rows of a matrix against the points of sixteen chains.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::dataset::Dataset;
use crate::model::columns::advance_columns;
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa};

/// Eight coordinates of a row or of a chain.
pub(crate) type Eight = [f64; 8];

/// The rows `a_i` of a design, padded with zeros to eights, and the responses `b_i`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    dim: usize,
    /// Eights in a row.
    n_eights: usize,
    rows: Aligned,
    response: Vec<f64>,
}

/// One step: `x <- shrinkage x + weight sum_b (a_b·x − b_b) a_b`, all residuals at the old `x`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// Factor of the old point.
    pub shrinkage: f64,
    /// Factor of the sum over the batch.
    pub weight: f64,
}

/// Consecutive steps with what they are taken over.
#[derive(Clone, Copy)]
pub(crate) struct Batches<'a> {
    pub steps: &'a [Step],
    /// `[steps, B, LANES]`
    pub indices: &'a [[u64; LANES]],
    /// `[steps, B, LANES]`
    pub responses: &'a [Lanes],
}

/// One step with what it is taken over.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub step: Step,
    /// `[B, LANES]`
    pub indices: &'a [[u64; LANES]],
    /// `[B, LANES]`
    pub responses: &'a [Lanes],
}

impl<'a> Batches<'a> {
    /// The steps one by one.
    #[inline(always)]
    pub(crate) fn each(self) -> impl Iterator<Item = Batch<'a>> {
        let batch_size = self.indices.len() / self.steps.len().max(1);
        let batches = self.indices.chunks_exact(batch_size.max(1));
        let responses = self.responses.chunks_exact(batch_size.max(1));
        self.steps.iter().zip(batches.zip(responses)).map(|(step, (indices, responses))| Batch {
            step: *step,
            indices,
            responses,
        })
    }
}

impl Samples {
    pub(crate) fn new(dataset: &Dataset) -> Samples {
        let stride = dataset.n_columns().next_multiple_of(8);
        let mut rows = Aligned::zeros(dataset.n_rows() * stride);
        for (target, row) in rows.chunks_exact_mut(stride).zip(dataset.design.rows()) {
            target[..row.len()].copy_from_slice(row);
        }
        Samples {
            dim: dataset.n_columns(),
            n_eights: stride / 8,
            rows,
            response: dataset.response.clone(),
        }
    }

    /// The rows in eights.
    #[inline(always)]
    pub(crate) fn rows(&self) -> &[Eight] {
        self.rows.as_chunks().0
    }

    /// Reals that [`Samples::advance`] needs as room for `steps` steps over batches of `batch_size`.
    pub(crate) fn room(&self, steps: usize, batch_size: usize) -> usize {
        (steps + (self.dim + 1).div_ceil(2)) * batch_size * LANES
    }

    /// Number of samples.
    pub(crate) fn len(&self) -> usize {
        self.response.len()
    }

    /// Takes `steps` from the points `x`, laid out [`crate::model::Layout::ByChain`], over batches of
    /// the samples `indices`, `[steps, B, LANES]`; `room` has [`Samples::room`].
    ///
    /// Points of few coordinates stay in registers from step to step, some chains at a time.
    #[inline(always)]
    pub(crate) fn advance<S: Isa>(
        &self,
        isa: S,
        steps: &[Step],
        indices: &[[u64; LANES]],
        room: &mut [f64],
        x: &mut [f64],
    ) {
        let x = x.as_chunks_mut::<8>().0.as_chunks_mut::<LANES>().0;
        let room: &mut [Lanes] = room.as_chunks_mut().0;
        let (responses, room) = room.split_at_mut(indices.len());
        for (responses, indices) in responses.iter_mut().zip(indices) {
            for (response, index) in responses.iter_mut().zip(indices) {
                *response = self.response[*index as usize];
            }
        }
        let batches = Batches { steps, indices, responses };
        let batch_size = indices.len() / steps.len().max(1);
        let eights =
            &mut room.as_flattened_mut().as_chunks_mut::<8>().0[..batch_size * (self.dim + 1)];
        match self.dim {
            1 => advance_columns::<S, 1, 1>(isa, self, batches, eights, x),
            2 => advance_columns::<S, 2, 1>(isa, self, batches, eights, x),
            3 => advance_columns::<S, 3, 1>(isa, self, batches, eights, x),
            4 => advance_columns::<S, 4, 1>(isa, self, batches, eights, x),
            5 => advance_columns::<S, 5, 1>(isa, self, batches, eights, x),
            6 => advance_columns::<S, 6, 1>(isa, self, batches, eights, x),
            7 => advance_columns::<S, 7, 1>(isa, self, batches, eights, x),
            8 => advance_columns::<S, 8, 1>(isa, self, batches, eights, x),
            9 => advance_columns::<S, 9, 2>(isa, self, batches, eights, x),
            10 => advance_columns::<S, 10, 2>(isa, self, batches, eights, x),
            11 => advance_columns::<S, 11, 2>(isa, self, batches, eights, x),
            12 => advance_columns::<S, 12, 2>(isa, self, batches, eights, x),
            13 => advance_columns::<S, 13, 2>(isa, self, batches, eights, x),
            14 => advance_columns::<S, 14, 2>(isa, self, batches, eights, x),
            15 => advance_columns::<S, 15, 2>(isa, self, batches, eights, x),
            16 => advance_columns::<S, 16, 2>(isa, self, batches, eights, x),
            _ => self.advance_rows(isa, batches, &mut room[..batch_size], x),
        }
    }

    /// [`Samples::advance`] for points of many coordinates; `room` is `[B, LANES]`.
    #[inline(always)]
    fn advance_rows<S: Isa>(
        &self,
        isa: S,
        batches: Batches<'_>,
        room: &mut [Lanes],
        x: &mut [[Eight; LANES]],
    ) {
        match self.n_eights {
            3 => self.groups::<S, 3, 8>(isa, batches, room, x),
            4 => self.groups::<S, 4, 4>(isa, batches, room, x),
            5 => self.groups::<S, 5, 4>(isa, batches, room, x),
            6 => self.groups::<S, 6, 4>(isa, batches, room, x),
            7 => self.groups::<S, 7, 2>(isa, batches, room, x),
            8 => self.groups::<S, 8, 2>(isa, batches, room, x),
            9 => self.groups::<S, 9, 2>(isa, batches, room, x),
            10 => self.groups::<S, 10, 2>(isa, batches, room, x),
            11 => self.groups::<S, 11, 2>(isa, batches, room, x),
            12 => self.groups::<S, 12, 2>(isa, batches, room, x),
            13 => self.groups::<S, 13, 2>(isa, batches, room, x),
            _ => self.advance_each_chain(isa, batches, room, x),
        }
    }

    /// [`Samples::advance`] for long points, which stay in memory.
    #[inline(always)]
    fn advance_each_chain<S: Isa>(
        &self,
        isa: S,
        batches: Batches<'_>,
        room: &mut [Lanes],
        x: &mut [[Eight; LANES]],
    ) {
        for Batch { step, indices, responses } in batches.each() {
            for lane in 0..LANES {
                for b in 0..room.len() {
                    let row = self.row(indices[b][lane]);
                    let mut sums = [isa.splat_eight(0.0); 4];
                    for (c, (a, x)) in row.iter().zip(x.iter()).enumerate() {
                        let (a, x) = (isa.load_eight(a), isa.load_eight(&x[lane]));
                        sums[c % 4] = isa.mul_add_eight(a, x, sums[c % 4]);
                    }
                    let sum = isa.sum_of_eight(sum_of_four::<S, 4>(isa, sums));
                    room[b][lane] = step.weight * (sum - responses[b][lane]);
                }
                for (b, scales) in room.iter().enumerate() {
                    let scale = isa.splat_eight(scales[lane]);
                    let shrinkage = if b == 0 { step.shrinkage } else { 1.0 };
                    let shrinkage = isa.splat_eight(shrinkage);
                    for (a, x) in self.row(indices[b][lane]).iter().zip(x.iter_mut()) {
                        let kept = isa.mul_eight(isa.load_eight(&x[lane]), shrinkage);
                        let sum = isa.mul_add_eight(scale, isa.load_eight(a), kept);
                        isa.store_eight(sum, &mut x[lane]);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn row(&self, index: u64) -> &[Eight] {
        let start = index as usize * self.n_eights;
        &self.rows()[start..start + self.n_eights]
    }

    /// [`Samples::advance`] for points of `N` eights, `C` chains at a time.
    #[inline(always)]
    fn groups<S: Isa, const N: usize, const C: usize>(
        &self,
        isa: S,
        batches: Batches<'_>,
        room: &mut [Lanes],
        x: &mut [[Eight; LANES]],
    ) {
        let Ok(x) = <&mut [[Eight; LANES]; N]>::try_from(x) else { return };
        for first in (0..LANES).step_by(C) {
            let mut points: [[S::Eight; N]; C] = points(isa, x, first);
            for batch in batches.each() {
                self.step(isa, first, batch, room, &mut points);
            }
            store_points(isa, &points, first, x);
        }
    }

    /// One step of the `C` chains from lane `first` on.
    #[inline(always)]
    fn step<S: Isa, const N: usize, const C: usize>(
        &self,
        isa: S,
        first: usize,
        batch: Batch<'_>,
        room: &mut [Lanes],
        points: &mut [[S::Eight; N]; C],
    ) {
        let rows = self.rows().as_chunks::<N>().0;
        let Batch { step, indices: batch, responses } = batch;
        for ((indices, responses), scales) in batch.iter().zip(responses).zip(room.iter_mut()) {
            let mut partial = [isa.splat_eight(0.0); C];
            for l in 0..C {
                partial[l] = products(isa, &rows[indices[first + l] as usize], &points[l]);
            }
            scale(isa, step.weight, &partial, &responses[first..], scales);
        }
        if step.shrinkage != 1.0 {
            for l in 0..C {
                shrink(isa, step.shrinkage, &mut points[l]);
            }
        }
        for (indices, scales) in batch.iter().zip(room.iter()) {
            for l in 0..C {
                add(isa, scales[l], &rows[indices[first + l] as usize], &mut points[l]);
            }
        }
    }
}

/// `scales[l] = weight (sum of products[l] − responses[l])`
#[inline(always)]
fn scale<S: Isa, const C: usize>(
    isa: S,
    weight: f64,
    products: &[S::Eight; C],
    responses: &[f64],
    scales: &mut Lanes,
) {
    if let (Some(products), Some(responses)) = (products.first_chunk(), responses.first_chunk()) {
        let products = isa.load_eight(&isa.sums_of_eight(*products));
        let minus = isa.splat_eight(-1.0);
        let residuals = isa.mul_add_eight(isa.load_eight(responses), minus, products);
        let scaled = isa.mul_eight(residuals, isa.splat_eight(weight));
        isa.store_eight(scaled, &mut scales.as_chunks_mut().0[0]);
    } else {
        for l in 0..C {
            scales[l] = weight * (isa.sum_of_eight(products[l]) - responses[l]);
        }
    }
}

/// The points of the chains from lane `first` on.
#[inline(always)]
fn points<S: Isa, const N: usize, const C: usize>(
    isa: S,
    x: &[[Eight; LANES]; N],
    first: usize,
) -> [[S::Eight; N]; C] {
    let mut points = [[isa.splat_eight(0.0); N]; C];
    for l in 0..C {
        for c in 0..N {
            points[l][c] = isa.load_eight(&x[c][first + l]);
        }
    }
    points
}

/// Writes back what [`points`] read.
#[inline(always)]
fn store_points<S: Isa, const N: usize, const C: usize>(
    isa: S,
    points: &[[S::Eight; N]; C],
    first: usize,
    x: &mut [[Eight; LANES]; N],
) {
    for l in 0..C {
        for c in 0..N {
            isa.store_eight(points[l][c], &mut x[c][first + l]);
        }
    }
}

/// Eight partial sums of an inner product, from four interleaved chains of fused multiply-adds.
#[inline(always)]
fn products<S: Isa, const N: usize>(isa: S, row: &[Eight; N], point: &[S::Eight; N]) -> S::Eight {
    let mut sums = [isa.splat_eight(0.0); 4];
    for c in 0..N {
        let a = isa.load_eight(&row[c]);
        sums[c % 4] = if c < 4 {
            isa.mul_eight(a, point[c])
        } else {
            isa.mul_add_eight(a, point[c], sums[c % 4])
        };
    }
    sum_of_four::<S, N>(isa, sums)
}

/// `(s0 + s2) + (s1 + s3)`, where only the first `N` are there.
#[inline(always)]
fn sum_of_four<S: Isa, const N: usize>(isa: S, sums: [S::Eight; 4]) -> S::Eight {
    let even = if N > 2 { isa.add_eight(sums[0], sums[2]) } else { sums[0] };
    match N {
        1 => even,
        2 | 3 => isa.add_eight(even, sums[1]),
        _ => isa.add_eight(even, isa.add_eight(sums[1], sums[3])),
    }
}

/// `point <- shrinkage point`
#[inline(always)]
fn shrink<S: Isa, const N: usize>(isa: S, shrinkage: f64, point: &mut [S::Eight; N]) {
    let shrinkage = isa.splat_eight(shrinkage);
    for c in 0..N {
        point[c] = isa.mul_eight(point[c], shrinkage);
    }
}

/// `point <- point + scale row`
#[inline(always)]
fn add<S: Isa, const N: usize>(isa: S, scale: f64, row: &[Eight; N], point: &mut [S::Eight; N]) {
    let scale = isa.splat_eight(scale);
    for c in 0..N {
        point[c] = isa.mul_add_eight(scale, isa.load_eight(&row[c]), point[c]);
    }
}
