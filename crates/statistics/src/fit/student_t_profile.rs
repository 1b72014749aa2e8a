//! The Student-t likelihood at fixed degrees of freedom, maximised over location and scale.
//!
//! ```text
//! u_i = (x_i - l) / s,  w_i = (nu + 1) / (nu + u_i^2)
//! l = sum w x / sum w,  s^2 = sum w (x - l)^2 / sum w          (fixed point)
//! ```

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::student_t_sums::{self, Weights, weights, weights_and_logarithms};
use crate::law::student_t::ln_norm;
use crate::special::digamma::digamma;
use crate::special::score::Scores;

/// Name of the family in errors and tables.
pub(crate) const NAME: &str = "student_t";
/// Largest degrees of freedom at which the profile is searched: beyond, the law is normal to 1e-4 in
/// the density, and the derivative of the likelihood in `1 / nu` is a line.
pub const NU_MAX: f64 = 1e4;

/// Newton's last step of a maximum may have this size: it squares the error.
const EXACT: f64 = 1e-6;
/// The same where only the sign of the slope matters, which is then good to 1e-6.
const ROUGH: f64 = 1e-3;

const MAX_ITERATIONS: usize = 5_000;

/// How the location is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// Estimated.
    Free,
    /// Known to be zero.
    Zero,
}

/// Maximum over location and scale at one `nu`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ProfilePoint {
    pub(crate) nu: f64,
    pub(crate) loc: f64,
    pub(crate) scale: f64,
    pub(crate) log_likelihood: f64,
    /// Derivative of the profile log-likelihood in `ln nu`.
    pub(crate) slope: f64,
}

/// The equations for location and scale at one point.
#[derive(Clone, Copy, Debug)]
struct Equations {
    /// Sum of the sizes of both residuals, in numbers of values.
    residual: f64,
    /// Newton's step in the location and in the logarithm of the scale.
    newton: (f64, f64),
    /// Whether the likelihood is concave here, so that this step climbs.
    is_concave: bool,
    /// Location and scale after a step of the fixed point.
    fixed: (f64, f64),
}

/// The profile likelihood of one sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile<'a> {
    pub(crate) sample: &'a [f64],
    pub(crate) location: Location,
}

impl Profile<'_> {
    /// The maximum at `nu`, from the starting values `(loc, scale)`.
    ///
    /// Newton's steps on the two equations where the likelihood is concave; elsewhere, and after one
    /// that did not shrink the residuals, steps of the fixed point, which always climb: twice as many
    /// after every failure, so that the two cannot lead in a circle.
    ///
    /// # Source
    /// Lange, Little & Taylor, JASA 84, 1989 (EM); the divisor `sum w` in place of `n` is the
    /// parameter expansion of Kent, Tyler & Vardi, Commun. Statist. Simul. 23, 1994, which has the
    /// same fixed point and gets there several times faster.
    pub(crate) fn at(&self, nu: f64, start: (f64, f64)) -> Result<ProfilePoint, FitError> {
        self.settle(nu, start, EXACT)
    }

    /// As [`Profile::at`], with location and scale good to about 1e-6 scales.
    pub(crate) fn near(&self, nu: f64, start: (f64, f64)) -> Result<ProfilePoint, FitError> {
        self.settle(nu, start, ROUGH)
    }

    fn settle(&self, nu: f64, start: (f64, f64), tolerance: f64) -> Result<ProfilePoint, FitError> {
        let (mut loc, mut scale) = start;
        let mut fallback: Option<(f64, (f64, f64))> = None;
        let (mut climbs, mut next_climbs) = (0_usize, 1);
        for _ in 0..MAX_ITERATIONS {
            let here = self.equations(nu, loc, scale);
            if let Some((residual, fixed)) = fallback.take()
                && (here.residual >= residual || here.residual.is_nan())
            {
                (loc, scale) = fixed;
                (climbs, next_climbs) = (next_climbs, 2 * next_climbs);
                continue;
            }
            let (shift, ln_ratio) = here.newton;
            let (newton_loc, newton_scale) = (loc + shift, scale * real::exp(ln_ratio));
            let change = shift.abs() / scale + ln_ratio.abs();
            // The step squares the error, down to the last digit of the location.
            if change < tolerance + 4.0 * f64::EPSILON * loc.abs() / scale {
                return Ok(self.evaluate(nu, newton_loc, newton_scale));
            }
            // Far from the solution Newton's step means nothing.
            if change < 1.0 && here.is_concave && climbs == 0 {
                fallback = Some((here.residual, here.fixed));
                (loc, scale) = (newton_loc, newton_scale);
            } else {
                (loc, scale) = here.fixed;
                climbs = climbs.saturating_sub(1);
            }
            // Also ends the iteration when the scale has collapsed and `change` is NaN.
            if !(scale > 0.0 && loc.is_finite()) {
                break;
            }
        }
        Err(FitError::NotConverged { family: NAME, iterations: MAX_ITERATIONS })
    }

    /// Residuals and steps at one point.
    ///
    /// ```text
    /// 0 = sum w d,   0 = a sum w - n nu / (nu + 1),   w = 1 / (a + d^2),  a = nu s^2
    /// ```
    fn equations(&self, nu: f64, loc: f64, scale: f64) -> Equations {
        let n = self.sample.len() as f64;
        let a = nu * scale * scale;
        let Weights { mass, first, square, square_first } = weights(self.sample, loc, a);
        let excess = a * mass - n * nu / (nu + 1.0);
        let second = n - a * mass;
        let by_scale = 2.0 * a * (mass - a * square);
        let (shift, newton, is_concave) = match self.location {
            Location::Free => {
                let (by_loc, mixed) = (mass - 2.0 * a * square, 2.0 * a * square_first);
                // The matrix [[by_loc, -mixed], [mixed, by_scale]], inverted.
                let determinant = by_loc * by_scale + mixed * mixed;
                let shift = -(by_scale * first + mixed * excess) / determinant;
                let ln_ratio = -(by_loc * excess - mixed * first) / determinant;
                (first / mass, (shift, ln_ratio), by_loc > 0.0 && determinant > 0.0)
            }
            Location::Zero => (0.0, (0.0, -excess / by_scale), true),
        };
        // sum w (x - l')^2 = sum w (x - l)^2 - (l' - l)^2 sum w; without a shift nothing is taken.
        let fixed = (loc + shift, (second / mass - shift * shift).sqrt());
        let residual = match self.location {
            Location::Free => (first * scale).abs() + excess.abs(),
            Location::Zero => excess.abs(),
        };
        Equations { residual, newton, is_concave, fixed }
    }

    /// The likelihood and its slope at any point.
    pub(crate) fn evaluate(&self, nu: f64, loc: f64, scale: f64) -> ProfilePoint {
        let n = self.sample.len() as f64;
        let a = nu * scale * scale;
        let (Weights { mass, .. }, logs) = weights_and_logarithms(self.sample, loc, a);
        let pulls = n - a * mass;
        let log_likelihood = n * (ln_norm(nu) - real::ln(scale)) - 0.5 * (nu + 1.0) * logs;
        let slope = 0.5 * (nu * (n * digamma_step(nu) - logs) + (nu + 1.0) * pulls);
        ProfilePoint { nu, loc, scale, log_likelihood, slope }
    }

    /// Scores in `(loc, ln scale, 1 / nu)` at a point.
    pub(crate) fn scores(&self, at: &ProfilePoint) -> Scores {
        let constant = digamma_step(at.nu);
        let place = (at.nu, at.loc, at.scale);
        let (total, product) = student_t_sums::scores(self.sample, place, constant);
        Scores::from_sums(total, product)
    }
}

