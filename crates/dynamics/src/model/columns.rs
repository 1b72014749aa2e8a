//! Steps of SGD for points of few coordinates: the rows of eight samples become columns, so that
//! each coordinate of eight chains is one vector and no sum crosses lanes.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::samples::{Batch, Batches, Eight, Four, Samples};
use crate::noise::LANES;
use crate::simd::Isa;

/// [`Samples::advance`] for points of `D` coordinates in `N` eights, with rows of `M` fours.
#[inline(always)]
pub(crate) fn advance_columns<S: Isa, const D: usize, const N: usize, const M: usize>(
    isa: S,
    samples: &Samples,
    batches: Batches<'_>,
    x: &mut [[Eight; LANES]],
) {
    let Ok(x) = <&mut [[Eight; LANES]; N]>::try_from(x) else { return };
    let rows: &[[Four; M]] = samples.fours().as_chunks().0;
    let Batches { steps, indices } = batches;
    for first in [0, 8] {
        let mut point: [S::Eight; D] = read_points(isa, first, x);
        if indices.len() == steps.len() {
            for (step, indices) in steps.iter().zip(indices) {
                let taken = take(isa, rows, first, indices);
                let scale = scale(isa, step.weight, &taken, &point);
                shrink(isa, step.shrinkage, &mut point);
                add(isa, scale, &taken.row, &mut point);
            }
        } else {
            for batch in batches.each() {
                take_step(isa, rows, first, batch, &mut point);
            }
        }
        write_points(isa, &point, first, x);
    }
}

/// The samples of eight chains: the coordinates of their rows, and their responses.
struct Taken<S: Isa, const D: usize> {
    row: [S::Eight; D],
    response: S::Eight,
}

/// One step of eight chains over batches of several samples.
#[inline(always)]
fn take_step<S: Isa, const D: usize, const M: usize>(
    isa: S,
    rows: &[[Four; M]],
    first: usize,
    batch: Batch<'_>,
    point: &mut [S::Eight; D],
) {
    let mut sum = [isa.splat_eight(0.0); D];
    for indices in batch.indices {
        let taken = take(isa, rows, first, indices);
        let scale = scale(isa, batch.step.weight, &taken, point);
        add(isa, scale, &taken.row, &mut sum);
    }
    let shrinkage = isa.splat_eight(batch.step.shrinkage);
    for j in 0..D {
        point[j] = isa.mul_add_eight(shrinkage, point[j], sum[j]);
    }
}

/// `weight (a·x − b)` as `weight a·x − weight b`, which the next point waits for a little less.
#[inline(always)]
fn scale<S: Isa, const D: usize>(
    isa: S,
    weight: f64,
    taken: &Taken<S, D>,
    point: &[S::Eight; D],
) -> S::Eight {
    let shift = isa.mul_eight(taken.response, isa.splat_eight(-weight));
    isa.mul_add_eight(product(isa, &taken.row, point), isa.splat_eight(weight), shift)
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

/// The samples of eight chains, whose rows become columns.
#[inline(always)]
fn take<S: Isa, const D: usize, const M: usize>(
    isa: S,
    rows: &[[Four; M]],
    first: usize,
    indices: &[u64; LANES],
) -> Taken<S, D> {
    let mut row = [isa.splat_eight(0.0); D];
    let mut response = row[0];
    let mut taken = [&rows[0]; 8];
    for l in 0..8 {
        taken[l] = &rows[indices[first + l] as usize];
    }
    for c in 0..M {
        let columns = isa.columns_of_four(taken.map(|row| &row[c]));
        for j in 0..4 {
            if 4 * c + j < D {
                row[4 * c + j] = columns[j];
            } else if 4 * c + j == D {
                response = columns[j];
            }
        }
    }
    Taken { row, response }
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
