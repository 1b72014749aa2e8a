//! The problem `formula` of a manifest.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::formula::{Names, variables_of};
use crate::parameter::{
    Default, Kind, Lookup, Parameter, Parameters, Part, Range, Value, Violation,
};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::formula::objective::{Formula, FormulaMistake, FormulaNoise};
use crate::problem::quadratic::GradientNoise;

/// Most variables of a formula.
const MAX_VARIABLES: usize = 16;

/// Parameters that are numbers with names in formulas.
const CONSTANTS: [&str; 3] = ["a", "b", "c"];

const OBJECTIVE: &str = "objective";
const VARIABLES: &str = "variables";
const COVARIANCE: &str = "noise_covariance";

/// An objective that a manifest writes as a formula.
pub struct FormulaKind;

/// A number with a name.
const fn constant(name: &'static str) -> Parameter {
    Parameter {
        name,
        doc: "A number that the formulas call by this name.",
        unit: "",
        kind: Kind::Real(Range::ANY),
        default: Default::Absent,
    }
}

const PART: Part = Part {
    name: "formula",
    doc: "An objective f(x) that is a formula, with its exact gradient; a stochastic gradient is \
          ∇f(x) + σR(x)ξ with R(x)R(x)ᵀ = C(x) and independent coordinates of ξ. Formulas have \
          + − * / ^, brackets, `pi`, and the functions abs, cos, cosh, erf, exp, expm1, ln, log, log1p, \
          sigmoid, sign, sin, sinh, sqrt, tan and tanh; `-x^2` is −(x²).",
    parameters: &[
        Parameter {
            name: OBJECTIVE,
            doc: "The formula, for example `0.5*(x^2 - y^2)`.",
            unit: "",
            kind: Kind::Text,
            default: Default::Required,
        },
        Parameter {
            name: VARIABLES,
            doc: "Names of the variables, in the order of the coordinates; at most 16. Without them, \
                  those of x, y, z that occur in the objective, or x_1, x_2, ... up to the last that does.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Absent,
        },
        constant(CONSTANTS[0]),
        constant(CONSTANTS[1]),
        constant(CONSTANTS[2]),
        Parameter {
            name: "noise_std",
            doc: "Scale σ of the gradient noise.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(1.0),
        },
        Parameter {
            name: COVARIANCE,
            doc: "Rows of the matrix C, each with its entries separated by commas, which are formulas too; \
                  those above the diagonal may be left out. The identity if it is not given.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Absent,
        },
        Parameter {
            name: "gradient_noise",
            doc: "Law of the coordinates of ξ: `gaussian`, `student_t` in its usual scale, or \
                  `rademacher`, ±1.",
            unit: "",
            kind: Kind::Choice(&["gaussian", "student_t", "rademacher"]),
            default: Default::Text("gaussian"),
        },
        Parameter {
            name: "noise_nu",
            doc: "Degrees of freedom ν of Student-t noise.",
            unit: "",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Real(4.0),
        },
    ],
    source: file!(),
};

fn violation(parameter: &'static str, message: String, remedy: &str) -> Violation {
    Violation { parameter, message, remedy: remedy.to_owned() }
}

/// The texts of a list, if it is given.
fn texts(parameters: &Parameters, name: &str) -> Option<Vec<String>> {
    let list = parameters.get(name).and_then(Value::as_list)?;
    Some(list.iter().filter_map(Value::as_text).map(str::to_owned).collect())
}

/// The variables that are listed, or those of the objective.
fn variables(parameters: &Parameters) -> Result<Vec<String>, Violation> {
    let Some(listed) = texts(parameters, VARIABLES) else {
        return variables_of(parameters.text(OBJECTIVE))
            .map_err(|error| violation(OBJECTIVE, error.to_string(), &error.remedy));
    };
    for (at, name) in listed.iter().enumerate() {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name || name == "pi" {
            let message = format!("`{name}` is no name of a variable");
            return Err(violation(VARIABLES, message, "take letters and digits, a letter first"));
        }
        if listed[..at].contains(name) || parameters.contains_key(name) {
            let message = format!("`{name}` is there twice");
            return Err(violation(VARIABLES, message, "name each variable once"));
        }
    }
    Ok(listed)
}

/// The objective of a cell.
///
/// # Errors
/// What is wrong with its formulas, and where.
pub(crate) fn formula(parameters: &Parameters) -> Result<Formula, Violation> {
    let variables = variables(parameters)?;
    if variables.is_empty() || variables.len() > MAX_VARIABLES {
        let message = format!("the objective has {} variables", variables.len());
        let remedy = format!("take 1 to {MAX_VARIABLES}");
        return Err(Violation { parameter: VARIABLES, message, remedy });
    }
    let given = CONSTANTS.iter().filter_map(|name| {
        Some(((*name).to_owned(), parameters.get(name).and_then(Value::as_real)?))
    });
    let names = Names { variables, constants: given.collect::<BTreeMap<String, f64>>() };
    let law = match parameters.text("gradient_noise") {
        "student_t" => GradientNoise::StudentT { nu: parameters.real("noise_nu") },
        "rademacher" => GradientNoise::Rademacher,
        _ => GradientNoise::Gaussian,
    };
    let covariance = texts(parameters, COVARIANCE).unwrap_or_default();
    let noise = FormulaNoise { std: parameters.real("noise_std"), law, covariance };
    Formula::new(parameters.text(OBJECTIVE), &names, &noise).map_err(|mistake| {
        let (parameter, error) = match &mistake {
            FormulaMistake::Objective(error) => (OBJECTIVE, error),
            FormulaMistake::Covariance(_, error) => (COVARIANCE, error),
        };
        violation(parameter, mistake.to_string(), &error.remedy)
    })
}

impl ProblemKind for FormulaKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        false
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        formula(parameters).err().into_iter().collect()
    }

    fn build(&self, parameters: &Parameters, _: Option<&Dataset>) -> Arc<dyn Problem> {
        Arc::new(formula(parameters).expect("the formula has been checked"))
    }
}

#[cfg(test)]
mod tests;
