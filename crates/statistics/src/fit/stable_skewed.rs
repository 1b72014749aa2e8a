//! Maximum likelihood for the alpha-stable laws, skewed ones included.
//!
//! ```text
//! ln L(alpha, beta, l, s) = sum_i [ ln f(alpha, beta, (x_i - l) / s) - ln s ],   f in S0
//! ```

use std::cell::RefCell;

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::maximise::{Active, Likelihood, Point, SIZE};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem, Standardised, fit};
use crate::fit::stable_mcculloch::from_sorted;
use crate::law::stable::Stable;
use crate::law::stable_table::StableTable;
use crate::sample::check::sorted;

/// Name of the family.
pub const NAME: &str = "stable_skewed_ml";
const ALPHA_MIN: f64 = 0.5;

/// The stable family, fitted by maximum likelihood in all four parameters.
///
/// Parameters: `alpha` in `[0.5, 2]`, `beta`, `loc` and `scale` in S0, where the location is near the
/// mode for every `alpha`; standard errors of all four from the observed information, but for those
/// at a bound.
///
/// # Source
/// Nolan, "Maximum likelihood estimation and diagnostics for stable distributions", in Lévy
/// Processes, Birkhauser 2001.
#[derive(Clone, Copy, Debug)]
pub struct StableSkewedMl;

struct Sample {
    values: Vec<f64>,
    /// The table that was used last; neighbouring points of an ascent share index and skewness.
    table: RefCell<Option<([f64; 2], StableTable)>>,
}

impl Sample {
    /// Log-likelihood and gradient.
    fn evaluate(&self, at: &Point) -> (f64, Point) {
        let [alpha, beta, loc, ln_scale] = *at;
        let mut slot = self.table.borrow_mut();
        if slot.as_ref().is_none_or(|(key, _)| *key != [alpha, beta]) {
            *slot = StableTable::new(alpha, beta.clamp(-1.0, 1.0)).map(|t| ([alpha, beta], t));
        }
        let Some((_, table)) = slot.as_ref() else {
            return (f64::NAN, [f64::NAN; SIZE]);
        };
        let inverse_scale = real::exp(-ln_scale);
        let (mut value, mut gradient) = (0.0, [0.0; SIZE]);
        for x in &self.values {
            let z = (x - loc) * inverse_scale;
            let log = table.ln_density(z);
            value += log.value;
            gradient[0] += log.d_alpha;
            gradient[1] += log.d_beta;
            gradient[2] -= log.d_x * inverse_scale;
            gradient[3] -= z * log.d_x;
        }
        let n = self.values.len() as f64;
        gradient[3] -= n;
        (value - n * ln_scale, gradient)
    }
}

impl Likelihood for Sample {
    fn value(&self, at: &Point) -> f64 {
        self.evaluate(at).0
    }

    fn gradient(&self, at: &Point, _: Active) -> Point {
        // The observed information asks a little beyond the bounds.
        let inside = [at[0].clamp(ALPHA_MIN, 2.0), at[1].clamp(-1.0, 1.0), at[2], at[3]];
        self.evaluate(&inside).1
    }
}

impl Family for StableSkewedMl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        4
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        fit(self, sample, |p| Ok(Box::new(Stable::s0(p[0], p[1], p[2], p[3])?)))
    }
}

impl Parametric for StableSkewedMl {
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError> {
        let standard = Standardised::new(sample)?;
        let [loc, scale] = standard.location_scale();
        let alpha_low = ALPHA_MIN.max(standard.index_low);
        let bounded = |name, low, high| Coordinate {
            name,
            map: Map::Linear { origin: 0.0, unit: 1.0 },
            bounds: (low, high),
            limits: (low, high),
        };
        let quantile_fit = from_sorted(&sorted(&standard.values));
        let alpha = quantile_fit.alpha.clamp(alpha_low, 1.95);
        let beta = quantile_fit.beta.clamp(-0.9, 0.9);
        let ln_scale = real::ln(quantile_fit.scale);
        let mut starts = vec![[alpha, beta, 0.0, ln_scale]];
        if alpha > 1.8 {
            starts.push([1.98, 0.0, 0.0, ln_scale]);
        }
        Ok(Problem {
            family: NAME,
            offset: standard.offset(),
            starts,
            likelihood: Box::new(Sample { values: standard.values, table: RefCell::new(None) }),
            coordinates: vec![
                bounded("alpha", alpha_low, 2.0),
                bounded("beta", -1.0, 1.0),
                loc,
                scale,
            ],
        })
    }
}
