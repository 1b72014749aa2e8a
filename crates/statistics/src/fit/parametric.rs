//! Families with a likelihood in up to four coordinates: their fits, errors and profiles.
//!
//! ```text
//! H(u) = -d^2 ln L / du^2,   s.e.(theta_i) = |d theta_i / d u_i| sqrt([H(u_hat)^-1]_ii)
//! ```

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted, check_ties};
use crate::fit::maximise::{
    Bounds, Likelihood, Maximum, Point, SIZE, information, inverse, maximise,
};
use crate::law::interface::{Law, LawError};
use crate::sample::check::{sorted, varied};
use crate::sample::quantile::quantile;

/// How a parameter follows from its coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Map {
    /// `origin + unit u`
    Linear { origin: f64, unit: f64 },
    /// `unit exp(u)`
    Exponential { unit: f64 },
}

impl Map {
    /// The parameter at a coordinate.
    pub(crate) fn parameter(self, coordinate: f64) -> f64 {
        match self {
            Map::Linear { origin, unit } => origin + unit * coordinate,
            Map::Exponential { unit } => unit * real::exp(coordinate),
        }
    }

    fn slope(self, coordinate: f64) -> f64 {
        match self {
            Map::Linear { unit, .. } => unit,
            Map::Exponential { unit } => unit * real::exp(coordinate),
        }
    }
}

/// One parameter of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Coordinate {
    /// Name of the parameter.
    pub(crate) name: &'static str,
    /// How it follows from the coordinate.
    pub(crate) map: Map,
    /// Bounds of the coordinate.
    pub(crate) bounds: (f64, f64),
    /// What the parameter is at the bounds; infinite where a bound stands for a limit.
    pub(crate) limits: (f64, f64),
}

/// The likelihood of one sample, ready to be climbed.
pub struct Problem<'a> {
    /// Name of the family.
    pub(crate) family: &'static str,
    /// The log-likelihood in the coordinates, without the constant `offset`.
    pub(crate) likelihood: Box<dyn Likelihood + 'a>,
    /// What the log-likelihood of the sample adds, by its unit of length.
    pub(crate) offset: f64,
    /// The parameters, at most four.
    pub(crate) coordinates: Vec<Coordinate>,
    /// Points from which it is climbed, at least one.
    pub(crate) starts: Vec<Point>,
}

impl Problem<'_> {
    fn bounds(&self) -> Bounds {
        let mut bounds = [(0.0, 0.0); SIZE];
        for (bound, coordinate) in bounds.iter_mut().zip(&self.coordinates) {
            *bound = coordinate.bounds;
        }
        Bounds(bounds)
    }

    /// The highest of the maxima uphill of the starting points.
    ///
    /// # Errors
    /// If no ascent ends.
    pub(crate) fn solve(&self) -> Result<Maximum, FitError> {
        self.highest(&self.bounds(), &self.starts)
    }

    /// The maximum with coordinate `index` held at `value`, climbed from `start`.
    pub(crate) fn held(
        &self,
        index: usize,
        value: f64,
        mut start: Point,
    ) -> Result<Maximum, FitError> {
        let mut bounds = self.bounds();
        bounds.0[index] = (value, value);
        start[index] = value;
        self.highest(&bounds, &[start])
    }

    fn highest(&self, bounds: &Bounds, starts: &[Point]) -> Result<Maximum, FitError> {
        let mut best: Option<Maximum> = None;
        let mut failure = FitError::NotConverged { family: self.family, iterations: 0 };
        for start in starts {
            match maximise(self.likelihood.as_ref(), bounds, *start, self.family) {
                Ok(end) if best.is_none_or(|best| end.value > best.value) => best = Some(end),
                Ok(_) => {}
                Err(error) => failure = error,
            }
        }
        best.ok_or(failure)
    }

    /// Parameters at a point, by name.
    pub(crate) fn parameters(&self, at: &Point) -> Vec<(&'static str, f64)> {
        let pairs = self.coordinates.iter().zip(at);
        pairs.map(|(coordinate, u)| (coordinate.name, coordinate.map.parameter(*u))).collect()
    }

    /// Standard errors from the observed information; none for parameters at a bound, and none at
    /// all where the information is not positive definite.
    pub(crate) fn standard_errors(&self, best: &Maximum) -> Vec<(&'static str, f64)> {
        let information = information(self.likelihood.as_ref(), &best.at, best.inside);
        let Some(covariance) = inverse(&information, best.inside) else {
            return Vec::new();
        };
        let error = |(i, coordinate): (usize, &Coordinate)| {
            let slope = coordinate.map.slope(best.at[i]).abs();
            best.inside[i].then(|| (coordinate.name, slope * covariance[i][i].sqrt()))
        };
        self.coordinates.iter().enumerate().filter_map(error).collect()
    }
}

