//! McCulloch's quantile estimator for the stable laws, skewed ones included.
//!
//! ```text
//! spread = (q95 - q05) / (q75 - q25),  lean = (q95 + q05 - 2 q50) / (q95 - q05)
//! alpha = table III(spread, lean),  beta = table IV(spread, lean)
//! scale = (q75 - q25) / table V(alpha, beta),  zeta = q50 + scale table VII(alpha, beta)
//! loc = zeta - beta scale tan(pi alpha / 2)                                      (S1)
//! ```

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted, check_ties};
use crate::fit::mcculloch_table::{ALPHA, BETA, INDEX, LEAN, SHIFT, SKEWNESS, SPREAD, WIDTH};
use crate::law::stable::Stable;
use crate::sample::check::{sorted, varied};
use crate::sample::quantile::quantile;

/// Skewed stable laws within this of `alpha = 1` are moved out to it: S1 has a pole there.
const POLE_WIDTH: f64 = 1e-3;

/// The stable family, fitted by quantiles; a fit of no likelihood.
///
/// Parameters: `alpha`, `beta`, `loc`, `scale` in S1.
#[derive(Clone, Copy, Debug)]
pub struct StableMcCulloch;

/// Parameters of a stable law in S1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StableParameters {
    /// Index, in `[0.5, 2]`.
    pub alpha: f64,
    /// Skewness, in `[-1, 1]`.
    pub beta: f64,
    /// Location, in units of the sample; the mean for `alpha > 1`.
    pub loc: f64,
    /// Scale, in units of the sample.
    pub scale: f64,
}

/// The estimate from the five quantiles of probability 0.05, 0.25, 0.5, 0.75 and 0.95.
///
/// A spread below the normal law's 2.439 gives `alpha = 2`, where the skewness has no meaning and
/// is 0; one above 25 is taken as 25.
///
/// # Source
/// McCulloch, Communications in Statistics: Simulation and Computation 15(4), 1986; the tables are
/// interpolated linearly.
#[must_use]
pub fn from_quantiles([q05, q25, q50, q75, q95]: [f64; 5]) -> StableParameters {
    let spread = (q95 - q05) / (q75 - q25);
    let lean = (q95 + q05 - 2.0 * q50) / (q95 - q05);
    let sign = if lean < 0.0 { -1.0 } else { 1.0 };
    let (mut alpha, mut strength) = (2.0, 0.0);
    if spread > SPREAD[0] {
        alpha = interpolate((&SPREAD, spread), (&LEAN, lean.abs()), |i, j| INDEX[i][j]);
        strength = interpolate((&SPREAD, spread), (&LEAN, lean.abs()), |i, j| SKEWNESS[i][j]);
        strength = strength.min(1.0);
        if strength > 0.0 && (alpha - 1.0).abs() < POLE_WIDTH {
            alpha = if alpha < 1.0 { 1.0 - POLE_WIDTH } else { 1.0 + POLE_WIDTH };
        }
    }
    let scale = (q75 - q25) / interpolate((&ALPHA, alpha), (&BETA, strength), |i, j| WIDTH[i][j]);
    let shift = sign * interpolate((&ALPHA, alpha), (&BETA, strength), |i, j| SHIFT[i][j]);
    let beta = sign * strength;
    let tangent = if beta == 0.0 { 0.0 } else { real::tan(std::f64::consts::FRAC_PI_2 * alpha) };
    let loc = q50 + scale * shift - beta * scale * tangent;
    StableParameters { alpha, beta, loc, scale }
}

/// The estimate for increasing finite `sorted` values, `[n]`, `n >= 1`.
pub(crate) fn from_sorted(sorted: &[f64]) -> StableParameters {
    from_quantiles([0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(sorted, p)))
}

/// Bilinear interpolation at `(x, y)`, which are moved into the table where they lie outside.
fn interpolate(
    (rows, x): (&[f64], f64),
    (columns, y): (&[f64], f64),
    entry: impl Fn(usize, usize) -> f64,
) -> f64 {
    let ((i, s), (j, t)) = (locate(rows, x), locate(columns, y));
    let along = |i: usize| (1.0 - t) * entry(i, j) + t * entry(i, j + 1);
    (1.0 - s) * along(i) + s * along(i + 1)
}

/// The cell of increasing `knots` that holds `x`, and the share of the cell below it.
fn locate(knots: &[f64], x: f64) -> (usize, f64) {
    let cell = knots.partition_point(|knot| *knot <= x).clamp(1, knots.len() - 1) - 1;
    let share = (x - knots[cell]) / (knots[cell + 1] - knots[cell]);
    (cell, share.clamp(0.0, 1.0))
}

impl Family for StableMcCulloch {
    fn name(&self) -> &'static str {
        "stable_mcculloch"
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        4
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        varied(sample, 5)?;
        let values = sorted(sample);
        check_ties(&values)?;
        let StableParameters { alpha, beta, loc, scale } = from_sorted(&values);
        Ok(Fitted {
            parameters: vec![("alpha", alpha), ("beta", beta), ("loc", loc), ("scale", scale)],
            standard_errors: Vec::new(),
            log_likelihood: None,
            law: Box::new(Stable::new(alpha, beta, loc, scale)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::interface::Law;

    #[test]
    fn reference_estimate() {
        let fit =
            from_quantiles([-2.628_851_95, -0.992_532_5, -0.116_127_5, 0.965_225_5, 3.016_116_2]);
        for (value, reference) in [
            (fit.alpha, 1.619_772_759_768_378_6),
            (fit.beta, 0.348_892_088_091_735_16),
            (fit.loc, 0.047_740_145_762_738_134),
            (fit.scale, 1.006_031_128_876_769_2),
        ] {
            assert!((value - reference).abs() < 1e-9, "{value} against {reference}");
        }
    }

    #[test]
    fn quantiles_of_a_law_give_it_back() {
        // The tables have three decimals, and linear interpolation costs the skewness more.
        for (alpha, beta) in [(0.8, 0.0), (1.2, 0.5), (1.5, -0.3), (1.7, 0.6), (1.9, 0.0)] {
            let law = Stable::new(alpha, beta, 2.0, 3.0).unwrap();
            let fit = from_quantiles([0.05, 0.25, 0.5, 0.75, 0.95].map(|p| law.quantile(p)));
            assert!((fit.alpha - alpha).abs() < 0.02, "{alpha}, {beta}: {fit:?}");
            assert!((fit.beta - beta).abs() < 0.07, "{alpha}, {beta}: {fit:?}");
            assert!((fit.scale / 3.0 - 1.0).abs() < 0.02, "{alpha}, {beta}: {fit:?}");
        }
    }

    #[test]
    fn thin_tails_are_normal() {
        let fit = from_quantiles([-1.0, -0.6, 0.0, 0.6, 1.1]);
        assert_eq!((fit.alpha, fit.beta), (2.0, 0.0));
        assert!((fit.scale - 1.2 / 1.908).abs() < 1e-15);
    }

    #[test]
    fn ties_and_short_samples_are_errors() {
        assert!(StableMcCulloch.fit(&[1.0, 2.0, 3.0]).is_err());
        let tied = StableMcCulloch.fit(&[1.0, 1.0, 1.0, 1.0, 5.0, -4.0]);
        assert_eq!(tied.unwrap_err(), FitError::Tied { value: 1.0, count: 4, n: 6 });
    }
}
