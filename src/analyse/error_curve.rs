//! The estimator `error_curve`: errors of least squares in time, simulated and without error.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value, Violation,
};
use maruyama_dynamics::real;
use maruyama_statistics::stream::{Kept, Summary};
use maruyama_theory::least_squares::{
    Equation, LeastSquaresError, Measure, SgdSteps, averaged_limit, contraction_bound,
};
use maruyama_theory::matrix::trace;

use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::goodness_of_fit::statistic;
use crate::analyse::least_squares_case::{Case, schedule, share};
use crate::analyse::moments::mean;
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// What can be shown without simulation.
const SERIES: &[&str] = &[
    "sgd",
    "equation",
    "second_order",
    "second_order_with_noise",
    "gradient_flow",
    "bound",
    "average_limit",
];

/// Models that it is about.
const MODELS: [&str; 3] = ["sgd", "sgd_sde", "gradient_flow"];

const PART: Part = Part {
    name: "error_curve",
    doc: "The mean squared error E|θ − θ_*|² of least squares, or its excess risk, in time: of the \
          simulated chains, with their median, and without error of SGD (with its schedule, batches \
          and averaging) by its recursion, of its equations by their moments, and of gradient flow; \
          the bound e^{−μ(2 − γK)t} for data that can be fitted, and tr(Σ⁻¹NΣ⁻¹)/k for averages. On \
          data of a rank up to 24 and on Gaussian populations of any dimension, without ridge. One \
          row a step and series.",
    parameters: &[
        Parameter {
            name: "measure",
            doc: "`error` is E|θ − θ_*|², `risk` is E L(θ) − L(θ_*); the observable of that name has \
                  to be recorded.",
            unit: "",
            kind: Kind::Choice(&["error", "risk"]),
            default: Default::Text("error"),
        },
        Parameter {
            name: "series",
            doc: "What is shown beside the simulation.",
            unit: "",
            kind: Kind::Choices(SERIES),
            default: Default::Texts(&["sgd", "equation", "gradient_flow", "bound"]),
        },
        Parameter {
            name: "times",
            doc: "Times t = γk, increasing, at which theory alone is shown, without simulation and \
                  for constant step sizes; at the recorded steps of the chains if absent.",
            unit: "",
            kind: Kind::Reals(Range::NON_NEGATIVE),
            default: Default::Absent,
        },
        Parameter {
            name: "until",
            doc: "Last time that is shown.",
            unit: "",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Absent,
        },
    ],
    source: file!(),
};

/// Errors in time.
pub(crate) struct ErrorCurve;

