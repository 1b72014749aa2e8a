//! Matrices of the linear part of a step of least squares: functions of the Hessian.

use crate::linear_algebra::Matrix;
use crate::model::sde_step::{Scheme, SdeStep};
use crate::problem::LeastSquares;
use crate::real;

/// `P = (I + (h/2) H F)^(−1) G` for steps of Crank–Nicolson, `G` for steps of Euler–Maruyama, with the
/// factors `F` of the drift and `G` of the noise, `[d, d]`.
pub(crate) fn damping(problem: &LeastSquares, step: SdeStep) -> Matrix {
    let (order, gamma) = (step.order, step.step_size);
    function_of_hessian(problem, |square, n| {
        let curvature = square / n;
        solved(step, square, n) * order.noise(gamma, curvature)
    })
}

/// `Q = −h (I + (h/2) H F)^(−1) H (F − I)`, `[d, d]`, without the inverse for steps of Euler–Maruyama.
pub(crate) fn more_drift(problem: &LeastSquares, step: SdeStep) -> Matrix {
    function_of_hessian(problem, |square, n| {
        let curvature = square / n;
        let more = step.order.drift(step.step_size, curvature) - 1.0;
        -step.size() * solved(step, square, n) * curvature * more
    })
}

/// What a step is divided by along an eigenvector with the curvature `square/n`, as a factor.
fn solved(step: SdeStep, square: f64, n: f64) -> f64 {
    let half = 0.5 * step.size();
    match step.scheme {
        Scheme::EulerMaruyama => 1.0,
        Scheme::CrankNicolson => {
            1.0 / (1.0 + half * square / n * step.order.drift(step.step_size, square / n))
        }
    }
}

/// `f(H)`, `H = (AᵀA + delta I)/n`, from the spectrum of the design:
/// `f_0 I + sum_i (f_i − f_0) q_i q_iᵀ` with `f_i = f(lambda_i² + delta, n)`.
pub(crate) fn function_of_hessian(problem: &LeastSquares, f: impl Fn(f64, f64) -> f64) -> Matrix {
    let (spectrum, dim) = (problem.spectrum(), problem.dataset().n_columns());
    let n = problem.dataset().n_rows() as f64;
    let factor = |square: f64| f(square + problem.ridge(), n);
    let mut entries = vec![0.0; dim * dim];
    for (j, row) in entries.chunks_exact_mut(dim.max(1)).enumerate() {
        row[j] = factor(0.0);
        for (q, s) in spectrum.right_vectors.rows().zip(&spectrum.singular_values) {
            real::add_scaled(row, (factor(s * s) - factor(0.0)) * q[j], q);
        }
    }
    Matrix::new(dim, dim, entries)
}
