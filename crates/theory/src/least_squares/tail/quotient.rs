//! The exponent at which a quadratic norm `|Q v|` neither grows nor decays in one direction.
//!
//! ```text
//! p_Q(v) = 2 + (2 vᵀ S Sigma v/gamma − trace(S F[v vᵀ])) vᵀ S v / (vᵀ S F[v vᵀ] S v),   S = QᵀQ
//! ```
//!
//! With `u = Q v` this is the quotient of the generator on `|Q eta|^p` in the direction `u`.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::least_squares::LeastSquares;
use crate::least_squares::describe::kronecker;
use crate::matrix::{combine, product};

/// What the quotients of all `Q` have in common.
#[derive(Clone, Debug)]
pub struct Setting {
    covariance: Matrix,
    /// `F` as a matrix from the entries of `M` to those of `F[M]`, `[d², d²]`.
    noise: Matrix,
    step_size: f64,
}

impl Setting {
    /// The setting of `problem` at a step size.
    pub fn new(problem: &LeastSquares, step_size: f64) -> Setting {
        let sigma = problem.covariance();
        let noise = combine(1.0, &problem.fourth, -1.0, &kronecker(sigma, sigma));
        Setting { covariance: sigma.clone(), noise, step_size }
    }

    /// Number of features.
    pub fn dim(&self) -> usize {
        self.covariance.n_rows()
    }
}

/// `p_Q` for a lower triangular `Q`.
#[derive(Clone, Debug)]
pub struct Quotient<'a> {
    setting: &'a Setting,
    /// `S = QᵀQ`, `[d, d]`.
    norm: Matrix,
    /// `2 S Sigma/gamma − R` with `vᵀ R v = trace(S F[v vᵀ])`, `[d, d]`.
    numerator: Matrix,
    /// `Q⁻¹`, `[d, d]`.
    inverse: Matrix,
    /// Denominators below this fraction of the norm's square count as zero.
    floor: f64,
}

impl Quotient<'_> {
    /// The quotient for `Q` with diagonal `1, e^{x_0}, ...` and the remaining `x` below it, row by
    /// row; `x` of shape `[d (d + 1)/2 − 1]`.
    pub fn new<'a>(setting: &'a Setting, x: &[f64]) -> Quotient<'a> {
        let d = setting.dim();
        let mut entries = vec![0.0; d * d];
        let mut below = x.iter().skip(d - 1);
        for i in 0..d {
            entries[i * d + i] = if i == 0 { 1.0 } else { real::exp(x[i - 1]) };
            for j in 0..i {
                entries[i * d + j] = below.next().copied().unwrap_or(0.0);
            }
        }
        let q = Matrix::new(d, d, entries);
        let norm = product(&q.transposed(), &q);
        let spread = Matrix::new(d, d, setting.noise.transpose_times(norm.entries()));
        let drift = product(&norm, &setting.covariance);
        let largest = setting.noise.entries().iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        Quotient {
            numerator: combine(2.0 / setting.step_size, &drift, -1.0, &spread),
            inverse: inverse_of_lower(&q),
            floor: 1e-14 * largest,
            norm,
            setting,
        }
    }

    /// `Q⁻¹ u`, `[d]`.
    pub fn preimage(&self, u: &[f64]) -> Vec<f64> {
        self.inverse.times(u)
    }

    /// Numerator, `|Q v|²` and denominator for `v` of any length: of degrees two, two and four.
    pub fn parts(&self, v: &[f64]) -> (f64, f64, f64) {
        let w = self.norm.times(v);
        let square: Vec<f64> = v.iter().flat_map(|a| v.iter().map(move |b| a * b)).collect();
        let pairs = w.iter().flat_map(|a| w.iter().map(move |b| a * b));
        let rows = self.setting.noise.rows().zip(pairs);
        let denominator = rows.map(|(row, pair)| pair * real::dot(row, &square)).sum();
        (real::dot(self.numerator.entries(), &square), real::dot(v, &w), denominator)
    }

    /// `p_Q(v)`; infinite where no multiplicative noise acts along `Q v`.
    pub fn at(&self, v: &[f64]) -> f64 {
        let (numerator, norm, denominator) = self.parts(v);
        // F is positive semidefinite; what is left of it by rounding counts as zero.
        if denominator <= self.floor * norm * norm {
            return if numerator > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        2.0 + numerator * norm / denominator
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
    use crate::least_squares::reference::{assert_all_close, assert_close, d1, d3};
    use crate::matrix::{congruence, outer, trace};

    #[test]
    fn the_quotient_of_one_feature_is_the_exponent() {
        let setting = Setting::new(&d3(), 2.0);
        assert_close(Quotient::new(&setting, &[]).at(&[0.7]), 2.840_245_366_05, 1e-11);
    }

    #[test]
    fn quotients_match_their_definition_by_turned_directions() {
        let (p, gamma, x) = (d1(), 0.3, [0.4, -0.7]);
        let setting = Setting::new(&p, gamma);
        let quotient = Quotient::new(&setting, &x);
        let q = Matrix::new(2, 2, vec![1.0, 0.0, x[1], real::exp(x[0])]);
        let u = [0.6, -0.8];
        let v = quotient.preimage(&u);
        assert_all_close(&q.times(&v), &u, 1e-14);
        let a = product(&product(&q, p.covariance()), &quotient.inverse);
        let c = congruence(&q, &p.multiplicative_noise(&outer(&v, &v)));
        let along = LeastSquares::form(&c, &u);
        let expected = 2.0 + (2.0 * LeastSquares::form(&a, &u) / gamma - trace(&c)) / along;
        assert_close(quotient.at(&v), expected, 1e-12);
    }
}