/// `psi((nu + 1) / 2) - psi(nu / 2) - 1 / nu`.
pub(crate) fn digamma_step(nu: f64) -> f64 {
    digamma(0.5 * (nu + 1.0)) - digamma(0.5 * nu) - 1.0 / nu
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::SIXTY;

    /// Where 40 chains of SGD are after 20 steps.
    const SAMPLE: [f64; 40] = [
        -0.903, -0.847, -0.845, -0.585, -0.447, -0.324, -0.133, -0.039, -0.038, -0.029, 0.044,
        0.044, 0.073, 0.189, 0.279, 0.295, 0.405, 0.435, 0.514, 0.667, 0.872, 1.056, 1.074, 1.149,
        1.149, 1.228, 1.299, 1.515, 1.658, 1.685, 1.779, 2.03, 2.127, 2.353, 2.628, 2.9, 2.929,
        3.188, 3.759, 5.897,
    ];
    const PROFILE: Profile = Profile { sample: &SIXTY, location: Location::Free };

    #[test]
    fn fixed_point_maximises_the_likelihood() {
        for nu in [0.5, 3.0, 60.0] {
            let best = PROFILE.at(nu, (0.0, 1.0)).unwrap();
            for (loc, scale) in [(1e-3, 1.0), (-1e-3, 1.0), (0.0, 1.001), (0.0, 0.999)] {
                let near = PROFILE.evaluate(nu, best.loc + loc, best.scale * scale);
                assert!(near.log_likelihood < best.log_likelihood, "nu = {nu}");
            }
        }
    }

    /// With a single step of the fixed point after each failure, the first of these goes round in a
    /// circle from (5, 0.1).
    #[test]
    fn every_start_leads_to_a_maximum() {
        let sample: Vec<f64> = SAMPLE.to_vec();
        let profile = Profile { sample: &sample, location: Location::Free };
        for nu in [0.203, 0.5, 1.0, 3.0, NU_MAX] {
            for start in [(0.8, 1.4), (0.0, 1.0), (5.0, 0.1), (-3.0, 10.0)] {
                let best = profile.at(nu, start).unwrap();
                for (loc, scale) in [(1e-4, 1.0), (-1e-4, 1.0), (0.0, 1.000_1), (0.0, 0.999_9)] {
                    let near = profile.evaluate(nu, best.loc + loc, best.scale * scale);
                    assert!(near.log_likelihood < best.log_likelihood, "nu = {nu}");
                }
            }
        }
    }

    #[test]
    fn slope_is_the_derivative_of_the_profile() {
        for nu in [0.4, 5.0, 300.0, 1e4] {
            let h = 1e-4;
            let value = |nu: f64| PROFILE.at(nu, (0.0, 1.0)).unwrap();
            let difference =
                value(nu * real::exp(h)).log_likelihood - value(nu * real::exp(-h)).log_likelihood;
            let slope = value(nu).slope;
            assert!((slope - difference / (2.0 * h)).abs() < 1e-6 * (1.0 + slope.abs()), "{nu}");
        }
    }

    #[test]
    fn scores_vanish_in_sum_at_the_maximum() {
        let best = PROFILE.at(4.0, (0.0, 1.0)).unwrap();
        let total = PROFILE.scores(&best).total;
        assert!(total[0].abs() < 1e-7 && total[1].abs() < 1e-7, "{total:?}");
        assert!((total[2] + 4.0 * best.slope).abs() < 1e-9 * (1.0 + total[2].abs()));
    }
}
