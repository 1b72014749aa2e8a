//! The parameters that every cell has.

use crate::observable::{PLAIN, RECORDED, USUAL};
use crate::parameter::{Default, Kind, Parameter, Range};
use crate::simulate::observed::DIRECTIONS;
use crate::simulate::reduced::{MOMENTS, QUANTILES, REDUCE};

/// Largest count of steps, chains and seeds: what every JSON reader keeps exact.
const MAX_COUNT: i64 = 1 << 53;

/// The parameters that every cell has, whatever its problem and model.
pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "steps",
        doc: "Number of steps of a chain; one step is one iteration of SGD. The paper's K counts \
              the starting point, so that steps = K − 1.",
        unit: "",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Required,
    },
    Parameter {
        name: "chains",
        doc: "Number of independent chains.",
        unit: "",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Required,
    },
    Parameter {
        name: "seed",
        doc: "Seed of the random streams of the cell.",
        unit: "",
        kind: Kind::Integer { min: 0, max: MAX_COUNT },
        default: Default::Integer(1),
    },
    Parameter {
        name: "common_noise",
        doc: "Name of the cell's random streams: chains of one number in cells with one such name \
              and one seed start alike and move along one Brownian path, whatever their models. \
              Without it every cell has streams of its own.",
        unit: "",
        kind: Kind::Text,
        default: Default::Absent,
    },
    Parameter {
        name: "initial",
        doc: "Starting point: `gaussian` draws each entry of x₀ from N(initial_mean, initial_std²), `zero` takes \
              x₀ = 0, `fan_in` draws each weight of a network from N(0, initial_std²/m) for a neuron with m \
              inputs and takes biases of 0, `point` takes `initial_point`.",
        unit: "",
        kind: Kind::Choice(&["gaussian", "zero", "fan_in", "point"]),
        default: Default::Text("gaussian"),
    },
    Parameter {
        name: "initial_point",
        doc: "The starting point x₀ of every chain, with `initial: point`: one number for each parameter.",
        unit: "",
        kind: Kind::Reals(Range::ANY),
        default: Default::Absent,
    },
    Parameter {
        name: "initial_mean",
        doc: "Mean of each entry of a Gaussian starting point.",
        unit: "",
        kind: Kind::Real(Range::ANY),
        default: Default::Real(0.0),
    },
    Parameter {
        name: "initial_std",
        doc: "Standard deviation of each entry of a Gaussian starting point; with `fan_in`, the gain.",
        unit: "",
        kind: Kind::Real(Range::NON_NEGATIVE),
        default: Default::Real(1.0),
    },
    Parameter {
        name: "observe",
        doc: "What is recorded; `x`, `y` and `layer_1` stand for all their coordinates, `mean_of_` before a name \
              for its running mean, `passage` for the first passage of `passage_of`.",
        unit: "",
        kind: Kind::Names(RECORDED),
        default: Default::TextsByProblem(USUAL),
    },
    Parameter {
        name: "record_at",
        doc: "Steps after which to record, besides the last one; 0 is the start.",
        unit: "",
        kind: Kind::Integers { min: 0, max: MAX_COUNT },
        default: Default::Absent,
    },
    Parameter {
        name: "record_every",
        doc: "Record after every n-th step too, from step `record_from` on.",
        unit: "steps",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Absent,
    },
    Parameter {
        name: "record_from",
        doc: "First step that `record_every` records; 0 is the start.",
        unit: "steps",
        kind: Kind::Integer { min: 0, max: MAX_COUNT },
        default: Default::Integer(0),
    },
    Parameter {
        name: "record_log",
        doc: "Record also after about this many steps from 1 to the last, equally spaced in the \
              logarithm; those that round to one step count once.",
        unit: "",
        kind: Kind::Integer { min: 1, max: 1_000_000 },
        default: Default::Absent,
    },
    Parameter {
        name: DIRECTIONS,
        doc: "Directions of the observables `projection_0`, `projection_1`, ...: lists of as many numbers \
              as there are parameters, taken as they are.",
        unit: "",
        kind: Kind::Vectors(Range::ANY),
        default: Default::Absent,
    },
    Parameter {
        name: REDUCE,
        doc: "Statistics over the chains that are kept, for each recorded step and observable, instead of \
              the chains: central `moments`, and a sketch from which `quantiles` are read. Without it \
              all chains are kept.",
        unit: "",
        kind: Kind::Choices(&[MOMENTS, QUANTILES]),
        default: Default::Absent,
    },
    Parameter {
        name: "watch_every",
        doc: "Running means and passages look at multiples of this many steps.",
        unit: "steps",
        kind: Kind::Integer { min: 1, max: MAX_COUNT },
        default: Default::Integer(1),
    },
    Parameter {
        name: "mean_from",
        doc: "First step that a running mean may count; 0 is the start.",
        unit: "steps",
        kind: Kind::Integer { min: 0, max: MAX_COUNT },
        default: Default::Integer(0),
    },
    Parameter {
        name: "passage_of",
        doc: "The observable whose first passage `passage` is.",
        unit: "",
        kind: Kind::Name(PLAIN),
        default: Default::Absent,
    },
    Parameter {
        name: "passage_above",
        doc: "The passage is to this level or above.",
        unit: "",
        kind: Kind::Real(Range::ANY),
        default: Default::Absent,
    },
    Parameter {
        name: "passage_below",
        doc: "The passage is to this level or below.",
        unit: "",
        kind: Kind::Real(Range::ANY),
        default: Default::Absent,
    },
];
