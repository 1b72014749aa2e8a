//! The exact tail index of homogenized SGD with two distinct eigenvalues, by collocation.
//!
//! ```text
//! w = |z_(1)|²/|z|²,   q = p/2,   b_1 = −2 theta_1 w + m_1 s_1²,   b_2 = −2 theta_2 (1−w) + m_2 s_2²
//! L g = ((b_1 + b_2) q + 2q(q−1)(s_1² w + s_2² (1−w))) g
//!       + (b_1 (1−w) − b_2 w + 4(q−1) w(1−w)(s_1² − s_2²)) g'
//!       + 2w(1−w)(s_1² (1−w) + s_2² w) g''
//! ```
//!
//! The grid is one of Chebyshev in `xi` with `1 − w = eps (e^{kappa xi} − 1)`, `eps = s_2²/s_1² <= 1`, since the
//! eigenfunction changes over a length `eps` near `w = 1`.
//!
//! `|z|^p g(w)` goes to `|z|^p L g(w)` under the generator, so that `Lambda(p)` is the eigenvalue of
//! `L` with a positive eigenfunction.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;

use crate::matrix::{Bracket, leading_eigenvalue};
use crate::quadrature::{ChebyshevGrid, chebyshev_grid};
use crate::root::crossing;
use crate::tail::interface::NotApplicable;

/// Entries of the eigenfunction below this fraction of the largest are errors of collocation.
const SIGNIFICANCE: f64 = 1e-6;

/// A power below which no index is looked for.
const SMALLEST_POWER: f64 = 1e-3;

/// Components with one rate and one intensity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Relaxation rate `theta > 0` per iteration.
    pub theta: f64,
    /// Squared noise intensity `s² > 0` per iteration.
    pub noise: f64,
    /// Number of components `m > 0`, perhaps fractional.
    pub multiplicity: f64,
}

impl Group {
    /// The relative intensity `phi = s²/(2 theta)`.
    #[must_use]
    pub fn phi(&self) -> f64 {
        self.noise / (2.0 * self.theta)
    }
}

/// The growth rate `Lambda(p)` of `E|Z_t|^p` per iteration, on a grid of `n_intervals`.
///
/// # Accuracy
/// Spectral in `n_intervals`; 60 give 1e-9 for intensities within a factor 1e7 of each other.
///
/// # Source
/// Not in the paper; for the model (7) of Jiao & Keller-Ressel, arXiv 2402.01382.
#[must_use]
pub fn two_group_rate(groups: &[Group; 2], p: f64, n_intervals: usize) -> Bracket {
    rate_on(groups, p, &chebyshev_grid(n_intervals, 0.0, 1.0))
}

/// The tail index of homogenized SGD with two groups, on a grid of `n_intervals`.
///
/// # Errors
/// If there is no stationary law: no moment above the order 0.001 stays bounded.
///
/// # Source
/// Not in the paper: the positive root of the convex function `Lambda`. It lies at or below the
/// paper's `eta^*`, (13); between 2 and there `Lambda` may be nearly linear up to a kink, so that
/// the root is bracketed, not extrapolated.
pub fn two_group_index(groups: &[Group; 2], n_intervals: usize) -> Result<f64, NotApplicable> {
    let grid = chebyshev_grid(n_intervals, 0.0, 1.0);
    let rate = |p: f64| rate_on(groups, p, &grid).middle();
    let upper = 1.0 + 1.0 / groups[0].phi().max(groups[1].phi());
    let sum_phi =
        groups[0].phi() * groups[0].multiplicity + groups[1].phi() * groups[1].multiplicity;
    let low = if sum_phi < 1.0 { 2.0_f64.min(upper) } else { SMALLEST_POWER };
    if low == SMALLEST_POWER && rate(low) >= 0.0 {
        return Err(NotApplicable::NoStationaryLaw);
    }
    Ok(crossing(low, upper, 1e-12 * upper, rate))
}

fn rate_on(groups: &[Group; 2], p: f64, grid: &ChebyshevGrid) -> Bracket {
    let [mut one, mut two] = *groups;
    if one.noise < two.noise {
        std::mem::swap(&mut one, &mut two);
    }
    let (q, size) = (0.5 * p, grid.points.len());
    let layer = two.noise / one.noise;
    let stretch = real::ln_1p(1.0 / layer);
    let mut entries = Vec::with_capacity(size * size);
    let mut largest = f64::NEG_INFINITY;
    for (i, &point) in grid.points.iter().enumerate() {
        let v = (layer * real::expm1(stretch * point)).min(1.0);
        let [potential, drift, spread] = coefficients(&[one, two], q, v);
        largest = largest.max(potential);
        // d/dw = −(1/x) d/dxi and d²/dw² = (1/x²) d²/dxi² − (kappa/x²) d/dxi, x = kappa (v + eps).
        let x = stretch * (v + layer);
        let (slope, curvature) = (-drift / x - spread * stretch / (x * x), spread / (x * x));
        let derivatives = grid.first.row(i).iter().zip(grid.second.row(i));
        entries.extend(derivatives.map(|(first, second)| slope * first + curvature * second));
        entries[i * size + i] += potential;
    }
    // By the maximum principle no eigenvalue lies above the largest potential.
    let start = largest + 1e-9 * largest.abs().max(one.theta);
    leading_eigenvalue(&Matrix::new(size, size, entries), start, SIGNIFICANCE)
}

/// The coefficients of `g`, `g'` and `g''` at `w = 1 − v`.
fn coefficients(groups: &[Group; 2], q: f64, v: f64) -> [f64; 3] {
    let [one, two] = groups;
    let w = 1.0 - v;
    let b1 = -2.0 * one.theta * w + one.multiplicity * one.noise;
    let b2 = -2.0 * two.theta * v + two.multiplicity * two.noise;
    let potential = (b1 + b2) * q + 2.0 * q * (q - 1.0) * (one.noise * w + two.noise * v);
    let drift = b1 * v - b2 * w + 4.0 * (q - 1.0) * w * v * (one.noise - two.noise);
    [potential, drift, 2.0 * w * v * (one.noise * v + two.noise * w)]
}
