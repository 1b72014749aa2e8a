//! The squared distance to the minimiser.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use crate::model::{Coordinates, Layout};
use crate::noise::{LANES, Lanes};
use crate::observable::core::{Observable, States};
use crate::parameter::Part;
use crate::problem::Problem;
use crate::simd::{Isa, Kernel, dispatch};

/// `|x − x_*|²`, where `x_*` minimises the objective, penalty included; for principal coordinates
/// the same within the row space of the design.
pub const ERROR: Observable = Observable {
    part: Part {
        name: "error",
        doc: "Squared distance |x − x_*|² to the minimiser of the objective, penalty included.",
        parameters: &[],
        source: file!(),
    },
    problems: &["least_squares", "quadratic", "gaussian_population", "sphere_population"],
    evaluate,
};

fn evaluate(problem: &dyn Problem, states: States<'_>) -> Lanes {
    let centre = match states.coordinates {
        Coordinates::Parameters => problem.minimiser(),
        Coordinates::Principal => problem.expect_principal().principal_minimiser(),
    };
    dispatch(SquaredDistance { states, centre })
}

struct SquaredDistance<'a> {
    states: States<'a>,
    centre: &'a [f64],
}

impl Kernel for SquaredDistance<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Lanes {
        match self.states.shape.layout {
            Layout::ByCoordinate => by_coordinate(isa, self.states.values, self.centre),
            Layout::ByChain => by_chain(isa, self.states.values, self.centre),
            Layout::ByHalf => by_half(isa, self.states.values, self.centre),
        }
    }
}

#[inline(always)]
fn by_coordinate<S: Isa>(isa: S, values: &[f64], centre: &[f64]) -> Lanes {
    let mut sums = [0.0; LANES];
    for (row, centre) in values.as_chunks::<LANES>().0.iter().zip(centre) {
        let sums = S::as_mut_simd_f64s(&mut sums).0;
        for (sum, x) in sums.iter_mut().zip(S::as_simd_f64s(row).0) {
            let gap = isa.sub_f64s(*x, isa.splat_f64s(*centre));
            *sum = isa.mul_add_f64s(gap, gap, *sum);
        }
    }
    sums
}

#[inline(always)]
fn by_half<S: Isa>(isa: S, values: &[f64], centre: &[f64]) -> Lanes {
    let mut sums = [0.0; LANES];
    let rows = values.as_chunks::<8>().0.chunks_exact(centre.len().max(1));
    for (rows, sums) in rows.zip(sums.as_chunks_mut::<8>().0) {
        let mut sum = isa.splat_eight(0.0);
        for (row, centre) in rows.iter().zip(centre) {
            let gap = isa.add_eight(isa.load_eight(row), isa.splat_eight(-centre));
            sum = isa.mul_add_eight(gap, gap, sum);
        }
        isa.store_eight(sum, sums);
    }
    sums
}

/// Eight interleaved partial sums a chain.
#[inline(always)]
fn by_chain<S: Isa>(isa: S, values: &[f64], centre: &[f64]) -> Lanes {
    let mut sums = [0.0; LANES];
    let eights = values.as_chunks::<8>().0.as_chunks::<LANES>().0;
    for (half, sums) in sums.chunks_exact_mut(8).enumerate() {
        let mut partial = [isa.splat_eight(0.0); 8];
        for (eights, centre) in eights.iter().zip(centre.chunks(8)) {
            let mut padded = [0.0; 8];
            for (minus, centre) in padded.iter_mut().zip(centre) {
                *minus = -centre;
            }
            let minus = isa.load_eight(&padded);
            for (partial, eight) in partial.iter_mut().zip(&eights[8 * half..]) {
                let gap = isa.add_eight(isa.load_eight(eight), minus);
                *partial = isa.mul_add_eight(gap, gap, *partial);
            }
        }
        sums.copy_from_slice(&isa.sums_of_eight(partial));
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
    fn all_layouts_give_the_squared_distance() {
        let problem = Quadratic::new(vec![1.0, 2.0, 3.0], 1.0, GradientNoise::Gaussian);
        for layout in [Layout::ByCoordinate, Layout::ByHalf, Layout::ByChain] {
            let shape = Shape { layout, dim: 3, n_vectors: 1 };
            let mut bundle = Bundle::new(shape, StreamKey(0), 0);
            bundle.set(shape, 0, 5, &[3.0, -4.0, 12.0]);
            let coordinates = Coordinates::Parameters;
            let values = &bundle.state[..shape.len()];
            let found = evaluate(&problem, States { coordinates, shape, values, directions: &[] });
            assert_eq!((found[5], found[4]), (169.0, 0.0), "{layout:?}");
        }
    }
}
