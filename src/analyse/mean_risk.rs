//! The estimator `mean_risk`: the mean risk over time beside the equation of homogenized SGD.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_dynamics::problem::LeastSquares;
use maruyama_dynamics::real;
use maruyama_statistics::stream::Kept;
use maruyama_theory::risk::{MeanRisk, Moments};
use maruyama_theory::tail::Diffusion;

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::moments::mean;
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::tail_bounds::bounds_of;

const PART: Part = Part {
    name: "mean_risk",
    doc: "The mean over the chains of the risk |Ax − b|²/(2n) at each recorded step, beside the closed \
          linear equation that it obeys for homogenized SGD without ridge; from the Gaussian or zero \
          start of the cell. One row a step and series: `simulated` and `equation`.",
    parameters: &[],
    source: file!(),
};

/// Risk of the paths and of the equation.
pub(crate) struct MeanRiskOverTime;

impl Estimator for MeanRiskOverTime {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`simulated` or `equation`"),
            ("step", "recorded step"),
            ("risk", "mean risk; simulated, with the interval of its standard error"),
            ("excess", "risk less that of the minimiser"),
            ("relative", "risk over the equation's; missing for the equation itself"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["risk".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let problem = input.least_squares()?;
        if problem.ridge() != 0.0 {
            return Err(AnalysisError::Data("the equation is for ridge 0".to_owned()));
        }
        let over_time = input.over_time("risk", Kept { moments: true, quantiles: false })?;
        let times: Vec<f64> = over_time.steps.iter().map(|step| *step as f64).collect();
        let least = problem.spectrum().beta / (2.0 * problem.dataset().n_rows() as f64);
        let equation = equation(input, &problem, &times)?;
        let mut outcome = CellOutcome::default();
        for ((step, summary), expected) in times.iter().zip(&over_time.summaries).zip(&equation) {
            let row = |series: &str, risk: Scalar| {
                let shifted = |f: &dyn Fn(f64) -> f64| map(&risk, f);
                let excess = shifted(&|risk| risk - least);
                let relative = shifted(&|risk| risk / expected);
                let columns = [
                    ("series", Scalar::text(series)),
                    ("step", Scalar::Number(*step)),
                    ("risk", risk),
                    ("excess", excess),
                    ("relative", relative),
                ];
                Row::from(columns.map(|(name, value)| (name.to_owned(), value)))
            };
            if let Some(sums) = summary.sums.filter(|sums| sums.n > 0) {
                outcome.rows.push(row("simulated", mean(&sums)));
            }
            let mut row = row("equation", Scalar::number(*expected));
            row.remove("relative");
            outcome.rows.push(row);
        }
        Ok(outcome)
    }
}

/// An increasing function of a number and of the ends of its interval.
fn map(scalar: &Scalar, f: &dyn Fn(f64) -> f64) -> Scalar {
    match *scalar {
        Scalar::Number(value) => Scalar::number(f(value)),
        Scalar::Interval { value, low, high } => Scalar::interval(f(value), f(low), f(high)),
        Scalar::Text(_) | Scalar::Missing => Scalar::Missing,
    }
}

/// Mean risk of homogenized SGD at `times`, in iterations.
///
/// In the components `u_i = lambda_i Y_i` the equation is linear for data with and without residual:
/// `d/dt E u_i² = −2 theta_i E u_i² + s_i² (sum_j E u_j² + beta)`, and the risk is
/// `(sum_j E u_j² + beta)/(2n)`.
fn equation(
    input: &Input<'_>,
    problem: &LeastSquares,
    times: &[f64],
) -> Result<Vec<f64>, AnalysisError> {
    let bounds = bounds_of(input)?;
    let spectrum = problem.spectrum();
    let noise =
        bounds.theta.iter().zip(&bounds.phi).map(|(theta, phi)| 2.0 * theta * phi).collect();
    let diffusion = Diffusion { theta: bounds.theta, noise };
    let mu = vec![0.0; diffusion.theta.len()];
    let model = MeanRisk { diffusion: &diffusion, mu: &mu, chi: spectrum.beta };
    let moments = model.at(&start(input, problem), times);
    let twice_n = 2.0 * problem.dataset().n_rows() as f64;
    Ok(moments.iter().map(|at| (real::sum(&at.second) + spectrum.beta) / twice_n).collect())
}

/// Moments of `u_i = lambda_i q_i · (x_0 − x_*)` at the start of the cell.
fn start(input: &Input<'_>, problem: &LeastSquares) -> Moments {
    let parameters = input.parameters;
    let is_gaussian = parameters.text("initial") == "gaussian";
    let (level, std) = if is_gaussian {
        (parameters.real("initial_mean"), parameters.real("initial_std"))
    } else {
        (0.0, 0.0)
    };
    let spectrum = problem.spectrum();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let values = spectrum.singular_values.iter().zip(&spectrum.alpha);
    for ((lambda, alpha), q) in values.zip(spectrum.right_vectors.rows()) {
        let mean = lambda * (level * real::sum(q) + alpha);
        first.push(mean);
        second.push(mean * mean + (lambda * std) * (lambda * std));
    }
    Moments { first, second }
}
