//! A quadratic with a diagonal Hessian and additive noise on its gradient; and the kind of problem
//! that is this or, where it has a matrix, [`QuadraticForm`].
//!
//! ```text
//! f(x) = (1/2) sum_j h_j x_j²,   g(x) = h ∘ x + sigma xi,   E xi = 0,  Var xi_j = 1
//! ```

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::linear_algebra::combine;
use crate::parameter::{
    Default, Kind, Lookup, Parameter, Parameters, Part, Range, Value, Violation,
};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::quadratic_form::QuadraticForm;
use crate::problem::quadratic_matrices::{
    HESSIAN, NOISE_COVARIANCE, NOISE_SHAPE, ROTATION_SEED, check_matrices, has_matrices, hessian,
    noise_shape,
};
use crate::real;

/// The law of the gradient noise `xi`; its coordinates are independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GradientNoise {
    /// Standard normal.
    Gaussian,
    /// Student's t with `nu` degrees of freedom, in its usual scale: its variance is `nu/(nu − 2)`
    /// for `nu > 2`, and infinite otherwise.
    StudentT {
        /// Degrees of freedom, positive.
        nu: f64,
    },
    /// −1 or 1 with probability one half each.
    Rademacher,
}

impl GradientNoise {
    /// The variance of a coordinate of `xi`; infinite for Student's law with two degrees of freedom or
    /// fewer.
    #[must_use]
    pub fn variance(self) -> f64 {
        match self {
            GradientNoise::Gaussian | GradientNoise::Rademacher => 1.0,
            GradientNoise::StudentT { nu } if nu > 2.0 => nu / (nu - 2.0),
            GradientNoise::StudentT { .. } => f64::INFINITY,
        }
    }
}

/// A quadratic with a diagonal Hessian.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    /// Diagonal `h` of the Hessian, `[d]`.
    pub curvatures: Vec<f64>,
    /// Scale `sigma ≥ 0` of the noise on each coordinate of a gradient.
    pub noise_std: f64,
    /// Law of the noise.
    pub noise: GradientNoise,
    minimiser: Vec<f64>,
}

impl Quadratic {
    /// The quadratic with the Hessian `diag(curvatures)`, `[d]`.
    #[must_use]
    pub fn new(curvatures: Vec<f64>, noise_std: f64, noise: GradientNoise) -> Quadratic {
        Quadratic { minimiser: vec![0.0; curvatures.len()], curvatures, noise_std, noise }
    }
}

impl Problem for Quadratic {
    fn dim(&self) -> usize {
        self.curvatures.len()
    }

    fn risk(&self, x: &[f64]) -> f64 {
        let images: Vec<f64> = self.curvatures.iter().zip(x).map(|(h, x)| h * x).collect();
        0.5 * real::dot(&images, x)
    }

    fn minimiser(&self) -> &[f64] {
        &self.minimiser
    }
}

/// A quadratic, diagonal or with matrices.
pub struct QuadraticKind;

/// The parameter that holds single eigenvalues.
const OUTLIERS: &str = "outliers";

