//! The estimator `quadratic_law`: how far the equations that stand for SGD are from it on a quadratic.

mod law_sample;
mod quadratic_case;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, Violation,
};

use crate::analyse::estimate::quadratic_law::quadratic_case::Case;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::CellOutcome;

/// Largest count of a step.
const MAX_STEP: i64 = 1 << 53;

/// The name of the circular extension among the equations.
const CIRCULAR: &str = "circular";

/// The equations and the circular extension.
const ALL: &[&str] = &[
    "sme_1",
    "sme_2",
    "principal_flow",
    "spf",
    "ha_sme",
    "ha_sme_f",
    "ha_sme_3",
    "shifted_sme_2",
    "shifted_spf",
    CIRCULAR,
];

const PART: Part = Part {
    name: "quadratic_law",
    doc: "The laws of SGD and of the equations that stand for it on a `quadratic`, without simulation: \
          relative errors of mean and covariance, the distance W₂ of Bures, the relative entropy, the \
          stationary variance, and whether each equation exists. With `simulated`, how far the chains of \
          the cell, of `sgd` or `modified_equation`, are from their own exact law. Laws for Gaussian \
          noise, first two moments for other noise. One row a step and series.",
    parameters: &[
        Parameter {
            name: "equations",
            doc: "The equations: those of `modified_equation`, and `circular`, the circular extension for \
                  γλ > 1.",
            unit: "",
            kind: Kind::Choices(ALL),
            default: Default::Texts(&["sme_1", "sme_2", "spf", "ha_sme", "ha_sme_f"]),
        },
        Parameter {
            name: "at",
            doc: "The steps k, at the times kγ; the last step of the cell if none is given.",
            unit: "steps",
            kind: Kind::Integers { min: 0, max: MAX_STEP },
            default: Default::Absent,
        },
        Parameter {
            name: "psd",
            doc: "What stands for a Hessian-aware diffusion that is not positive semidefinite: nothing, \
                  `error`; `clip` or `factorise` as in `modified_equation`; or its formal moments, which no \
                  process has, `moments_only`.",
            unit: "",
            kind: Kind::Choice(&["error", "clip", "factorise", "moments_only"]),
            default: Default::Text("moments_only"),
        },
        Parameter {
            name: "supremum",
            doc: "Whether the largest absolute errors over all steps up to each are found too.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
        },
        Parameter {
            name: "simulated",
            doc: "Whether the observable `x` at the last recorded step is read.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
        },
    ],
    source: file!(),
};

/// Laws on quadratics.
pub(crate) struct QuadraticLaw;

impl Estimator for QuadraticLaw {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`sgd`, an equation, or `simulated`"),
            ("step", "k"),
            ("mean_error", "|E X − E x_k|/|E x_k|"),
            ("covariance_error", "|Cov X − Cov x_k|/|Cov x_k| in the Frobenius norm"),
            ("wasserstein", "W₂ between the normal laws"),
            (
                "relative_entropy",
                "relative entropy of the equation's law given that of SGD, in nats",
            ),
            ("variance", "trace of the covariance"),
            ("mean_gap", "|E X − E x_k|, the largest up to k with `supremum`"),
            ("covariance_gap", "|Cov X − Cov x_k|, the largest up to k with `supremum`"),
            ("stationary_ratio", "trace of the stationary covariance over that of SGD"),
            ("margin", "smallest over largest eigenvalue of the formal diffusion"),
            ("diffusion", "`semidefinite`, or the policy that stands for it"),
            ("obstructions", "eigenvalues for which no Ornstein–Uhlenbeck process follows SGD"),
            ("sharpest", "largest γλ"),
            (
                "deviation",
                "largest error of a simulated moment from its own law, in standard errors",
            ),
            ("n", "chains, of `simulated`"),
            ("why", "why there is no law"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        if is_on(parameters, "simulated") { vec!["x".to_owned()] } else { Vec::new() }
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let given = parameters.get("at").is_some();
        (given && is_on(parameters, "simulated")).then(|| Violation {
            parameter: "at",
            message: "what is simulated is read at the last step".to_owned(),
            remedy: "leave it out".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let case = Case::new(input, parameters)?;
        let mut rows = Vec::new();
        for step in steps(input, parameters) {
            input.go_on()?;
            let chain =
                case.quadratic.chain_law(&case.start, step).map_err(AnalysisError::statistic)?;
            rows.push(case.row_of_sgd(step, &chain));
            for name in names(parameters) {
                rows.push(case.row(name, step, &chain, is_on(parameters, "supremum")));
            }
            if is_on(parameters, "simulated") {
                rows.push(case.row_of_chains(input, step, &chain)?);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn is_on(parameters: &Parameters, name: &str) -> bool {
    parameters.get(name) == Some(&Value::Boolean(true))
}

/// The steps that are asked for.
fn steps(input: &Input<'_>, parameters: &Parameters) -> Vec<u64> {
    let given = parameters.get("at").and_then(Value::as_list);
    let count = |value: &Value| value.as_integer().and_then(|step| u64::try_from(step).ok());
    match given {
        Some(steps) => steps.iter().filter_map(count).collect(),
        None => vec![input.parameters.count("steps")],
    }
}

/// The equations that are asked for.
fn names(parameters: &Parameters) -> impl Iterator<Item = &str> {
    let names = parameters.get("equations").and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(Value::as_text)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::modified_equation::NAMES;

    use super::*;

    #[test]
    fn every_equation_is_offered() {
        assert_eq!(ALL[..NAMES.len()], *NAMES);
        assert_eq!(ALL[NAMES.len()..], [CIRCULAR]);
    }
}
