//! Parameters that several models of SGD share.

use crate::parameter::{Default, Kind, Parameter, Parameters, Range, Value};

/// The parameter `step_size` of models of SGD.
pub const STEP_SIZE: Parameter = Parameter {
    name: "step_size",
    doc: "Step size γ, the learning rate.",
    unit: "",
    kind: Kind::Real(Range::POSITIVE),
    default: Default::Required,
};

/// The parameter `batch_size` of models of SGD.
pub const BATCH_SIZE: Parameter = Parameter {
    name: "batch_size",
    doc: "Batch size B, the number of samples in a step.",
    unit: "",
    kind: Kind::Integer { min: 1, max: 1_000_000 },
    default: Default::Integer(1),
};

/// Rates of moving averages.
const RATE: Range = Range { low: 0.0, high: 1.0, low_included: true, high_included: false };

/// The parameter `beta1` of adaptive methods.
pub const BETA1: Parameter = Parameter {
    name: "beta1",
    doc: "Rate β₁ of the moving average of gradients.",
    unit: "",
    kind: Kind::Real(RATE),
    default: Default::Real(0.9),
};

/// The parameter `beta2` of adaptive methods.
pub const BETA2: Parameter = Parameter {
    name: "beta2",
    doc: "Rate β₂ of the moving average of squared gradients.",
    unit: "",
    kind: Kind::Real(RATE),
    default: Default::Real(0.999),
};

/// The parameter `epsilon` of adaptive methods.
pub const EPSILON: Parameter = Parameter {
    name: "epsilon",
    doc: "What is added to the root of the average of squares.",
    unit: "",
    kind: Kind::Real(Range::NON_NEGATIVE),
    default: Default::Real(1e-8),
};

/// The parameter `weight_decay` of adaptive methods.
pub const WEIGHT_DECAY: Parameter = Parameter {
    name: "weight_decay",
    doc: "Coefficient θ of the weight decay, which is multiplied by the step size.",
    unit: "",
    kind: Kind::Real(Range::NON_NEGATIVE),
    default: Default::Real(0.0),
};

/// Whether the parameter `name`, declared as a truth value, is true.
pub(crate) fn is_on(parameters: &Parameters, name: &str) -> bool {
    parameters.get(name) == Some(&Value::Boolean(true))
}
