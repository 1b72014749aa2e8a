//! Steps of SGD over single samples: rows of a matrix against the points of sixteen chains.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::dataset::Dataset;
use crate::model::columns::advance_columns;
use crate::model::rows::advance_rows;
use crate::noise::{LANES, Lanes};
use crate::simd::{Aligned, Isa, Kernel, dispatch};

/// Eight coordinates of a row or of a chain.
pub(crate) type Eight = [f64; 8];

/// Four coordinates of a row.
pub(crate) type Four = [f64; 4];

/// Up to so many coordinates, a row ends with its response.
const FEW: usize = 16;

/// The rows `a_i` of a design, padded with zeros to eights, and the responses `b_i`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    dim: usize,
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
}

/// One step with what it is taken over.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub step: Step,
    /// `[B, LANES]`
    pub indices: &'a [[u64; LANES]],
}

impl<'a> Batches<'a> {
    /// The steps one by one.
    #[inline(always)]
    pub(crate) fn each(self) -> impl Iterator<Item = Batch<'a>> {
        let batch_size = self.indices.len() / self.steps.len().max(1);
        let batches = self.indices.chunks_exact(batch_size.max(1));
        self.steps.iter().zip(batches).map(|(step, indices)| Batch { step: *step, indices })
    }
}

impl Samples {
    pub(crate) fn new(dataset: &Dataset) -> Samples {
        let dim = dataset.n_columns();
        let stride =
            if dim <= FEW { (dim + 1).next_multiple_of(4) } else { dim.next_multiple_of(8) };
        let mut rows = Aligned::zeros(dataset.n_rows() * stride);
        let samples = dataset.design.rows().zip(&dataset.response);
        for (target, (row, response)) in rows.chunks_exact_mut(stride).zip(samples) {
            target[..dim].copy_from_slice(row);
            if dim <= FEW {
                target[dim] = *response;
            }
        }
        Samples { dim, rows, response: dataset.response.clone() }
    }

    /// The rows in fours.
    #[inline(always)]
    pub(crate) fn fours(&self) -> &[Four] {
        self.rows.as_chunks().0
    }

    /// The rows in eights.
    #[inline(always)]
    pub(crate) fn rows(&self) -> &[Eight] {
        self.rows.as_chunks().0
    }

    /// Number of samples.
    pub(crate) fn len(&self) -> usize {
        self.response.len()
    }

    /// `b_i`
    #[inline(always)]
    pub(crate) fn response(&self, index: usize) -> f64 {
        self.response[index]
    }

    /// Takes `steps` from the points `x`, laid out [`crate::model::Layout::ByChain`], over batches of
    /// the samples `indices`, `[steps, B, LANES]`; `room` is `[B, LANES]`.
    ///
    /// Points of few coordinates stay in registers from step to step, some chains at a time.
    /// There is code for every dimension: it is compiled once for all models.
    #[inline(never)]
    pub(crate) fn advance(
        &self,
        steps: &[Step],
        indices: &[[u64; LANES]],
        room: &mut [f64],
        x: &mut [f64],
    ) {
        let room = room.as_chunks_mut().0;
        let x = x.as_chunks_mut().0.as_chunks_mut().0;
        dispatch(Advance { samples: self, batches: Batches { steps, indices }, room, x });
    }
}

/// [`Samples::advance`]
struct Advance<'a> {
    samples: &'a Samples,
    batches: Batches<'a>,
    room: &'a mut [Lanes],
    x: &'a mut [[Eight; LANES]],
}

impl Kernel for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        let Advance { samples, batches, room, x } = self;
        match samples.dim {
            1 => advance_columns::<S, 1, 1, 1>(isa, samples, batches, x),
            2 => advance_columns::<S, 2, 1, 1>(isa, samples, batches, x),
            3 => advance_columns::<S, 3, 1, 1>(isa, samples, batches, x),
            4 => advance_columns::<S, 4, 1, 2>(isa, samples, batches, x),
            5 => advance_columns::<S, 5, 1, 2>(isa, samples, batches, x),
            6 => advance_columns::<S, 6, 1, 2>(isa, samples, batches, x),
            7 => advance_columns::<S, 7, 1, 2>(isa, samples, batches, x),
            8 => advance_columns::<S, 8, 1, 3>(isa, samples, batches, x),
            9 => advance_columns::<S, 9, 2, 3>(isa, samples, batches, x),
            10 => advance_columns::<S, 10, 2, 3>(isa, samples, batches, x),
            11 => advance_columns::<S, 11, 2, 3>(isa, samples, batches, x),
            12 => advance_columns::<S, 12, 2, 4>(isa, samples, batches, x),
            13 => advance_columns::<S, 13, 2, 4>(isa, samples, batches, x),
            14 => advance_columns::<S, 14, 2, 4>(isa, samples, batches, x),
            15 => advance_columns::<S, 15, 2, 4>(isa, samples, batches, x),
            16 => advance_columns::<S, 16, 2, 5>(isa, samples, batches, x),
            _ => advance_rows(isa, samples, batches, room, x),
        }
    }
}
