//! Covariances of steps of the equation of SGD, as functions of where a step starts.
//!
//! ```text
//! d E y_a = −a_a E y_a dt,   d E y_a y_b = [−(a_a + a_b) E y_a y_b + (gamma/B) p_a p_b E C_ab(y)] dt
//! ```

use crate::linear_algebra::{Matrix, exponential};
use crate::model::sde_step::SdeStep;
use crate::problem::{LeastSquares, Problem};
use crate::real;

/// The conditional covariances as functions of the start of a step.
pub(crate) fn coefficients(problem: &LeastSquares, step: SdeStep) -> Matrix {
    let samples = Samples::new(problem);
    let (rank, h) = (samples.curvatures.len(), step.size());
    let factors: Vec<(f64, f64)> = samples
        .curvatures
        .iter()
        .map(|curvature| {
            let (drift, noise) = (step.order.drift(step.step_size, *curvature), step.order);
            (curvature * drift, noise.noise(step.step_size, *curvature))
        })
        .collect();
    let pairs: Vec<(usize, usize)> =
        (0..rank).flat_map(|a| (a..rank).map(move |b| (a, b))).collect();
    let size = rank + pairs.len() + 1;
    let mut generator = vec![0.0; size * size];
    for (a, (drift, _)) in factors.iter().enumerate() {
        generator[a * size + a] = -h * drift;
    }
    let strength = h * step.step_size / step.batch_size as f64;
    for (idx, (a, b)) in pairs.iter().enumerate() {
        let row = &mut generator[(rank + idx) * size..][..size];
        let weight = strength * factors[*a].1 * factors[*b].1;
        for (entry, noise) in row.iter_mut().zip(samples.noise(*a, *b, &pairs)) {
            *entry = weight * noise;
        }
        row[rank + idx] -= h * (factors[*a].0 + factors[*b].0);
    }
    let flow = exponential(&Matrix::new(size, size, generator));
    let mut entries = flow.entries()[rank * size..(size - 1) * size].to_vec();
    for (idx, (a, b)) in pairs.iter().enumerate() {
        entries[idx * size + rank + idx] -= real::exp(-h * (factors[*a].0 + factors[*b].0));
    }
    Matrix::new(pairs.len(), size, entries)
}

/// The samples in the coordinates of their span.
struct Samples {
    /// Rows `x_i`, `[n, r]`.
    rows: Vec<Vec<f64>>,
    /// Residuals at the minimiser, `[n]`.
    residuals: Vec<f64>,
    /// Eigenvalues of the Hessian, `[r]`.
    curvatures: Vec<f64>,
    /// Mean of `eps x`, `[r]`; zero without ridge.
    slope: Vec<f64>,
}

impl Samples {
    fn new(problem: &LeastSquares) -> Samples {
        let (dataset, spectrum) = (problem.dataset(), problem.spectrum());
        let n = dataset.n_rows() as f64;
        let rows: Vec<Vec<f64>> =
            dataset.design.rows().map(|row| spectrum.right_vectors.times(row)).collect();
        let fit = dataset.design.times(problem.minimiser());
        let residuals: Vec<f64> = fit.iter().zip(&dataset.response).map(|(f, y)| f - y).collect();
        let mut slope = vec![0.0; spectrum.rank()];
        for (row, residual) in rows.iter().zip(&residuals) {
            real::add_scaled(&mut slope, residual / n, row);
        }
        let curvature = |s: &f64| (s * s + problem.ridge()) / n;
        let curvatures = spectrum.singular_values.iter().map(curvature).collect();
        Samples { rows, residuals, curvatures, slope }
    }

    /// Coefficients of the covariance `(a, b)` of a single-sample gradient in
    /// `(y, y_k y_l for k ≤ l, 1)`:
    ///
    /// ```text
    /// C_ab(y) = (1/n) sum_i (x_i·y + eps_i)² x_ia x_ib − g_a(y) g_b(y),   g(y) = (1/n) sum_i (x_i·y + eps_i) x_i
    /// ```
    fn noise(&self, a: usize, b: usize, pairs: &[(usize, usize)]) -> Vec<f64> {
        let n = self.rows.len() as f64;
        let mean = |f: &dyn Fn(&[f64], f64) -> f64| {
            let samples = self.rows.iter().zip(&self.residuals);
            real::sum(&samples.map(|(x, eps)| f(x, *eps)).collect::<Vec<_>>()) / n
        };
        let square = |i: usize, j: usize| mean(&|x, _| x[i] * x[j]);
        let linear = |k: usize| {
            let third = mean(&|x, eps| eps * x[a] * x[b] * x[k]);
            2.0 * third - square(a, k) * self.slope[b] - square(b, k) * self.slope[a]
        };
        let quadratic = |(k, l): &(usize, usize)| {
            let fourth = mean(&|x, _| x[a] * x[b] * x[*k] * x[*l]);
            let copies = if k == l { 1.0 } else { 2.0 };
            let centre = square(a, *k) * square(b, *l) + square(a, *l) * square(b, *k);
            copies * (fourth - 0.5 * centre)
        };
        let mut noise: Vec<f64> = (0..self.slope.len()).map(linear).collect();
        noise.extend(pairs.iter().map(quadratic));
        noise.push(mean(&|x, eps| eps * eps * x[a] * x[b]) - self.slope[a] * self.slope[b]);
        noise
    }
}
