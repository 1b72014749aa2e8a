//! Steps of SGD for points of more coordinates: each chain by itself, eight coordinates at a time.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::hint::black_box;

use crate::model::samples::{Batch, Batches, Eight, Samples, Step};
use crate::noise::{LANES, Lanes};
use crate::simd::Isa;

/// [`Samples::advance`] with rows of as many eights as a point has; `room` is `[B, LANES]`.
#[inline(always)]
pub(crate) fn advance_rows<S: Isa>(
    isa: S,
    samples: &Samples,
    batches: Batches<'_>,
    room: &mut [Lanes],
    x: &mut [[Eight; LANES]],
) {
    match x.len() {
        3 => groups::<S, 3, 8>(isa, samples, batches, room, x),
        4 => groups::<S, 4, 4>(isa, samples, batches, room, x),
        5 => groups::<S, 5, 4>(isa, samples, batches, room, x),
        6 => groups::<S, 6, 4>(isa, samples, batches, room, x),
        7 => groups::<S, 7, 2>(isa, samples, batches, room, x),
        8 => groups::<S, 8, 2>(isa, samples, batches, room, x),
        9 => groups::<S, 9, 2>(isa, samples, batches, room, x),
        10 => groups::<S, 10, 2>(isa, samples, batches, room, x),
        11 => groups::<S, 11, 2>(isa, samples, batches, room, x),
        12 => groups::<S, 12, 2>(isa, samples, batches, room, x),
        13 => groups::<S, 13, 2>(isa, samples, batches, room, x),
        _ => long(isa, samples, batches, room, x),
    }
}

/// Points of `N` eights, `C` chains at a time, which stay in registers from step to step.
#[inline(always)]
fn groups<S: Isa, const N: usize, const C: usize>(
    isa: S,
    samples: &Samples,
    batches: Batches<'_>,
    room: &mut [Lanes],
    x: &mut [[Eight; LANES]],
) {
    let Ok(x) = <&mut [[Eight; LANES]; N]>::try_from(x) else { return };
    let rows: &[[Eight; N]] = samples.rows().as_chunks().0;
    let Batches { steps, indices } = batches;
    for first in (0..LANES).step_by(C) {
        let mut points: [[S::Eight; N]; C] = points(isa, x, first);
        if indices.len() == steps.len() {
            for (step, indices) in steps.iter().zip(indices) {
                for l in 0..C {
                    let index = indices[first + l] as usize;
                    let sums = products(isa, &rows[index], &points[l]);
                    let scale = scale(isa, *step, sums, samples.response(index));
                    shrink(isa, step.shrinkage, &mut points[l]);
                    // The compiler would keep the row in registers, which the points need.
                    add(isa, scale, black_box(&rows[index]), &mut points[l]);
                }
            }
        } else {
            for batch in batches.each() {
                take_step(isa, samples, first, batch, room, &mut points);
            }
        }
        store_points(isa, &points, first, x);
    }
}

/// One step over batches of several samples, of the `C` chains from lane `first` on.
#[inline(always)]
fn take_step<S: Isa, const N: usize, const C: usize>(
    isa: S,
    samples: &Samples,
    first: usize,
    batch: Batch<'_>,
    room: &mut [Lanes],
    points: &mut [[S::Eight; N]; C],
) {
    let rows: &[[Eight; N]] = samples.rows().as_chunks().0;
    let Batch { step, indices } = batch;
    for (indices, scales) in indices.iter().zip(room.iter_mut()) {
        for l in 0..C {
            let index = indices[first + l] as usize;
            let sums = products(isa, &rows[index], &points[l]);
            scales[l] = entry(isa, scale(isa, step, sums, samples.response(index)));
        }
    }
    for l in 0..C {
        shrink(isa, step.shrinkage, &mut points[l]);
    }
    for (indices, scales) in indices.iter().zip(room.iter()) {
        for l in 0..C {
            let scale = isa.splat_eight(scales[l]);
            add(isa, scale, &rows[indices[first + l] as usize], &mut points[l]);
        }
    }
}

/// Points of any length, in memory.
#[inline(always)]
fn long<S: Isa>(
    isa: S,
    samples: &Samples,
    batches: Batches<'_>,
    room: &mut [Lanes],
    x: &mut [[Eight; LANES]],
) {
    let n_eights = x.len();
    let row = |index: u64| &samples.rows()[index as usize * n_eights..][..n_eights];
    for Batch { step, indices } in batches.each() {
        for lane in 0..LANES {
            for (indices, scales) in indices.iter().zip(room.iter_mut()) {
                let mut sums = [isa.splat_eight(0.0); 4];
                for (c, (a, x)) in row(indices[lane]).iter().zip(x.iter()).enumerate() {
                    let (a, x) = (isa.load_eight(a), isa.load_eight(&x[lane]));
                    sums[c % 4] = isa.mul_add_eight(a, x, sums[c % 4]);
                }
                let response = samples.response(indices[lane] as usize);
                let sums = sum_of_four::<S, 4>(isa, sums);
                scales[lane] = entry(isa, scale(isa, step, sums, response));
            }
            for (b, (indices, scales)) in indices.iter().zip(room.iter()).enumerate() {
                let scale = isa.splat_eight(scales[lane]);
                let shrinkage = isa.splat_eight(if b == 0 { step.shrinkage } else { 1.0 });
                for (a, x) in row(indices[lane]).iter().zip(x.iter_mut()) {
                    let kept = isa.mul_eight(isa.load_eight(&x[lane]), shrinkage);
                    let sum = isa.mul_add_eight(scale, isa.load_eight(a), kept);
                    isa.store_eight(sum, &mut x[lane]);
                }
            }
        }
    }
}

/// Eight times `weight (a·x − b)`, from the partial sums of `a·x`.
#[inline(always)]
fn scale<S: Isa>(isa: S, step: Step, sums: S::Eight, response: f64) -> S::Eight {
    let product = isa.splat_sum_of_eight(sums);
    let residual = isa.mul_add_eight(isa.splat_eight(response), isa.splat_eight(-1.0), product);
    isa.mul_eight(residual, isa.splat_eight(step.weight))
}

/// The first of eight numbers.
#[inline(always)]
fn entry<S: Isa>(isa: S, a: S::Eight) -> f64 {
    let mut numbers = [0.0; 8];
    isa.store_eight(a, &mut numbers);
    numbers[0]
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
    if shrinkage != 1.0 {
        let shrinkage = isa.splat_eight(shrinkage);
        for c in 0..N {
            point[c] = isa.mul_eight(point[c], shrinkage);
        }
    }
}

/// `point <- point + scale row`
#[inline(always)]
fn add<S: Isa, const N: usize>(
    isa: S,
    scale: S::Eight,
    row: &[Eight; N],
    point: &mut [S::Eight; N],
) {
    for c in 0..N {
        point[c] = isa.mul_add_eight(scale, isa.load_eight(&row[c]), point[c]);
    }
}
