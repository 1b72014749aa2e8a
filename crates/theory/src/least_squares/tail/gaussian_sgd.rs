//! Tail exponent of SGD itself on Gaussian features with `Sigma = I`.
//!
//! ```text
//! E[(1 − 2 gamma A + gamma² A (A + B))^{alpha/2}] = 1,   A ~ chi²_1, B ~ chi²_{d−1} independent
//! ```

use maruyama_dynamics::real;

use crate::least_squares::LeastSquaresError;
use crate::least_squares::error::positive;
use crate::quadrature::composite_nodes;

/// Standard normal deviates beyond this one do not contribute.
const RANGE: f64 = 14.0;

/// Cells of Gauss–Legendre's rule along each variable.
const N_CELLS: usize = 28;

/// Largest exponent that the range of the quadrature resolves.
const LARGEST_INDEX: f64 = 40.0;

/// The tail exponent of SGD with batch size one on `x ~ N(0, I)` in `dim` dimensions.
///
/// # Accuracy
/// Relative errors below 1e-4, for exponents up to 40.
///
/// # Errors
/// If `dim` is zero, if the step size is not positive, if there is no invariant law, or if the
/// exponent exceeds 40.
///
/// # Source
/// Kesten, Acta Math. 131, 1973; `|u − gamma x ⟨x, u⟩|²` for a unit vector `u`, whose law no
/// rotation changes.
pub fn gaussian_sgd_tail_index(dim: usize, step_size: f64) -> Result<f64, LeastSquaresError> {
    positive("dimension", dim as f64)?;
    positive("step size", step_size)?;
    let (logs, weights) = logarithms(dim, step_size);
    let exponent = real::dot(&logs, &weights);
    if exponent >= 0.0 {
        return Err(LeastSquaresError::NoInvariantLaw { exponent });
    }
    let excess = |p: f64| {
        let powers: Vec<f64> = logs.iter().map(|log| real::expm1(p * log)).collect();
        real::dot(&powers, &weights)
    };
    let mut high = 1.0;
    while excess(high) <= 0.0 {
        high *= 2.0;
        if high > LARGEST_INDEX {
            return Err(LeastSquaresError::OutOfRange { name: "step size", value: step_size });
        }
    }
    let mut low = 0.0;
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        // Zero is a root too; below the other one the excess is negative.
        if excess(middle) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

/// `½ ln(1 − 2 gamma A + gamma² A (A + B))` on a grid, and the probabilities of its points.
fn logarithms(dim: usize, step_size: f64) -> (Vec<f64>, Vec<f64>) {
    let along = composite_nodes(0.0, RANGE, N_CELLS);
    let k = dim as f64 - 1.0;
    let across = if dim == 1 {
        vec![(0.0, 1.0)]
    } else {
        let nodes = composite_nodes(0.0, RANGE + k.sqrt(), N_CELLS);
        let constant = (0.5 * k - 1.0) * std::f64::consts::LN_2 + real::lgamma(0.5 * k);
        let density = |r: f64| real::exp((k - 1.0) * real::ln(r) - 0.5 * r * r - constant);
        nodes.into_iter().map(|(r, weight)| (r, weight * density(r))).collect()
    };
    let scale = (2.0 / std::f64::consts::PI).sqrt();
    let (mut logs, mut weights) = (Vec::new(), Vec::new());
    for (z, z_weight) in along {
        let density = z_weight * scale * real::exp(-0.5 * z * z);
        let rest = 1.0 - step_size * z * z;
        for (r, r_weight) in &across {
            let turn = step_size * z * r;
            logs.push(0.5 * real::ln(rest * rest + turn * turn));
            weights.push(density * r_weight);
        }
    }
    (logs, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_match_the_reference() {
        for (gamma, expected, tolerance) in
            [(0.1, 15.45, 1e-3), (0.2, 5.734, 2e-4), (0.28, 2.203, 4e-4)]
        {
            let found = gaussian_sgd_tail_index(5, gamma).unwrap();
            assert!((found / expected - 1.0).abs() < tolerance, "{found} vs {expected}");
        }
    }

    #[test]
    fn second_moments_are_finite_below_their_closed_form() {
        // E|u − gamma x ⟨x, u⟩|² = 1 − 2 gamma + gamma² (d + 2) = 1 at gamma = 2/(d + 2).
        for dim in [1, 2, 4] {
            let found = gaussian_sgd_tail_index(dim, 2.0 / (dim as f64 + 2.0)).unwrap();
            assert!((found - 2.0).abs() < 1e-4, "{found}");
        }
        assert!(gaussian_sgd_tail_index(20, 1.0).is_err());
    }
}
