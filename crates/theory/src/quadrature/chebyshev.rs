//! Chebyshev collocation on the unit interval.

use std::f64::consts::PI;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// Points of a grid, and the matrices that differentiate the polynomial through values there.
#[derive(Clone, Debug)]
pub struct ChebyshevGrid {
    /// The points `w_k = sin²(pi k/2N)`, from 0 to 1, `[N + 1]`.
    pub points: Vec<f64>,
    /// First derivative, `[N + 1, N + 1]`.
    pub first: Matrix,
    /// Second derivative, `[N + 1, N + 1]`.
    pub second: Matrix,
}

/// The grid of `n_intervals ≥ 1` intervals.
///
/// # Accuracy
/// Differences of points are products of sines, and rows sum to zero exactly: errors grow as `N²`
/// and `N⁴` units in the last place.
///
/// # Source
/// Trefethen, "Spectral Methods in MATLAB", 2000, chapter 6; Baltensperger & Trummer, SIAM J. Sci.
/// Comput. 24(5), 2003, for the differences and the diagonal.
///
/// # Panics
/// If there is no interval.
#[must_use]
pub fn chebyshev_grid(n_intervals: usize) -> ChebyshevGrid {
    assert!(n_intervals > 0, "a grid has two ends");
    let size = n_intervals + 1;
    let sine = |k: usize| real::sin(PI * k as f64 / (2.0 * n_intervals as f64));
    let points = (0..size).map(|k| sine(k) * sine(k)).collect();
    let end = |k: usize| if k == 0 || k == n_intervals { 2.0 } else { 1.0 };
    let mut first = vec![0.0; size * size];
    for i in 0..size {
        for j in (0..size).filter(|&j| j != i) {
            // w_i − w_j = sin(pi (i + j)/2N) sin(pi (i − j)/2N).
            let distance = sine(i + j) * if i > j { sine(i - j) } else { -sine(j - i) };
            let sign = if (i + j) % 2 == 0 { 1.0 } else { -1.0 };
            first[i * size + j] = sign * end(i) / (end(j) * distance);
        }
    }
    let first = with_zero_row_sums(size, first);
    let columns = first.transposed();
    let products = first.rows().flat_map(|row| columns.times(row)).collect();
    ChebyshevGrid { points, second: with_zero_row_sums(size, products), first }
}

/// The matrix of these entries with the diagonal for which constants have derivative zero.
fn with_zero_row_sums(size: usize, mut entries: Vec<f64>) -> Matrix {
    for i in 0..size {
        entries[i * size + i] = 0.0;
        entries[i * size + i] = -real::sum(&entries[i * size..(i + 1) * size]);
    }
    Matrix::new(size, size, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_differentiated_exactly() {
        let grid = chebyshev_grid(12);
        assert_eq!((grid.points[0], grid.points[12]), (0.0, 1.0));
        let values: Vec<f64> = grid.points.iter().map(|w| w * w * w - 2.0 * w).collect();
        let (first, second) = (grid.first.times(&values), grid.second.times(&values));
        for (k, w) in grid.points.iter().enumerate() {
            assert!((first[k] - (3.0 * w * w - 2.0)).abs() < 1e-12);
            assert!((second[k] - 6.0 * w).abs() < 1e-10);
        }
    }
}