/// A family whose likelihood is smooth in its parameters, so that all of them have standard errors
/// and profile intervals.
pub trait Parametric: Family {
    /// The likelihood of `sample`.
    ///
    /// # Errors
    /// If the sample is too small, not finite, without scale or outside the support.
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError>;
}

/// Standard errors of the parameters of `family` at its maximum for `sample`, by name, from the
/// observed information; a parameter at a bound has none.
///
/// # Errors
/// As the family's fit.
pub fn observed_errors(
    family: &dyn Parametric,
    sample: &[f64],
) -> Result<Vec<(&'static str, f64)>, FitError> {
    let problem = family.problem(sample)?;
    let best = problem.solve()?;
    Ok(problem.standard_errors(&best))
}

/// A sample in units of its own spread.
#[derive(Debug)]
pub(crate) struct Standardised {
    /// The values in units of `unit` from `origin`, in the order of the sample.
    pub(crate) values: Vec<f64>,
    /// Median of the sample.
    pub(crate) origin: f64,
    /// Half the distance between the quantiles of probability 0.2 and 0.8.
    pub(crate) unit: f64,
    /// Where the quantiles of probability 0.1 and 0.9 lie in these units, in the mean: positive for
    /// a sample that leans to the right.
    pub(crate) lean: f64,
    /// Smallest tail index at which equal or nearly equal values leave the likelihood bounded.
    pub(crate) index_low: f64,
}

impl Standardised {
    /// Standardises at least 8 finite values of which fewer than half are equal.
    pub(crate) fn new(sample: &[f64]) -> Result<Standardised, FitError> {
        varied(sample, 8)?;
        let increasing = sorted(sample);
        let ties = check_ties(&increasing)?.max(2) as f64;
        let n = sample.len() as f64;
        let at = |p: f64| quantile(&increasing, p);
        let origin = at(0.5);
        let unit = 0.5 * (at(0.8) - at(0.2));
        if !(unit.is_finite() && unit > 0.0) {
            return Err(LawError {
                parameter: "scale",
                value: unit,
                expected: "a finite positive number",
            }
            .into());
        }
        let values = sample.iter().map(|x| (x - origin) / unit).collect();
        let lean = (0.5 * (at(0.9) + at(0.1)) - origin) / unit;
        // A share p of equal values makes the likelihood unbounded for an index <= p / (1 - p);
        // pairs may come close to being equal in any sample.
        Ok(Standardised { values, origin, unit, lean, index_low: 2.0 * ties / (n - ties) })
    }

    /// What the log-likelihood of the sample adds to that of `values`.
    pub(crate) fn offset(&self) -> f64 {
        -(self.values.len() as f64) * real::ln(self.unit)
    }

    /// The coordinates of location and scale.
    pub(crate) fn location_scale(&self) -> [Coordinate; 2] {
        let loc = Map::Linear { origin: self.origin, unit: self.unit };
        let open = (f64::NEG_INFINITY, f64::INFINITY);
        let scale = Map::Exponential { unit: self.unit };
        [
            Coordinate { name: "loc", map: loc, bounds: open, limits: open },
            Coordinate { name: "scale", map: scale, bounds: (-30.0, 30.0), limits: (0.0, open.1) },
        ]
    }
}

/// Fits a parametric family.
///
/// # Arguments
/// * `law`: the law of parameters in the order of the coordinates
pub(crate) fn fit(
    family: &impl Parametric,
    sample: &[f64],
    law: impl Fn(&[f64]) -> Result<Box<dyn Law>, LawError>,
) -> Result<Fitted, FitError> {
    let problem = family.problem(sample)?;
    let best = problem.solve()?;
    let parameters = problem.parameters(&best.at);
    let values: Vec<f64> = parameters.iter().map(|(_, value)| *value).collect();
    Ok(Fitted {
        standard_errors: problem.standard_errors(&best),
        parameters,
        log_likelihood: Some(best.value + problem.offset),
        law: law(&values)?,
    })
}
