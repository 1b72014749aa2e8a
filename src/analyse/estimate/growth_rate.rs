//! The estimator `growth_rate`: how fast errors of least squares without label noise decay or grow.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value,
};
use maruyama_dynamics::real;
use maruyama_statistics::law::normal::standard_quantile;
use maruyama_theory::least_squares::tail::{CircleRate, RotationInvariantRate};
use maruyama_theory::least_squares::{
    Equation, LeastSquares, LyapunovSettings, MomentFlow, MomentMap, ScalarNoise,
    lyapunov_exponent, thresholds,
};

use crate::analyse::cell::least_squares_case::{Case, Origin, share};
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of intervals.
const LEVEL: f64 = 0.95;

/// Nodes of the collocation on the circle.
const NODES: usize = 64;

const PART: Part = Part {
    name: "growth_rate",
    doc: "Rates, per unit of the time γk, at which the error of least squares without label noise \
          decays or grows, beside step sizes at which they change sign. Of the mean square \
          E|θ − θ_*|²: Λ(2) of the equation, the same of SGD, the bound −μ(2 − γK), and −2μ of \
          gradient flow. Of typical paths: 2λ₁ = 2Λ′(0) of the equation, exactly for one or two \
          features or equal eigenvalues and by simulated directions otherwise; and the slope of \
          ln|θ − θ_*|² of the simulated chains from step `from` to the last one (observable `error`). One \
          row a series.",
    parameters: &[
        Parameter {
            name: "simulated",
            doc: "Whether slopes of simulated chains are shown.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(true),
        },
        Parameter {
            name: "from_time",
            doc: "Time of the first record that slopes are taken from; the one after it counts.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(0.0),
        },
        Parameter {
            name: "directions",
            doc: "Number of simulated directions.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 100_000 },
            default: Default::Integer(32),
        },
        Parameter {
            name: "direction_steps",
            doc: "Steps of each of them.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 1 << 40 },
            default: Default::Integer(10_000),
        },
        Parameter {
            name: "direction_dt",
            doc: "Length of a step, in time.",
            unit: "",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Real(0.01),
        },
    ],
    source: file!(),
};

/// Rates of decay and growth.
pub(crate) struct GrowthRate;

impl Estimator for GrowthRate {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "series",
                "`mean_square`, `sgd_mean_square`, `bound`, `gradient_flow`, `typical` or \
                 `simulated`",
            ),
            ("rate", "rate of the squared error, with an interval if it is simulated"),
            ("over_typical", "simulated rate over the typical one, 2λ₁"),
            ("why", "why there is none"),
            ("over_paper", "3γK: the condition of the paper is that it is below 1"),
            ("over_contraction", "γK/2: the bound decays if it is below 1"),
            ("over_mean_square", "γ over the step size of Λ(2) = 0"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        let is_simulated = is_simulated(parameters);
        is_simulated.then(|| "error".to_owned()).into_iter().collect()
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let model = input.parameters.text("model");
        if !["sgd", "sgd_sde", "gradient_flow"].contains(&model) {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        let case = Case::of(input)?;
        let (problem, _) = case.moments()?;
        let step_size = input.parameters.real("step_size") * share(input)?;
        let limits = thresholds(problem).map_err(AnalysisError::statistic)?;
        let mu = problem.smallest_eigenvalue();
        let flow = MomentFlow::new(problem, step_size, Equation::FirstOrder)
            .map_err(AnalysisError::statistic)?;
        let sgd = MomentMap::sgd(problem, step_size).map_err(AnalysisError::statistic)?;
        let own = |rate: Result<f64, AnalysisError>| rate.map(Scalar::number);
        let factor = sgd.second_moment_factor().map_err(AnalysisError::statistic);
        let ratio = step_size / limits.contraction;
        let bound = if ratio < 1.0 {
            Ok(-2.0 * mu * (1.0 - ratio))
        } else {
            Err(AnalysisError::Data("γK is not below 2".to_owned()))
        };
        let typical = typical(input, &case, step_size, parameters);
        let exponent = typical.as_ref().ok().and_then(Scalar::value);
        let mut found = vec![
            ("mean_square", own(flow.second_moment_rate().map_err(AnalysisError::statistic))),
            ("sgd_mean_square", own(factor.map(|factor| real::ln(factor) / step_size))),
            ("bound", own(bound)),
            ("gradient_flow", Ok(Scalar::number(-2.0 * mu))),
            ("typical", typical),
        ];
        if is_simulated(parameters) {
            found.push(("simulated", slope(input, parameters.real("from_time"))));
        }
        let ratios = [
            ("over_paper", step_size / limits.paper),
            ("over_contraction", ratio),
            ("over_mean_square", step_size / limits.mean_square),
        ];
        let row = |found| row(found, exponent, &ratios);
        Ok(CellOutcome { rows: found.into_iter().map(row).collect(), ..CellOutcome::default() })
    }
}

