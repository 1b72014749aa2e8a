//! Rates of even moments in any dimension, from the equation of homogeneous polynomials.
//!
//! ```text
//! d/dt E f(eta) = E[−Sigma eta · ∇f + ½ gamma F[eta etaᵀ] : ∇²f]
//! ```

use std::collections::BTreeMap;

use maruyama_dynamics::linear_algebra::Matrix;

use crate::least_squares::error::positive;
use crate::least_squares::{LeastSquares, LeastSquaresError};
use crate::matrix::spectral_abscissa;

/// `Lambda(p)` for even `p ≥ 2`: the rate of `E|eta_t|^p` without label noise.
///
/// The matrix has one row for each of the `(d + p − 1)!/(p! (d − 1)!)` monomials of degree `p`.
///
/// # Errors
/// If `p` is odd or zero, if the step size is not positive, or if the eigenvalue problem fails.
///
/// # Source
/// The generator maps polynomials of degree `p` to such; it preserves the cone of non-negative
/// ones, in whose interior `|eta|^p` lies, so that its leading eigenvalue is real.
pub fn even_moment_rate(
    problem: &LeastSquares,
    step_size: f64,
    p: usize,
) -> Result<f64, LeastSquaresError> {
    positive("step size", step_size)?;
    if p == 0 || !p.is_multiple_of(2) {
        return Err(LeastSquaresError::OutOfRange { name: "moment order", value: p as f64 });
    }
    let d = problem.dim();
    let mut monomials = Vec::new();
    enumerate(&mut vec![0; d], 0, p, &mut monomials);
    let places: BTreeMap<&[usize], usize> =
        monomials.iter().enumerate().map(|(i, powers)| (powers.as_slice(), i)).collect();
    let n = monomials.len();
    let mut entries = vec![0.0; n * n];
    for (column, powers) in monomials.iter().enumerate() {
        let mut add = |target: &[usize], value: f64| {
            if let Some(row) = places.get(target) {
                entries[row * n + column] += value;
            }
        };
        add_drift(problem, powers, &mut add);
        add_noise(problem, step_size, powers, &mut add);
    }
    Ok(spectral_abscissa(&Matrix::new(n, n, entries))?.value)
}

/// All ways to write `left` as a sum of powers from coordinate `from` on, in lexicographic order.
fn enumerate(powers: &mut Vec<usize>, from: usize, left: usize, found: &mut Vec<Vec<usize>>) {
    if from + 1 == powers.len() {
        powers[from] = left;
        found.push(powers.clone());
        return;
    }
    for power in 0..=left {
        powers[from] = power;
        enumerate(powers, from + 1, left - power, found);
    }
}

/// `−Sigma eta · ∇` of a monomial.
fn add_drift(problem: &LeastSquares, powers: &[usize], add: &mut impl FnMut(&[usize], f64)) {
    for (r, row) in problem.covariance().rows().enumerate() {
        if powers[r] == 0 {
            continue;
        }
        for (k, entry) in row.iter().enumerate() {
            let mut target = powers.to_vec();
            target[r] -= 1;
            target[k] += 1;
            add(&target, -entry * powers[r] as f64);
        }
    }
}

/// `½ gamma F[eta etaᵀ] : ∇²` of a monomial.
fn add_noise(
    problem: &LeastSquares,
    step_size: f64,
    powers: &[usize],
    add: &mut impl FnMut(&[usize], f64),
) {
    let d = powers.len();
    let sigma = problem.covariance();
    for pair in 0..d * d {
        let (r, s) = (pair / d, pair % d);
        let mut lower = powers.to_vec();
        let mut factor = 0.5 * step_size * lower[r] as f64;
        if lower[r] == 0 {
            continue;
        }
        lower[r] -= 1;
        factor *= lower[s] as f64;
        if lower[s] == 0 {
            continue;
        }
        lower[s] -= 1;
        for (other, fourth) in problem.fourth.row(pair).iter().enumerate() {
            let (k, l) = (other / d, other % d);
            let mut target = lower.clone();
            target[k] += 1;
            target[l] += 1;
            add(&target, factor * (fourth - sigma.row(r)[k] * sigma.row(s)[l]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d2};
    use crate::least_squares::tail::RotationInvariantRate;

    #[test]
    fn even_rates_match_the_reference() {
        let (p, _) = d2().on_range().unwrap();
        assert_close(even_moment_rate(&p, 0.25, 2).unwrap(), -0.953_657_186_709, 1e-10);
        assert_close(even_moment_rate(&p, 0.25, 4).unwrap(), -1.323_428_899_47, 1e-10);
        assert_close(even_moment_rate(&d1(), 1.5, 4).unwrap(), 0.827_756_421_795, 1e-10);
        let growth =
            even_moment_rate(&p, 0.5, 4).unwrap() - 2.0 * even_moment_rate(&p, 0.5, 2).unwrap();
        assert!((growth - 1.70).abs() < 0.005, "{growth}");
    }

    #[test]
    fn even_rates_of_isotropic_features_have_their_closed_form() {
        let p = LeastSquares::rotation_invariant(3, 0.6, 0.2, 1.0).unwrap();
        let closed = RotationInvariantRate { dim: 3, isotropic: 0.6, along: 0.2, step_size: 0.3 };
        for order in [2, 4, 6] {
            let found = even_moment_rate(&p, 0.3, order).unwrap();
            assert_close(found, closed.at(order as f64), 1e-11);
        }
        assert!(even_moment_rate(&p, 0.3, 3).is_err());
    }
}
