//! The tail index from estimates of a growth rate, approached from where moments grow.
//!
//! ```text
//! p <- p_b − Lambda(p_b) (p_a − p_b)/(Lambda(p_a) − Lambda(p_b)),     p_a > p_b > eta
//! ```
//!
//! `Lambda` is convex, so that the secant through two points right of the root meets zero between
//! the root and them. Left of the root a population can be in another phase, one that decays slowly
//! in weak directions: values there are used only if they agree with those on the right.

use maruyama_dynamics::real;

use crate::tail::interface::{Certainty, Finding, NotApplicable, Relation};
use crate::tail::population::Growth;

/// Secants that are drawn at most.
const MAX_SECANTS: usize = 12;

/// A rate is clearly not zero beyond this many standard errors.
const CLEAR: f64 = 3.0;

/// Relative movement of `p` below which the search ends in any case.
const CLOSE: f64 = 1e-4;

/// The index at which `growth` crosses zero, from two powers `far > near` at or right of it.
///
/// # Accuracy
/// The standard error of the last rate over the slope there.
///
/// # Errors
/// If moments do not clearly grow at the two powers, or not more at the larger.
pub fn index_from_right(
    growth: impl Fn(f64) -> Growth,
    near: f64,
    far: f64,
) -> Result<Finding, NotApplicable> {
    let not_found = Err(NotApplicable::NotFound { limit: far });
    let mut right = (far, growth(far));
    let mut left = (near, growth(near));
    for _ in 0..MAX_SECANTS {
        let slope = (right.1.rate - left.1.rate) / (right.0 - left.0);
        let reached = left.0 - left.1.rate / slope;
        if slope <= 0.0 || slope.is_nan() || reached <= 0.0 {
            return not_found;
        }
        if !is_clear(&left.1) {
            return Ok(estimate(reached, left.1.standard_error / slope));
        }
        let found = growth(reached);
        if found.rate < 0.0 {
            let extrapolated = estimate(reached, left.1.standard_error / slope);
            let crossing = interpolated((reached, &found), (left.0, &left.1));
            let allowed = CLEAR * extrapolated.error.unwrap_or(0.0).max(CLOSE * reached);
            let agrees = (crossing.value - reached).abs() <= allowed;
            return Ok(if agrees { crossing } else { extrapolated });
        }
        if left.0 - reached <= CLOSE * left.0 {
            return Ok(estimate(reached - found.rate / slope, found.standard_error / slope));
        }
        right = left;
        left = (reached, found);
    }
    let slope = (right.1.rate - left.1.rate) / (right.0 - left.0);
    Ok(estimate(left.0 - left.1.rate / slope, left.1.standard_error / slope))
}

/// Whether a rate is positive beyond its error.
fn is_clear(growth: &Growth) -> bool {
    growth.rate > CLEAR * growth.standard_error
}

fn estimate(value: f64, error: f64) -> Finding {
    let certainty = Certainty::MonteCarlo;
    Finding { relation: Relation::Equals, value, error: Some(error), certainty }
}

/// The crossing between a negative rate and a positive one.
fn interpolated((low, at_low): (f64, &Growth), (high, at_high): (f64, &Growth)) -> Finding {
    let slope = (at_high.rate - at_low.rate) / (high - low);
    let share = (-at_low.rate / (at_high.rate - at_low.rate)).clamp(0.0, 1.0);
    let errors = ((1.0 - share) * at_low.standard_error, share * at_high.standard_error);
    estimate(low - at_low.rate / slope, real::hypot(errors.0, errors.1) / slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(rate: f64) -> Growth {
        Growth { rate, standard_error: 1e-9 }
    }

    #[test]
    fn secants_of_a_convex_function_end_at_its_root() {
        let found = index_from_right(|p| exact(p * (p - 3.0)), 4.0, 5.0).unwrap();
        assert!((found.value - 3.0).abs() < 1e-7, "{found:?}");
    }

    #[test]
    fn a_second_phase_below_the_root_is_not_believed() {
        // Growth with root 5 is seen only above p = 5.2; below, a slow decay.
        let growth = |p: f64| exact(if p > 5.2 { 0.3 * (p - 5.0) } else { -0.02 * p });
        let found = index_from_right(growth, 6.0, 6.5).unwrap();
        assert!((found.value - 5.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn decay_everywhere_has_no_index() {
        assert!(index_from_right(|p| exact(-p), 1.0, 2.0).is_err());
    }
}
