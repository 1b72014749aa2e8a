//! The exponent at which a quadratic norm neither grows nor decays in one direction.
//!
//! ```text
//! p_Q(u) = 2 + (2 uᵀ A u/gamma − trace C_Q(u)) / (uᵀ C_Q(u) u),   |u| = 1
//! A = Q Sigma Q⁻¹,   C_Q(u) = Q F[v vᵀ] Qᵀ with v = Q⁻¹ u
//! ```

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::LeastSquares;
use crate::matrix::{congruence, outer, product, trace};

/// `p_Q` of a problem for a lower triangular `Q`.
#[derive(Clone, Debug)]
pub struct Quotient<'a> {
    problem: &'a LeastSquares,
    step_size: f64,
    q: Matrix,
    inverse: Matrix,
}

impl Quotient<'_> {
    /// The quotient for `Q` with diagonal `1, e^{x_0}, ...` and the remaining `x` below it, row by
    /// row; `x` of shape `[d (d + 1)/2 − 1]`.
    pub fn new<'a>(problem: &'a LeastSquares, step_size: f64, x: &[f64]) -> Quotient<'a> {
        let d = problem.dim();
        let mut entries = vec![0.0; d * d];
        let mut below = x.iter().skip(d - 1);
        for i in 0..d {
            entries[i * d + i] = if i == 0 { 1.0 } else { real::exp(x[i - 1]) };
            for j in 0..i {
                entries[i * d + j] = below.next().copied().unwrap_or(0.0);
            }
        }
        let q = Matrix::new(d, d, entries);
        let inverse = inverse_of_lower(&q);
        Quotient { problem, step_size, q, inverse }
    }

    /// `Q v/|Q v|`, `[d]`.
    pub fn image(&self, v: &[f64]) -> Vec<f64> {
        let image = self.q.times(v);
        let norm = real::dot(&image, &image).sqrt();
        image.iter().map(|entry| entry / norm).collect()
    }

    /// Numerator `2 uᵀ A u/gamma − trace C_Q(u)` and denominator `uᵀ C_Q(u) u` for `u` of any length;
    /// homogeneous of degrees two and four.
    pub fn parts(&self, u: &[f64]) -> (f64, f64) {
        let v = self.inverse.times(u);
        let w = self.q.transpose_times(u);
        let noise = self.problem.multiplicative_noise(&outer(&v, &v));
        let drift = real::dot(&w, &self.problem.covariance().times(&v));
        let spread = trace(&congruence(&self.q, &noise));
        (2.0 * drift / self.step_size - spread, LeastSquares::form(&noise, &w))
    }

    /// `p_Q(u/|u|)`; infinite where no multiplicative noise acts along `u`.
    pub fn at(&self, u: &[f64]) -> f64 {
        let (numerator, denominator) = self.parts(u);
        let scaled = numerator * real::dot(u, u);
        // F is positive semidefinite; what is left of it by rounding counts as zero.
        let floor = 1e-14 * trace(&product(&self.q, &self.q.transposed()));
        if denominator <= floor * real::dot(u, u) * real::dot(u, u) {
            return if scaled > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        2.0 + scaled / denominator
    }
}

/// The inverse of a lower triangular matrix with positive diagonal.
fn inverse_of_lower(lower: &Matrix) -> Matrix {
    let d = lower.n_rows();
    let mut columns = vec![0.0; d * d];
    for j in 0..d {
        let column = &mut columns[j * d..(j + 1) * d];
        for i in j..d {
            let known = real::dot(&lower.row(i)[j..i], &column[j..i]);
            let unit = if i == j { 1.0 } else { 0.0 };
            column[i] = (unit - known) / lower.row(i)[i];
        }
    }
    Matrix::new(d, d, columns).transposed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_all_close, assert_close, d3};

    #[test]
    fn the_quotient_of_one_feature_is_the_exponent() {
        let p = d3();
        let quotient = Quotient::new(&p, 2.0, &[]);
        assert_close(quotient.at(&[0.7]), 2.840_245_366_05, 1e-11);
    }

    #[test]
    fn triangular_matrices_are_inverted() {
        let p = LeastSquares::gaussian(&[2.0, 1.0, 0.5], 0.7).unwrap();
        let quotient = Quotient::new(&p, 0.1, &[0.3, -0.2, 0.5, -1.0, 2.0]);
        let round = product(&quotient.q, &quotient.inverse);
        assert_all_close(round.entries(), crate::matrix::identity(3).entries(), 1e-14);
        assert_close(quotient.at(&[1.0, 2.0, -0.5]), quotient.at(&[2.0, 4.0, -1.0]), 1e-13);
    }
}
