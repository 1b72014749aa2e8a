//! Networks as manifests write them.

use std::sync::Arc;

use crate::dataset::Dataset;
use crate::parameter::{Default, Kind, Lookup, Parameter, Parameters, Part, Value, Violation};
use crate::problem::core::{Problem, ProblemKind};
use crate::problem::network::activation::Activation;
use crate::problem::network::loss::Loss;
use crate::problem::network::perceptron::{Architecture, Network};

/// Hidden layers at most.
const MAX_HIDDEN: usize = 16;

/// A multilayer perceptron.
pub struct NetworkKind;

const PART: Part = Part {
    name: "network",
    doc: "Multilayer perceptron: f(x; a) = W_L s(… s(W₁a + c₁) …) + c_L with the activation s, and \
          the objective L(x) = (1/n) Σ loss(f(x; aᵢ), bᵢ), which `risk` reports. The parameters x are \
          W₁ row by row, c₁, W₂, c₂, and so on; `layer_2` observes W₂.",
    parameters: &[
        Parameter {
            name: "hidden",
            doc: "Numbers of neurons of the hidden layers; `[]` is a linear model.",
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
    ],
    source: file!(),
};

impl ProblemKind for NetworkKind {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn needs_data(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters) -> Vec<Violation> {
        let n_hidden = hidden(parameters).count();
        if n_hidden <= MAX_HIDDEN {
            return Vec::new();
        }
        vec![Violation {
            parameter: "hidden",
            message: format!("there are {n_hidden} hidden layers"),
            remedy: format!("take at most {MAX_HIDDEN}"),
        }]
    }

    fn build(&self, parameters: &Parameters, data: Option<&Dataset>) -> Arc<dyn Problem> {
        let data = data.expect("a network has a data set");
        let architecture = Architecture {
            hidden: hidden(parameters).collect(),
            activation: Activation::named(parameters.text("activation")),
            loss: Loss::named(parameters.text("loss")),
        };
        Arc::new(Network::new(data.clone(), &architecture))
    }
}

fn hidden(parameters: &Parameters) -> impl Iterator<Item = usize> {
    let list = parameters.get("hidden").and_then(Value::as_list).unwrap_or(&[]);
    list.iter().filter_map(Value::as_integer).filter_map(|n| usize::try_from(n).ok())
}
