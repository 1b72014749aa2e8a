//! Ascent of the symmetric stable likelihood.
//!
//! ```text
//! ln L(alpha, l, ln s) = sum_i [ ln f(alpha, (x_i - l) / s) - ln s ],
//! (alpha, l, ln s) += c H grad ln L,   c = 1, 1/2, 1/4, ...
//! ```
//!
//! `H` starts as the inverse outer product of the scores and follows the curvature by BFGS.

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::law::symmetric_stable::SymmetricStable;
use crate::special::score::{Active, Matrix, Scores, Vector, bfgs, times};

/// Name of the family in errors and tables.
pub(crate) const NAME: &str = "stable_ml";
const MAX_ITERATIONS: usize = 500;

/// The log-likelihood and its scores at `(alpha, loc, ln scale)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Likelihood {
    pub(crate) at: Vector,
    pub(crate) value: f64,
    pub(crate) scores: Scores,
}

impl Likelihood {
    /// The likelihood of `sample` at the point `at`.
    pub(crate) fn new(sample: &[f64], at: Vector) -> Likelihood {
        let [alpha, loc, ln_scale] = at;
        let density = SymmetricStable::new(alpha);
        let inverse_scale = real::exp(-ln_scale);
        let mut scores = Scores::default();
        let mut value = 0.0;
        for x in sample {
            let z = (x - loc) * inverse_scale;
            let log = density.log_density(z);
            value += log.value;
            scores.add([log.d_alpha, -log.d_x * inverse_scale, -1.0 - z * log.d_x]);
        }
        Likelihood { at, value: value - sample.len() as f64 * ln_scale, scores }
    }
}

/// An ascent on one sample with `alpha` in `[alpha_low, 2]`.
pub(crate) struct Ascent<'a> {
    pub(crate) sample: &'a [f64],
    pub(crate) alpha_low: f64,
}

impl Ascent<'_> {
    /// Climbs from `start` until the quadratic model promises less than 1e-11.
    ///
    /// # Errors
    /// If 500 steps do not suffice, or the scores are degenerate.
    pub(crate) fn climb(&self, start: Vector) -> Result<Likelihood, FitError> {
        let not_converged = FitError::NotConverged { family: NAME, iterations: MAX_ITERATIONS };
        let mut here = Likelihood::new(self.sample, start);
        let mut active = self.active(&here);
        let mut curvature: Option<Matrix> = None;
        for _ in 0..MAX_ITERATIONS {
            let inverse = match curvature {
                Some(inverse) => inverse,
                None => here.scores.inverse(active).ok_or(not_converged)?,
            };
            let gradient = masked(here.scores.total, active);
            let direction = times(&inverse, gradient);
            if inner(direction, gradient) < 1e-11 {
                return Ok(here);
            }
            let Some(next) = self.ascend(&here, direction) else {
                if curvature.take().is_some() {
                    continue;
                }
                // No step rises above the rounding error of the sum: this is the maximum.
                return Ok(here);
            };
            let next_active = self.active(&next);
            curvature =
                (next_active == active).then(|| updated(&inverse, &here, &next, active)).flatten();
            (here, active) = (next, next_active);
        }
        Err(not_converged)
    }

    /// The parameters that may move: `alpha` stays at a bound that it is pushed against.
    fn active(&self, here: &Likelihood) -> Active {
        let alpha_may_move =
            if here.scores.total[0] > 0.0 { here.at[0] < 2.0 } else { here.at[0] > self.alpha_low };
        [alpha_may_move, true, true]
    }

    /// The first of the steps 1, 1/2, 1/4, ... along `direction` that raises the likelihood.
    fn ascend(&self, here: &Likelihood, direction: Vector) -> Option<Likelihood> {
        let mut length = 1.0;
        while length > 1e-9 {
            let mut at = here.at;
            real::add_scaled(&mut at, length, &direction);
            at[0] = at[0].clamp(self.alpha_low, 2.0);
            let next = Likelihood::new(self.sample, at);
            if next.value > here.value {
                return Some(next);
            }
            length *= 0.5;
        }
        None
    }
}

/// The inverse curvature after a step, unless the step shows none.
fn updated(
    inverse: &Matrix,
    here: &Likelihood,
    next: &Likelihood,
    active: Active,
) -> Option<Matrix> {
    let step = [0, 1, 2].map(|i: usize| next.at[i] - here.at[i]);
    let fall = [0, 1, 2].map(|i: usize| here.scores.total[i] - next.scores.total[i]);
    let (step, fall) = (masked(step, active), masked(fall, active));
    (inner(step, fall) > 0.0).then(|| bfgs(inverse, step, fall))
}

fn masked(vector: Vector, active: Active) -> Vector {
    [0, 1, 2].map(|i: usize| if active[i] { vector[i] } else { 0.0 })
}

fn inner(a: Vector, b: Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::SIXTY;

    #[test]
    fn scores_are_the_gradient() {
        let at = [1.6, 0.2, 0.3];
        let total = Likelihood::new(&SIXTY, at).scores.total;
        for i in 0..3 {
            let (mut up, mut down) = (at, at);
            up[i] += 1e-5;
            down[i] -= 1e-5;
            let difference =
                Likelihood::new(&SIXTY, up).value - Likelihood::new(&SIXTY, down).value;
            assert!((total[i] - difference / 2e-5).abs() < 1e-3 * (1.0 + total[i].abs()), "{i}");
        }
    }

    #[test]
    fn ends_do_not_depend_on_the_start() {
        let ascent = Ascent { sample: &SIXTY, alpha_low: 0.5 };
        let near = ascent.climb([1.8, 0.3, 0.4]).unwrap();
        let far = ascent.climb([0.7, -2.0, 2.0]).unwrap();
        assert!((near.value - far.value).abs() < 1e-9);
        assert!((near.at[0] - far.at[0]).abs() < 1e-4);
    }
}
