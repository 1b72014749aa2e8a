//! The transport problem with general weights, by the network simplex method.
//!
//! A basis is a spanning tree; potentials make its arcs free of charge, and an arc of negative
//! reduced cost `c_ij - u_i - v_j` enters. Weights become integers, perturbed so that no tree but
//! the whole one balances: every pivot moves mass and lowers the cost, so that the method cannot
//! cycle, and flows carry no rounding errors.
//!
//! Source: Dantzig, "Linear Programming and Extensions", Princeton 1963, chapters 10 (perturbation)
//! and 14.

#![expect(clippy::inline_always, reason = "kernels are compiled anew for each instruction set")]

use maruyama_dynamics::simd::{Isa, Kernel, dispatch};

use crate::distance::error::DistanceError;
use crate::distance::transport::cost::Cost;
use crate::distance::transport::scan::smallest;
use crate::distance::transport::tree::Tree;

/// Weights are multiples of `2^-RESOLUTION`.
const RESOLUTION: i32 = 90;

/// Arcs with a reduced cost above this fraction of the largest cost, times -1, do not enter.
const TOLERANCE: f64 = 1e-14;

/// Pivots after which potentials are computed anew.
const REFRESH: usize = 4096;

/// Passes over the costs per node after which the method gives up; it takes a few.
const PATIENCE: usize = 20_000;

/// An optimal flow and its potentials.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// (source, sink, probability), by source and sink.
    pub(crate) moves: Vec<(usize, usize, f64)>,
    pub(crate) u: Vec<f64>,
    pub(crate) v: Vec<f64>,
}

/// The optimal flow for positive probabilities `a`, `[n]`, and `b`, `[m]`.
pub(crate) fn solve(cost: &Cost, a: &[f64], b: &[f64]) -> Result<Flow, DistanceError> {
    let unit = 4 * (cost.n() as i128 + 1);
    let (supply, demand) = perturbed(a, b, unit);
    let tree = dispatch(Solve { cost, supply, demand })?;
    let scale = 1.0 / exp2(RESOLUTION);
    let mut moves: Vec<(usize, usize, f64)> = tree
        .arcs()
        .map(|(i, j, flow)| (i, j, (flow + unit / 2).div_euclid(unit) as f64 * scale))
        .filter(|(_, _, mass)| *mass > 0.0)
        .collect();
    moves.sort_unstable_by_key(|(i, j, _)| (*i, *j));
    Ok(Flow { moves, u: tree.u, v: tree.v })
}

fn exp2(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// Multiples of `unit`, plus one for each source and plus their number for the last sink; the sums
/// are equal, and no other group of sources balances a group of sinks.
fn perturbed(a: &[f64], b: &[f64], unit: i128) -> (Vec<i128>, Vec<i128>) {
    let whole = |w: &f64| ((w * exp2(RESOLUTION)) as i128).max(1);
    let mut supply: Vec<i128> = a.iter().map(whole).collect();
    let mut demand: Vec<i128> = b.iter().map(whole).collect();
    // Probabilities sum to one but for rounding, which the largest of them absorbs.
    let excess = supply.iter().sum::<i128>() - demand.iter().sum::<i128>();
    let larger = if excess > 0 { &mut demand } else { &mut supply };
    if let Some(largest) = larger.iter_mut().max() {
        *largest += excess.abs();
    }
    for w in &mut supply {
        *w = *w * unit + 1;
    }
    for w in &mut demand {
        *w *= unit;
    }
    if let Some(last) = demand.last_mut() {
        *last += supply.len() as i128;
    }
    (supply, demand)
}

struct Solve<'a> {
    cost: &'a Cost,
    supply: Vec<i128>,
    demand: Vec<i128>,
}

impl Kernel for Solve<'_> {
    type Output = Result<Tree, DistanceError>;

    #[inline(always)]
    fn run<S: Isa>(self, isa: S) -> Result<Tree, DistanceError> {
        let cost = self.cost;
        let (n, m) = (cost.n(), cost.m());
        let arcs = greedy(isa, cost, self.supply, self.demand);
        let mut tree = Tree::new(n, m, &arcs, cost);
        let tolerance = TOLERANCE * cost.largest();
        let limit = PATIENCE * (n + m);
        let (mut row, mut n_idle, mut since_refresh) = (0, 0, 0);
        for _ in 0..limit {
            let (value, j) = smallest(isa, cost.row(row), &tree.v);
            if value - tree.u[row] < -tolerance {
                tree.pivot(row, j, cost);
                (n_idle, since_refresh) = (0, since_refresh + 1);
            } else {
                n_idle += 1;
            }
            row = if row + 1 < n { row + 1 } else { 0 };
            if n_idle == n && since_refresh == 0 {
                return Ok(tree);
            }
            // Potentials are sums of changes, whose rounding errors are not to add up.
            if n_idle == n || since_refresh == REFRESH {
                tree.refresh(cost);
                (n_idle, since_refresh) = (0, 0);
            }
        }
        Err(DistanceError::NotConverged { iterations: limit })
    }
}

/// A first basis: each source in turn sends what it has to the sinks that are cheapest for it,
/// relative to what they cost anybody.
#[inline(always)]
fn greedy<S: Isa>(
    isa: S,
    cost: &Cost,
    mut supply: Vec<i128>,
    mut demand: Vec<i128>,
) -> Vec<(usize, usize, i128)> {
    let (n, m) = (cost.n(), cost.m());
    let mut price = vec![f64::INFINITY; m];
    for i in 0..n {
        price.iter_mut().zip(cost.row(i)).for_each(|(p, c)| *p = if *c < *p { *c } else { *p });
    }
    let mut arcs = Vec::with_capacity(n + m - 1);
    for i in 0..n {
        while supply[i] > 0 {
            let j = smallest(isa, cost.row(i), &price).1;
            let flow = supply[i].min(demand[j]);
            supply[i] -= flow;
            demand[j] -= flow;
            arcs.push((i, j, flow));
            if demand[j] == 0 {
                price[j] = f64::NEG_INFINITY;
            }
        }
    }
    arcs
}
