//! The estimator `mean_risk`: the mean risk over time beside the equation of homogenized SGD.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::problem::LeastSquares;
use maruyama_dynamics::real;
use maruyama_statistics::stream::Kept;
use maruyama_theory::risk::{MeanRisk, Moments};
use maruyama_theory::tail::Diffusion;

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::cell::start::start;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::summary_row::mean;

const PART: Part = Part {
    name: "mean_risk",
    doc: "The mean over the chains of the risk |Ax − b|²/(2n) at each recorded step, beside the closed \
          linear equation that it obeys for homogenized SGD without ridge; from a start \
          whose coordinates are alike. One row a step and series: `simulated` and `equation`.",
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
    let moments = model.at(&moments_at_start(input, problem)?, times);
    let twice_n = 2.0 * problem.dataset().n_rows() as f64;
    Ok(moments.iter().map(|at| (real::sum(&at.second) + spectrum.beta) / twice_n).collect())
}

/// Moments of `u_i = lambda_i q_i · (x_0 − x_*)` at the start of the cell.
fn moments_at_start(input: &Input<'_>, problem: &LeastSquares) -> Result<Moments, AnalysisError> {
    let (level, std) = start(input.parameters)?;
    let spectrum = problem.spectrum();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let values = spectrum.singular_values.iter().zip(&spectrum.alpha);
    for ((lambda, alpha), q) in values.zip(spectrum.right_vectors.rows()) {
        let mean = lambda * (level * real::sum(q) + alpha);
        first.push(mean);
        second.push(mean * mean + (lambda * std) * (lambda * std));
    }
    Ok(Moments { first, second })
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::parameter::Value;

    use super::*;
    use crate::analyse::estimator::tests::{estimate, is, least_squares, recorded};

    /// Rows 3 and 4 with residuals 0.8 and −0.6: the minimiser is 2, λ² = 25 and β = 1. At γ = 0.04
    /// the rate is θ = 1/2 and φ = 1/4, so that `m = E u²` obeys `m' = −(3 m − 1)/4`:
    ///
    /// ```text
    /// risk = (m + 1)/4,   m = 1/3 + (m_0 − 1/3) exp(−3 t/4)
    /// ```
    fn problem(ridge: f64) -> LeastSquares {
        least_squares(&[&[3.0], &[4.0]], &[6.8, 7.4], ridge)
    }

    fn exact(start: f64, time: f64) -> f64 {
        (4.0 / 3.0 + (start - 1.0 / 3.0) * real::exp(-0.75 * time)) / 4.0
    }

    #[test]
    fn the_equation_of_one_feature_has_its_closed_solution() {
        let risk = recorded("risk", &[0, 2], &[&[25.25, 1.0], &[25.25, 3.0]]);
        let outcome = estimate(&MeanRiskOverTime, problem(0.0), 0.04, &[], Some(&risk)).unwrap();
        let [start, start_exact, end, end_exact] = &outcome.rows[..] else { panic!("{outcome:?}") };
        // |b|²/4 = (36 + 64 + 1 + 2·(4.8 − 4.8))/4 at zero.
        assert!(is(start, "risk", 25.25) && is(start_exact, "risk", 25.25), "{outcome:?}");
        assert!(is(start, "relative", 1.0) && is(start, "excess", 25.0), "{start:?}");
        let expected = exact(100.0, 2.0);
        assert!((end_exact["risk"].value().unwrap() - expected).abs() < 1e-7, "{end_exact:?}");
        assert!(is(end, "risk", 2.0) && is(end, "excess", 1.75), "{end:?}");
        assert!((end["relative"].value().unwrap() - 2.0 / expected).abs() < 1e-7, "{end:?}");
        assert!(end["risk"].range().unwrap().1 > 2.0);
        assert!(!end_exact.contains_key("relative"));
    }

    #[test]
    fn a_gaussian_start_adds_its_variance() {
        // m_0 = 25 ((1 − 2)² + 2²) = 125.
        let start = [
            ("initial", Value::Text("gaussian".to_owned())),
            ("initial_mean", Value::Real(1.0)),
            ("initial_std", Value::Real(2.0)),
        ];
        let risk = recorded("risk", &[0, 1], &[&[1.0, 1.0]]);
        let outcome = estimate(&MeanRiskOverTime, problem(0.0), 0.04, &start, Some(&risk)).unwrap();
        for (row, time) in [(&outcome.rows[1], 0.0), (&outcome.rows[3], 1.0)] {
            let found = row["risk"].value().unwrap();
            assert!((found / exact(125.0, time) - 1.0).abs() < 1e-8, "{row:?}");
        }
    }

    #[test]
    fn a_ridge_is_refused() {
        let found = estimate(&MeanRiskOverTime, problem(1.0), 0.04, &[], None);
        assert!(matches!(found, Err(AnalysisError::Data(_))), "{found:?}");
    }
}
