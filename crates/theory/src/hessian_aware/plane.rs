//! Expectations on the torus in two dimensions without Monte Carlo.
//!
//! ```text
//! chain:      E u(m + s z) = sum_k u_k e^{i k·m} e^{−kᵀ C k/2},   m = x − eta g,   C = eta² Sigma
//! diffusion:  e^{T L} u,   L = b·grad + D:hess/2
//! ```
//!
//! on `n` by `n` nodes; values are stored with the second coordinate fastest, `[n · n]`.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::hessian_aware::error::{HessianAwareError, finite};
use crate::hessian_aware::exponential::exponential_times;
use crate::hessian_aware::plane_objective::{PlaneCoefficients, PlaneObjective};
use crate::hessian_aware::torus::Torus;
use crate::matrix::product;

/// The torus in two dimensions.
#[derive(Clone, Debug)]
pub struct Plane {
    side: Torus,
    /// Transposed differentiation matrix.
    first_transposed: Matrix,
    second_transposed: Matrix,
}

impl Plane {
    /// The torus with `n` nodes a side, `n` odd and at least 3.
    ///
    /// # Errors
    /// If `n` is even or below 3.
    pub fn new(n: usize) -> Result<Plane, HessianAwareError> {
        let side = Torus::new(n)?;
        let first_transposed = side.first_derivative().transposed();
        let second_transposed = side.second_derivative().transposed();
        Ok(Plane { side, first_transposed, second_transposed })
    }

    /// The nodes, `[n · n]`.
    #[must_use]
    pub fn nodes(&self) -> Vec<[f64; 2]> {
        let side = self.side.nodes();
        side.iter().flat_map(|x| side.iter().map(move |y| [*x, *y])).collect()
    }

    /// The values of the interpolant of `values` on the grid of all pairs of `points`,
    /// `[points · points]`.
    ///
    /// # Errors
    /// If a point is not finite.
    ///
    /// # Panics
    /// If there is not one value for each node.
    pub fn resample(&self, values: &[f64], points: &[f64]) -> Result<Vec<f64>, HessianAwareError> {
        let steps: Vec<(f64, f64)> = points.iter().map(|x| (*x, 0.0)).collect();
        let rows = self.side.expectation(&steps)?;
        let along = product(&rows, &self.square(values));
        Ok(product(&along, &rows.transposed()).entries().to_vec())
    }

    /// The expectations after `steps` steps of SGD from each node, `[n · n]`.
    ///
    /// # Errors
    /// If a gradient or covariance is not finite.
    ///
    /// # Panics
    /// If there is not one value for each node.
    pub fn chain(
        &self,
        objective: &dyn PlaneObjective,
        step_size: f64,
        values: &[f64],
        steps: u64,
    ) -> Result<Vec<f64>, HessianAwareError> {
        let waves = self.waves();
        let mut rows = Vec::new();
        for [x, y] in self.nodes() {
            let (g, s) = (objective.gradient(x, y), objective.noise(x, y));
            let mean = [x - step_size * g[0], y - step_size * g[1]];
            let variance = s.map(|entry| step_size * step_size * entry);
            finite("a step", &mean)?;
            finite("a step", &variance)?;
            rows.push(waves.iter().map(|k| wave(*k, mean, variance)).unzip());
        }
        let mut values = values.to_vec();
        for _ in 0..steps {
            let (even, odd) = self.coefficients(&waves, &values);
            let step = |(cosines, sines): &(Vec<f64>, Vec<f64>)| {
                real::dot(cosines, &even) + real::dot(sines, &odd)
            };
            values = rows.iter().map(step).collect();
        }
        Ok(values)
    }

    /// The expectations of the diffusion with these coefficients at the nodes, `[n · n]`, at time
    /// `time`, from each node.
    ///
    /// # Errors
    /// If the exponential overflows.
    ///
    /// # Panics
    /// If there is not one value or one set of coefficients for each node.
    pub fn diffusion(
        &self,
        coefficients: &[PlaneCoefficients],
        values: &[f64],
        time: f64,
    ) -> Result<Vec<f64>, HessianAwareError> {
        assert_eq!(coefficients.len(), values.len(), "coefficients at each node");
        let top = (self.side.nodes().len() / 2) as f64;
        let norm = coefficients.iter().fold(0.0, |norm: f64, c| {
            let [xx, xy, yy] = c.diffusion.map(f64::abs);
            let drift = c.drift[0].abs() + c.drift[1].abs();
            norm.max(top * drift + 0.5 * top * top * (xx + 2.0 * xy + yy))
        });
        let apply = |u: &[f64], out: &mut [f64]| {
            let [x, y, xx, xy, yy] = self.derivatives(u);
            for (i, c) in coefficients.iter().enumerate() {
                let drift = c.drift[0] * x[i] + c.drift[1] * y[i];
                let [dxx, dxy, dyy] = c.diffusion;
                out[i] = drift + 0.5 * (dxx * xx[i] + dyy * yy[i]) + dxy * xy[i];
            }
        };
        exponential_times(&apply, norm, time, values)
    }

    /// `u_x, u_y, u_xx, u_xy, u_yy`, each `[n · n]`.
    fn derivatives(&self, values: &[f64]) -> [Vec<f64>; 5] {
        let u = self.square(values);
        let x = product(self.side.first_derivative(), &u);
        let pieces = [
            product(&u, &self.first_transposed),
            product(self.side.second_derivative(), &u),
            product(&x, &self.first_transposed),
            product(&u, &self.second_transposed),
        ];
        let [y, xx, xy, yy] = pieces.map(|piece| piece.entries().to_vec());
        [x.entries().to_vec(), y, xx, xy, yy]
    }

