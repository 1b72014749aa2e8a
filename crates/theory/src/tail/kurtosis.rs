//! How Gaussian the data look along the leading direction, and the tail index corrected for it.
//!
//! ```text
//! c_i = a_i · q_1,   kappa_1 = n sum c_i⁴ / (sum c_i²)²,   eta_corr = 1 + 2B / (theta_1 (kappa_1 − 1))
//! ```
//!
//! The noise of homogenized SGD along `q_1` is that of data with `kappa_1 = 2`; Gaussian data have 3,
//! data with `a_i · q_1` nearly constant have 1.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

/// The kurtosis factor `kappa_1 ≥ 1` of the rows of `design`, `[n, d]`, along `direction`, `[d]`.
///
/// NaN if every row is orthogonal to the direction.
#[must_use]
pub fn kurtosis_factor(design: &Matrix, direction: &[f64]) -> f64 {
    let squares: Vec<f64> = design.times(direction).iter().map(|c| c * c).collect();
    let total = real::sum(&squares);
    design.n_rows() as f64 * real::dot(&squares, &squares) / (total * total)
}

/// The tail index `eta_corr` of the one-dimensional diffusion along `q_1` whose noise has the
/// strength of the data's own, without ridge; `+inf` if `kappa_1 = 1`.
///
/// # Arguments
/// * `kappa`: kurtosis factor `kappa_1`
/// * `theta`: relaxation rate `theta_1` per iteration
/// * `batch_size`: `B`
#[must_use]
pub fn corrected_index(kappa: f64, theta: f64, batch_size: u64) -> f64 {
    1.0 + 2.0 * batch_size as f64 / (theta * (kappa - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_is_one_for_constant_projections_and_two_at_the_paper_s_assumption() {
        let constant = Matrix::new(3, 2, vec![1.0, 5.0, 1.0, -2.0, -1.0, 0.0]);
        assert_eq!(kurtosis_factor(&constant, &[1.0, 0.0]), 1.0);
        assert_eq!(corrected_index(1.0, 0.5, 1), f64::INFINITY);
        // Half of the projections zero: n (n/2) / (n/2)² = 2, where eta_corr = 1 + 2B/theta = eta^*.
        let half = Matrix::new(4, 1, vec![0.0, 1.0, 0.0, -1.0]);
        assert_eq!(kurtosis_factor(&half, &[1.0]), 2.0);
        assert_eq!(corrected_index(2.0, 0.5, 3), 13.0);
    }
}
