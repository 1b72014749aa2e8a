//! The objective of a cell as the theory of the Hessian-aware equation takes it: with its
//! derivatives and the covariance of its noise.

use std::collections::BTreeMap;

use maruyama_dynamics::formula::{FormulaError, Graph, Names, Tape, parse};
use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value};
use maruyama_dynamics::problem::{
    Formula, FormulaDerivatives, FormulaMistake, FormulaNoise, GradientNoise, Problem, Quadratic,
};
use maruyama_theory::hessian_aware::{
    Equation, HessianAwareError, LineObjective, Model, NonPsd, PlaneObjective,
};

use crate::analyse::cell::optimiser_cell::expect_constant_noise;
use crate::analyse::estimator::{AnalysisError, Input};

/// Equations of SGD by the names that parameters and rows have.
pub(crate) const EQUATIONS: &[&str] =
    &["sme_1", "sme_2", "spf", "ha_sme", "ha_sme_3", "sme_2_shifted", "spf_shifted"];

/// The equations but those that are started and read at shifted points.
pub(crate) const PLAIN_EQUATIONS: &[&str] = &["sme_1", "sme_2", "spf", "ha_sme", "ha_sme_3"];

/// The equation of this name, and whether it is started at `x − (eta/2) g` and read at
/// `x + (eta/2) g`.
pub(crate) fn equation(name: &str) -> (Equation, bool) {
    match name {
        "sme_1" => (Equation::Of(Model::Sme1), false),
        "sme_2" => (Equation::Of(Model::Sme2), false),
        "sme_2_shifted" => (Equation::Of(Model::Sme2), true),
        "spf" => (Equation::Of(Model::StochasticPrincipalFlow), false),
        "spf_shifted" => (Equation::Of(Model::StochasticPrincipalFlow), true),
        "ha_sme" => (Equation::Of(Model::HessianAware(NonPsd::MomentsOnly)), false),
        _ => (Equation::ThirdOrder, false),
    }
}

/// The names in the list parameter `name`.
pub(crate) fn chosen<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    let names = parameters.get(name).and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(Value::as_text).collect()
}

/// An error of a cell, in words.
pub(crate) fn failure(text: impl Into<String>) -> AnalysisError {
    AnalysisError::Statistic(text.into())
}

impl From<HessianAwareError> for AnalysisError {
    fn from(error: HessianAwareError) -> AnalysisError {
        AnalysisError::Statistic(error.to_string())
    }
}

impl From<FormulaError> for AnalysisError {
    fn from(error: FormulaError) -> AnalysisError {
        AnalysisError::Statistic(format!("{error}: {}", error.remedy))
    }
}

impl From<FormulaMistake> for AnalysisError {
    fn from(mistake: FormulaMistake) -> AnalysisError {
        AnalysisError::Statistic(mistake.to_string())
    }
}

/// An objective with derivatives up to the third.
#[derive(Clone)]
pub(crate) struct Smooth {
    value: Tape,
    derivatives: FormulaDerivatives,
    /// What the batch size divides the covariance by, inverted.
    share: f64,
}

