//! The coordinates of the state: the parameters, and the principal coordinates.

use crate::model::Coordinates;
use crate::noise::Lanes;
use crate::observable::core::{Family, Length, States};
use crate::parameter::Part;
use crate::problem::Problem;

/// The parameters `x_0, x_1, ...`; a model of principal coordinates does not move all of them.
pub const X: Family = Family {
    part: Part {
        name: "x",
        doc: "Coordinates of the parameters x, counted from 0; not of a model that moves principal \
              coordinates.",
        parameters: &[],
        source: file!(),
    },
    problems: &[],
    coordinates: Some(Coordinates::Parameters),
    len: Length::Problem(dim),
    evaluate: |_, states, index| states.coordinate(index),
};

/// The principal coordinates `Y = Qᵀ (x − x_*)`, largest singular value first.
pub const Y: Family = Family {
    part: Part {
        name: "y",
        doc: "Principal coordinates Y = Qᵀ(x − x_*), counted from 0 in the order of the singular \
              values, largest first; the errors x − x_* on a Gaussian population.",
        parameters: &[],
        source: file!(),
    },
    problems: &["least_squares", "gaussian_population", "sphere_population"],
    coordinates: None,
    len: Length::Problem(|problem| problem.expect_principal().rank()),
    evaluate: principal,
};

fn dim(problem: &dyn Problem) -> usize {
    problem.dim()
}

fn principal(problem: &dyn Problem, states: States<'_>, index: usize) -> Lanes {
    if states.coordinates == Coordinates::Principal {
        return states.coordinate(index);
    }
    let form = problem.expect_principal();
    states.each(|state| form.principal_coordinate(&state.values, index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::linear_algebra::Matrix;
    use crate::model::{Bundle, Layout, Shape};
    use crate::noise::{NumpyLegacy, StreamKey};
    use crate::problem::LeastSquares;

    #[test]
    fn all_layouts_give_the_coordinates() {
        let mut generator = NumpyLegacy::new(4);
        let design = Matrix::new(20, 11, generator.normals(220));
        let problem = LeastSquares::new(Dataset::new(design, generator.normals(20)), 0.0);
        let x: Vec<f64> = generator.normals(11);
        let y = problem.spectrum().principal(&x);
        for layout in [Layout::ByCoordinate, Layout::ByHalf, Layout::ByChain] {
            let shape = Shape { layout, dim: 11, n_vectors: 1 };
            let mut bundle = Bundle::new(shape, StreamKey(0), 0);
            bundle.set(shape, 0, 6, &x);
            let values = &bundle.state[..shape.len()];
            let states =
                States { coordinates: Coordinates::Parameters, shape, values, directions: &[] };
            let len = |family: Family| match family.len {
                Length::Problem(len) => len(&problem),
                Length::Directions => 0,
            };
            assert_eq!((len(X), len(Y)), (11, 11));
            for index in 0..11 {
                let found = (X.evaluate)(&problem, states, index);
                assert_eq!((found[6], found[5]), (x[index], 0.0), "{layout:?}");
                assert_eq!((Y.evaluate)(&problem, states, index)[6], y[index], "{layout:?}");
            }
            let states = States { coordinates: Coordinates::Principal, ..states };
            assert_eq!((Y.evaluate)(&problem, states, 10)[6], x[10], "{layout:?}");
        }
    }
}
