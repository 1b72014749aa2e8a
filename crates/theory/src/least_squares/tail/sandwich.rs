//! Two-sided bounds of the tail exponent in any dimension.
//!
//! ```text
//! sup_Q min_u p_Q(u) ≤ alpha ≤ inf_Q max_u p_Q(u)
//! ```
//!
//! For each `Q` the functions `|Q eta|^p` show that moments below `min_u p_Q` are finite and that
//! those above `max_u p_Q` are not.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;

use crate::least_squares::error::positive;
use crate::least_squares::tail::certificate::is_nonnegative;
use crate::least_squares::tail::nelder_mead::nelder_mead;
use crate::least_squares::tail::quotient::{Quotient, Setting};
use crate::least_squares::{LeastSquares, LeastSquaresError};

/// Angles of a half circle at which two features are looked at.
const N_ANGLES: usize = 120;

/// Random directions of three or more features that are looked at beside the axes.
const N_DIRECTIONS: usize = 400;

/// Key of the random directions.
const KEY: StreamKey = StreamKey(0x7461_696c_2e75_0001);

/// Largest variable of `Q` that is tried: a ratio of axes of about e³.
const LARGEST_VARIABLE: f64 = 3.0;

/// Rounds of the simplex over `Q` in a stage, for each of its variables.
const ROUNDS: usize = 40;

/// Edges of the simplex and softness of the extreme, stage after stage: the hard extreme has kinks
/// over `Q`, at which the simplex would stop.
const STAGES: [(f64, f64); 5] =
    [(0.2, 0.01), (-0.1, 0.001), (0.1, 0.0001), (0.04, 0.0), (-0.01, 0.0)];

/// Directions from which the extreme over the sphere is searched for locally.
const N_LOCAL: usize = 6;

/// Fraction by which a certified bound gives way.
const SLACK: f64 = 1e-8;

/// Bounds of the tail exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailSandwich {
    /// Lower bound of `alpha`; below zero it says nothing.
    pub lower: f64,
    /// Upper bound of `alpha`, `+inf` if every norm leaves a direction without noise.
    pub upper: f64,
    /// Whether both are proved up to rounding: always for one feature, for two after the extreme was
    /// confirmed on the whole circle; for three or more the extremes over the sphere are those that
    /// a search has found.
    pub certified: bool,
}

/// Which of the two bounds.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Lower,
    Upper,
}

impl Side {
    /// What is minimised over directions.
    fn sign(self) -> f64 {
        match self {
            Side::Lower => 1.0,
            Side::Upper => -1.0,
        }
    }
}

/// The lower bound `min_u p_I(u)` of the Euclidean norm, found by the same search and not certified.
///
/// # Errors
/// If the step size is not positive.
pub fn pointwise_lower_bound(
    problem: &LeastSquares,
    step_size: f64,
) -> Result<f64, LeastSquaresError> {
    positive("step size", step_size)?;
    let setting = Setting::new(problem, step_size);
    let d = problem.dim();
    let quotient = Quotient::new(&setting, &vec![0.0; d * (d + 1) / 2 - 1]);
    Ok(extreme(&quotient, &directions(d), Side::Lower))
}

/// The bounds after a search over `Q`.
///
/// # Errors
/// If the step size is not positive, or if the bounds of two features fail to be certified.
///
/// # Source
/// Itô's formula for `|Q eta|^p`; Nelder and Mead's simplex over the triangular factors of `QᵀQ`.
pub fn tail_sandwich(
    problem: &LeastSquares,
    step_size: f64,
) -> Result<TailSandwich, LeastSquaresError> {
    positive("step size", step_size)?;
    let setting = Setting::new(problem, step_size);
    let d = problem.dim();
    let sample = directions(d);
    let side = |side: Side| {
        let mut best: Option<(f64, Vec<f64>)> = None;
        for norm in candidates(&setting, &sample, side) {
            let found = extreme(&Quotient::new(&setting, &norm), &sample, side);
            if best.as_ref().is_none_or(|(bound, _)| side.sign() * (found - bound) > 0.0) {
                best = Some((found, norm));
            }
        }
        let (found, norm) = best.unwrap_or_default();
        if d == 2 && found.is_finite() {
            certify(&Quotient::new(&setting, &norm), found, side)
        } else {
            Ok(found)
        }
    };
    Ok(TailSandwich { lower: side(Side::Lower)?, upper: side(Side::Upper)?, certified: d <= 2 })
}

