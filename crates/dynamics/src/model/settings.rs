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

/// `ceil(1/dt)`, the parts of a step of Euler–Maruyama; the margin keeps a reciprocal such as
/// 1/0.01 from being rounded up.
pub(crate) fn parts_of_a_step(dt: f64) -> u64 {
    (1.0 / dt - 1e-9).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_divided_into_enough_equal_parts() {
        for (dt, n_parts) in [(1.0, 1), (0.5, 2), (0.4, 3), (0.01, 100), (0.005, 200), (0.03, 34)] {
            assert_eq!(parts_of_a_step(dt), n_parts);
        }
    }
}
