//! Designs of networks as manifests write them.

use crate::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Value, Violation};
use crate::problem::network::activation::Activation;
use crate::problem::network::graph::{Design, Image, Transformer};

/// Hidden layers at most.
const MAX_HIDDEN: usize = 16;

/// The parameter that names a design.
pub(crate) const ARCHITECTURE: Parameter = Parameter {
    name: "architecture",
    doc: "What the network is made of: `perceptron`, also if it is not given; `cnn`, two convolutions of \
          3 × 3 pixels, maxima over 2 × 2 pixels and the layers `hidden`; `resnet`, the same with what the \
          first convolution gives added to the second; `vit`, a transformer over patches of an image; \
          `character`, a transformer that predicts the next of a row of symbols.",
    unit: "",
    kind: Kind::Choice(&["perceptron", "cnn", "resnet", "vit", "character"]),
    default: Default::Absent,
};

/// The parameter of designs for images.
pub(crate) const IMAGE: Parameter = Parameter {
    name: "image",
    doc: "Channels, rows and columns of an image, for `cnn`, `resnet` and `vit`; their product is the \
          number of features.",
    unit: "",
    kind: Kind::Integers { min: 1, max: 4096 },
    default: Default::Absent,
};

/// The parameter of convolutions.
pub(crate) const CHANNELS: Parameter = Parameter {
    name: "channels",
    doc: "Channels of either convolution of `cnn` and `resnet`; 32 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 1024 },
    default: Default::Absent,
};

/// The parameter of transformers over images.
pub(crate) const PATCH: Parameter = Parameter {
    name: "patch",
    doc: "Pixels of a side of a patch of `vit`; 7 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 4096 },
    default: Default::Absent,
};

/// The parameter of transformers that says how many channels a position has.
pub(crate) const WIDTH: Parameter = Parameter {
    name: "width",
    doc: "Channels of a position of a transformer; 48 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 4096 },
    default: Default::Absent,
};

/// The parameter of transformers that says how many blocks they have.
pub(crate) const DEPTH: Parameter = Parameter {
    name: "depth",
    doc: "Blocks of a transformer; 3 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 64 },
    default: Default::Absent,
};

/// The parameter of transformers that says how many heads their attention has.
pub(crate) const HEADS: Parameter = Parameter {
    name: "heads",
    doc: "Heads of a transformer's attention, a divisor of `width`; 6 if it is not given.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 4096 },
    default: Default::Absent,
};

/// The parameter that gives a transformer the Gaussian error linear unit.
pub(crate) const GELU: Parameter = Parameter {
    name: "gelu",
    doc: "Whether the feed-forward layers of a transformer have the Gaussian error linear unit in the \
          place of `activation`.",
    unit: "",
    kind: Kind::Boolean,
    default: Default::Absent,
};

/// The name of the design.
fn name(parameters: &Parameters) -> &str {
    parameters.get(ARCHITECTURE.name).and_then(Value::as_text).unwrap_or("perceptron")
}

/// Parameters that the design called `name` takes besides `hidden` and `activation`.
fn own(name: &str) -> &'static [&'static str] {
    match name {
        "cnn" | "resnet" => &["image", "channels"],
        "vit" => &["image", "patch", "width", "depth", "heads", "gelu"],
        "character" => &["width", "depth", "heads", "gelu"],
        _ => &[],
    }
}

/// Parameters that are for another design, or missing, and lists of the wrong length.
pub(crate) fn check(parameters: &Parameters) -> Vec<Violation> {
    let name = name(parameters);
    let own = own(name);
    let violation = |parameter, message: String, remedy: &str| Violation {
        parameter,
        message,
        remedy: remedy.to_owned(),
    };
    let all = [IMAGE, CHANNELS, PATCH, WIDTH, DEPTH, HEADS, GELU].map(|parameter| parameter.name);
    let foreign = all.into_iter().filter(|parameter| !own.contains(parameter));
    let mut violations: Vec<Violation> = foreign
        .filter(|parameter| parameters.contains_key(parameter))
        .map(|parameter| {
            let message = format!("it has no effect on the architecture `{name}`");
            violation(parameter, message, "leave it out")
        })
        .collect();
    if own.contains(&"image") && image(parameters).is_none() {
        let message = format!("`{name}` is for images");
        violations.push(violation("image", message, "give channels, rows and columns"));
    }
    let n_hidden = hidden(parameters).len();
    let is_transformer = own.contains(&"heads");
    if is_transformer && n_hidden != 1 {
        let message = format!("there are {n_hidden} hidden layers in a block of `{name}`");
        violations.push(violation("hidden", message, "give one number"));
    } else if n_hidden > MAX_HIDDEN {
        let remedy = format!("take at most {MAX_HIDDEN}");
        let message = format!("there are {n_hidden} hidden layers");
        violations.push(violation("hidden", message, &remedy));
    }
    violations
}

/// The design that the parameters ask for.
pub(crate) fn from_parameters(parameters: &Parameters) -> Design {
    let name = name(parameters);
    let (hidden, activation) =
        (hidden(parameters), Activation::named(parameters.text("activation")));
    let image = image(parameters).unwrap_or(Image { n_channels: 0, height: 0, width: 0 });
    let blocks = Transformer {
        width: count(parameters, "width", 48),
        depth: count(parameters, "depth", 3),
        n_heads: count(parameters, "heads", 6),
        n_hidden: hidden.first().copied().unwrap_or(1),
        activation: (parameters.get("gelu") != Some(&Value::Boolean(true))).then_some(activation),
    };
    match name {
        "cnn" | "resnet" => Design::Convolutional {
            image,
            n_channels: count(parameters, "channels", 32),
            is_residual: name == "resnet",
            hidden,
            activation,
        },
        "vit" => Design::Vision { image, patch: count(parameters, "patch", 7), blocks },
        "character" => Design::Character { n_symbols: 0, blocks },
        _ => Design::Perceptron { hidden, activation },
    }
}

fn count(parameters: &Parameters, name: &str, otherwise: usize) -> usize {
    let given = parameters.get(name).and_then(Value::as_integer);
    given.and_then(|n| usize::try_from(n).ok()).unwrap_or(otherwise)
}

fn counts(parameters: &Parameters, name: &str) -> Vec<usize> {
    let list = parameters.get(name).and_then(Value::as_list).unwrap_or(&[]);
    list.iter().filter_map(Value::as_integer).filter_map(|n| usize::try_from(n).ok()).collect()
}

fn hidden(parameters: &Parameters) -> Vec<usize> {
    counts(parameters, "hidden")
}

fn image(parameters: &Parameters) -> Option<Image> {
    match counts(parameters, "image").as_slice() {
        &[n_channels, height, width] => Some(Image { n_channels, height, width }),
        _ => None,
    }
}