/// Variables of `Q` at which the bound is locally best: diagonal ones, what a search from there over
/// all variables finds, and for two features what one from the best of a coarse grid finds.
fn candidates(setting: &Setting, sample: &[Vec<f64>], side: Side) -> Vec<Vec<f64>> {
    let objective = |x: &[f64], softness: f64| {
        if x.iter().any(|entry| entry.abs() > LARGEST_VARIABLE) {
            return f64::INFINITY;
        }
        let quotient = Quotient::new(setting, x);
        let directions = both(&quotient, sample);
        let values: Vec<f64> = directions.iter().map(|v| side.sign() * quotient.at(v)).collect();
        -soft_minimum(&values, softness)
    };
    let d = setting.dim();
    let n_variables = d * (d + 1) / 2 - 1;
    if n_variables == 0 {
        return vec![Vec::new()];
    }
    let start = vec![0.0; n_variables];
    let diagonal = descend(&objective, &start, d - 1);
    let near = descend(&objective, &diagonal, n_variables);
    if d > 2 {
        return vec![diagonal, near];
    }
    let far = descend(&objective, &coarse_search(&objective, &start), n_variables);
    vec![diagonal, near, far]
}

/// The best point of a coarse grid, one variable after the other.
fn coarse_search(objective: &impl Fn(&[f64], f64) -> f64, start: &[f64]) -> Vec<f64> {
    let n_free = start.len();
    let mut best = start.to_vec();
    let mut least = objective(&best, 0.0);
    for round in 0..3 * n_free {
        for step in -4..=4_i8 {
            let mut trial = best.clone();
            trial[round % n_free] = 0.5 * f64::from(step);
            let value = objective(&trial, 0.0);
            if value < least {
                (best, least) = (trial, value);
            }
        }
    }
    best
}

/// The point to which simplices over the first `n_free` variables come from `start`.
fn descend(objective: &impl Fn(&[f64], f64) -> f64, start: &[f64], n_free: usize) -> Vec<f64> {
    let mut best = start.to_vec();
    for (size, softness) in STAGES {
        let stage = |x: &[f64]| {
            let mut point = best.clone();
            point[..n_free].copy_from_slice(x);
            objective(&point, softness)
        };
        let found = nelder_mead(stage, &best[..n_free], size, ROUNDS * n_free).0;
        best[..n_free].copy_from_slice(&found);
    }
    best
}

/// Directions of `d` features: equal angles for two, axes and random ones for more, `[n][d]`.
fn directions(d: usize) -> Vec<Vec<f64>> {
    if d == 1 {
        return vec![vec![1.0]];
    }
    if d == 2 {
        let angle = |j: usize| real::sin_cos(std::f64::consts::PI * j as f64 / N_ANGLES as f64);
        return (0..N_ANGLES).map(angle).map(|(sin, cos)| vec![cos, sin]).collect();
    }
    let mut normals = vec![0.0; N_DIRECTIONS * d];
    Stream::new(KEY, 0, Purpose::Start).fill_normals(&mut normals);
    let axes = (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect());
    let random = normals.chunks_exact(d).map(|z| {
        let norm = real::dot(z, z).sqrt();
        z.iter().map(|entry| entry / norm).collect()
    });
    axes.chain(random).collect()
}

/// The least of the values, smoothed over about `softness (1 + |least|)`.
fn soft_minimum(values: &[f64], softness: f64) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let width = softness * (1.0 + least.abs());
    if width == 0.0 || !least.is_finite() {
        return least;
    }
    let terms: Vec<f64> = values.iter().map(|value| real::exp((least - value) / width)).collect();
    least - width * real::ln(real::sum(&terms) / values.len() as f64)
}

/// The directions of the sample and their preimages under `Q`, which are close where `Q` shrinks.
fn both(quotient: &Quotient, sample: &[Vec<f64>]) -> Vec<Vec<f64>> {
    sample.iter().cloned().chain(sample.iter().map(|u| quotient.preimage(u))).collect()
}

