//! The three phases of SignSGD with Gaussian noise.
//!
//! ```text
//! Y_i = g_i/(sqrt 2 sigma_i):   1. |Y| > 3/2    2. 1 < |Y| < 3/2    3. |Y| < 1,  per coordinate
//! m Y + q_sec <= erf Y <= m Y + q_tan   for 1 <= Y <= 3/2
//! ```

use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

use maruyama_dynamics::real;

/// `m = 2 (erf(3/2) − erf(1))`, the slope of the secant of `erf` over `[1, 3/2]`.
pub const SECANT_SLOPE: f64 = 0.246_808_707_051_191_96;

/// `q_sec = erf(1) − m`, the intercept of that secant.
pub const SECANT_INTERCEPT: f64 = 0.595_892_085_898_522_8;

/// `y_tan = sqrt(ln(2/(sqrt(pi) m)))`, where the tangent is parallel to the secant.
pub const TANGENT_POINT: f64 = 1.232_851_956_003_817_1;

/// `q_tan = erf(y_tan) − m y_tan`, the intercept of that tangent.
pub const TANGENT_INTERCEPT: f64 = 0.614_477_873_243_289_8;

/// `|Y| = sqrt(pi)/2`, where the squared diffusion of the linear phase is zero; beyond it is negative.
pub const LINEAR_LIMIT: f64 = 0.886_226_925_452_757_9;

/// How a coordinate moves. Coordinates are in phases of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// `|Y| > 3/2`: as sign descent, with a drift of at least `erf(3/2) = 0.966`.
    First,
    /// `1 < |Y| <= 3/2`: between two lines.
    Second,
    /// `|Y| <= 1`: nearly linear.
    Third,
}

/// `Y = g/(sqrt 2 sigma)`, for `sigma > 0`.
#[must_use]
pub fn relative_gradient(gradient: f64, sigma: f64) -> f64 {
    gradient / (SQRT_2 * sigma)
}

/// The phase of a coordinate at `y = Y`; the third for NaN.
///
/// # Source
/// Compagnoni et al., arXiv 2411.15958, Lemma 3.4: the threshold 3/2 is confirmed, 1 is recalled.
#[must_use]
pub fn phase(y: f64) -> Phase {
    match y.abs() {
        size if size > 1.5 => Phase::First,
        size if size > 1.0 => Phase::Second,
        _ => Phase::Third,
    }
}

/// The drift of `X` that each phase is simplified to, at `y = Y`: `−sign Y`, `−m Y ∓ q` with the
/// secant, `−2 Y/sqrt(pi)`. The last exceeds the true one by 34 % at `|Y| = 1`.
///
/// # Source
/// arXiv 2411.15958, Lemma 3.4 (recalled).
#[must_use]
pub fn simplified_drift(y: f64) -> f64 {
    match phase(y) {
        Phase::First => -1.0_f64.copysign(y),
        Phase::Second => -(SECANT_SLOPE * y + SECANT_INTERCEPT.copysign(y)),
        Phase::Third => -FRAC_2_SQRT_PI * y,
    }
}

/// `[low, high]` with `low <= |erf Y| <= high` from the phase alone: `[erf(3/2), 1]`, the two lines,
/// `[erf(1) |Y|, 2 |Y|/sqrt(pi)]`.
///
/// # Source
/// arXiv 2411.15958, Lemma 3.4 (recalled); the bounds of the third phase are derived.
#[must_use]
pub fn speed_bounds(y: f64) -> [f64; 2] {
    let size = y.abs();
    match phase(y) {
        Phase::First => [real::erf(1.5), 1.0],
        Phase::Second => [SECANT_INTERCEPT, TANGENT_INTERCEPT].map(|q| SECANT_SLOPE * size + q),
        Phase::Third => [real::erf(1.0) * size, FRAC_2_SQRT_PI * size],
    }
}

/// Bounds `[low, high]` on `Y` of the noiseless equation in the second phase at `time` after
/// `1 < start <= 3/2`, on a quadratic: `Y(t) = (Y_0 + q/m) exp(−m r t) − q/m`, `r = lambda/(sqrt 2
/// sigma)`. They hold until the lower one is 1.
///
/// # Source
/// The linear equations of arXiv 2411.15958, Lemma 3.4 (recalled), solved (derived).
#[must_use]
pub fn second_phase_envelope(start: f64, curvature: f64, sigma: f64, time: f64) -> [f64; 2] {
    let decay = real::exp(-SECANT_SLOPE * relative_gradient(curvature, sigma) * time);
    [TANGENT_INTERCEPT, SECANT_INTERCEPT].map(|q| {
        let shift = q / SECANT_SLOPE;
        (start + shift) * decay - shift
    })
}

