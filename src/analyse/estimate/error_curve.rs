//! The estimator `error_curve`: errors of least squares in time, simulated and without error.

mod error_series;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value, Violation,
};
use maruyama_statistics::stream::{Kept, Summary};
use maruyama_theory::least_squares::Measure;

use crate::analyse::cell::least_squares_case::{Case, schedule};
use crate::analyse::estimate::error_curve::error_series::Series;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::CellOutcome;

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
          data of any rank and populations of any dimension, without ridge; beyond rank 24 a curve \
          of SGD takes n r² operations a step, and up to 3e11 are done. One row a step and series.",
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

    fn kept(&self) -> Kept {
        Kept { moments: true, quantiles: true }
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
        let series = Series { input, case: &case, measure, steps: &steps, times: &times };
        let mut rows = Vec::new();
        if !simulated.is_empty() {
            let exact = series.of(own_series(input.parameters));
            let floor = if measure == Measure::ExcessLoss { floor(input)? } else { 0.0 };
            rows.extend(series.simulated_rows(&simulated, &exact, floor));
            rows.extend(series.median_rows(&simulated, floor));
        }
        let wanted = parameters.get("series").and_then(Value::as_list).unwrap_or(&[]);
        for name in wanted.iter().filter_map(Value::as_text) {
            rows.extend(series.rows(name));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_the_step_sizes() {
        assert_eq!(times_of(&[0, 2, 10], &|_| 0.25), [0.0, 0.5, 2.5]);
        let halves = |k: u64| if k < 2 { 1.0 } else { 0.5 };
        assert_eq!(times_of(&[0, 1, 3, 4], &halves), [0.0, 1.0, 2.5, 3.0]);
        assert!(times_of(&[], &|_| 1.0).is_empty());
    }

    #[test]
    fn a_cell_is_compared_with_its_own_equation() {
        let text = |value: &str| Value::Text(value.to_owned());
        let cell = |model: &str| Parameters::from([("model".to_owned(), text(model))]);
        assert_eq!(own_series(&cell("sgd")), "sgd");
        assert_eq!(own_series(&cell("gradient_flow")), "gradient_flow");
        assert_eq!(own_series(&cell("sgd_sde")), "equation");
        let mut second = cell("sgd_sde");
        second.insert("equation".to_owned(), text("second_order_with_noise"));
        assert_eq!(own_series(&second), "second_order_with_noise");
    }

    #[test]
    fn times_increase() {
        let with = |times: &[f64]| {
            let times = Value::List(times.iter().map(|time| Value::Real(*time)).collect());
            ErrorCurve.check(&Parameters::from([("times".to_owned(), times)]))
        };
        assert_eq!(with(&[1.0, 2.0]), None);
        assert!(with(&[]).is_some());
        assert!(with(&[1.0, 1.0]).is_some());
        assert_eq!(ErrorCurve.check(&Parameters::new()), None);
    }
}
