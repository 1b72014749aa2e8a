//! The weights of the layers of a network.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Family, Length, States};
use crate::parameter::Part;
use crate::problem::{Network, Problem};

/// The weights of the first four layers, each row by row, without biases; deeper ones are among the
/// coordinates `x`.
pub const LAYERS: [Family; 4] = [
    family(
        "layer_1",
        "Weights of the first layer of a network, without biases, row by row and counted from 0: the \
         weight of input j of neuron i is number i·d + j for d inputs.",
        Length::Problem(len::<0>),
        evaluate::<0>,
    ),
    family(
        "layer_2",
        "Weights of the second layer of a network, as `layer_1`.",
        Length::Problem(len::<1>),
        evaluate::<1>,
    ),
    family(
        "layer_3",
        "Weights of the third layer of a network, as `layer_1`.",
        Length::Problem(len::<2>),
        evaluate::<2>,
    ),
    family(
        "layer_4",
        "Weights of the fourth layer of a network, as `layer_1`.",
        Length::Problem(len::<3>),
        evaluate::<3>,
    ),
];

const fn family(
    name: &'static str,
    doc: &'static str,
    len: Length,
    evaluate: fn(&dyn Problem, States<'_>, usize) -> Lanes,
) -> Family {
    Family {
        part: Part { name, doc, parameters: &[], source: file!() },
        problems: &["network"],
        coordinates: Some(Coordinates::Parameters),
        len,
        evaluate,
    }
}

fn len<const LAYER: usize>(problem: &dyn Problem) -> usize {
    problem.expect::<Network>().weights(LAYER).len()
}

fn evaluate<const LAYER: usize>(problem: &dyn Problem, states: States<'_>, index: usize) -> Lanes {
    states.coordinate(problem.expect::<Network>().weights(LAYER).start + index)
}