/// Bound on `P(|X_t − E X_t|² > a)` after `time` in the second phase: `(eta t/a) sum_i (1 − (m y_i +
/// q_sec)²)`, at most 1.
///
/// # Arguments
/// * `step_size`, `time`: `eta`, `t`
/// * `squared_distance`: `a > 0`
/// * `least`: the least `|Y_i|` on the way, each in `[1, 3/2]`, `[d]`
///
/// # Source
/// arXiv 2411.15958, Lemma 3.4 (recalled) has no factor `t`; with it the bound is Chebyshev's, for a
/// gradient that increases in each coordinate (derived).
#[must_use]
pub fn second_phase_deviation(
    step_size: f64,
    time: f64,
    squared_distance: f64,
    least: &[f64],
) -> f64 {
    let variances: Vec<f64> = least
        .iter()
        .map(|y| {
            let speed = SECANT_SLOPE * y.abs() + SECANT_INTERCEPT;
            (1.0 - speed) * (1.0 + speed)
        })
        .collect();
    (step_size * time / squared_distance * real::sum(&variances)).min(1.0)
}

/// The first times at which a curve of mean gradients, one for each step of length `eta`, has left the
/// first and the second phase; `None` where it has not.
///
/// # Arguments
/// * `gradients`: `E g` after 0, 1, 2, ... steps
/// * `sigma`, `step_size`: `sigma > 0`, `eta`
#[must_use]
pub fn phase_exits(gradients: &[f64], sigma: f64, step_size: f64) -> [Option<f64>; 2] {
    [Phase::Second, Phase::Third].map(|reached| {
        let at = gradients.iter().position(|g| phase(relative_gradient(*g, sigma)) >= reached);
        at.map(|k| k as f64 * step_size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_those_of_their_formulas() {
        let m = 2.0 * (real::erf(1.5) - real::erf(1.0));
        assert!((SECANT_SLOPE - m).abs() < 1e-15);
        assert!((SECANT_INTERCEPT - (real::erf(1.0) - m)).abs() < 1e-15);
        let point = real::ln(FRAC_2_SQRT_PI / m).sqrt();
        assert!((TANGENT_POINT - point).abs() < 1e-14);
        assert!((TANGENT_INTERCEPT - (real::erf(point) - m * point)).abs() < 1e-15);
        assert!((LINEAR_LIMIT * FRAC_2_SQRT_PI - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_speed_lies_within_its_bounds_everywhere() {
        for i in -400..=400 {
            let y = 0.01 * f64::from(i);
            let [low, high] = speed_bounds(y);
            let speed = real::erf(y).abs();
            assert!(low - 1e-15 <= speed && speed <= high + 1e-15, "{y}: {low} {speed} {high}");
            assert!(simplified_drift(y) * y <= 0.0);
        }
        assert!((simplified_drift(-1.2) - 0.892_062_534).abs() < 1e-9);
    }

    #[test]
    fn phases_end_at_their_thresholds() {
        assert_eq!([1.51, -1.5, 1.0].map(phase), [Phase::First, Phase::Second, Phase::Third]);
        assert_eq!(phase_exits(&[3.0, 2.0, 0.5], 1.0, 0.1), [Some(0.1), Some(0.2)]);
        assert_eq!(phase_exits(&[3.0, 2.5], 1.0, 0.1), [None, None]);
    }

    /// Small steps of the true equation stay between the two solutions.
    #[test]
    fn the_noiseless_equation_stays_in_its_envelope() {
        let (lambda, sigma, h) = (2.0, 0.5, 1e-4);
        let mut y = 1.49;
        for k in 1..=1000 {
            y -= h * relative_gradient(lambda, sigma) * real::erf(y);
            let [low, high] = second_phase_envelope(1.49, lambda, sigma, f64::from(k) * h);
            assert!(low - 2e-5 <= y && y <= high + 2e-5, "{k}: {low} {y} {high}");
        }
        assert!(y < 1.3, "{y}");
    }

    #[test]
    fn deviations_sum_variances_and_are_bounded_by_one() {
        let erf = real::erf(1.0);
        let bound = second_phase_deviation(0.01, 0.2, 0.05, &[1.0, -1.0]);
        assert!((bound - 0.08 * (1.0 - erf * erf)).abs() < 1e-15, "{bound}");
        assert_eq!(second_phase_deviation(1.0, 9.0, 0.1, &[1.0]), 1.0);
    }
}
