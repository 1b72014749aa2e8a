//! Maximum likelihood for the inverse gamma law.
//!
//! ```text
//! ln a - psi(a) = ln mean(1/x) + mean(ln x),   b = a / mean(1/x)
//! ```

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::maximise::{Active, Likelihood, Point};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem};
use crate::law::inverse_gamma::InverseGamma;
use crate::sample::check::varied;
use crate::special::digamma::digamma;
use crate::special::gamma::trigamma;

const NAME: &str = "inverse_gamma";
/// Bounds of `ln shape`; the upper one stands for a law that is normal to 1e-4.
const LN_SHAPE: (f64, f64) = (-7.0, 18.0);

/// The inverse gamma family, fitted by maximum likelihood.
///
/// Parameters: `shape`, `scale`; standard errors of both from the information, which for this family
/// is the same observed as expected.
#[derive(Clone, Copy, Debug)]
pub struct InverseGammaFamily;

/// What the likelihood depends on: it is `n [a ln b - ln Gamma(a) - (a + 1) mean ln x - b mean 1/x]`.
#[derive(Clone, Copy, Debug)]
struct Sufficient {
    n: f64,
    /// Mean of `ln(x / unit)`.
    mean_ln: f64,
    /// Mean of `unit / x`.
    mean_inverse: f64,
    /// The geometric mean of the sample.
    unit: f64,
}

impl Sufficient {
    fn new(sample: &[f64]) -> Result<Sufficient, FitError> {
        varied(sample, 2)?;
        if let Some(index) = sample.iter().position(|x| *x <= 0.0) {
            return Err(FitError::NotPositive { index, value: sample[index] });
        }
        let n = sample.len() as f64;
        let logs: Vec<f64> = sample.iter().map(|x| real::ln(*x)).collect();
        let centre = real::sum(&logs) / n;
        // In units of the geometric mean, so that nothing overflows and `excess` does not cancel.
        let rest: Vec<f64> = logs.iter().map(|log| log - centre).collect();
        let inverse: Vec<f64> = rest.iter().map(|log| real::exp(-log)).collect();
        Ok(Sufficient {
            n,
            mean_ln: real::sum(&rest) / n,
            mean_inverse: real::sum(&inverse) / n,
            unit: real::exp(centre),
        })
    }

    fn log_likelihood(&self, shape: f64, scale: f64) -> f64 {
        self.n
            * (shape * real::ln(scale)
                - real::lgamma(shape)
                - (shape + 1.0) * self.mean_ln
                - scale * self.mean_inverse)
    }
}

impl Likelihood for Sufficient {
    fn value(&self, at: &Point) -> f64 {
        self.log_likelihood(real::exp(at[0]), real::exp(at[1]))
    }

    fn gradient(&self, at: &Point, _: Active) -> Point {
        let (shape, scale) = (real::exp(at[0]), real::exp(at[1]));
        let d_shape = at[1] - digamma(shape) - self.mean_ln;
        let d_scale = shape / scale - self.mean_inverse;
        [self.n * shape * d_shape, self.n * scale * d_scale, 0.0, 0.0]
    }
}

/// The zero of `ln a - psi(a) - excess`, by Newton's method in `ln a`, in which the function is
/// nearly straight at both ends.
fn shape_of(excess: f64) -> Option<f64> {
    const ITERATIONS: usize = 100;
    let height = |ln_a: f64| {
        let a = real::exp(ln_a);
        real::ln((ln_a - digamma(a)) / excess)
    };
    // 1 / (2 a) < ln a - psi(a) < 1 / a.
    let mut ln_a = -real::ln(1.5 * excess);
    for _ in 0..ITERATIONS {
        let a = real::exp(ln_a);
        let step = height(ln_a) * (ln_a - digamma(a)) / (a * trigamma(a) - 1.0);
        ln_a += step.clamp(-2.0, 2.0);
        if step.abs() < 1e-14 * (1.0 + ln_a.abs()) {
            return Some(real::exp(ln_a));
        }
    }
    // Steps no longer shrink: the rounding of the difference has been reached.
    (height(ln_a).abs() < 1e-6).then(|| real::exp(ln_a))
}

/// The maximum-likelihood fit to positive values, `[n]`, `n >= 2`.
///
/// # Errors
/// If the sample has fewer than two values, a value that is not finite and positive, or all values
/// equal, or if they are equal to rounding.
pub fn fit(sample: &[f64]) -> Result<Fitted, FitError> {
    let sums = Sufficient::new(sample)?;
    let excess = real::ln(sums.mean_inverse) + sums.mean_ln;
    let not_converged = FitError::NotConverged { family: NAME, iterations: 100 };
    // Below this the logarithms of the values differ by their rounding only.
    if excess < 1e-13 {
        return Err(not_converged);
    }
    let shape = shape_of(excess).ok_or(not_converged)?;
    let relative = shape / sums.mean_inverse;
    let scale = sums.unit * relative;
    let determinant = shape * trigamma(shape) - 1.0;
    let errors = [(shape / determinant).sqrt(), scale * (trigamma(shape) / determinant).sqrt()];
    let offset = -sums.n * real::ln(sums.unit);
    Ok(Fitted {
        parameters: vec![("shape", shape), ("scale", scale)],
        standard_errors: vec![
            ("shape", errors[0] / sums.n.sqrt()),
            ("scale", errors[1] / sums.n.sqrt()),
        ],
        log_likelihood: Some(sums.log_likelihood(shape, relative) + offset),
        law: Box::new(InverseGamma::new(shape, scale)?),
    })
}

impl Family for InverseGammaFamily {
    fn name(&self) -> &'static str {
        NAME
    }

    fn source(&self) -> &'static str {
        file!()
    }

    fn n_parameters(&self) -> usize {
        2
    }

    fn fit(&self, sample: &[f64]) -> Result<Fitted, FitError> {
        fit(sample)
    }
}

impl Parametric for InverseGammaFamily {
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError> {
        let sums = Sufficient::new(sample)?;
        let positive = (0.0, f64::INFINITY);
        let coordinate = |name, unit, bounds| Coordinate {
            name,
            map: Map::Exponential { unit },
            bounds,
            limits: positive,
        };
        let excess = (real::ln(sums.mean_inverse) + sums.mean_ln).max(1e-13);
        let start = -real::ln(1.5 * excess);
        Ok(Problem {
            family: NAME,
            likelihood: Box::new(sums),
            offset: -sums.n * real::ln(sums.unit),
            coordinates: vec![
                coordinate("shape", 1.0, LN_SHAPE),
                coordinate("scale", sums.unit, (-60.0, 60.0)),
            ],
            starts: vec![[start, start - real::ln(sums.mean_inverse), 0.0, 0.0]],
        })
    }
}