/// The least or largest `p_Q` over directions, by local searches from the best of the sample.
fn extreme(quotient: &Quotient, sample: &[Vec<f64>], side: Side) -> f64 {
    let signed = |v: &[f64]| side.sign() * quotient.at(v);
    let mut values: Vec<(f64, Vec<f64>)> =
        both(quotient, sample).into_iter().map(|u| (signed(&u), u)).collect();
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut least = values[0].0;
    for (_, u) in values.iter().take(N_LOCAL) {
        if u.len() > 1 && least.is_finite() {
            least = least.min(
                nelder_mead(
                    signed,
                    u,
                    0.02 * u.iter().fold(0.0, |a: f64, b| a.max(b.abs())),
                    60 * u.len(),
                )
                .1,
            );
        }
    }
    side.sign() * least
}

/// `bound` with some slack, after a proof on the whole circle:
/// `±[numerator |Q v|² − (bound − 2) denominator] ≥ 0`.
fn certify(quotient: &Quotient, bound: f64, side: Side) -> Result<f64, LeastSquaresError> {
    let eased = bound - side.sign() * SLACK * (1.0 + bound.abs());
    let form = |v: &[f64]| {
        let (numerator, norm, denominator) = quotient.parts(v);
        side.sign() * (numerator * norm - (eased - 2.0) * denominator)
    };
    is_nonnegative(form).then_some(eased).ok_or(LeastSquaresError::NotCertified { bound })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::least_squares::reference::{assert_close, d1, d3};

    /// The reference's bounds to its own accuracy, or better ones, around the exact value.
    fn check(problem: &LeastSquares, gamma: f64, alpha: Option<f64>, bounds: [f64; 2]) {
        let found = tail_sandwich(problem, gamma).unwrap();
        assert!(found.lower >= bounds[0] * (1.0 - 2e-3), "{gamma}: {found:?}");
        assert!(found.upper <= bounds[1] * (1.0 + 2e-3), "{gamma}: {found:?}");
        assert!(found.lower <= found.upper);
        if let Some(alpha) = alpha {
            assert!(found.lower <= alpha && alpha <= found.upper, "{alpha} in {found:?}");
            assert!(found.certified);
        }
    }

    #[test]
    fn bounds_of_two_features_match_the_reference() {
        check(&d1(), 0.15, Some(24.863_999_343_3), [24.863_294_117_5, 24.899_312_755_1]);
        check(&d1(), 0.3, Some(12.902_354_849_5), [12.901_077_297_9, 12.923_062_138]);
        check(&d1(), 0.6, Some(6.917_510_081_66), [6.904_453_187_12, 6.919_727_898_89]);
        check(&d1(), 1.5, Some(3.294_288_964_09), [3.225_461_898_46, 3.306_590_574_01]);
    }

    #[test]
    fn bounds_of_three_features_match_the_reference() {
        let p = LeastSquares::gaussian(&[2.0, 1.0, 0.5], 0.7).unwrap();
        check(&p, 0.1, None, [5.901_314_524_25, 5.933_194_666_7]);
        check(&p, 0.3, None, [2.447_226_905_91, 2.493_727_734]);
    }

    #[test]
    fn pointwise_bounds_match_the_reference() {
        let cases = [
            (0.15, 24.584_245_734_2),
            (0.3, 12.624_753_172_6),
            (0.6, 6.644_763_531_04),
            (1.5, 3.055_524_623_7),
        ];
        for (gamma, expected) in cases {
            assert_close(pointwise_lower_bound(&d1(), gamma).unwrap(), expected, 2e-5);
        }
        let p = LeastSquares::gaussian(&[1.0, 0.25], 1.0).unwrap();
        let cases = [(0.2, 5.875), (0.4, 3.375), (0.6, 2.541_666_666_67), (1.0, 1.875)];
        for (gamma, expected) in cases {
            assert_close(pointwise_lower_bound(&p, gamma).unwrap(), expected, 1e-9);
        }
    }

    #[test]
    fn one_feature_and_isotropic_features_leave_no_gap() {
        let line = tail_sandwich(&d3(), 2.0).unwrap();
        assert_close(line.lower, 2.840_245_366_05, 1e-11);
        assert_eq!(line.lower, line.upper);
        let p = LeastSquares::rotation_invariant(3, 1.0, 1.0, 1.0).unwrap();
        let found = tail_sandwich(&p, 0.2).unwrap();
        assert_close(found.lower, 5.0, 1e-6);
        assert_close(found.upper, 5.0, 1e-6);
    }
}
