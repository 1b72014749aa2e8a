//! Chebyshev collocation on an interval.
//!
//! ```text
//! x_k = low + (high − low) sin²(pi k/2N),  k = 0..N;     w_k = (−1)^k, halved at the ends
//! D_ij = (w_j/w_i)/(x_i − x_j),  D_ii = −sum_{j≠i} D_ij
//! p(x) = sum_k w_k f_k/(x − x_k) / sum_k w_k/(x − x_k)
//! ```

use std::cmp::Ordering;
use std::f64::consts::PI;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// Points of a grid, and the matrices that differentiate the polynomial through values there.
#[derive(Clone, Debug)]
pub struct ChebyshevGrid {
    /// The points, ascending and mirrored at the middle, `[N + 1]`.
    pub points: Vec<f64>,
    /// First derivative, `[N + 1, N + 1]`.
    pub first: Matrix,
    /// Second derivative, `[N + 1, N + 1]`.
    pub second: Matrix,
}

/// The grid of `n_intervals ≥ 1` intervals on `[low, high]`, `low < high`.
///
/// # Accuracy
/// Differences of points are products of sines, and diagonals make rows sum to zero: errors grow as
/// `N²` and `N⁴` units in the last place.
///
/// # Source
/// Trefethen, "Spectral Methods in MATLAB", 2000, chapter 6; Baltensperger & Trummer, SIAM J. Sci.
/// Comput. 24(5), 2003, for the differences and the diagonal.
///
/// # Panics
/// If there is no interval.
#[must_use]
pub fn chebyshev_grid(n_intervals: usize, low: f64, high: f64) -> ChebyshevGrid {
    assert!(n_intervals > 0, "a grid has two ends");
    let (size, length) = (n_intervals + 1, high - low);
    let sine = |k: usize| real::sin(PI * k as f64 / (2.0 * n_intervals as f64));
    // From the nearer end, which keeps the distance to it accurate.
    let place = |k: usize| match (2 * k).cmp(&n_intervals) {
        Ordering::Less => low + length * (sine(k) * sine(k)),
        Ordering::Equal => f64::midpoint(low, high),
        Ordering::Greater => high - length * (sine(n_intervals - k) * sine(n_intervals - k)),
    };
    let weights: Vec<f64> = (0..size).map(|k| weight(k, n_intervals)).collect();
    let mut first = vec![0.0; size * size];
    for i in 0..size {
        for j in (0..size).filter(|&j| j != i) {
            // x_i − x_j = (high − low) sin(pi (i + j)/2N) sin(pi (i − j)/2N).
            let distance = sine(i + j) * if i > j { sine(i - j) } else { -sine(j - i) };
            first[i * size + j] = weights[j] / (weights[i] * (length * distance));
        }
    }
    let first = with_zero_row_sums(size, first);
    let columns = first.transposed();
    let products = first.rows().flat_map(|row| columns.times(row)).collect();
    let second = with_zero_row_sums(size, products);
    ChebyshevGrid { points: (0..size).map(place).collect(), first, second }
}

/// Barycentric weight `w_k`.
fn weight(k: usize, n_intervals: usize) -> f64 {
    let size = if k == 0 || k == n_intervals { 0.5 } else { 1.0 };
    if k.is_multiple_of(2) { size } else { -size }
}

impl ChebyshevGrid {
    /// Weights `[N + 1]` by which values at the points are multiplied to give that of the polynomial
    /// at `x`; their sum is one.
    ///
    /// # Source
    /// Berrut & Trefethen, SIAM Review 46(3), 2004.
    #[must_use]
    pub fn interpolation(&self, x: f64) -> Vec<f64> {
        let points = || self.points.iter().enumerate();
        if let Some((at, _)) = points().find(|(_, point)| **point == x) {
            return points().map(|(k, _)| f64::from(u8::from(k == at))).collect();
        }
        let n_intervals = self.points.len() - 1;
        let shares: Vec<f64> =
            points().map(|(k, point)| weight(k, n_intervals) / (x - point)).collect();
        let total = real::sum(&shares);
        shares.into_iter().map(|share| share / total).collect()
    }
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
        let grid = chebyshev_grid(12, 0.0, 1.0);
        assert_eq!((grid.points[0], grid.points[12]), (0.0, 1.0));
        let values: Vec<f64> = grid.points.iter().map(|w| w * w * w - 2.0 * w).collect();
        let (first, second) = (grid.first.times(&values), grid.second.times(&values));
        for (k, w) in grid.points.iter().enumerate() {
            assert!((first[k] - (3.0 * w * w - 2.0)).abs() < 1e-12);
            assert!((second[k] - 6.0 * w).abs() < 1e-10);
        }
    }

    #[test]
    fn derivatives_and_values_on_another_interval() {
        let grid = chebyshev_grid(9, -2.0, 3.0);
        let f = |x: f64| x * x * x * x - 3.0 * x + 1.0;
        let values: Vec<f64> = grid.points.iter().map(|x| f(*x)).collect();
        let slopes = grid.first.times(&values);
        for (x, slope) in grid.points.iter().zip(slopes) {
            assert!((slope - (4.0 * x * x * x - 3.0)).abs() < 1e-11, "{x}");
        }
        for x in [-2.0, 0.0, 0.123, 2.999] {
            assert!((real::dot(&grid.interpolation(x), &values) - f(x)).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn points_are_ascending_and_mirrored() {
        for n_intervals in [1, 2, 7, 20] {
            let points = chebyshev_grid(n_intervals, -3.0, 3.0).points;
            assert!(points.is_sorted_by(|low, high| low < high) && points[0] == -3.0);
            assert!(points.iter().zip(points.iter().rev()).all(|(low, high)| *low == -high));
        }
    }
}