    fn square(&self, values: &[f64]) -> Matrix {
        let n = self.side.nodes().len();
        Matrix::new(n, n, values.to_vec())
    }

    /// One wave vector of each pair `±k`, the zero one first.
    fn waves(&self) -> Vec<[i64; 2]> {
        let top = (self.side.nodes().len() / 2) as i64;
        let upper = (1..=top).flat_map(move |k| (-top..=top).map(move |l| [k, l]));
        std::iter::once([0, 0]).chain((1..=top).map(|l| [0, l])).chain(upper).collect()
    }

    /// Cosine and sine coefficients of the waves.
    fn coefficients(&self, waves: &[[i64; 2]], values: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let n = self.side.nodes().len();
        let top = n / 2;
        let angle = |k: usize, j: usize| self.side.nodes()[k * j % n];
        let cos: Vec<f64> =
            (0..=top).flat_map(|k| (0..n).map(move |j| real::cos(angle(k, j)))).collect();
        let sin: Vec<f64> =
            (0..=top).flat_map(|k| (0..n).map(move |j| real::sin(angle(k, j)))).collect();
        let [cos, sin] = [cos, sin].map(|entries| Matrix::new(top + 1, n, entries));
        let u = self.square(values);
        let transform = |a: &Matrix, b: &Matrix| product(&product(a, &u), &b.transposed());
        let [cc, ss] = [transform(&cos, &cos), transform(&sin, &sin)];
        let [cs, sc] = [transform(&cos, &sin), transform(&sin, &cos)];
        let parts = waves.iter().map(|[k, l]| {
            let (row, column) = (*k as usize, l.unsigned_abs() as usize);
            let sign = if *l < 0 { -1.0 } else { 1.0 };
            let scale = if *k == 0 && *l == 0 { 1.0 } else { 2.0 } / (n * n) as f64;
            // cos(kx + ly) = cos cos − sin sin, sin(kx + ly) = sin cos + cos sin.
            let even = cc.row(row)[column] - sign * ss.row(row)[column];
            let odd = sc.row(row)[column] + sign * cs.row(row)[column];
            (scale * even, scale * odd)
        });
        parts.unzip()
    }
}

/// `E cos(k·X)` and `E sin(k·X)` for `X ~ N(mean, C)` with `C = [C_xx, C_xy, C_yy]`.
fn wave(k: [i64; 2], mean: [f64; 2], variance: [f64; 3]) -> (f64, f64) {
    let [kx, ky] = k.map(|entry| entry as f64);
    let square = kx * kx * variance[0] + 2.0 * kx * ky * variance[1] + ky * ky * variance[2];
    let (sin, cos) = real::sin_cos(kx * mean[0] + ky * mean[1]);
    let size = real::exp(-0.5 * square);
    (size * cos, size * sin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A constant force and constant noise.
    struct Slope;

    impl PlaneObjective for Slope {
        fn gradient(&self, _: f64, _: f64) -> [f64; 2] {
            [0.5, -1.0]
        }
        fn hessian(&self, _: f64, _: f64) -> [f64; 3] {
            [0.0; 3]
        }
        fn third(&self, _: f64, _: f64) -> [f64; 4] {
            [0.0; 4]
        }
        fn noise(&self, _: f64, _: f64) -> [f64; 3] {
            [1.0, 0.4, 0.6]
        }
        fn noise_along(&self, _: f64, _: f64, _: [f64; 2]) -> [f64; 3] {
            [0.0; 3]
        }
    }

    #[test]
    fn waves_move_and_fade_as_in_closed_form() {
        let plane = Plane::new(11).unwrap();
        let u: Vec<f64> =
            plane.nodes().iter().map(|[x, y]| real::sin(2.0 * x - 3.0 * y + 0.2)).collect();
        let (eta, steps) = (0.2, 3);
        let chain = plane.chain(&Slope, eta, &u, steps).unwrap();
        // kᵀ Sigma k = 4 − 4.8 + 5.4 and k·g = 1 + 3.
        let size = real::exp(-0.5 * 0.04 * 4.6 * 3.0);
        for ([x, y], value) in plane.nodes().iter().zip(&chain) {
            let expected = size * real::sin(2.0 * x - 3.0 * y + 0.2 - 0.6 * 4.0);
            assert!((value - expected).abs() < 1e-13);
        }
        let coefficients = PlaneCoefficients { drift: [-0.5, 1.0], diffusion: [0.2, 0.08, 0.12] };
        let flow = plane.diffusion(&vec![coefficients; 121], &u, 0.6).unwrap();
        for (value, expected) in flow.iter().zip(&chain) {
            assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn resampling_is_exact_for_waves() {
        let plane = Plane::new(9).unwrap();
        let f = |x: f64, y: f64| real::cos(4.0 * x + y) + real::sin(3.0 * y - 2.0 * x);
        let u: Vec<f64> = plane.nodes().iter().map(|[x, y]| f(*x, *y)).collect();
        let points = [0.1, 2.0, 5.5];
        for (at, value) in plane.resample(&u, &points).unwrap().iter().enumerate() {
            assert!((value - f(points[at / 3], points[at % 3])).abs() < 1e-14);
        }
    }
}