impl Smooth {
    /// The objective of the cell, on which SGD has Gaussian noise.
    ///
    /// # Errors
    /// If the problem is neither a formula nor a quadratic, or its noise is another.
    pub(crate) fn of(input: &Input<'_>) -> Result<Smooth, AnalysisError> {
        let model = input.parameters.text("model");
        if !input.parameters.contains_key("step_size") {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        expect_constant_noise(input.parameters)?;
        let problem = input.problem()?;
        let batch = input.parameters.get("batch_size").and_then(Value::as_real).unwrap_or(1.0);
        Smooth::new(&formula(problem.as_ref())?, batch)
    }

    /// The objective `formula`, whose covariance batches of `batch_size` divide.
    fn new(formula: &Formula, batch_size: f64) -> Result<Smooth, AnalysisError> {
        let derivatives = FormulaDerivatives::new(formula)?;
        Ok(Smooth { value: formula.value().clone(), derivatives, share: 1.0 / batch_size })
    }

    /// The same objective with `factor` times the covariance of its noise.
    pub(crate) fn with_noise(&self, factor: f64) -> Smooth {
        Smooth { share: factor * self.share, ..self.clone() }
    }

    /// Number of variables.
    pub(crate) fn dim(&self) -> usize {
        self.derivatives.dim()
    }

    /// `f(to) − f(from)` of an objective of one variable.
    pub(crate) fn rise(&self, from: f64, to: f64) -> f64 {
        self.value.at(&[to])[0] - self.value.at(&[from])[0]
    }

    /// Whether the chain of SGD is linear.
    pub(crate) fn is_linear(&self) -> bool {
        self.derivatives.is_linear()
    }
}

/// A problem as a formula, if it is one or a quadratic.
fn formula(problem: &dyn Problem) -> Result<Formula, AnalysisError> {
    let not_gaussian = || failure("the noise of the gradients is not Gaussian");
    if let Some(formula) = problem.get::<Formula>() {
        if formula.noise != GradientNoise::Gaussian {
            return Err(not_gaussian());
        }
        return Ok(formula.clone());
    }
    let Some(quadratic) = problem.get::<Quadratic>() else {
        return Err(failure("the problem is neither a `formula` nor a `quadratic`"));
    };
    if quadratic.noise != GradientNoise::Gaussian {
        return Err(not_gaussian());
    }
    let variables: Vec<String> =
        (0..quadratic.curvatures.len()).map(|j| format!("x_{j}")).collect();
    let terms = quadratic.curvatures.iter().zip(&variables);
    let terms: Vec<String> = terms.map(|(h, x)| format!("0.5*({h:e})*{x}^2")).collect();
    let names = Names { variables, ..Names::default() };
    let law = GradientNoise::Gaussian;
    let noise = FormulaNoise { std: quadratic.noise_std, law, covariance: Vec::new() };
    Ok(Formula::new(&terms.join(" + "), &names, &noise)?)
}

impl LineObjective for Smooth {
    fn gradient(&self, x: f64) -> f64 {
        self.derivatives.gradient(&[x])[0]
    }

    fn curvature(&self, x: f64) -> f64 {
        self.derivatives.hessian(&[x]).entries()[0]
    }

    fn third(&self, x: f64) -> f64 {
        self.derivatives.third_derivatives(&[x])[0]
    }

    fn variance(&self, x: f64) -> f64 {
        self.share * self.derivatives.covariance(&[x]).entries()[0]
    }

    fn variance_slope(&self, x: f64) -> f64 {
        let slope = self.derivatives.covariance_along(&[x], &[1.0]);
        slope.map_or(0.0, |slope| self.share * slope.entries()[0])
    }
}

impl Smooth {
    /// `[xx, xy, yy]` of a symmetric matrix, times the share of the batch.
    fn shared(&self, matrix: &Matrix) -> [f64; 3] {
        let entries = matrix.entries();
        [0, 1, 3].map(|at| self.share * entries[at])
    }
}

impl PlaneObjective for Smooth {
    fn gradient(&self, x: f64, y: f64) -> [f64; 2] {
        let gradient = self.derivatives.gradient(&[x, y]);
        [gradient[0], gradient[1]]
    }

    fn hessian(&self, x: f64, y: f64) -> [f64; 3] {
        let hessian = self.derivatives.hessian(&[x, y]);
        [0, 1, 3].map(|at| hessian.entries()[at])
    }

    fn third(&self, x: f64, y: f64) -> [f64; 4] {
        let third = self.derivatives.third_derivatives(&[x, y]);
        [0, 1, 2, 3].map(|at| third[at])
    }

    fn noise(&self, x: f64, y: f64) -> [f64; 3] {
        self.shared(&self.derivatives.covariance(&[x, y]))
    }