const PART: Part = Part {
    name: "quadratic",
    doc: "Quadratic f(x) = ½ Σ h_j x_j² with a diagonal Hessian, whose stochastic gradient is \
          h∘x + σξ with independent noise ξ_j on each coordinate; or, with `hessian`, `rotation_seed`, \
          `noise_covariance` or `noise_shape`, f(x) = ½ xᵀAx with any symmetric Hessian, whose \
          stochastic gradient is Ax + σC^{1/2}ξ, for `sgd` and `modified_equation`.",
    parameters: &[
        Parameter {
            name: "curvatures",
            doc: "Eigenvalues h of the Hessian; or give `dim`, `smallest` and `largest`.",
            unit: "",
            kind: Kind::Reals(Range::ANY),
            default: Default::Absent,
        },
        Parameter {
            name: "dim",
            doc: "Number of parameters d, without `curvatures`.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 1_000_000 },
            default: Default::Integer(1),
        },
        Parameter {
            name: "smallest",
            doc: "Smallest eigenvalue, without `curvatures`; the eigenvalues are equidistant.",
            unit: "",
            kind: Kind::Real(Range::ANY),
            default: Default::Real(1.0),
        },
        Parameter {
            name: "largest",
            doc: "Largest eigenvalue, without `curvatures`.",
            unit: "",
            kind: Kind::Real(Range::ANY),
            default: Default::Real(1.0),
        },
        Parameter {
            name: OUTLIERS,
            doc: "Eigenvalues that stand in the place of as many of the largest equidistant ones, largest last.",
            unit: "",
            kind: Kind::Reals(Range::ANY),
            default: Default::Absent,
        },
        Parameter {
            name: "noise_std",
            doc: "Scale σ of the gradient noise on each coordinate.",
            unit: "",
            kind: Kind::Real(Range::NON_NEGATIVE),
            default: Default::Real(1.0),
        },
        Parameter {
            name: "gradient_noise",
            doc: "Law of the gradient noise ξ: `gaussian`, `student_t` in its usual scale, or \
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
        Parameter {
            name: HESSIAN,
            doc: "Rows of the Hessian A, a symmetric matrix, instead of `curvatures`.",
            unit: "",
            kind: Kind::Vectors(Range::ANY),
            default: Default::Absent,
        },
        Parameter {
            name: ROTATION_SEED,
            doc: "Turns the diagonal Hessian of `curvatures` by a random rotation, uniform over all, that \
                  NumPy's generator of this seed draws.",
            unit: "",
            kind: Kind::Integer { min: 0, max: 4_294_967_295 },
            default: Default::Absent,
        },
        Parameter {
            name: NOISE_COVARIANCE,
            doc: "Rows of the matrix C, symmetric and positive semidefinite: Gaussian noise has the \
                  covariance σ²C. The identity if it is not given.",
            unit: "",
            kind: Kind::Vectors(Range::ANY),
            default: Default::Absent,
        },
        Parameter {
            name: NOISE_SHAPE,
            doc: "What C is, without `noise_covariance`: the identity, `isotropic`, or the Hessian, \
                  `hessian`, as for noise on labels.",
            unit: "",
            kind: Kind::Choice(&["isotropic", "hessian"]),
            default: Default::Absent,
        },
    ],
    source: file!(),
};

impl ProblemKind for QuadraticKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        false
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        let given = parameters.get("curvatures").and_then(Value::as_list);
        let mut violations = Vec::new();
        if given.is_some_and(<[Value]>::is_empty) {
            violations.push(Violation {
                parameter: "curvatures",
                message: "the Hessian has no eigenvalue".to_owned(),
                remedy: "give one for each parameter of the quadratic".to_owned(),
            });
        }
        if parameters.real("largest") < parameters.real("smallest") {
            violations.push(Violation {
                parameter: "largest",
                message: "the largest eigenvalue is below the smallest".to_owned(),
                remedy: "exchange `smallest` and `largest`".to_owned(),
            });
        }
        let outliers = parameters.get(OUTLIERS).and_then(Value::as_list).map_or(0, <[Value]>::len);
        if outliers > 0 && (given.is_some() || outliers as u64 > parameters.count("dim")) {
            violations.push(Violation {
                parameter: OUTLIERS,
                message: "there are not as many equidistant eigenvalues".to_owned(),
                remedy: "take a larger `dim`, without `curvatures`".to_owned(),
            });
        }
        if violations.is_empty() && has_matrices(parameters) {
            violations.extend(check_matrices(parameters));
        }
        violations
    }

    fn build(&self, parameters: &Parameters, _: Option<&Dataset>) -> Arc<dyn Problem> {
        let noise = match parameters.text("gradient_noise") {
            "student_t" => GradientNoise::StudentT { nu: parameters.real("noise_nu") },
            "rademacher" => GradientNoise::Rademacher,
            _ => GradientNoise::Gaussian,
        };
        let std = parameters.real("noise_std");
        if has_matrices(parameters) {
            let hessian = hessian(parameters);
            let shape = noise_shape(parameters, &hessian);
            let covariance = combine(std * std, &shape, 0.0, &shape);
            return Arc::new(QuadraticForm::new(hessian, &covariance, noise));
        }
        Arc::new(Quadratic::new(curvatures(parameters), std, noise))
    }
}

/// The eigenvalues that are given, or equidistant ones.
pub(crate) fn curvatures(parameters: &Parameters) -> Vec<f64> {
    if let Some(list) = parameters.get("curvatures").and_then(Value::as_list) {
        return list.iter().filter_map(Value::as_real).collect();
    }
    let outliers = parameters.get(OUTLIERS).and_then(Value::as_list).unwrap_or_default();
    let dim = parameters.count("dim") as usize;
    let (smallest, largest) = (parameters.real("smallest"), parameters.real("largest"));
    let mut values = equidistant(dim.saturating_sub(outliers.len()), smallest, largest);
    values.extend(outliers.iter().filter_map(Value::as_real));
    values
}

/// `n` equidistant numbers from `low` to `high`; `low` if there is one only.
fn equidistant(n: usize, low: f64, high: f64) -> Vec<f64> {
    let gap = if n > 1 { (high - low) / (n - 1) as f64 } else { 0.0 };
    (0..n).map(|i| if i + 1 == n && n > 1 { high } else { low + gap * i as f64 }).collect()
}

#[cfg(test)]
mod tests;
