//! Least squares on a Gaussian population, of which every sample is drawn once.
//!
//! ```text
//! a ~ N(0, diag(lambda)),  b = a·x_* + s e,  e ~ N(0, 1)
//! f(x) = (1/2) E (a·x − b)² = (1/2) [ sum_j lambda_j (x_j − x_*j)² + s² ]
//! ```

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::parameter::{
    Default, Kind, Lookup, Parameter, Parameters, Part, Range, Value, Violation,
};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::principal::PrincipalForm;
use crate::real;

/// Least squares on a Gaussian population.
///
/// A law `N(0, Sigma)` of the features is turned into this one by the eigenvectors of `Sigma`.
///
/// # Source
/// Jiao & Keller-Ressel, arXiv 2402.01382, section 3 (discussion); the population case of
/// arXiv 2407.02322.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianPopulation {
    /// Variances `lambda_j > 0` of the features, largest first, `[d]`.
    pub eigenvalues: Vec<f64>,
    /// Standard deviation `s ≥ 0` of the noise of the responses.
    pub noise_std: f64,
    minimiser: Vec<f64>,
    /// `−x_*`
    alpha: Vec<f64>,
    zero: Vec<f64>,
}

impl GaussianPopulation {
    /// The population with these variances of the features, noise and minimiser `x_*`, `[d]`.
    ///
    /// # Panics
    /// If there are not as many entries of the minimiser as eigenvalues.
    #[must_use]
    pub fn new(eigenvalues: Vec<f64>, noise_std: f64, minimiser: Vec<f64>) -> GaussianPopulation {
        assert_eq!(eigenvalues.len(), minimiser.len(), "each feature has its coefficient");
        let alpha = minimiser.iter().map(|entry| -entry).collect();
        let zero = vec![0.0; minimiser.len()];
        GaussianPopulation { eigenvalues, noise_std, minimiser, alpha, zero }
    }

    /// The population that [`PARAMETERS`] describe.
    pub(crate) fn from_parameters(parameters: &Parameters) -> GaussianPopulation {
        let eigenvalues = eigenvalues(parameters);
        let minimiser = reals(parameters, "minimiser").unwrap_or_else(|| {
            let power = parameters.get("minimiser_power").and_then(Value::as_real);
            let entry = |j: usize| power.map_or(0.0, |c| real::pow(j as f64, -c));
            (1..=eigenvalues.len()).map(entry).collect()
        });
        GaussianPopulation::new(eigenvalues, parameters.real("noise_std"), minimiser)
    }
}

impl Problem for GaussianPopulation {
    fn dim(&self) -> usize {
        self.eigenvalues.len()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        self.principal_risk(&self.principal(x))
    }

    fn minimiser(&self) -> &[f64] {
        &self.minimiser
    }

    fn principal_form(&self) -> Option<&dyn PrincipalForm> {
        Some(self)
    }
}

/// The parameters are principal coordinates but for the origin: `Y = x − x_*`.
impl PrincipalForm for GaussianPopulation {
    fn rank(&self) -> usize {
        self.eigenvalues.len()
    }

    fn principal(&self, x: &[f64]) -> Vec<f64> {
        x.iter().zip(&self.minimiser).map(|(x, centre)| x - centre).collect()
    }

    fn principal_coordinate(&self, x: &[f64], index: usize) -> f64 {
        x[index] - self.minimiser[index]
    }

    fn leading(&self, x: &[f64]) -> f64 {
        x[0]
    }

    fn alpha(&self) -> &[f64] {
        &self.alpha
    }

    fn principal_risk(&self, y: &[f64]) -> f64 {
        let images: Vec<f64> = self.eigenvalues.iter().zip(y).map(|(l, y)| l * y).collect();
        0.5 * (real::dot(&images, y) + self.noise_std * self.noise_std)
    }

    fn principal_minimiser(&self) -> &[f64] {
        &self.zero
    }
}

/// Least squares on a Gaussian population.
pub struct GaussianPopulationKind;

const PART: Part = Part {
    name: "gaussian_population",
    doc: "Least squares on a Gaussian population, f(x) = ½E(a·x − b)² = ½[Σ λ_j(x_j − x_*j)² + s²] \
          with features a ~ N(0, diag(λ)) and responses b = a·x_* + s N(0, 1): no sample is drawn \
          twice.",
    parameters: PARAMETERS,
    source: file!(),
};

