//! What the tests of integrators share: an objective that is not quadratic, and paths on it with the
//! variates that drove them.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use crate::model::core::{Bundle, Dynamics, Workspace, rows};
use crate::model::integrator::{Integrator, Step};
use crate::model::{Langevin, Objective};
use crate::noise::{LANES, Lanes, StreamKey};
use crate::simd::{Isa, Kernel, Level, dispatch, dispatch_at};

/// `f(x) = |x|⁴/4`, `∇f(x) = |x|² x` in two dimensions.
#[derive(Debug)]
pub(crate) struct Quartic;

pub(crate) const D: usize = 2;
pub(crate) type Point = [f64; D];
pub(crate) const STEP: Step = Step { size: 0.3, temperature: 0.7 };

impl Quartic {
    /// `f` and `∇f` in plain code.
    pub(crate) fn at(x: Point) -> (f64, Point) {
        let square = x[0] * x[0] + x[1] * x[1];
        (square * square / 4.0, x.map(|x| square * x))
    }
}

impl Objective for Quartic {
    fn dim(&self) -> usize {
        D
    }

    #[inline(always)]
    fn gradient<S: Isa>(&self, isa: S, x: &[Lanes], out: &mut [Lanes]) {
        for vector in 0..LANES / S::F64_LANES {
            let point = [&x[0], &x[1]].map(|row| S::as_simd_f64s(row).0[vector]);
            let square = isa.mul_f64s(point[0], point[0]);
            let square = isa.mul_add_f64s(point[1], point[1], square);
            for j in 0..D {
                S::as_mut_simd_f64s(&mut out[j]).0[vector] = isa.mul_f64s(square, point[j]);
            }
        }
    }

    #[inline(always)]
    fn value<S: Isa>(&self, _: S, x: &[Lanes], out: &mut Lanes) {
        for lane in 0..LANES {
            out[lane] = Quartic::at([x[0][lane], x[1][lane]]).0;
        }
    }
}

struct Advance<'a, D>(&'a D, u64, &'a mut Bundle, &'a mut Workspace);

impl<D: Dynamics> Kernel for Advance<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        self.0.advance(isa, self.1, self.2, self.3);
    }
}

/// Draws normals and exponentials from copies of the streams of a bundle.
struct Draw(Bundle, usize);

impl Kernel for Draw {
    type Output = (Vec<Lanes>, Vec<Lanes>);

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> (Vec<Lanes>, Vec<Lanes>) {
        let Draw(mut bundle, n) = self;
        let mut normals = vec![[0.0; LANES]; n * D];
        bundle.streams.brownian.fill_normals(isa, &mut normals);
        let exponentials = (0..n).map(|_| bundle.streams.acceptance.exponentials(isa));
        (normals, exponentials.collect())
    }
}

/// A path of one chain with what drove it.
pub(crate) struct Path {
    /// Points, the starting point included.
    pub points: Vec<Point>,
    /// Standard normals in the order of the Brownian stream.
    pub normals: Vec<Point>,
    /// Standard exponentials in the order of the stream for accepting moves.
    pub exponentials: Vec<f64>,
}

const N_STEPS: usize = 6;

/// Paths of a bundle of chains on [`Quartic`] from different points.
pub(crate) fn paths<I: Integrator<Quartic>>(integrator: I, level: Level) -> Vec<Path> {
    let langevin = Langevin::new(Arc::new(Quartic), integrator, 0);
    let shape = Dynamics::shape(&langevin);
    let mut bundle = Bundle::new(shape, StreamKey(5), 32);
    let mut workspace = Dynamics::workspace(&langevin);
    for lane in 0..LANES {
        let turn = lane as f64;
        bundle.set(shape, 0, lane, &[0.1 * turn - 0.8, 0.5 - 0.07 * turn]);
    }
    let (normals, exponentials) = dispatch(Draw(bundle.clone(), N_STEPS + 1));
    let mut states = vec![rows(&bundle.state).to_vec()];
    for _ in 0..N_STEPS {
        dispatch_at(level, Advance(&langevin, 1, &mut bundle, &mut workspace));
        states.push(rows(&bundle.state).to_vec());
    }
    let path = |lane: usize| Path {
        points: states.iter().map(|rows| [rows[0][lane], rows[1][lane]]).collect(),
        normals: normals.as_chunks::<D>().0.iter().map(|z| z.map(|row| row[lane])).collect(),
        exponentials: exponentials.iter().map(|row| row[lane]).collect(),
    };
    (0..LANES).map(path).collect()
}

/// Checks every step of [`paths`] against `formula(path, k)`, the point after step `k`, and that
/// all instruction sets agree to the bit.
pub(crate) fn check<I: Integrator<Quartic> + Clone>(
    integrator: &I,
    formula: impl Fn(&Path, usize) -> Point,
) {
    let reference = paths(integrator.clone(), Level::current());
    for path in &reference {
        for k in 0..N_STEPS {
            let expected = formula(path, k);
            for j in 0..D {
                let found = path.points[k + 1][j];
                assert!((found - expected[j]).abs() < 1e-14 * (1.0 + found.abs()), "step {k}");
            }
        }
    }
    for level in Level::available() {
        for (found, reference) in paths(integrator.clone(), level).iter().zip(&reference) {
            assert_eq!(found.points, reference.points, "{level}");
        }
    }
}
