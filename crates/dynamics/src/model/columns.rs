//! Steps of SGD for points of few coordinates: the rows of eight samples become columns, so that
//! each coordinate of eight chains is one vector and no sum crosses lanes.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::samples::{Batch, Batches, Eight, Samples};
use crate::noise::LANES;
use crate::simd::Isa;

/// [`Samples::advance`] for points of `D` coordinates in `N` eights; `room` is `[B, D + 1, 8]`.
#[inline(always)]
pub(crate) fn advance_columns<S: Isa, const D: usize, const N: usize>(
    isa: S,
    samples: &Samples,
    batches: Batches<'_>,
    room: &mut [Eight],
    x: &mut [[Eight; LANES]],
) {
    let Ok(x) = <&mut [[Eight; LANES]; N]>::try_from(x) else { return };
    let rows = samples.rows().as_chunks::<N>().0;
    let Batches { steps, indices, responses } = batches;
    for first in [0, 8] {
        let mut point = read_points::<S, D, N>(isa, first, x);
        if indices.len() == steps.len() {
            for ((step, indices), responses) in steps.iter().zip(indices).zip(responses) {
                let taken: [S::Eight; D] = take(isa, rows, first, indices);
                let scale = scale(isa, step.weight, &taken, half(responses, first), &point);
                shrink(isa, step.shrinkage, &mut point);
                add(isa, scale, &taken, &mut point);
            }
        } else {
            for batch in batches.each() {
                take_step(isa, rows, first, batch, room, &mut point);
            }
        }
        write_points(isa, &point, first, x);
    }
}

/// One step of eight chains over batches of several samples, kept in `room`, `[B, D + 1, 8]`.
#[inline(always)]
fn take_step<S: Isa, const D: usize, const N: usize>(
    isa: S,
    rows: &[[Eight; N]],
    first: usize,
    batch: Batch<'_>,
    room: &mut [Eight],
    point: &mut [S::Eight; D],
) {
    let Batch { step, indices, responses } = batch;
    let samples = indices.iter().zip(responses);
    for ((indices, responses), room) in samples.zip(room.chunks_exact_mut(D + 1)) {
        let taken: [S::Eight; D] = take(isa, rows, first, indices);
        let scale = scale(isa, step.weight, &taken, half(responses, first), point);
        isa.store_eight(scale, &mut room[D]);
        for j in 0..D {
            isa.store_eight(taken[j], &mut room[j]);
        }
    }
    shrink(isa, step.shrinkage, point);
    for room in room.chunks_exact(D + 1) {
        let scale = isa.load_eight(&room[D]);
        for j in 0..D {
            point[j] = isa.mul_add_eight(scale, isa.load_eight(&room[j]), point[j]);
        }
    }
}

/// `weight (a·x − b)`
#[inline(always)]
fn scale<S: Isa, const D: usize>(
    isa: S,
    weight: f64,
    taken: &[S::Eight; D],
    responses: &Eight,
    point: &[S::Eight; D],
) -> S::Eight {
    let minus = isa.splat_eight(-1.0);
    let product = product(isa, taken, point);
    let residual = isa.mul_add_eight(isa.load_eight(responses), minus, product);
    isa.mul_eight(residual, isa.splat_eight(weight))
}

/// `x <- x + scale a`
#[inline(always)]
fn add<S: Isa, const D: usize>(
    isa: S,
    scale: S::Eight,
    taken: &[S::Eight; D],
    point: &mut [S::Eight; D],
) {
    for j in 0..D {
        point[j] = isa.mul_add_eight(scale, taken[j], point[j]);
    }
}

#[inline(always)]
fn shrink<S: Isa, const D: usize>(isa: S, shrinkage: f64, point: &mut [S::Eight; D]) {
    if shrinkage != 1.0 {
        let shrinkage = isa.splat_eight(shrinkage);
        for j in 0..D {
            point[j] = isa.mul_eight(point[j], shrinkage);
        }
    }
}

/// Inner products from four interleaved chains of fused multiply-adds, `(s0 + s2) + (s1 + s3)`.
#[inline(always)]
fn product<S: Isa, const D: usize>(isa: S, a: &[S::Eight; D], x: &[S::Eight; D]) -> S::Eight {
    let mut sums = [isa.splat_eight(0.0); 4];
    for j in 0..D {
        sums[j % 4] = if j < 4 {
            isa.mul_eight(a[j], x[j])
        } else {
            isa.mul_add_eight(a[j], x[j], sums[j % 4])
        };
    }
    let even = if D > 2 { isa.add_eight(sums[0], sums[2]) } else { sums[0] };
    match D {
        1 => even,
        2 | 3 => isa.add_eight(even, sums[1]),
        _ => isa.add_eight(even, isa.add_eight(sums[1], sums[3])),
    }
}

/// The rows of the samples of eight chains as columns.
#[inline(always)]
fn take<S: Isa, const D: usize, const N: usize>(
    isa: S,
    rows: &[[Eight; N]],
    first: usize,
    indices: &[u64; LANES],
) -> [S::Eight; D] {
    let mut columns = [isa.splat_eight(0.0); D];
    let mut taken = [&rows[0]; 8];
    for l in 0..8 {
        taken[l] = &rows[indices[first + l] as usize];
    }
    for c in 0..N {
        let mut eights = [isa.splat_eight(0.0); 8];
        for l in 0..8 {
            eights[l] = isa.load_eight(&taken[l][c]);
        }
        place(c, isa.transpose_eight(eights), &mut columns);
    }
    columns
}

/// The points of eight chains as columns.
#[inline(always)]
fn read_points<S: Isa, const D: usize, const N: usize>(
    isa: S,
    first: usize,
    x: &[[Eight; LANES]; N],
) -> [S::Eight; D] {
    let mut columns = [isa.splat_eight(0.0); D];
    for c in 0..N {
        let mut eights = [isa.splat_eight(0.0); 8];
        for l in 0..8 {
            eights[l] = isa.load_eight(&x[c][first + l]);
        }
        place(c, isa.transpose_eight(eights), &mut columns);
    }
    columns
}

/// Puts the columns of eight `c` in their places; those beyond `D` are padding.
#[inline(always)]
fn place<E: Copy, const D: usize>(c: usize, eight: [E; 8], columns: &mut [E; D]) {
    for j in 0..8 {
        if 8 * c + j < D {
            columns[8 * c + j] = eight[j];
        }
    }
}

/// Writes back what [`read_points`] read.
#[inline(always)]
fn write_points<S: Isa, const D: usize, const N: usize>(
    isa: S,
    point: &[S::Eight; D],
    first: usize,
    x: &mut [[Eight; LANES]; N],
) {
    for c in 0..N {
        let mut columns = [isa.splat_eight(0.0); 8];
        for j in 0..8 {
            if 8 * c + j < D {
                columns[j] = point[8 * c + j];
            }
        }
        let rows = isa.transpose_eight(columns);
        for l in 0..8 {
            isa.store_eight(rows[l], &mut x[c][first + l]);
        }
    }
}

/// Eight of the numbers of [`LANES`] chains.
#[inline(always)]
fn half(lanes: &[f64; LANES], first: usize) -> &Eight {
    &lanes.as_chunks().0[first / 8]
}
