//! Networks as manifests write them.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::parameter::{
    Default, Kind, Lookup, Parameter, Parameters, Part, Range, Value, Violation,
};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::network::activation::Activation;
use crate::problem::network::design;
use crate::problem::network::loss::Loss;
use crate::problem::network::perceptron::{AddedNoise, Network};
use crate::problem::quadratic::GradientNoise;

/// A neural network.
pub struct NetworkKind;

const PART: Part = Part {
    name: "network",
    doc: "Neural network f(x; a) with the parameters x on features a, and the objective \
          L(x) = (1/n) Σ loss(f(x; aᵢ), bᵢ), which `risk` reports. By default a multilayer perceptron, \
          f(x; a) = W_L s(… s(W₁a + c₁) …) + c_L with the activation s, whose parameters are \
          W₁ row by row, c₁, W₂, c₂, and so on; `layer_2` observes W₂. With `noise_std` the stochastic \
          gradient is ∇L + σξ, without it that of batches of samples.",
    parameters: &[
        Parameter {
            name: "hidden",
            doc: "Numbers of neurons of the hidden layers; `[]` is a linear model. Of a transformer it is \
                  one number, that of the feed-forward layers.",
            unit: "",
            kind: Kind::Integers { min: 1, max: 65_536 },
            default: Default::Required,
        },
        Parameter {
            name: "activation",
            doc: "Activation s of hidden neurons: `sigmoid` 1/(1 + e^−z), `tanh`, `relu` max(z, 0), with \
                  derivative 0 at 0, `softplus` ln(1 + e^z), or `identity`.",
            unit: "",
            kind: Kind::Choice(Activation::NAMES),
            default: Default::Text("sigmoid"),
        },
        Parameter {
            name: "loss",
            doc: "Loss of one sample: `squared` (f − b)²/2; `logistic` ln(1 + e^f) − bf for responses 0 \
                  and 1; `cross_entropy` ln Σ e^(f_c) − f_b for classes 0, 1, 2, ..., with an output f_c \
                  for each class up to the largest in the data.",
            unit: "",
            kind: Kind::Choice(Loss::NAMES),
            default: Default::Text("squared"),
        },
        design::ARCHITECTURE,
        design::IMAGE,
        design::CHANNELS,
        design::PATCH,
        design::WIDTH,
        design::DEPTH,
        design::HEADS,
        design::GELU,
        NOISE_STD,
        GRADIENT_NOISE,
        NOISE_NU,
    ],
    source: file!(),
};

/// The parameter that asks for full gradients with noise added to them.
const NOISE_STD: Parameter = Parameter {
    name: "noise_std",
    doc: "Scale σ of noise that is added to each coordinate of the gradient of the mean loss over all \
          samples, which then takes the place of gradients of batches; equations of optimisers need it.",
    unit: "",
    kind: Kind::Real(Range::NON_NEGATIVE),
    default: Default::Absent,
};

const GRADIENT_NOISE: Parameter = Parameter {
    name: "gradient_noise",
    doc: "Law of the noise ξ of `noise_std`: `gaussian`, also if it is not given, `student_t` in its \
          usual scale, or `rademacher`, ±1.",
    unit: "",
    kind: Kind::Choice(&["gaussian", "student_t", "rademacher"]),
    default: Default::Absent,
};

const NOISE_NU: Parameter = Parameter {
    name: "noise_nu",
    doc: "Degrees of freedom ν of Student-t noise; four if it is not given.",
    unit: "",
    kind: Kind::Real(Range::POSITIVE),
    default: Default::Absent,
};

impl ProblemKind for NetworkKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        let mut violations = design::check(parameters);
        if !parameters.contains_key("noise_std") {
            for parameter in ["gradient_noise", "noise_nu"] {
                if parameters.contains_key(parameter) {
                    violations.push(Violation {
                        parameter,
                        message: "it has no effect without `noise_std`".to_owned(),
                        remedy: "give `noise_std` too, or leave it out".to_owned(),
                    });
                }
            }
        }
        violations
    }

    fn build(&self, parameters: &Parameters, data: Option<&Dataset>) -> Arc<dyn Problem> {
        let data = data.expect("a network has a data set").clone();
        let loss = Loss::named(parameters.text("loss"));
        let network = Network::designed(data, &design::from_parameters(parameters), loss);
        match noise(parameters) {
            Some(noise) => Arc::new(network.with_noise(noise)),
            None => Arc::new(network),
        }
    }
}

/// The noise that is added to full gradients, if there is one.
fn noise(parameters: &Parameters) -> Option<AddedNoise> {
    let std = parameters.get("noise_std").and_then(Value::as_real)?;
    let nu = parameters.get("noise_nu").and_then(Value::as_real).unwrap_or(4.0);
    let law = match parameters.get("gradient_noise").and_then(Value::as_text) {
        Some("student_t") => GradientNoise::StudentT { nu },
        Some("rademacher") => GradientNoise::Rademacher,
        _ => GradientNoise::Gaussian,
    };
    Some(AddedNoise { std, law })
}
