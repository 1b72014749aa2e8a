//! The estimator `wasserstein_decay`: how far the law at each recorded step is from the invariant
//! one.

mod space_decay;

use std::sync::Arc;

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Violation,
};
use maruyama_dynamics::problem::Problem;
use maruyama_theory::least_squares::{
    Equation, LeastSquares, MomentFlow, WassersteinBracket, wasserstein_bracket,
};

use crate::analyse::cell::described::described;
use crate::analyse::cell::start::one_point;
use crate::analyse::estimate::line_decay::LineDecay;
use crate::analyse::estimate::wasserstein_decay::space_decay::SpaceDecay;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const PART: Part = Part {
    name: "wasserstein_decay",
    doc: "W₂ between the law of the equation of SGD on least squares at each recorded step and its \
          invariant law, for chains that start at one point: between bounds that need no simulation, \
          |E η_t| ≤ Gelbrich ≤ W₂ ≤ one Brownian path for both ≤ e^{−μ(2 − γK)t/2} W₂(0) (arXiv \
          2407.02322, Theorems 4.6 and 5.4, derived here); by the Fokker–Planck equation for one \
          feature; and of the simulated chains, from the exact law for one feature and otherwise from \
          the other half of the chains at the last recorded step. One row a step.",
    parameters: &[
        Parameter {
            name: "observables",
            doc: "The coordinates of x, all of them in their order.",
            unit: "",
            kind: Kind::Names(observable::NAMES),
            default: Default::Texts(&["x_0"]),
        },
        Parameter {
            name: "max_chains",
            doc: "With several features, chains of either side that are transported to each other; \
                  the cost grows with the cube.",
            unit: "",
            kind: Kind::Integer { min: 8, max: 10_000 },
            default: Default::Integer(500),
        },
    ],
    source: file!(),
};

/// Decay of the Wasserstein distance.
pub(crate) struct WassersteinDecay;

impl Estimator for WassersteinDecay {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("step", "recorded step"),
            ("time", "t = γ · step"),
            ("mean_gap", "|E η_t|, a lower bound"),
            ("gelbrich", "Gelbrich's distance from exact means and covariances, a lower bound"),
            ("fokker_planck", "W₂ by the Fokker–Planck equation, for one feature"),
            (
                "simulated",
                "W₂ of the chains; less and more by what sampling alone gives at the last step",
            ),
            ("coupling", "upper bound from one Brownian path for both laws"),
            ("bound", "explicit upper bound; missing for γ ≥ 2/K"),
            ("rate", "−d ln W₂/dt since the row before, by the Fokker–Planck equation"),
            ("second_moment_rate", "−Λ(2)/2, below which the rate cannot be for one feature"),
            ("contraction_rate", "μ(2 − γK)/2; missing for γ ≥ 2/K"),
            ("n", "chains that are looked at"),
            ("n_diverged", "chains that have no value"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        texts(parameters, "observables").map(str::to_owned).collect()
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let names: Vec<&str> = texts(parameters, "observables").collect();
        let is_whole = names.iter().enumerate().all(|(i, name)| *name == format!("x_{i}"));
        (names.is_empty() || !is_whole).then(|| Violation {
            parameter: "observables",
            message: "they are the coordinates of a point".to_owned(),
            remedy: "give x_0, x_1, ... for all features".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let setting = Setting::of(input, &self.observables(parameters))?;
        let chains = input.chains()?;
        let most = parameters.count("max_chains") as usize;
        let mut decay: Box<dyn Decay> = if setting.eta.len() == 1 {
            Box::new(LineDecay::new(&setting, &chains)?)
        } else {
            Box::new(SpaceDecay::new(&setting, &chains, most)?)
        };
        let constants = constants(&setting)?;
        let mut rows = Vec::new();
        let mut before: Option<(f64, f64)> = None;
        for (idx, step) in chains.steps().iter().enumerate() {
            input.go_on()?;
            let time = setting.time_per_step * *step as f64;
            let mut row = bounds(&setting, *step, time)?;
            row.extend(constants.clone());
            row.extend(decay.at(idx, time)?);
            if let Some(distance) = row.get("fokker_planck").and_then(Scalar::value) {
                if let Some((then, former)) = before {
                    let ratio = maruyama_dynamics::real::ln(former / distance);
                    row.insert("rate".to_owned(), Scalar::number(ratio / (time - then)));
                }
                before = Some((time, distance));
            }
            rows.push(row);
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// A way to measure the distance itself.
pub(crate) trait Decay {
    /// Columns at the recorded step number `idx`, at `time`; called in increasing order.
    ///
    /// # Errors
    /// If there are too few chains, or theory fails.
    fn at(&mut self, idx: usize, time: f64) -> Result<Row, AnalysisError>;
}

/// The problem of a cell with its start.
pub(crate) struct Setting {
    /// The problem, by its moments.
    pub(crate) problem: LeastSquares,
    /// The same, as the chains see it.
    pub(crate) simulated: Arc<dyn Problem>,
    /// Names of the coordinates, `[d]`.
    pub(crate) observables: Vec<String>,
    /// `gamma/B`.
    pub(crate) step_size: f64,
    /// Time `gamma` of a step.
    pub(crate) time_per_step: f64,
    /// The start `x_0 − x_*`, `[d]`.
    pub(crate) eta: Vec<f64>,
}

impl Setting {
    fn of(input: &Input<'_>, observables: &[String]) -> Result<Setting, AnalysisError> {
        let model = input.parameters.text("model");
        if model != "sgd_sde" {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        let simulated = input.problem()?;
        let problem = described(simulated.as_ref())?;
        if observables.len() != problem.dim() {
            let (found, dim) = (observables.len(), problem.dim());
            let why = format!("{found} observables are given for {dim} features");
            return Err(AnalysisError::Data(why));
        }
        let start = one_point(input.parameters)?;
        let eta = simulated.minimiser().iter().map(|centre| start - centre).collect();
        let time_per_step = input.parameters.real("step_size");
        let step_size = time_per_step / input.parameters.count("batch_size") as f64;
        let observables = observables.to_vec();
        Ok(Setting { problem, simulated, observables, step_size, time_per_step, eta })
    }
}

fn bounds(setting: &Setting, step: u64, time: f64) -> Result<Row, AnalysisError> {
    let found = wasserstein_bracket(&setting.problem, setting.step_size, &setting.eta, time);
    let WassersteinBracket { mean_gap, gelbrich, coupling, explicit } =
        found.map_err(AnalysisError::statistic)?;
    let mut row = Row::from(
        [
            ("step", Scalar::Number(step as f64)),
            ("time", Scalar::number(time)),
            ("mean_gap", Scalar::number(mean_gap)),
            ("gelbrich", Scalar::number(gelbrich)),
            ("coupling", Scalar::number(coupling)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if explicit.is_finite() {
        row.insert("bound".to_owned(), Scalar::number(explicit));
    }
    Ok(row)
}

fn constants(setting: &Setting) -> Result<Row, AnalysisError> {
    let Setting { problem, step_size, .. } = setting;
    let flow = MomentFlow::new(problem, *step_size, Equation::FirstOrder)
        .map_err(AnalysisError::statistic)?;
    let rate = flow.second_moment_rate().map_err(AnalysisError::statistic)?;
    let mut row = Row::from([("second_moment_rate".to_owned(), Scalar::number(-0.5 * rate))]);
    let margin = 2.0 - step_size * problem.sharp_constant();
    if margin > 0.0 {
        let rate = 0.5 * problem.smallest_eigenvalue() * margin;
        row.insert("contraction_rate".to_owned(), Scalar::number(rate));
    }
    Ok(row)
}
