//! The estimator `model_error`: how far equations are from the SGD that they model.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range,
};
use maruyama_dynamics::real;
use maruyama_theory::least_squares::{
    Equation, LeastSquares, LeastSquaresError, MomentFlow, MomentMap, Moments,
};
use maruyama_theory::matrix::{congruence, symmetric_eigen, trace};

use crate::analyse::cell::least_squares_case::Case;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// The models of SGD, by name; none is gradient flow.
const MODELS: [(&str, Option<Equation>); 4] = [
    ("gradient_flow", None),
    ("equation", Some(Equation::FirstOrder)),
    ("second_order", Some(Equation::SecondOrder)),
    ("second_order_with_noise", Some(Equation::SecondOrderWithNoise)),
];

const PART: Part = Part {
    name: "model_error",
    doc: "Weak errors of the equations that model SGD on least squares, without simulation: of the mean \
          and of E|θ − θ_*|² at one time, and of the stationary covariance, with their orders in γ. For \
          batches of one. Theory; one row a model: `gradient_flow`, `equation`, `second_order` \
          and `second_order_with_noise`.",
    parameters: &[Parameter {
        name: "time",
        doc: "Time t = γk of the comparison; it is rounded to a whole number of steps.",
        unit: "",
        kind: Kind::Real(Range::POSITIVE),
        default: Default::Required,
    }],
    source: file!(),
};

/// Errors of models of SGD.
pub(crate) struct ModelError;

impl Estimator for ModelError {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "the model"),
            ("mean_error", "|E η − E η_SGD| at the time"),
            ("second_error", "|E|η|² − E|η_SGD|²| at the time"),
            ("stationary_error", "relative error of the trace of the stationary covariance"),
            ("mean_order", "log₂ of the mean's error at γ over that at γ/2"),
            ("second_order", "the same of the second moment"),
            ("stationary_order", "the same of the stationary covariance"),
            ("why", "why a stationary covariance is missing"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let cell = input.parameters;
        let model = cell.text("model");
        if !["sgd", "sgd_sde"].contains(&model) {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        if cell.count("batch_size") != 1 {
            return Err(AnalysisError::Data("the comparison is for batches of one".to_owned()));
        }
        let case = Case::of(input)?;
        let (problem, start) = case.moments()?;
        let gamma = cell.real("step_size");
        let n_steps = (parameters.real("time") / gamma).round().max(1.0);
        let comparison = |gamma: f64, n_steps: f64| {
            Comparison::of(problem, start, gamma, n_steps as u64).map_err(AnalysisError::statistic)
        };
        let (here, half) = (comparison(gamma, n_steps)?, comparison(0.5 * gamma, 2.0 * n_steps)?);
        let mut rows = Vec::new();
        for (name, equation) in MODELS {
            rows.push(row(name, &here.errors(equation)?, &half.errors(equation)?));
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// SGD and the time at which models are compared with it.
struct Comparison<'a> {
    problem: &'a LeastSquares,
    start: &'a Moments,
    gamma: f64,
    time: f64,
    sgd: Moments,
    stationary: Result<f64, LeastSquaresError>,
}

/// Errors of one model.
struct Errors {
    mean: f64,
    second: f64,
    stationary: Result<f64, String>,
}

impl<'a> Comparison<'a> {
    fn of(
        problem: &'a LeastSquares,
        start: &'a Moments,
        gamma: f64,
        n_steps: u64,
    ) -> Result<Comparison<'a>, LeastSquaresError> {
        let map = MomentMap::sgd(problem, gamma)?;
        let sgd = map.after(start, n_steps)?;
        let stationary = map.stationary().map(|m| trace(&m));
        Ok(Comparison { problem, start, gamma, time: gamma * n_steps as f64, sgd, stationary })
    }

    fn errors(&self, equation: Option<Equation>) -> Result<Errors, AnalysisError> {
        let (moments, stationary) = match equation {
            Some(equation) => {
                let flow = MomentFlow::new(self.problem, self.gamma, equation)
                    .map_err(AnalysisError::statistic)?;
                let moments = flow.at(self.start, self.time).map_err(AnalysisError::statistic)?;
                (moments, flow.stationary().map(|m| trace(&m)))
            }
            None => (self.gradient_flow(), Ok(0.0)),
        };
        let gap: Vec<f64> =
            moments.mean.iter().zip(&self.sgd.mean).map(|(model, sgd)| model - sgd).collect();
        let stationary = match (stationary, &self.stationary) {
            (Ok(model), Ok(sgd)) => Ok((model / sgd - 1.0).abs()),
            (Err(error), _) => Err(error.to_string()),
            (_, Err(error)) => Err(format!("SGD: {error}")),
        };
        Ok(Errors {
            mean: real::dot(&gap, &gap).sqrt(),
            second: (trace(&moments.second) - trace(&self.sgd.second)).abs(),
            stationary,
        })
    }

    fn gradient_flow(&self) -> Moments {
        let eigen = symmetric_eigen(self.problem.covariance());
        let flow = eigen.function(|value| real::exp(-value * self.time));
        Moments {
            mean: flow.times(&self.start.mean),
            second: congruence(&flow, &self.start.second),
        }
    }
}

fn row(name: &str, here: &Errors, half: &Errors) -> Row {
    let order = |here: f64, half: f64| Scalar::number(real::log2(here / half));
    let mut row = Row::from(
        [
            ("series", Scalar::text(name)),
            ("mean_error", Scalar::number(here.mean)),
            ("second_error", Scalar::number(here.second)),
            ("mean_order", order(here.mean, half.mean)),
            ("second_order", order(here.second, half.second)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    match (&here.stationary, &half.stationary) {
        (Ok(error), Ok(finer)) => {
            row.insert("stationary_error".to_owned(), Scalar::number(*error));
            row.insert("stationary_order".to_owned(), order(*error, *finer));
        }
        (Err(why), _) | (_, Err(why)) => {
            row.insert("why".to_owned(), Scalar::text(why));
        }
    }
    row
}