impl Estimator for ErrorCurve {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`simulated`, `median` if quantiles are kept, or what is shown beside them"),
            ("step", "number of steps k"),
            ("time", "time, the sum of the step sizes so far"),
            (
                "value",
                "mean error or excess risk; simulated, with the interval of its standard error",
            ),
            ("exact", "of simulated rows, the value without simulation of the same process"),
            ("z", "distance from it in standard errors"),
            ("scaled", "value times k"),
            ("slope", "slope of ln value in ln k since the row before"),
            ("rate", "slope of ln value in t since the row before"),
            ("over_bound", "value over the bound e^{−μ(2 − γK)t}, if it holds"),
            ("why", "why a series is not there"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        if parameters.contains_key("times") {
            return Vec::new();
        }
        vec![parameters.text("measure").to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let times = reals(parameters, "times")?;
        let is_increasing = times.windows(2).all(|pair| pair[0] < pair[1]);
        (!is_increasing || times.is_empty()).then(|| Violation {
            parameter: "times",
            message: "there is no time, or one that is not after the one before".to_owned(),
            remedy: "list each time once, in order".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let model = input.parameters.text("model");
        if !MODELS.contains(&model) {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        let case = Case::of(input)?;
        let (simulated, mut steps) = simulated(input, parameters)?;
        let until = parameters.get("until").and_then(Value::as_real).unwrap_or(f64::INFINITY);
        let schedule = schedule(input.parameters);
        let mut times = times_of(&steps, &|k| schedule.step_size(k));
        let n_shown = times.iter().filter(|time| **time <= until * (1.0 + 1e-12)).count();
        steps.truncate(n_shown);
        times.truncate(n_shown);
        let measure = match parameters.text("measure") {
            "risk" => Measure::ExcessLoss,
            _ => Measure::Distance,
        };
        let theory = Theory { input, case: &case, measure, steps: &steps, times: &times };
        let mut rows = Vec::new();
        if !simulated.is_empty() {
            let exact = theory.series(own_series(input.parameters));
            let floor = if measure == Measure::ExcessLoss { floor(input)? } else { 0.0 };
            rows.extend(theory.simulated_rows(&simulated, &exact, floor));
            rows.extend(theory.median_rows(&simulated, floor));
        }
        let wanted = parameters.get("series").and_then(Value::as_list).unwrap_or(&[]);
        for name in wanted.iter().filter_map(Value::as_text) {
            rows.extend(theory.rows(name));
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// The summaries of the chains, if there are any, and the steps that are shown.
fn simulated(
    input: &Input<'_>,
    parameters: &Parameters,
) -> Result<(Vec<Summary>, Vec<u64>), AnalysisError> {
    if let Some(times) = reals(parameters, "times") {
        let step_size = input.parameters.real("step_size");
        let steps: Vec<u64> = times.iter().map(|time| (time / step_size).round() as u64).collect();
        if steps.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(AnalysisError::Data("two times are in one step".to_owned()));
        }
        return Ok((Vec::new(), steps));
    }
    let kept = Kept { moments: true, quantiles: true };
    let over_time = input.over_time(parameters.text("measure"), kept)?;
    Ok((over_time.summaries, over_time.steps))
}

/// The series that a cell itself is of.
fn own_series(parameters: &Parameters) -> &'static str {
    let equation = parameters.get("equation").and_then(Value::as_text);
    match (parameters.text("model"), equation) {
        ("sgd_sde", Some("second_order")) => "second_order",
        ("sgd_sde", Some("second_order_with_noise")) => "second_order_with_noise",
        ("sgd_sde", _) => "equation",
        ("gradient_flow", _) => "gradient_flow",
        _ => "sgd",
    }
}

/// The list `name`, if it is given.
fn reals(parameters: &Parameters, name: &str) -> Option<Vec<f64>> {
    let list = parameters.get(name).and_then(Value::as_list)?;
    Some(list.iter().filter_map(Value::as_real).collect())
}

/// Times after these steps.
fn times_of(steps: &[u64], step_size: &dyn Fn(u64) -> f64) -> Vec<f64> {
    let is_constant = steps.last().is_none_or(|last| step_size(*last) == step_size(0));
    if is_constant {
        return steps.iter().map(|step| *step as f64 * step_size(0)).collect();
    }
    let (mut now, mut time) = (0, 0.0);
    let at = |step: &u64| {
        while now < *step {
            time += step_size(now);
            now += 1;
        }
        time
    };
    steps.iter().map(at).collect()
}

/// The least risk, which the observable `risk` tends to.
fn floor(input: &Input<'_>) -> Result<f64, AnalysisError> {
    let problem = input.problem()?;
    Ok(problem.risk(problem.minimiser()))
}

/// What is computed for one cell.
struct Theory<'a> {
    input: &'a Input<'a>,
    case: &'a Case,
    measure: Measure,
    steps: &'a [u64],
    times: &'a [f64],
}

impl Theory<'_> {
    /// The values of a series at all steps, or why there are none.
    fn series(&self, name: &str) -> Result<Vec<f64>, AnalysisError> {
        let curves = self.case.curves(self.measure).map_err(statistic)?;
        let parameters = self.input.parameters;
        let equation = |equation| {
            if schedule(parameters).power != 0.0 {
                return Err(AnalysisError::Data("the equation is for one step size".to_owned()));
            }
            let (step_size, share) = (parameters.real("step_size"), share(self.input)?);
            curves.equation(step_size, share, equation, self.times).map_err(statistic)
        };
        match name {
            "sgd" => self.sgd(),
            "equation" => equation(Equation::FirstOrder),
            "second_order" => equation(Equation::SecondOrder),
            "second_order_with_noise" => equation(Equation::SecondOrderWithNoise),
            "gradient_flow" => curves.gradient_flow(self.times).map_err(statistic),
            "bound" => self.bound(),
            _ => {
                let (problem, _) = self.case.moments()?;
                if self.measure == Measure::ExcessLoss {
                    return Err(AnalysisError::Data("the limit is of the error".to_owned()));
                }
                let limit = averaged_limit(problem).map_err(statistic)?;
                Ok(self.steps.iter().map(|step| limit / (*step).max(1) as f64).collect())
            }
        }
    }

    /// SGD, averaged if the cell is.
    fn sgd(&self) -> Result<Vec<f64>, AnalysisError> {
        let parameters = self.input.parameters;
        let schedule = schedule(parameters);
        let step_size = |k| schedule.step_size(k);
        let sgd = SgdSteps { step_size: &step_size, share: share(self.input)? };
        let curves = self.case.curves(self.measure).map_err(statistic)?;
        let averaging = parameters.get("averaging").and_then(Value::as_text);
        let found = if averaging == Some("polyak_ruppert") {
            curves.sgd_average(&sgd, parameters.count("average_from"), self.steps)
        } else {
            curves.sgd(&sgd, self.steps)
        };
        found.map_err(statistic)
    }

    /// The bound of the mean squared error without label noise.
    fn bound(&self) -> Result<Vec<f64>, AnalysisError> {
        let (problem, start) = self.case.moments()?;
        let start = trace(&start.second);
        if self.measure == Measure::ExcessLoss || schedule(self.input.parameters).power != 0.0 {
            return Err(AnalysisError::Data("the bound is of the error at one step size".into()));
        }
        // Residuals of data that can be fitted are of the size of rounding errors.
        if trace(problem.noise()) > 1e-20 * trace(problem.covariance()) * start {
            return Err(AnalysisError::Data("the bound is for data that can be fitted".into()));
        }
        let step_size = self.input.parameters.real("step_size") * share(self.input)?;
        let at = |time: &f64| Ok(start * contraction_bound(problem, step_size, *time)?);
        let bound: Result<Vec<f64>, LeastSquaresError> = self.times.iter().map(at).collect();
        bound.map_err(statistic)
    }

    fn rows(&self, name: &str) -> Vec<Row> {
        let values = match self.series(name) {
            Ok(values) => values,
            Err(error) => {
                let columns =
                    [("series", Scalar::text(name)), ("why", Scalar::text(&error.to_string()))];
                return vec![Row::from(columns.map(|(name, value)| (name.to_owned(), value)))];
            }
        };
        let bound = self.bound().ok();
        let mut rows: Vec<Row> = Vec::new();
        for (idx, value) in values.iter().enumerate() {
            let mut row = self.row(name, idx, Scalar::number(*value));
            if let Some(bound) = &bound {
                row.insert("over_bound".to_owned(), Scalar::number(value / bound[idx]));
            }
            if idx > 0 {
                let growth = real::ln(value / values[idx - 1]);
                let (before, now) = (self.times[idx - 1], self.times[idx]);
                row.insert("rate".to_owned(), Scalar::number(growth / (now - before)));
                if self.steps[idx - 1] > 0 {
                    let ratio = self.steps[idx] as f64 / self.steps[idx - 1] as f64;
                    let slope = growth / real::ln(ratio);
                    row.insert("slope".to_owned(), Scalar::number(slope));
                }
            }
            rows.push(row);
        }
        rows
    }

    fn row(&self, series: &str, idx: usize, value: Scalar) -> Row {
        let step = self.steps[idx] as f64;
        let scaled = match &value {
            Scalar::Interval { value, low, high } => {
                Scalar::interval(step * value, step * low, step * high)
            }
            other => Scalar::optional(other.value().map(|value| step * value)),
        };
        Row::from(
            [
                ("series", Scalar::text(series)),
                ("step", Scalar::Number(step)),
                ("time", Scalar::Number(self.times[idx])),
                ("value", value),
                ("scaled", scaled),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        )
    }

    fn simulated_rows(
        &self,
        summaries: &[Summary],
        exact: &Result<Vec<f64>, AnalysisError>,
        floor: f64,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        for (idx, summary) in summaries.iter().take(self.steps.len()).enumerate() {
            let Some(sums) = summary.sums.filter(|sums| sums.n > 0) else { continue };
            let value = match mean(&sums) {
                Scalar::Interval { value, low, high } => {
                    Scalar::interval(value - floor, low - floor, high - floor)
                }
                _ => Scalar::number(sums.mean - floor),
            };
            let mut row = self.row("simulated", idx, value);
            if let Ok(exact) = exact {
                row.insert("exact".to_owned(), Scalar::number(exact[idx]));
                // At a fixed start all chains are equal, and there is no error.
                let z = (sums.mean - floor - exact[idx]) / sums.standard_error();
                row.insert("z".to_owned(), Scalar::optional(z.is_finite().then_some(z)));
            }
            rows.push(row);
        }
        rows
    }

    /// The medians over the chains, if quantiles are kept.
    fn median_rows(&self, summaries: &[Summary], floor: f64) -> Vec<Row> {
        let row = |(idx, summary): (usize, &Summary)| {
            let median = summary.sketch.as_ref()?.quantile(0.5)?;
            Some(self.row("median", idx, Scalar::number(median - floor)))
        };
        summaries.iter().take(self.steps.len()).enumerate().filter_map(row).collect()
    }
}
