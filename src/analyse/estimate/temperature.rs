//! The estimator `temperature`: whether SGD has the Gibbs law of the temperature of its noise.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_dynamics::problem::{GradientNoise, Problem, Quadratic};
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_theory::langevin::noise_temperature;
use maruyama_theory::least_squares::MomentMap;
use maruyama_theory::matrix::{SymmetricEigen, congruence, diagonal, symmetric_eigen};

use crate::analyse::cell::described::described;
use crate::analyse::cell::optimiser_cell::expect_constant_noise;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "temperature",
    doc: "The variance of SGD along each eigenvector of the Hessian at the last recorded step, beside \
          that of the Gibbs law at the temperature D = γ tr Σ_g/(2Bd) of its gradient noise Σ_g at the \
          minimiser, D/λ_j, and beside the exact one of SGD. On a quadratic with additive noise, on \
          least squares and on a population. One row a direction.",
    parameters: &[Parameter {
        name: "observables",
        doc: "The coordinates of x, all of them in their order.",
        unit: "",
        kind: Kind::Names(observable::NAMES),
        default: Default::Texts(&["x_0"]),
    }],
    source: file!(),
};

/// Temperatures of directions.
pub(crate) struct Temperature;

impl Estimator for Temperature {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("direction", "number of the direction, from the smallest curvature on"),
            ("curvature", "eigenvalue λ_j of the Hessian"),
            ("noise", "variance of a gradient's noise along the direction, at the minimiser"),
            ("variance", "simulated mean square of the error along it, with its interval"),
            ("variance_gibbs", "D/λ_j"),
            ("variance_exact", "exact, of SGD; missing for batches of least squares"),
            ("z", "difference of the simulated and the exact variance over the standard error"),
            ("temperature", "λ_j times the simulated variance"),
            ("temperature_gibbs", "D = γ tr Σ_g/(2Bd)"),
            ("ratio", "simulated variance over that of the Gibbs law"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        texts(parameters, "observables").map(str::to_owned).collect()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let model = input.parameters.text("model");
        if model != "sgd" {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        let problem = input.problem()?;
        let setting = Setting::of(input, problem.as_ref())?;
        let observables = self.observables(parameters);
        if observables.len() != problem.dim() {
            let (found, dim) = (observables.len(), problem.dim());
            let why = format!("{found} observables are given for {dim} parameters");
            return Err(AnalysisError::Data(why));
        }
        let chains = input.chains()?;
        let last = chains.steps().len().saturating_sub(1);
        let sample = chains.points(&observables, last, FEWEST)?;
        let mut rows = Vec::new();
        for (j, direction) in setting.hessian.vectors.rows().enumerate() {
            let squares: Vec<f64> = sample
                .coordinates
                .chunks_exact(sample.dim)
                .map(|x| {
                    let errors: Vec<f64> =
                        x.iter().zip(problem.minimiser()).map(|(x, centre)| x - centre).collect();
                    let along = real::dot(&errors, direction);
                    along * along
                })
                .collect();
            let mut row = setting.row(j, &squares)?;
            row.insert("n_diverged".to_owned(), Scalar::count(sample.n_missing));
            rows.push(row);
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// What theory says of a cell.
struct Setting {
    /// Eigenvalues of the Hessian, ascending, with the eigenvectors as rows.
    hessian: SymmetricEigen,
    /// Variance of the noise along each of them.
    noise: Vec<f64>,
    temperature: f64,
    /// Exact variance of SGD along each of them, where it is known.
    exact: Option<Vec<f64>>,
}

impl Setting {
    fn of(input: &Input<'_>, problem: &dyn Problem) -> Result<Setting, AnalysisError> {
        let sampling = input.parameters.get("sampling").and_then(Value::as_text);
        if sampling.is_some_and(|sampling| sampling != "with_replacement") {
            let why = "the noise of samples without replacement is another";
            return Err(AnalysisError::Data(why.to_owned()));
        }
        expect_constant_noise(input.parameters)?;
        let step_size = input.parameters.real("step_size");
        let batch_size = input.parameters.count("batch_size");
        if let Some(quadratic) = problem.get::<Quadratic>() {
            return Setting::of_quadratic(quadratic, step_size, batch_size);
        }
        let described = described(problem)?;
        let hessian = symmetric_eigen(described.covariance());
        let along = |m: &Matrix| -> Vec<f64> {
            let turned = congruence(&hessian.vectors, m);
            (0..described.dim()).map(|j| turned.row(j)[j]).collect()
        };
        let map = MomentMap::sgd(&described, step_size).and_then(|map| map.stationary());
        let exact = map.ok().filter(|_| batch_size == 1).map(|m| along(&m));
        let noise = along(described.noise());
        let temperature = noise_temperature(step_size, batch_size, described.noise());
        let temperature = temperature.map_err(AnalysisError::statistic)?;
        Ok(Setting { hessian, noise, temperature, exact })
    }

    /// Additive noise of the variance `s²`: SGD is autoregressive along each coordinate.
    fn of_quadratic(
        quadratic: &Quadratic,
        step_size: f64,
        batch_size: u64,
    ) -> Result<Setting, AnalysisError> {
        let spread = match quadratic.noise {
            GradientNoise::Gaussian | GradientNoise::Rademacher => 1.0,
            GradientNoise::StudentT { nu } if nu > 2.0 => nu / (nu - 2.0),
            GradientNoise::StudentT { .. } => {
                let why = "noise without a variance has no temperature";
                return Err(AnalysisError::Data(why.to_owned()));
            }
        };
        let variance = spread * quadratic.noise_std * quadratic.noise_std;
        let hessian = symmetric_eigen(&diagonal(&quadratic.curvatures));
        if hessian.values.first().is_none_or(|value| *value <= 0.0) {
            let why = "along a curvature that is not positive there is no invariant law";
            return Err(AnalysisError::Data(why.to_owned()));
        }
        let dim = hessian.values.len();
        let noise = vec![variance; dim];
        let temperature = noise_temperature(step_size, batch_size, &diagonal(&noise));
        let temperature = temperature.map_err(AnalysisError::statistic)?;
        let exact = hessian.values.iter().map(|h| {
            let width = step_size * variance / batch_size as f64;
            width / (h * (2.0 - step_size * h))
        });
        let exact = Some(exact.collect());
        Ok(Setting { hessian, noise, temperature, exact })
    }

    fn row(&self, j: usize, squares: &[f64]) -> Result<Row, AnalysisError> {
        let curvature = self.hessian.values[j];
        let found = student_interval(squares, LEVEL).map_err(AnalysisError::statistic)?;
        let gibbs = self.temperature / curvature;
        let scaled = |by: f64| {
            Scalar::interval(by * found.mean, by * found.interval.low, by * found.interval.high)
        };
        let exact = self.exact.as_ref().map(|exact| exact[j]);
        let z = exact.map(|exact| (found.mean - exact) / found.standard_error);
        Ok(Row::from(
            [
                ("direction", Scalar::count(j)),
                ("curvature", Scalar::number(curvature)),
                ("noise", Scalar::number(self.noise[j])),
                ("variance", scaled(1.0)),
                ("variance_gibbs", Scalar::number(gibbs)),
                ("variance_exact", Scalar::optional(exact)),
                ("z", Scalar::optional(z)),
                ("temperature", scaled(curvature)),
                ("temperature_gibbs", Scalar::number(self.temperature)),
                ("ratio", scaled(1.0 / gibbs)),
                ("n", Scalar::count(squares.len())),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additive_noise_has_a_temperature_and_an_exact_variance() {
        let quadratic = Quadratic::new(vec![2.0, 0.5], 3.0, GradientNoise::Gaussian);
        let setting = Setting::of_quadratic(&quadratic, 0.1, 4).unwrap();
        // D = 0.1 · 9/(2 · 4), from the smallest curvature on.
        assert!((setting.temperature - 0.1125).abs() < 1e-15);
        assert_eq!(setting.hessian.values, [0.5, 2.0]);
        let exact = setting.exact.as_ref().unwrap();
        for (variance, h) in exact.iter().zip([0.5, 2.0]) {
            let keep: f64 = 1.0 - 0.1 * h;
            assert!((keep * keep * variance + 0.01 * 9.0 / 4.0 - variance).abs() < 1e-15);
        }
        let row = setting.row(0, &[0.1, 0.3]).unwrap();
        assert!((row["ratio"].value().unwrap() - 0.2 / 0.225).abs() < 1e-12);
        assert!((row["temperature"].value().unwrap() - 0.1).abs() < 1e-15);
        let heavy = Quadratic::new(vec![1.0], 1.0, GradientNoise::StudentT { nu: 2.0 });
        assert!(Setting::of_quadratic(&heavy, 0.1, 1).is_err());
    }
}
