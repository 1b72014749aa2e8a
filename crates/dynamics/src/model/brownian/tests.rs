#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use std::sync::Arc;

use super::*;
use crate::model::core::{Dynamics, Model, rows};
use crate::model::integrator::tests::Quartic;
use crate::model::integrator::{EulerMaruyama, Heun, Integrator, Rk4Drift, Step};
use crate::model::langevin::Langevin;
use crate::model::shape::{Layout, Shape};
use crate::noise::StreamKey;
use crate::simd::{Kernel, dispatch};

const D: usize = 3;

struct Fill<'a>(u32, &'a mut Bundle, &'a mut [Lanes]);

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) {
        BrownianIncrements::new(D, self.0).fill(isa, self.1, self.2);
    }
}

fn bundle() -> Bundle {
    let shape = Shape { layout: Layout::ByCoordinate, dim: D, n_vectors: 1 };
    Bundle::new(shape, StreamKey(4), 0)
}

/// Increments of `n_steps` steps, `[n_steps 2^levels, D]`.
fn increments(levels: u32, n_steps: usize) -> Vec<[Lanes; D]> {
    let mut out = vec![[0.0; LANES]; (n_steps * D) << levels];
    let mut bundle = bundle();
    let (head, tail) = out.split_at_mut((n_steps / 3 * D) << levels);
    dispatch(Fill(levels, &mut bundle, head));
    dispatch(Fill(levels, &mut bundle, tail));
    out.as_chunks().0.to_vec()
}

#[test]
fn fine_increments_add_up_to_coarse_ones() {
    let n_steps = 20;
    let mut normals = vec![[0.0; LANES]; n_steps * D];
    dispatch(Fill(0, &mut bundle(), &mut normals));
    assert_eq!(increments(0, n_steps).as_flattened(), normals);
    for levels in 1..5 {
        let (coarse, fine) = (increments(levels - 1, n_steps), increments(levels, n_steps));
        for (whole, halves) in coarse.iter().zip(fine.chunks(2)) {
            for j in 0..D {
                for lane in 0..LANES {
                    let sum = (halves[0][j][lane] + halves[1][j][lane]) / f64::sqrt(2.0);
                    assert!((sum - whole[j][lane]).abs() < 1e-14);
                }
            }
        }
    }
}

#[test]
fn fine_increments_are_independent_standard_normals() {
    let increments = increments(3, 4_000);
    let n = (increments.len() * D * LANES) as f64;
    let all = |f: &dyn Fn(usize, usize, usize) -> f64| {
        let each = (0..increments.len())
            .flat_map(|i| (0..D).flat_map(move |j| (0..LANES).map(move |lane| (i, j, lane))));
        each.map(|(i, j, lane)| f(i, j, lane)).sum::<f64>()
    };
    let mean = all(&|i, j, lane| increments[i][j][lane]);
    assert!((mean / n.sqrt()).abs() < 4.5);
    let squares = all(&|i, j, lane| increments[i][j][lane] * increments[i][j][lane]);
    assert!(((squares - n) / (2.0 * n).sqrt()).abs() < 4.5);
    let fourth = all(&|i, j, lane| {
        let square = increments[i][j][lane] * increments[i][j][lane];
        square * square
    });
    assert!(((fourth - 3.0 * n) / (96.0 * n).sqrt()).abs() < 4.5);
    for lag in 1..9 {
        let products =
            all(&|i, j, lane| increments[i][j][lane] * increments[i.saturating_sub(lag)][j][lane]);
        let first = all(&|i, j, lane| {
            if i < lag { increments[i][j][lane] * increments[0][j][lane] } else { 0.0 }
        });
        assert!(((products - first) / n.sqrt()).abs() < 4.5, "lag {lag}");
        let across = all(&|i, j, lane| {
            increments[i][j][lane] * increments[i.saturating_sub(lag)][(j + 1) % D][lane]
        });
        assert!((across / n.sqrt()).abs() < 4.5, "across coordinates, lag {lag}");
    }
}

/// Where eight bundles of chains on the quartic are after time 2, in steps of `0.1/2^levels`.
fn ends<I: Integrator<Quartic>>(levels: u32, step: impl Fn(f64) -> I) -> Vec<f64> {
    let size = 0.1 / f64::from(1 << levels);
    let langevin = Langevin::new(Arc::new(Quartic), step(size), levels);
    let shape = Dynamics::shape(&langevin);
    let mut workspace = Dynamics::workspace(&langevin);
    let ends = (0..8).flat_map(|i| {
        let mut bundle = Bundle::new(shape, StreamKey(4), i * LANES as u64);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[1.2, -0.4]));
        Model::advance(&langevin, 20, &mut bundle, &mut workspace);
        rows(&bundle.state).concat()
    });
    ends.collect()
}

/// By how much errors shrink when the step is halved, step by step, against a fine solution.
fn ratios<I: Integrator<Quartic>>(step: impl Fn(f64) -> I) -> Vec<f64> {
    let reference = ends(9, &step);
    let error = |levels| {
        let ends = ends(levels, &step);
        let squares = ends.iter().zip(&reference).map(|(x, y)| (x - y) * (x - y));
        squares.sum::<f64>().sqrt()
    };
    let errors: Vec<f64> = (0..5).map(error).collect();
    errors.windows(2).map(|pair| pair[0] / pair[1]).collect()
}

#[test]
fn paths_converge_strongly_at_the_order_of_the_integrator() {
    let step = |size| Step { size, temperature: 0.2 };
    for ratios in [ratios(|size| EulerMaruyama(step(size))), ratios(|size| Heun(step(size)))] {
        assert!(ratios[1..].iter().all(|ratio| (1.75..2.3).contains(ratio)), "{ratios:?}");
    }
}

#[test]
fn without_noise_integrators_have_their_classical_orders() {
    let step = |size| Step { size, temperature: 0.0 };
    let orders = [
        (2.0, ratios(|size| EulerMaruyama(step(size)))),
        (4.0, ratios(|size| Heun(step(size)))),
        (16.0, ratios(|size| Rk4Drift(step(size)))),
    ];
    for (expected, ratios) in orders {
        assert!((ratios[3] / expected - 1.0).abs() < 0.1, "{expected}: {ratios:?}");
    }
}
