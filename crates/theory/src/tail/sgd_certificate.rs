//! A certificate that second moments of SGD on a data set shrink.
//!
//! ```text
//! E[M²] < I   if and only if   D^{−1/2} gamma² ((1/B) T(I) + (1 − 1/B) P(I)) D^{−1/2} < I,
//! D = (1 − k²) I + 2 k gamma H,   k = 1 − gamma delta/n
//! ```
//!
//! A positive map that shrinks the identity has a spectral radius below one.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::is_positive_definite;
use crate::tail::interface::{Case, Samples};
use crate::tail::sgd_moment::{coordinates, pair_weights, weighted_gram};

/// Smallest pivot that is surely positive.
const MARGIN: f64 = 1e-9;

/// Whether `E[M²] < I` on the span of the data, which is sufficient for `Lambda(2) < 0`, not
/// necessary; false for fresh samples, whose rate is exact anyway.
#[must_use]
pub fn shrinks_identity(case: &Case<'_>) -> bool {
    let Samples::Finite { design, singular_values, right_vectors } = case.samples else {
        return false;
    };
    let n = design.n_rows() as f64;
    let gamma = case.step_size;
    let k = 1.0 - gamma * case.ridge / n;
    if k <= 0.0 || singular_values.is_empty() {
        return false;
    }
    let rows = coordinates(design, right_vectors);
    let squares: Vec<f64> = rows.rows().map(|row| real::dot(row, row)).collect();
    let fourth = weighted_gram(&rows.transposed(), &squares);
    let (single, pair) = pair_weights(case, n);
    // H is diagonal in these coordinates.
    let hessian: Vec<f64> = singular_values.iter().map(|s| s * s / n).collect();
    let roots: Vec<f64> =
        hessian.iter().map(|h| ((1.0 - k * k) + 2.0 * k * gamma * h).sqrt()).collect();
    let r = roots.len();
    let mut entries = Vec::with_capacity(r * r);
    for i in 0..r {
        let scaled = |j: usize| gamma * gamma * single * fourth.row(i)[j] / (roots[i] * roots[j]);
        entries.extend((0..r).map(|j| -scaled(j)));
        let ratio = gamma * hessian[i] / roots[i];
        entries[i * r + i] += 1.0 - pair * ratio * ratio;
    }
    is_positive_definite(&Matrix::new(r, r, entries), MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::sgd_moment::sgd_second_moment_rate;
    use maruyama_dynamics::linear_algebra::right_svd;

    #[test]
    fn what_is_certified_shrinks() {
        let design = Matrix::new(4, 2, vec![1.2, 0.3, -0.4, 1.1, 0.5, 0.9, -1.5, 0.8]);
        let svd = right_svd(&design);
        let samples = Samples::Finite {
            design: &design,
            singular_values: &svd.singular_values,
            right_vectors: &svd.right_vectors,
        };
        let mut n_certified = 0;
        for (batch_size, ridge) in [(1, 0.0), (2, 0.0), (3, 0.5)] {
            for step in 1..40 {
                let step_size = 0.05 * f64::from(step);
                let case =
                    Case { samples, step_size, batch_size, is_with_replacement: false, ridge };
                let rate = sgd_second_moment_rate(&case).unwrap();
                if shrinks_identity(&case) {
                    n_certified += 1;
                    assert!(rate.low < 0.0, "{case:?} {rate:?}");
                } else {
                    // It is nearly sharp on this design.
                    assert!(rate.high > -0.15, "{case:?} {rate:?}");
                }
            }
        }
        assert!(n_certified > 40, "{n_certified}");
    }
}
