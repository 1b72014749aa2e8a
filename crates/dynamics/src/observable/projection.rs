//! The parameters seen along directions that the cell gives.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Family, Length, States};
use crate::parameter::Part;
use crate::problem::Problem;
use crate::real;

/// `v_k · x` for the directions `v_0, v_1, ...` of the parameter `directions`, which are not
/// normalised.
pub const PROJECTION: Family = Family {
    part: Part {
        name: "projection",
        doc: "Projections v·x on the directions v that `directions` lists, counted from 0; not of a \
              model that moves principal coordinates.",
        parameters: &[],
        source: file!(),
    },
    problems: &[],
    coordinates: Some(Coordinates::Parameters),
    len: Length::Directions,
    evaluate,
};

fn evaluate(_: &dyn Problem, states: States<'_>, index: usize) -> Lanes {
    let direction = &states.directions[index];
    states.each(|state| real::dot(direction, &state.values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bundle, Layout, Shape};
    use crate::noise::StreamKey;
    use crate::problem::{GradientNoise, Quadratic};

    #[test]
    fn each_direction_has_its_product_in_all_layouts() {
        let problem = Quadratic::new(vec![1.0, 2.0, 3.0], 1.0, GradientNoise::Gaussian);
        let directions = [vec![1.0, 0.0, 0.0], vec![0.5, -2.0, 1.0]];
        for layout in [Layout::ByCoordinate, Layout::ByHalf, Layout::ByChain] {
            let shape = Shape { layout, dim: 3, n_vectors: 1 };
            let mut bundle = Bundle::new(shape, StreamKey(0), 0);
            bundle.set(shape, 0, 5, &[3.0, -4.0, 12.0]);
            let values = &bundle.state[..shape.len()];
            let coordinates = Coordinates::Parameters;
            let states = States { coordinates, shape, values, directions: &directions };
            for (index, expected) in [(0, 3.0), (1, 21.5)] {
                let found = (PROJECTION.evaluate)(&problem, states, index);
                assert_eq!((found[5], found[4]), (expected, 0.0), "{layout:?}");
            }
        }
    }
}
