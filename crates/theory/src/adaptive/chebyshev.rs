//! Chebyshev points, differentiation and interpolation on `[−L, L]`.
//!
//! ```text
//! x_j = −L cos(j pi/n), j = 0..n        p(x) = sum_j w_j f_j/(x − x_j) / sum_j w_j/(x − x_j)
//! D_ij = (w_j/w_i)/(x_i − x_j),  D_ii = −sum_{j≠i} D_ij,   w_j = (−1)^j, halved at the ends
//! ```

use std::f64::consts::PI;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// Points of a polynomial of degree `n` with their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Chebyshev {
    points: Vec<f64>,
    weights: Vec<f64>,
}

impl Chebyshev {
    /// `n + 1` points, `n ≥ 1`, on `[−half_width, half_width]`.
    ///
    /// # Source
    /// Trefethen, "Spectral methods in MATLAB", 2000, chapter 6; Berrut & Trefethen, SIAM Review
    /// 46(3), 2004, for interpolation.
    ///
    /// # Panics
    /// If `n` is zero.
    #[must_use]
    pub fn new(half_width: f64, n: usize) -> Chebyshev {
        assert!(n > 0, "a polynomial of degree at least one");
        // sin of the distance to the middle has the two halves mirrored bit for bit.
        let place =
            |j: usize| half_width * real::sin((2.0 * j as f64 - n as f64) / n as f64 * PI / 2.0);
        let weight = |j: usize| {
            let size = if j == 0 || j == n { 0.5 } else { 1.0 };
            if j.is_multiple_of(2) { size } else { -size }
        };
        Chebyshev { points: (0..=n).map(place).collect(), weights: (0..=n).map(weight).collect() }
    }

    /// The points, ascending, `[n + 1]`.
    #[must_use]
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    /// The matrix that takes values at the points to those of the derivative, `[n + 1, n + 1]`.
    #[must_use]
    pub fn derivative(&self) -> Matrix {
        let n = self.points.len();
        let mut entries = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                if i != j {
                    let difference = self.points[i] - self.points[j];
                    entries[i * n + j] = self.weights[j] / self.weights[i] / difference;
                }
            }
            // Rows that take a constant to exactly zero keep rounding small.
            entries[i * n + i] = -real::sum(&entries[i * n..(i + 1) * n]);
        }
        Matrix::new(n, n, entries)
    }

    /// Weights `[n + 1]` by which values at the points are multiplied to give that at `x`; their sum
    /// is one.
    #[must_use]
    pub fn interpolation(&self, x: f64) -> Vec<f64> {
        if let Some(at) = self.points.iter().position(|point| *point == x) {
            return (0..self.points.len()).map(|j| f64::from(u8::from(j == at))).collect();
        }
        let shares: Vec<f64> =
            self.points.iter().zip(&self.weights).map(|(point, w)| w / (x - point)).collect();
        let total = real::sum(&shares);
        shares.into_iter().map(|share| share / total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_and_values_of_a_polynomial_are_exact() {
        let grid = Chebyshev::new(2.0, 9);
        let f = |x: f64| x * x * x * x - 3.0 * x + 1.0;
        let values: Vec<f64> = grid.points().iter().map(|x| f(*x)).collect();
        let slopes = grid.derivative().times(&values);
        for (x, slope) in grid.points().iter().zip(slopes) {
            assert!((slope - (4.0 * x * x * x - 3.0)).abs() < 1e-12);
        }
        for x in [-2.0, 0.0, 0.123, 1.999] {
            assert!((real::dot(&grid.interpolation(x), &values) - f(x)).abs() < 1e-13, "{x}");
        }
    }

    #[test]
    fn points_are_ascending_and_mirrored() {
        let points = Chebyshev::new(3.0, 7).points().to_vec();
        assert!(points.is_sorted() && points[0] == -3.0);
        assert!(points.iter().zip(points.iter().rev()).all(|(low, high)| *low == -high));
    }
}
