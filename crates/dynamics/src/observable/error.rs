//! The squared distance to the minimiser.

use crate::model::{Coordinates, Layout};
use crate::noise::{LANES, Lanes};
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::{LeastSquares, Problem};

/// `|x − x_*|²`, where `x_*` minimises the objective, penalty included; for principal coordinates
/// the same within the row space of the design.
pub const ERROR: Observable = Observable {
    part: Part {
        name: "error",
        doc: "Squared distance |x − x_*|² to the minimiser of the objective, penalty included.",
        parameters: &[],
        source: file!(),
    },
    problems: &[],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let centre = match states.coordinates {
        Coordinates::Parameters => problem.minimiser(),
        Coordinates::Principal => problem.expect::<LeastSquares>().principal_minimiser(),
    };
    let square = |x: f64, centre: f64| (x - centre) * (x - centre);
    let mut sums = [0.0; LANES];
    match states.shape.layout {
        Layout::ByCoordinate => {
            for (row, centre) in states.values.as_chunks::<LANES>().0.iter().zip(centre) {
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum += square(*x, *centre);
                }
            }
        }
        Layout::ByChain => {
            for (sum, chain) in sums.iter_mut().zip(states.values.chunks(states.shape.stride())) {
                *sum = chain.iter().zip(centre).map(|(x, centre)| square(*x, *centre)).sum();
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bundle, Shape};
    use crate::noise::StreamKey;
    use crate::problem::{GradientNoise, Quadratic};

    #[test]
    fn both_layouts_give_the_squared_distance() {
        let problem = Quadratic::new(vec![1.0, 2.0, 3.0], 1.0, GradientNoise::Gaussian);
        for layout in [Layout::ByCoordinate, Layout::ByChain] {
            let shape = Shape { layout, dim: 3, n_vectors: 1 };
            let mut bundle = Bundle::new(shape, StreamKey(0), 0);
            bundle.set(shape, 0, 5, &[3.0, -4.0, 12.0]);
            let coordinates = Coordinates::Parameters;
            let values = &bundle.state[..shape.len()];
            let found = evaluate(&problem, States { coordinates, shape, values });
            assert_eq!((found[5], found[4]), (169.0, 0.0), "{layout:?}");
        }
    }
}