/// The row of a series, with the step size in units of its limits.
fn row(
    (series, rate): (&str, Result<Scalar, AnalysisError>),
    exponent: Option<f64>,
    ratios: &[(&str, f64)],
) -> Row {
    let mut row: Row =
        ratios.iter().map(|(name, ratio)| ((*name).to_owned(), Scalar::number(*ratio))).collect();
    row.insert("series".to_owned(), Scalar::text(series));
    if let ("simulated", Ok(Scalar::Interval { value, low, high }), Some(exponent)) =
        (series, &rate, exponent)
    {
        let ends = (low / exponent, high / exponent);
        let (low, high) = (ends.0.min(ends.1), ends.0.max(ends.1));
        row.insert("over_typical".to_owned(), Scalar::interval(value / exponent, low, high));
    }
    let (column, value) = match rate {
        Ok(rate) => ("rate", rate),
        Err(error) => ("why", Scalar::text(&error.to_string())),
    };
    row.insert(column.to_owned(), value);
    row
}

fn is_simulated(parameters: &Parameters) -> bool {
    parameters.get("simulated") != Some(&Value::Boolean(false))
}

/// `2 lambda_1`.
fn typical(
    input: &Input<'_>,
    case: &Case,
    step_size: f64,
    parameters: &Parameters,
) -> Result<Scalar, AnalysisError> {
    let (problem, _) = case.moments()?;
    if let Some(exact) = exact_exponent(problem, case, step_size)? {
        return Ok(Scalar::number(2.0 * exact));
    }
    let Case::Moments { origin: Origin::Samples(design), .. } = case else {
        return Err(AnalysisError::Data("it is not known for this population".to_owned()));
    };
    simulated_exponent(input.stream, design, step_size, parameters)
}

/// `lambda_1` where it is known.
fn exact_exponent(
    problem: &LeastSquares,
    case: &Case,
    step_size: f64,
) -> Result<Option<f64>, AnalysisError> {
    if problem.dim() == 1 {
        let noise = ScalarNoise::of(problem).map_err(AnalysisError::statistic)?;
        return Ok(Some(noise.lyapunov_exponent(step_size)));
    }
    let covariance = problem.covariance();
    let scale = covariance.row(0)[0];
    let is_equal = |i: usize| covariance.row(i)[i] == scale;
    if let Case::Moments { origin: Origin::Population { kurtosis }, .. } = case
        && (0..problem.dim()).all(is_equal)
    {
        // Features √λ z: time runs λ times as fast, with steps of the size γλ.
        let (dim, along) = (problem.dim(), 2.0 * kurtosis - 1.0);
        let step_size = step_size * scale;
        let rate = RotationInvariantRate { dim, isotropic: *kurtosis, along, step_size };
        return Ok(Some(scale * rate.lyapunov_exponent()));
    }
    if problem.dim() == 2 {
        let circle =
            CircleRate::new(problem, step_size, NODES).map_err(AnalysisError::statistic)?;
        return Ok(Some(circle.lyapunov_exponent().map_err(AnalysisError::statistic)?));
    }
    Ok(None)
}

fn simulated_exponent(
    key: StreamKey,
    design: &Matrix,
    step_size: f64,
    parameters: &Parameters,
) -> Result<Scalar, AnalysisError> {
    let settings = LyapunovSettings {
        walkers: parameters.count("directions"),
        steps: parameters.count("direction_steps"),
        time_step: parameters.real("direction_dt"),
        key,
    };
    let found = lyapunov_exponent(design, step_size, settings).map_err(AnalysisError::statistic)?;
    let half = standard_quantile(0.5 + 0.5 * LEVEL) * found.standard_error;
    Ok(Scalar::interval(2.0 * found.value, 2.0 * (found.value - half), 2.0 * (found.value + half)))
}

/// The median over the chains of the slope of `ln|eta|²` in time, with the interval between the order
/// statistics that the binomial law of the median's rank gives.
fn slope(input: &Input<'_>, from_time: f64) -> Result<Scalar, AnalysisError> {
    let chains = input.chains()?;
    let step_size = input.parameters.real("step_size");
    let steps = chains.steps();
    let time = |idx: usize| steps[idx] as f64 * step_size;
    let last = steps.len().saturating_sub(1);
    let first = (0..last).find(|idx| time(*idx) >= from_time);
    let Some(first) = first else {
        return Err(AnalysisError::Data("there are not two records after that time".to_owned()));
    };
    let (series, n_missing) = chains.series("error", first)?;
    let mut slopes: Vec<f64> = series
        .iter()
        .filter(|values| values[0] > 0.0 && values[values.len() - 1] > 0.0)
        .map(|values| real::ln(values[values.len() - 1] / values[0]) / (time(last) - time(first)))
        .collect();
    if slopes.len() < 30 {
        let (left, diverged) = (slopes.len(), n_missing);
        return Err(AnalysisError::TooFewChains { left, diverged, needed: 30 });
    }
    slopes.sort_by(f64::total_cmp);
    let n = slopes.len() as f64;
    let half = 0.5 * standard_quantile(0.5 + 0.5 * LEVEL) * n.sqrt();
    let rank = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
    let low = rank((0.5 * n - half).floor());
    Ok(Scalar::interval(rank(0.5 * n), low, rank((0.5 * n + half).ceil())))
}