    fn noise_along(&self, x: f64, y: f64, v: [f64; 2]) -> [f64; 3] {
        let along = self.derivatives.covariance_along(&[x, y], &v);
        along.map_or([0.0; 3], |along| self.shared(&along))
    }
}

/// A function of so many variables that an analysis writes as a formula.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn function(text: &str, dim: usize) -> Result<Tape, AnalysisError> {
    let variables = ["x", "y"].iter().take(dim).map(|name| (*name).to_owned()).collect();
    compile(text, &Names { variables, constants: BTreeMap::new() })
}

/// The number that the parameter `name` of an analysis writes as a formula of the constants of the
/// cell.
///
/// # Errors
/// What is wrong with it, and where; or if it is not finite.
pub(crate) fn number(text: &str, cell: &Parameters) -> Result<f64, AnalysisError> {
    let value = |name: &&str| Some(((*name).to_owned(), cell.get(name).and_then(Value::as_real)?));
    let constants = ["a", "b", "c"].iter().filter_map(value).collect();
    let value = compile(text, &Names { variables: Vec::new(), constants })?.at(&[])[0];
    if value.is_finite() { Ok(value) } else { Err(failure(format!("`{text}` is not finite"))) }
}

fn compile(text: &str, names: &Names) -> Result<Tape, AnalysisError> {
    let mistake = |error: FormulaError| failure(format!("`{text}`: {error}: {}", error.remedy));
    let mut graph = Graph::default();
    let root = parse(&mut graph, text, names).map_err(mistake)?;
    Tape::new(&graph, &[root]).map_err(mistake)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The objective `text` with the noise covariance of these rows.
    pub(crate) fn smooth(text: &str, covariance: &[&str], batch_size: f64) -> Smooth {
        let variables = maruyama_dynamics::formula::variables_of(text).unwrap();
        let names = Names { variables, ..Names::default() };
        let covariance = covariance.iter().map(|row| (*row).to_owned()).collect();
        let noise = FormulaNoise { std: 1.0, law: GradientNoise::Gaussian, covariance };
        Smooth::new(&Formula::new(text, &names, &noise).unwrap(), batch_size).unwrap()
    }

    #[test]
    fn a_quadratic_is_a_formula() {
        let quadratic = Quadratic::new(vec![1.5, -0.25], 2.0, GradientNoise::Gaussian);
        let objective = Smooth::new(&formula(&quadratic).unwrap(), 4.0).unwrap();
        assert!(objective.is_linear());
        assert_eq!(PlaneObjective::gradient(&objective, 2.0, 4.0), [3.0, -1.0]);
        assert_eq!(PlaneObjective::hessian(&objective, 2.0, 4.0), [1.5, 0.0, -0.25]);
        assert_eq!(PlaneObjective::noise(&objective, 2.0, 4.0), [1.0, 0.0, 1.0]);
        let student = Quadratic::new(vec![1.0], 1.0, GradientNoise::StudentT { nu: 4.0 });
        assert!(formula(&student).is_err());
    }

    #[test]
    fn linear_chains_are_told_from_others() {
        assert!(smooth("0.5*x^2 + x", &[], 1.0).is_linear());
        assert!(!smooth("0.5*x^2", &["1 + x^2"], 1.0).is_linear());
        assert!(!smooth("1 - cos(x)", &[], 1.0).is_linear());
    }

    #[test]
    fn numbers_are_formulas_of_the_constants() {
        let cell = Parameters::from([("a".to_owned(), Value::Real(4.0))]);
        assert_eq!(number("1/a", &cell).unwrap(), 0.25);
        let mistake = number("1/b", &cell).unwrap_err().to_string();
        assert!(mistake.starts_with("`1/b`: at character 3: `b` is unknown"), "{mistake}");
        assert!(number("1/(a - 4)", &cell).is_err());
        assert_eq!(function("x*y", 2).unwrap().at(&[2.0, 3.0]), [6.0]);
        assert!(function("x*y", 1).is_err());
    }
}
