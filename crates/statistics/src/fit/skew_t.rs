//! Maximum likelihood for Azzalini's skew Student-t law.

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::maximise::{Active, Likelihood, Point, SIZE, numerical_gradient};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem, Standardised, fit};
use crate::law::interface::Law;
use crate::law::skew_t::SkewT;
use crate::law::student_t::{StudentT, ln_norm};

const NAME: &str = "skew_t";
/// Bounds of the degrees of freedom, and largest skewness, which stands for infinity.
const NU_MIN: f64 = 0.2;
const NU_MAX: f64 = 1e4;
const SHAPE_MAX: f64 = 1e3;

/// The family of Azzalini's skew Student-t laws, fitted by maximum likelihood.
///
/// Parameters: `nu` in `[0.2, 1e4]`, `shape` in `[-1000, 1000]`, `loc`, `scale`; standard errors of
/// all four from the observed information.
#[derive(Clone, Copy, Debug)]
pub struct SkewTFamily;

struct Sample(Vec<f64>);

/// `(nu, shape, loc, scale)` of a point.
fn natural(at: &Point) -> [f64; 4] {
    [real::exp(at[0]), at[1], at[2], real::exp(at[3])]
}

/// Student's law with `nu + 1` degrees of freedom, whose distribution function is the skewing factor.
fn next_law(nu: f64) -> Option<StudentT> {
    StudentT::new(nu + 1.0, 0.0, 1.0).ok()
}

impl Likelihood for Sample {
    fn value(&self, at: &Point) -> f64 {
        let [nu, shape, loc, scale] = natural(at);
        let Some(next) = next_law(nu) else { return f64::NAN };
        let root = shape * (nu + 1.0).sqrt();
        let (mut logs, mut factors) = (0.0, 0.0);
        for x in &self.0 {
            let z = (x - loc) / scale;
            logs += real::ln_1p(z * z / nu);
            factors += real::ln(next.cdf(root * z / (nu + z * z).sqrt()));
        }
        let constant = ln_norm(nu) - at[3] + std::f64::consts::LN_2;
        self.0.len() as f64 * constant - 0.5 * (nu + 1.0) * logs + factors
    }

    fn gradient(&self, at: &Point, active: Active) -> Point {
        let [nu, shape, loc, scale] = natural(at);
        let Some(next) = next_law(nu) else { return [f64::NAN; SIZE] };
        let root = (nu + 1.0).sqrt();
        let [mut by_shape, mut first, mut second] = [0.0; 3];
        for x in &self.0 {
            let z = (x - loc) / scale;
            let square = nu + z * z;
            let sin = z / square.sqrt();
            let argument = shape * root * sin;
            // The ratio of density to distribution function.
            let ratio = real::exp(next.ln_pdf(argument)) / next.cdf(argument);
            by_shape += ratio * root * sin;
            let by_z = ratio * shape * root * nu / (square * square.sqrt());
            let by_z = by_z - (nu + 1.0) * z / square;
            first += by_z;
            second += z * by_z;
        }
        // The derivative of T in its degrees of freedom has no closed form.
        let only_nu = [active[0], false, false, false];
        let [by_nu, ..] = numerical_gradient(self, at, only_nu);
        [by_nu, by_shape, -first / scale, -second - self.0.len() as f64]
    }
}

impl Family for SkewTFamily {
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
        fit(self, sample, |p| Ok(Box::new(SkewT::new(p[0], p[1], p[2], p[3])?)))
    }
}

impl Parametric for SkewTFamily {
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError> {
        let standard = Standardised::new(sample)?;
        let [loc, scale] = standard.location_scale();
        let nu_low = NU_MIN.max(standard.index_low);
        let nu = Coordinate {
            name: "nu",
            map: Map::Exponential { unit: 1.0 },
            bounds: (real::ln(nu_low), real::ln(NU_MAX)),
            limits: (nu_low, f64::INFINITY),
        };
        let shape = Coordinate {
            name: "shape",
            map: Map::Linear { origin: 0.0, unit: 1.0 },
            bounds: (-SHAPE_MAX, SHAPE_MAX),
            limits: (f64::NEG_INFINITY, f64::INFINITY),
        };
        let sign = if standard.lean < 0.0 { -1.0 } else { 1.0 };
        let ln_nu = real::ln(5.0_f64.max(nu_low));
        Ok(Problem {
            family: NAME,
            offset: standard.offset(),
            // The law leans away from a location that lies on the other side of the median.
            starts: vec![[ln_nu, sign, -0.6 * sign, 0.3], [ln_nu, -0.3 * sign, 0.25 * sign, 0.1]],
            likelihood: Box::new(Sample(standard.values)),
            coordinates: vec![nu, shape, loc, scale],
        })
    }
}
