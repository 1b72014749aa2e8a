//! Parameters that several models of SGD share.

use crate::parameter::{Default, Kind, Parameter, Range};

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
