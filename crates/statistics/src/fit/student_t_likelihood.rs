//! The Student-t likelihood in all of its parameters: observed information and profiles.
//!
//! ```text
//! ln L = n [c(nu) - ln s] - ((nu + 1) / 2) sum_i ln(1 + u_i^2 / nu),   u_i = (x_i - l) / s
//! ```

use maruyama_dynamics::real;

use crate::fit::family::FitError;
use crate::fit::maximise::{Active, Likelihood, Point};
use crate::fit::parametric::{Coordinate, Map, Parametric, Problem, Standardised};
use crate::fit::student_t::{NU_MAX, NU_MIN, StudentTFamily};
use crate::fit::student_t_profile::{NAME, digamma_step};
use crate::law::student_t::ln_norm;

struct Sample(Vec<f64>);

impl Likelihood for Sample {
    fn value(&self, at: &Point) -> f64 {
        let (nu, loc, scale) = (real::exp(at[0]), at[1], real::exp(at[2]));
        let term = |x: &f64| {
            let u = (x - loc) / scale;
            real::ln_1p(u * u / nu)
        };
        let logs: f64 = self.0.iter().map(term).sum();
        self.0.len() as f64 * (ln_norm(nu) - at[2]) - 0.5 * (nu + 1.0) * logs
    }

    fn gradient(&self, at: &Point, _: Active) -> Point {
        let (nu, loc, scale) = (real::exp(at[0]), at[1], real::exp(at[2]));
        let n = self.0.len() as f64;
        let [mut logs, mut pulls, mut first] = [0.0; 3];
        for x in &self.0 {
            let u = (x - loc) / scale;
            let weight = 1.0 / (nu + u * u);
            logs += real::ln_1p(u * u / nu);
            pulls += u * u * weight;
            first += u * weight;
        }
        [
            0.5 * (nu * (n * digamma_step(nu) - logs) + (nu + 1.0) * pulls),
            (nu + 1.0) * first / scale,
            (nu + 1.0) * pulls - n,
            0.0,
        ]
    }
}

impl Parametric for StudentTFamily {
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
        Ok(Problem {
            family: NAME,
            offset: standard.offset(),
            starts: vec![[1.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.1, 0.0]],
            likelihood: Box::new(Sample(standard.values)),
            coordinates: vec![nu, loc, scale],
        })
    }
}
