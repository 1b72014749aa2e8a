//! The estimator `multiplicative_growth`: growth of the second moment where the noise is proportional to
//! the distance from the minimum.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_dynamics::problem::{Formula, FormulaDerivatives};
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_theory::hessian_aware::{HessianAwareError, Model, Multiplicative, NonPsd};

use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of the interval.
const LEVEL: f64 = 0.95;

/// Relative error up to which an objective is a parabola and its noise a multiple of x².
const TOLERANCE: f64 = 1e-9;

const PART: Part = Part {
    name: "multiplicative_growth",
    doc: "Growth d/dt log E x² on a `formula` of one variable that is λx²/2 with the noise covariance τ²x²: \
          of SGD, and of the equations that stand for it, without simulation; with `simulated` also that \
          of the chains of the cell from its `initial_point` to the last recorded step. One row a series.",
    parameters: &[Parameter {
        name: "simulated",
        doc: "Whether the observable `x_0` at the last recorded step is read.",
        unit: "",
        kind: Kind::Boolean,
        default: Default::Boolean(false),
    }],
    source: file!(),
};

/// Growth under multiplicative noise.
pub(crate) struct MultiplicativeGrowth;

impl Estimator for MultiplicativeGrowth {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`sgd`, an equation, or `simulated`"),
            ("growth", "d/dt log E x²; simulated, with its interval"),
            ("gap", "the same less that of SGD"),
            ("why", "why there is none"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        let simulated = parameters.get("simulated") == Some(&Value::Boolean(true));
        if simulated { vec!["x_0".to_owned()] } else { Vec::new() }
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let case = multiplicative(input)?;
        let chain = case.chain_growth().map_err(AnalysisError::statistic)?;
        let hessian_aware = Model::HessianAware(NonPsd::Error);
        let mut rows = vec![row("sgd", Ok(chain), chain)];
        for (name, model) in [
            ("sme_1", Model::Sme1),
            ("sme_2", Model::Sme2),
            ("spf", Model::StochasticPrincipalFlow),
            ("ha_sme", hessian_aware),
        ] {
            rows.push(row(name, case.growth(model), chain));
        }
        rows.push(row("ha_sme_3", case.third_order_growth(hessian_aware), chain));
        if !self.observables(parameters).is_empty() {
            let mut row = Row::from([("series".to_owned(), Scalar::text("simulated"))]);
            row.insert("growth".to_owned(), simulated(input)?);
            rows.push(row);
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(series: &str, growth: Result<f64, HessianAwareError>, chain: f64) -> Row {
    let mut row = Row::from([("series".to_owned(), Scalar::text(series))]);
    match growth {
        Ok(growth) => row.extend([
            ("growth".to_owned(), Scalar::number(growth)),
            ("gap".to_owned(), Scalar::number(growth - chain)),
        ]),
        Err(error) => {
            row.insert("why".to_owned(), Scalar::text(&error.to_string()));
        }
    }
    row
}

/// The curvature and the strength of the noise of the cell.
fn multiplicative(input: &Input<'_>) -> Result<Multiplicative, AnalysisError> {
    let problem = input.problem()?;
    let refuse = |why: &str| AnalysisError::Data(why.to_owned());
    let formula = problem
        .get::<Formula>()
        .filter(|_| problem.dim() == 1)
        .ok_or_else(|| refuse("the problem of the cell is no formula of one variable"))?;
    let derivatives =
        FormulaDerivatives::new(formula).map_err(|error| refuse(&error.to_string()))?;
    let only = |matrix: Matrix| matrix.row(0)[0];
    let at = |x: f64| (only(derivatives.hessian(&[x])), only(derivatives.covariance(&[x])));
    let (curvature, variance) = at(1.0);
    for x in [0.0, -0.5, 2.0] {
        let (h, v) = at(x);
        let gap = (h - curvature).abs() / curvature.abs().max(1.0)
            + (v - variance * x * x).abs() / variance.max(1.0)
            + (derivatives.gradient(&[x])[0] - curvature * x).abs();
        if gap.is_nan() || gap > TOLERANCE {
            return Err(refuse("the objective is not λx²/2 with the noise covariance τ²x²"));
        }
    }
    let step_size = input.parameters.get("step_size").and_then(Value::as_real);
    let step_size = step_size.ok_or_else(|| refuse("the model has no step size"))?;
    Ok(Multiplicative { step_size, curvature, variance })
}

/// `log(E x²/x_0²)/(k eta)` with the interval of the mean.
fn simulated(input: &Input<'_>) -> Result<Scalar, AnalysisError> {
    let start = input.parameters.get("initial_point").and_then(Value::as_list);
    let start = start.and_then(|point| point.first()?.as_real()).filter(|start| *start != 0.0);
    let Some(start) = start else {
        let why = "growth is from an `initial_point` other than 0";
        return Err(AnalysisError::Data(why.to_owned()));
    };
    let time = input.parameters.real("step_size") * input.parameters.count("steps") as f64;
    let sample = input.sample("x_0", 8)?;
    let squares: Vec<f64> = sample.values.iter().map(|x| x * x / (start * start)).collect();
    let found = student_interval(&squares, LEVEL).map_err(AnalysisError::statistic)?;
    let growth = |square: f64| real::ln(square.max(f64::MIN_POSITIVE)) / time;
    let (low, high) = (growth(found.interval.low), growth(found.interval.high));
    Ok(Scalar::interval(growth(found.mean), low, high))
}
