//! The wells and barriers of a potential on the line.

use crate::langevin::error::positive;
use crate::langevin::{LangevinError, Wells};

/// Points at which the potential is looked at.
const N_POINTS: usize = 4000;

/// Distance of the points of difference quotients, over the length of the interval.
const QUOTIENT: f64 = 1e-3;

/// A well, the barrier above it and the target beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landscape {
    /// The bottom `a` of the well that the start stands in.
    pub bottom: f64,
    /// The highest point `b` between the bottom and the target.
    pub top: f64,
    /// Height and curvatures.
    pub wells: Wells,
}

impl Landscape {
    /// The well of `start` and the highest barrier before `target > start`.
    ///
    /// # Arguments
    /// * `potential`: `V`, smooth, with a minimum within one length `target − start` of the start
    ///
    /// # Accuracy
    /// Curvatures are difference quotients of fourth order: relative errors of about 1e-8 for
    /// potentials that change by about one over the length.
    ///
    /// # Errors
    /// If not `start < target`, or if there is no well or no barrier.
    pub fn find(
        potential: impl Fn(f64) -> f64,
        start: f64,
        target: f64,
    ) -> Result<Landscape, LangevinError> {
        let length = target - start;
        positive("target above the start", length)?;
        let spacing = length / N_POINTS as f64;
        let at = |i: usize| spacing.mul_add(i as f64, start - length);
        let values: Vec<f64> = (0..=2 * N_POINTS).map(|i| potential(at(i))).collect();
        let top = (N_POINTS..=2 * N_POINTS)
            .fold(N_POINTS, |best, i| if values[i] > values[best] { i } else { best });
        let bottom = (0..=top).fold(top, |best, i| if values[i] < values[best] { i } else { best });
        let is_inside = bottom > 0 && bottom < top && top < 2 * N_POINTS;
        positive("wells with a barrier", f64::from(u8::from(is_inside)))?;
        let bottom = refined(&potential, at(bottom - 1), at(bottom + 1));
        let top = refined(|x| -potential(x), at(top - 1), at(top + 1));
        let h = QUOTIENT * length;
        let wells = Wells {
            barrier: potential(top) - potential(bottom),
            curvature_at_bottom: curvature(&potential, bottom, h),
            curvature_at_top: -curvature(&potential, top, h),
        };
        Ok(Landscape { bottom, top, wells })
    }
}

/// The minimum of `f` between two points, by golden section.
fn refined(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..80 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if f(a) < f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    f64::midpoint(low, high)
}

/// `f''` at `x` from five points at the distance `h`.
fn curvature(f: &impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    let pair = |k: f64| f(x - k * h) + f(x + k * h);
    (16.0 * pair(1.0) - pair(2.0) - 30.0 * f(x)) / (12.0 * h * h)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::langevin::kramers_time;

    #[test]
    fn the_double_well_has_its_barrier() {
        let potential = |x: f64| x * x * (0.25 * x * x - 0.5);
        let found = Landscape::find(potential, -1.0, 1.0).unwrap();
        // A minimum is found to the root of rounding errors.
        assert!((found.bottom + 1.0).abs() < 1e-7 && found.top.abs() < 1e-7, "{found:?}");
        assert!((found.wells.barrier - 0.25).abs() < 1e-14);
        assert!((found.wells.curvature_at_bottom - 2.0).abs() < 1e-6, "{found:?}");
        assert!((found.wells.curvature_at_top - 1.0).abs() < 1e-6, "{found:?}");
        let kramers = kramers_time(&found.wells, 0.15).unwrap();
        assert!((kramers / 23.522_799_511_5 - 1.0).abs() < 1e-6, "{kramers}");
        // From the slope of the well the bottom is the same.
        let slope = Landscape::find(potential, -0.6, 1.0).unwrap();
        assert!((slope.bottom + 1.0).abs() < 1e-7);
    }

    #[test]
    fn what_is_no_well_is_refused() {
        assert!(Landscape::find(|x| x * x, -1.0, 1.0).is_err());
        assert!(Landscape::find(|x| -x, 0.0, 1.0).is_err());
        assert!(Landscape::find(|x| x * x, 1.0, -1.0).is_err());
    }
}
