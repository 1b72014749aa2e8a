//! Profile-likelihood intervals for one parameter of a family.
//!
//! ```text
//! { theta_i : 2 [ln L(theta_hat) - max over the others of ln L(theta)] <= chi^2_1(level) }
//! ```

use crate::fit::family::FitError;
use crate::fit::maximise::{Maximum, Point};
use crate::fit::parametric::{Parametric, Problem};
use crate::interval::binomial::Interval;
use crate::law::normal::standard_quantile;

/// Interval for the parameter called `parameter`; `None` if the family has none of that name.
///
/// An end at which the likelihood has not dropped enough is the parameter's bound, or infinite where
/// that bound is only where the family is numerically its limit: `high = infinity` for degrees of
/// freedom says that a normal tail is not excluded.
///
/// # Arguments
/// * `sample`: as for the family's fit
/// * `level`: probability of coverage for large samples
///
/// # Source
/// Wilks, Annals of Mathematical Statistics 9(1), 1938.
///
/// # Errors
/// As the family's fit.
///
/// # Panics
/// If `level` lies outside the open interval `(0, 1)`.
pub fn profile_interval(
    family: &dyn Parametric,
    sample: &[f64],
    parameter: &str,
    level: f64,
) -> Result<Option<Interval>, FitError> {
    assert!(level > 0.0 && level < 1.0, "an interval of level {level}");
    let problem = family.problem(sample)?;
    let Some(index) = problem.coordinates.iter().position(|c| c.name == parameter) else {
        return Ok(None);
    };
    let best = problem.solve()?;
    let z = standard_quantile(0.5 * (1.0 + level));
    let profile = Profile { problem: &problem, index, best, drop: 0.5 * z * z };
    let coordinate = &problem.coordinates[index];
    let (low, high) = coordinate.bounds;
    let map = coordinate.map;
    let end = |bound: f64, limit: f64| -> Result<f64, FitError> {
        Ok(profile.edge(bound)?.map_or(limit, |u| map.parameter(u)))
    };
    let low = end(low, coordinate.limits.0)?;
    let high = end(high, coordinate.limits.1)?;
    Ok(Some(Interval { low, high }))
}

struct Profile<'a, 'b> {
    problem: &'a Problem<'b>,
    index: usize,
    best: Maximum,
    /// By how much the log-likelihood drops at the ends.
    drop: f64,
}

impl Profile<'_, '_> {
    /// How far the profile at `u` is above its value at the ends, and where it is attained.
    fn height(&self, u: f64, start: Point) -> Result<(f64, Point), FitError> {
        let held = self.problem.held(self.index, u, start)?;
        Ok((held.value - self.best.value + self.drop, held.at))
    }

    /// The coordinate where the interval ends on the side of `bound`; `None` if `bound` belongs to
    /// it.
    ///
    /// Steps that double leave the maximum until the profile is low enough; the Illinois variant of
    /// the regula falsi, on the square root of the drop, closes in.
    fn edge(&self, bound: f64) -> Result<Option<f64>, FitError> {
        const ITERATIONS: usize = 60;
        let estimate = self.best.at[self.index];
        let sign = if bound < estimate { -1.0 } else { 1.0 };
        let signed = |height: f64| self.drop.sqrt() - (self.drop - height).max(0.0).sqrt();
        let (mut inside, mut at_inside) = (estimate, self.drop.sqrt());
        let (mut start, mut step) = (self.best.at, 0.05);
        let (mut outside, mut at_outside);
        loop {
            let u = if (estimate + sign * step - bound) * sign >= 0.0 {
                bound
            } else {
                estimate + sign * step
            };
            let (height, at) = self.height(u, start)?;
            if height <= 0.0 {
                (outside, at_outside) = (u, signed(height));
                break;
            }
            if u == bound {
                return Ok(None);
            }
            (inside, at_inside, start) = (u, signed(height), at);
            step *= 2.0;
        }
        for _ in 0..ITERATIONS {
            let u = (inside * at_outside - outside * at_inside) / (at_outside - at_inside);
            let (height, at) = self.height(u, start)?;
            if height.abs() < 1e-8 || (outside - inside).abs() < 1e-12 {
                return Ok(Some(u));
            }
            // Halving the height of an end that stays is what makes the method superlinear.
            if height > 0.0 {
                (inside, at_inside, start) = (u, signed(height), at);
                at_outside *= 0.5;
            } else {
                (outside, at_outside) = (u, signed(height));
                at_inside *= 0.5;
            }
        }
        let family = self.problem.family;
        Err(FitError::NotConverged { family, iterations: ITERATIONS })
    }
}
