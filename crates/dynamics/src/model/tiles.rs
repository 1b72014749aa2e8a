//! Residuals of rows in tiles, for two vectors of chains at once.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::noise::Lanes;
use crate::simd::Isa;

/// Rows whose residuals are computed side by side.
pub(crate) const TILE: usize = 4;

/// Two vectors of chains from lane `first` on.
#[inline(always)]
pub(crate) fn read<S: Isa>(_: S, first: usize, row: &Lanes) -> [S::f64s; 2] {
    let vectors = S::as_simd_f64s(&row[first..first + 2 * S::F64_LANES]).0;
    [vectors[0], vectors[1]]
}

/// Writes what [`read`] reads.
#[inline(always)]
pub(crate) fn write<S: Isa>(_: S, first: usize, row: &mut Lanes, values: [S::f64s; 2]) {
    let vectors = S::as_mut_simd_f64s(&mut row[first..first + 2 * S::F64_LANES]).0;
    (vectors[0], vectors[1]) = (values[0], values[1]);
}

/// Mean of the first `n` rows of `z`, whose others are zero, from four interleaved partial sums.
#[inline(always)]
pub(crate) fn mean<S: Isa>(isa: S, first: usize, z: &[Lanes], n: usize) -> [S::f64s; 2] {
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
pub(crate) fn residuals<S: Isa>(
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
