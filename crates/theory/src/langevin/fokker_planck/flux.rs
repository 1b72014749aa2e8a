//! The exponentially fitted flux between two cells.
//!
//! ```text
//! J = −(D/Delta) [B(−w) p_right − B(w) p_left],   w = −ln(p*_right/p*_left),   B(z) = z/(e^z − 1)
//! ```
//!
//! It vanishes exactly at the steady state `p*`, and keeps densities positive.

use maruyama_dynamics::real;

/// `B(z) = z/(e^z − 1)`, positive, `B(0) = 1`.
///
/// # Source
/// Scharfetter & Gummel, IEEE Trans. Electron Devices 16(1), 1969.
#[must_use]
pub fn bernoulli(z: f64) -> f64 {
    if z.abs() < 1e-5 { 1.0 - 0.5 * z + z * z / 12.0 } else { z / real::expm1(z) }
}

/// Coefficients `(from left, from right)` of the flux `J = left p_left − right p_right` to the
/// right, from the difference `w` of `−ln p*` and the conductance `D/Delta`.
pub(crate) fn coefficients(w: f64, conductance: f64) -> (f64, f64) {
    (conductance * bernoulli(w), conductance * bernoulli(-w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_smooth_and_satisfies_its_symmetry() {
        for z in [-700.0, -3.0, -1e-5, 1e-6, 1e-5, 0.5, 30.0] {
            // B(−z) = B(z) e^z = B(z) + z.
            assert!((bernoulli(-z) - bernoulli(z) - z).abs() < 1e-13 * (1.0 + z.abs()));
        }
        assert_eq!(bernoulli(0.0), 1.0);
        let gap = bernoulli(1.000_001e-5) - bernoulli(0.999_999e-5);
        assert!(gap.abs() < 1e-10);
        assert_eq!(bernoulli(800.0), 0.0);
    }

    #[test]
    fn the_flux_vanishes_at_the_steady_state() {
        let w = 1.7;
        let (left, right) = coefficients(w, 0.3);
        assert!((left - right * real::exp(-w)).abs() < 1e-16);
    }
}
