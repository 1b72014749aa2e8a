//! Maximum likelihood for the skew Student-t law of Jones and Faddy.

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::maximise::{Active, Likelihood, Point};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem, Standardised, fit};
use crate::law::jones_faddy::{JonesFaddy, shares, standard_ln_norm, standard_ln_shape};
use crate::special::digamma::digamma;

const NAME: &str = "jones_faddy";
/// Bounds of both tail parameters, half of those of Student's degrees of freedom.
const LOW: f64 = 0.1;
const HIGH: f64 = 5e3;

/// The family of Jones and Faddy's skew Student-t laws, fitted by maximum likelihood.
///
/// Parameters: `a`, `b` in `[0.1, 5000]`, `loc`, `scale`; standard errors of all four from the
/// observed information.
#[derive(Clone, Copy, Debug)]
pub struct JonesFaddyFamily;

struct Sample(Vec<f64>);

/// `(a, b, loc, scale)` of a point.
fn natural(at: &Point) -> [f64; 4] {
    [real::exp(at[0]), real::exp(at[1]), at[2], real::exp(at[3])]
}

impl Likelihood for Sample {
    fn value(&self, at: &Point) -> f64 {
        let [a, b, loc, scale] = natural(at);
        let term = |x: &f64| {
            let (below, above) = shares(a + b, (x - loc) / scale);
            standard_ln_shape(a, b, below, above)
        };
        let constant = standard_ln_norm(a, b) - at[3];
        self.0.len() as f64 * constant + self.0.iter().map(term).sum::<f64>()
    }

    fn gradient(&self, at: &Point, _: Active) -> Point {
        let [a, b, loc, scale] = natural(at);
        let sum = a + b;
        let n = self.0.len() as f64;
        // d ln p by a, b and the common part of both, then by z and z times it.
        let [mut by_a, mut by_b, mut common, mut first, mut second] = [0.0; 5];
        for x in &self.0 {
            let z = (x - loc) / scale;
            let (below, above) = shares(sum, z);
            let square = sum + z * z;
            let cube = square * square.sqrt();
            let by_s = 0.5 * ((a + 0.5) / below - (b + 0.5) / above);
            by_a += real::ln(below);
            by_b += real::ln(above);
            common -= by_s * 0.5 * z / cube;
            let by_z = by_s * sum / cube;
            first += by_z;
            second += z * by_z;
        }
        common += n * (digamma(sum) - 0.5 / sum);
        [
            a * (by_a + common - n * digamma(a)),
            b * (by_b + common - n * digamma(b)),
            -first / scale,
            -second - n,
        ]
    }
}

impl Family for JonesFaddyFamily {
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
        fit(self, sample, |p| Ok(Box::new(JonesFaddy::new(p[0], p[1], p[2], p[3])?)))
    }
}

impl Parametric for JonesFaddyFamily {
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError> {
        let standard = Standardised::new(sample)?;
        let [loc, scale] = standard.location_scale();
        let low = LOW.max(0.5 * standard.index_low);
        let tail = |name| Coordinate {
            name,
            map: Map::Exponential { unit: 1.0 },
            bounds: (real::ln(low), real::ln(HIGH)),
            limits: (low, f64::INFINITY),
        };
        let lean = standard.lean.clamp(-0.5, 0.5);
        let start = |size: f64, lean: f64| -> Point {
            [real::ln(size) + lean, real::ln(size) - lean, -lean, 0.1]
        };
        Ok(Problem {
            family: NAME,
            offset: standard.offset(),
            starts: vec![start(1.5, lean), start(8.0, 0.0)],
            likelihood: Box::new(Sample(standard.values)),
            coordinates: vec![tail("a"), tail("b"), loc, scale],
        })
    }
}