/// Parameters of populations: the covariance of the features, the noise and the minimiser.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "eigenvalues",
        doc: "Variances λ of the features, largest first; or give `dim` with `largest` and \
              `smallest` or `spectrum_power`.",
        unit: "",
        kind: Kind::Reals(Range::POSITIVE),
        default: Default::Absent,
    },
    Parameter {
        name: "dim",
        doc: "Number of parameters d, without `eigenvalues`.",
        unit: "",
        kind: Kind::Integer { min: 1, max: 1_000_000 },
        default: Default::Integer(1),
    },
    Parameter {
        name: "largest",
        doc: "Largest eigenvalue λ₁, without `eigenvalues`; all are equal to it if nothing else \
              is said.",
        unit: "",
        kind: Kind::Real(Range::POSITIVE),
        default: Default::Real(1.0),
    },
    Parameter {
        name: "smallest",
        doc: "Smallest eigenvalue, without `eigenvalues`; they are equidistant.",
        unit: "",
        kind: Kind::Real(Range::POSITIVE),
        default: Default::Absent,
    },
    Parameter {
        name: "spectrum_power",
        doc: "Power a of eigenvalues λ_j = λ₁ j^−a, without `eigenvalues` and `smallest`.",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Absent,
    },
    Parameter {
        name: "noise_std",
        doc: "Standard deviation s of the noise of the responses; 0 is a model that fits them \
              all.",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Real(1.0),
    },
    Parameter {
        name: "minimiser",
        doc: "Minimiser x_*; zero if it is not given, where the state is the error and keeps \
              its relative accuracy however small it becomes.",
        unit: "",
        kind: Kind::Reals(Range::ANY),
        default: Default::Absent,
    },
    Parameter {
        name: "minimiser_power",
        doc: "Power c of a minimiser with the entries x_*j = j^−c, without `minimiser`.",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Absent,
    },
];

impl ProblemKind for GaussianPopulationKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        false
    }

    fn dim(&self, parameters: &Parameters, _: Option<&Dataset>) -> usize {
        eigenvalues(parameters).len()
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        check(parameters)
    }

    fn build(&self, parameters: &Parameters, _: Option<&Dataset>) -> Arc<dyn Problem> {
        Arc::new(GaussianPopulation::from_parameters(parameters))
    }
}

/// What is wrong with the parameters of a population.
pub(crate) fn check(parameters: &Parameters) -> Vec<Violation> {
    let mut violations = check_spectrum(parameters);
    let (dim, given) = (eigenvalues(parameters).len(), reals(parameters, "minimiser"));
    if let Some(n) = given.as_ref().map(Vec::len).filter(|n| *n != dim) {
        violations.push(Violation {
            parameter: "minimiser",
            message: format!("the minimiser has the length {n}; the eigenvalues are {dim}"),
            remedy: "give one for each eigenvalue".to_owned(),
        });
    }
    violations.extend(excluded(parameters, "minimiser_power", "minimiser"));
    violations
}

/// What is wrong with the eigenvalues.
fn check_spectrum(parameters: &Parameters) -> Vec<Violation> {
    let mut violations = Vec::new();
    if let Some(given) = reals(parameters, "eigenvalues") {
        if given.is_empty() || !given.is_sorted_by(|a, b| a >= b) {
            let what = if given.is_empty() { "there is none" } else { "a later one is larger" };
            violations.push(Violation {
                parameter: "eigenvalues",
                message: format!("{what}, and the first is the largest"),
                remedy: "give one for each parameter, largest first".to_owned(),
            });
        }
        for other in ["smallest", "spectrum_power"] {
            violations.extend(excluded(parameters, other, "eigenvalues"));
        }
        return violations;
    }
    violations.extend(excluded(parameters, "spectrum_power", "smallest"));
    let smallest = parameters.get("smallest").and_then(Value::as_real);
    if smallest.is_some_and(|smallest| smallest > parameters.real("largest")) {
        violations.push(Violation {
            parameter: "smallest",
            message: "the smallest eigenvalue is above the largest".to_owned(),
            remedy: "exchange `smallest` and `largest`".to_owned(),
        });
    }
    violations
}

/// Two parameters that say the same.
fn excluded(
    parameters: &Parameters,
    parameter: &'static str,
    other: &'static str,
) -> Option<Violation> {
    let both = parameters.contains_key(parameter) && parameters.contains_key(other);
    both.then(|| Violation {
        parameter,
        message: format!("it has no effect beside `{other}`"),
        remedy: "leave one of them out".to_owned(),
    })
}

/// The list `name`, if it is given.
fn reals(parameters: &Parameters, name: &str) -> Option<Vec<f64>> {
    let list = parameters.get(name).and_then(Value::as_list)?;
    Some(list.iter().filter_map(Value::as_real).collect())
}

/// The eigenvalues, largest first.
pub(crate) fn eigenvalues(parameters: &Parameters) -> Vec<f64> {
    if let Some(given) = reals(parameters, "eigenvalues") {
        return given;
    }
    let (n, largest) = (parameters.count("dim") as usize, parameters.real("largest"));
    let optional = |name| parameters.get(name).and_then(Value::as_real);
    if let Some(power) = optional("spectrum_power") {
        return (1..=n).map(|j| largest * real::pow(j as f64, -power)).collect();
    }
    let smallest = optional("smallest").unwrap_or(largest);
    let gap = if n > 1 { (largest - smallest) / (n - 1) as f64 } else { 0.0 };
    (0..n).map(|i| if i > 0 && i + 1 == n { smallest } else { largest - gap * i as f64 }).collect()
}

#[cfg(test)]
mod tests;
