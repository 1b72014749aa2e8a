//! The largest eigenvalue of a symmetric map that is known by its action only.

use maruyama_dynamics::real;

use crate::matrix::{Bracket, symmetric_tridiagonal_eigenvalue};

/// A residual below this fraction of the eigenvalue is rounding.
const CONVERGED: f64 = 1e-14;

/// The largest eigenvalue of the symmetric `map` on the space that `start` generates.
///
/// # Arguments
/// * `map`: takes and returns `[n]`
/// * `start`: `[n]`, not zero and not orthogonal to the leading eigenvector
/// * `max_steps`: applications of the map at most
///
/// # Accuracy
/// There is an eigenvalue in the bracket, whose half-width is the norm of the residual.
///
/// # Source
/// Lanczos, J. Res. NBS 45, 1950, with full reorthogonalisation; the bracket is Krylov's and
/// Weinstein's. Where it is the leading eigenvalue it lies within the square of the residual over
/// the gap.
#[must_use]
pub fn symmetric_spectral_radius(
    map: impl Fn(&[f64]) -> Vec<f64>,
    start: &[f64],
    max_steps: usize,
) -> Bracket {
    let mut basis: Vec<Vec<f64>> = vec![normalised(start.to_vec()).0];
    let (mut diagonal, mut off) = (Vec::new(), Vec::new());
    loop {
        let last = &basis[basis.len() - 1];
        let mut next = map(last);
        diagonal.push(real::dot(&next, last));
        // Twice, since one pass leaves what rounding has left.
        for _ in 0..2 {
            for vector in &basis {
                let along = real::dot(&next, vector);
                real::add_scaled(&mut next, -along, vector);
            }
        }
        let (next, norm) = normalised(next);
        let value = symmetric_tridiagonal_eigenvalue(&diagonal, &off, diagonal.len() - 1);
        let residual = norm * last_component(&diagonal, &off, value);
        let is_exhausted = basis.len() == max_steps || basis.len() == start.len();
        if residual <= CONVERGED * value.abs() || is_exhausted {
            return Bracket { low: value - residual, high: value + residual };
        }
        off.push(norm);
        basis.push(next);
    }
}

/// The vector at length one, and its length.
fn normalised(mut vector: Vec<f64>) -> (Vec<f64>, f64) {
    let norm = real::dot(&vector, &vector).sqrt();
    if norm > 0.0 {
        for entry in &mut vector {
            *entry /= norm;
        }
    }
    (vector, norm)
}

/// Magnitude of the last component of the unit eigenvector of the tridiagonal matrix to `value`.
fn last_component(diagonal: &[f64], off: &[f64], value: f64) -> f64 {
    // Backwards from one: the component is the smallest, so that this grows and is stable.
    let n = diagonal.len();
    let mut components = vec![1.0; n];
    for i in (0..n - 1).rev() {
        let beyond = if i + 2 < n { off[i + 1] * components[i + 2] } else { 0.0 };
        components[i] = ((value - diagonal[i + 1]) * components[i + 1] - beyond) / off[i];
    }
    1.0 / real::dot(&components, &components).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn largest_eigenvalue_of_a_diagonal_map() {
        let eigenvalues: Vec<f64> = (0..40).map(|i| 1.0 - 0.02 * f64::from(i)).collect();
        let map = |x: &[f64]| x.iter().zip(&eigenvalues).map(|(x, d)| x * d).collect();
        let found = symmetric_spectral_radius(map, &[1.0; 40], 40);
        assert!((found.middle() - 1.0).abs() < 1e-13, "{found:?}");
        // Cut short, it says how far it is.
        let rough = symmetric_spectral_radius(map, &[1.0; 40], 6);
        assert!(rough.high - rough.low > 1e-4);
        assert!(eigenvalues.iter().any(|d| rough.low <= *d && *d <= rough.high));
    }

    #[test]
    fn an_invariant_start_ends_at_once() {
        let found = symmetric_spectral_radius(|x| vec![2.0 * x[0], x[1]], &[3.0, 0.0], 10);
        assert!((found.middle() - 2.0).abs() < 1e-15 && found.high - found.low < 1e-13);
    }
}
