//! Maximum likelihood for Pearson's law of type IV.

use maruyama_dynamics::real;

use crate::fit::family::{Family, FitError, Fitted};
use crate::fit::maximise::{Active, Likelihood, Point};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem, Standardised, fit};
use crate::law::pearson_iv::{PearsonIv, standard_ln_norm};

const NAME: &str = "pearson_iv";
/// Smallest tail index: at 1 the mean, which the parameter `mu` is, ceases to exist.
const NU_MIN: f64 = 1.01;
/// Largest tail index, and largest skewness; both stand for infinity.
const NU_MAX: f64 = 1e4;
const MU_MAX: f64 = 1e3;

/// The family of Pearson's laws of type IV, fitted by maximum likelihood.
///
/// Parameters: `nu` in `[1.01, 1e4]`, `mu` in `[-1000, 1000]`, `loc`, `scale` in the convention of
/// [`PearsonIv::new`]; standard errors of all four from the observed information.
#[derive(Clone, Copy, Debug)]
pub struct PearsonIvFamily;

struct Sample(Vec<f64>);

/// Sums over the sample at one location and scale.
struct Sums {
    /// Of `ln(1 + z^2)`.
    logs: f64,
    /// Of `atan z`.
    angles: f64,
    /// Of `1 / (1 + z^2)`.
    weights: f64,
    /// Of `z / (1 + z^2)`.
    pulls: f64,
}

impl Sample {
    fn sums(&self, loc: f64, scale: f64) -> Sums {
        let inverse = 1.0 / scale;
        let mut sums = Sums { logs: 0.0, angles: 0.0, weights: 0.0, pulls: 0.0 };
        for x in &self.0 {
            let z = (x - loc) * inverse;
            let square = z * z;
            let weight = 1.0 / (1.0 + square);
            sums.logs += real::ln_1p(square);
            sums.angles += real::atan(z);
            sums.weights += weight;
            sums.pulls += z * weight;
        }
        sums
    }
}

/// `(nu, mu, loc, scale)` of a point.
fn natural(at: &Point) -> [f64; 4] {
    [real::exp(at[0]), at[1], at[2], real::exp(at[3])]
}

impl Likelihood for Sample {
    fn value(&self, at: &Point) -> f64 {
        let [nu, mu, loc, scale] = natural(at);
        let asymmetry = mu * (nu - 1.0);
        let sums = self.sums(loc, scale);
        let constant = standard_ln_norm(nu, asymmetry) - at[3];
        self.0.len() as f64 * constant - 0.5 * (nu + 1.0) * sums.logs + asymmetry * sums.angles
    }

    fn gradient(&self, at: &Point, _: Active) -> Point {
        let [nu, mu, loc, scale] = natural(at);
        let asymmetry = mu * (nu - 1.0);
        let n = self.0.len() as f64;
        let Sums { logs, angles, weights, pulls } = self.sums(loc, scale);
        // The constant has no simple derivative; central differences of it are good to 1e-9.
        let step = 1e-5;
        let d_constant = |up: f64, down: f64| (up - down) / (2.0 * step);
        // In ln nu.
        let by_nu = d_constant(
            standard_ln_norm(nu * (1.0 + step), asymmetry),
            standard_ln_norm(nu * (1.0 - step), asymmetry),
        );
        let unit = 1.0 + asymmetry.abs();
        let by_asymmetry = d_constant(
            standard_ln_norm(nu, asymmetry + step * unit),
            standard_ln_norm(nu, asymmetry - step * unit),
        ) / unit;
        let d_asymmetry = n * by_asymmetry + angles;
        // sum of d ln p / dz, and of z times it.
        let first = asymmetry * weights - (nu + 1.0) * pulls;
        let second = asymmetry * pulls - (nu + 1.0) * (n - weights);
        [
            n * by_nu + nu * (mu * d_asymmetry - 0.5 * logs),
            (nu - 1.0) * d_asymmetry,
            -first / scale,
            -second - n,
        ]
    }
}

impl Family for PearsonIvFamily {
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
        fit(self, sample, |p| Ok(Box::new(PearsonIv::new(p[0], p[1], p[2], p[3])?)))
    }
}

impl Parametric for PearsonIvFamily {
    fn problem<'a>(&self, sample: &'a [f64]) -> Result<Problem<'a>, FitError> {
        let standard = Standardised::new(sample)?;
        let [loc, scale] = standard.location_scale();
        let nu_low = NU_MIN.max(standard.index_low);
        let infinite = f64::INFINITY;
        let nu = Coordinate {
            name: "nu",
            map: Map::Exponential { unit: 1.0 },
            bounds: (real::ln(nu_low), real::ln(NU_MAX)),
            limits: (nu_low, infinite),
        };
        let mu = Coordinate {
            name: "mu",
            map: Map::Linear { origin: 0.0, unit: 1.0 },
            bounds: (-MU_MAX, MU_MAX),
            limits: (-infinite, infinite),
        };
        // The scale of a law whose quantiles of probability 0.2 and 0.8 are about -1 and 1.
        let start = |nu: f64, mu: f64| -> Point {
            let scale = 1.1 * nu.sqrt() / (1.0 + mu * mu).sqrt();
            let mode = mu * (nu - 1.0) / (nu + 1.0);
            [real::ln(nu.max(nu_low)), mu, -scale * mode, real::ln(scale)]
        };
        let mu_start = (2.0 * standard.lean).clamp(-1.0, 1.0);
        Ok(Problem {
            family: NAME,
            offset: standard.offset(),
            starts: vec![start(3.0, mu_start), start(12.0, 0.0)],
            likelihood: Box::new(Sample(standard.values)),
            coordinates: vec![nu, mu, loc, scale],
        })
    }
}
