//! Exact optimal transport between weighted points.

use crate::distance::error::{DistanceError, check_length, probabilities};
use crate::distance::points::Points;
use crate::distance::transport::assignment::assign;
use crate::distance::transport::cost::{Cost, Ground};
use crate::distance::transport::plan::{Move, Plan, cost_of};
use crate::distance::transport::simplex;

/// An optimal plan for equal weights: by assignment where there are as many sources as sinks, and as
/// [`transport_weighted`] otherwise.
///
/// # Errors
/// If the method does not settle.
pub fn transport(cost: &Cost) -> Result<Plan, DistanceError> {
    let (n, m) = (cost.n(), cost.m());
    if n != m {
        return transport_weighted(cost, &vec![1.0; n], &vec![1.0; m]);
    }
    let found = assign(cost)?;
    let mass = 1.0 / n as f64;
    let moves: Vec<Move> = found
        .columns
        .iter()
        .enumerate()
        .map(|(source, sink)| Move { source, sink: *sink, mass })
        .collect();
    Ok(Plan {
        cost: cost_of(&moves, cost),
        moves,
        source_potentials: found.row_potentials,
        sink_potentials: found.column_potentials,
    })
}

/// An optimal plan for weights that are divided by their sums; the network simplex method.
///
/// The plan's cost is the optimum but for about 1e-14 of the largest cost;
/// [`Plan::certificate`] bounds the error of a given plan.
///
/// # Arguments
/// * `source_weights`, `sink_weights`: finite weights of at least 0, `[n]` and `[m]`
///
/// # Source
/// Peyre & Cuturi, "Computational Optimal Transport", Foundations and Trends in Machine Learning
/// 11(5-6), 2019, chapter 3.
///
/// # Errors
/// If weights are negative, not finite, all zero or of the wrong number, or if the method does not
/// settle.
pub fn transport_weighted(
    cost: &Cost,
    source_weights: &[f64],
    sink_weights: &[f64],
) -> Result<Plan, DistanceError> {
    let a = probabilities(source_weights, cost.n())?;
    let b = probabilities(sink_weights, cost.m())?;
    let sources: Vec<usize> = (0..a.len()).filter(|i| a[*i] > 0.0).collect();
    let sinks: Vec<usize> = (0..b.len()).filter(|j| b[*j] > 0.0).collect();
    let pick = |weights: &[f64], kept: &[usize]| -> Vec<f64> {
        kept.iter().map(|i| weights[*i]).collect()
    };
    let flow = if sources.len() == a.len() && sinks.len() == b.len() {
        simplex::solve(cost, &a, &b)?
    } else {
        let entries = sources.iter().flat_map(|i| pick(cost.row(*i), &sinks)).collect();
        let part = Cost::new(entries, sources.len(), sinks.len())?;
        simplex::solve(&part, &pick(&a, &sources), &pick(&b, &sinks))?
    };
    let moves: Vec<Move> = flow
        .moves
        .iter()
        .map(|(i, j, mass)| Move { source: sources[*i], sink: sinks[*j], mass: *mass })
        .collect();
    let (source_potentials, sink_potentials) = extend(cost, (&sources, &flow.u), (&sinks, &flow.v));
    Ok(Plan { cost: cost_of(&moves, cost), moves, source_potentials, sink_potentials })
}

/// Potentials of all points from those of points with mass: the largest that stay feasible.
fn extend(
    cost: &Cost,
    (sources, u): (&[usize], &[f64]),
    (sinks, v): (&[usize], &[f64]),
) -> (Vec<f64>, Vec<f64>) {
    let mut all_v = vec![f64::INFINITY; cost.m()];
    for (i, u) in sources.iter().zip(u) {
        let slacks = cost.row(*i).iter().map(|c| c - u);
        all_v.iter_mut().zip(slacks).for_each(|(v, slack)| *v = v.min(slack));
    }
    sinks.iter().zip(v).for_each(|(j, v)| all_v[*j] = *v);
    let slack = |i: usize| {
        let slacks = cost.row(i).iter().zip(&all_v).map(|(c, v)| c - v);
        slacks.fold(f64::INFINITY, f64::min)
    };
    let mut all_u: Vec<f64> = if sources.len() == cost.n() {
        vec![0.0; cost.n()]
    } else {
        (0..cost.n()).map(slack).collect()
    };
    sources.iter().zip(u).for_each(|(i, u)| all_u[*i] = *u);
    (all_u, all_v)
}

/// The exact Wasserstein distance between samples of points with equal weights: `W_1` for
/// [`Ground::Euclidean`] and `W_2` for [`Ground::SquaredEuclidean`].
///
/// In `d > 4` dimensions its bias falls only as `n^(-1/d)`: compare with the distance between halves
/// of one sample.
///
/// # Errors
/// If the dimensions differ, a cost overflows, or the method does not settle.
pub fn wasserstein_in_space(x: &Points, y: &Points, ground: Ground) -> Result<f64, DistanceError> {
    root(transport(&Cost::between(x, y, ground)?)?.cost, ground)
}

/// As [`wasserstein_in_space`], with weights that are divided by their sums.
///
/// # Errors
/// As [`wasserstein_in_space`] and [`transport_weighted`].
pub fn wasserstein_in_space_weighted(
    (x, x_weights): (&Points, &[f64]),
    (y, y_weights): (&Points, &[f64]),
    ground: Ground,
) -> Result<f64, DistanceError> {
    check_length("weights", x_weights.len(), x.n())?;
    root(transport_weighted(&Cost::between(x, y, ground)?, x_weights, y_weights)?.cost, ground)
}

fn root(cost: f64, ground: Ground) -> Result<f64, DistanceError> {
    let distance = if ground == Ground::SquaredEuclidean { cost.sqrt() } else { cost };
    if distance.is_finite() { Ok(distance) } else { Err(DistanceError::Overflow) }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;
    use crate::distance::line::wasserstein_weighted;

    fn stream(chain: u64) -> Stream {
        Stream::new(StreamKey(101), chain, Purpose::Start)
    }

    fn normals(stream: &mut Stream, n: usize) -> Vec<f64> {
        (0..n).map(|_| stream.normal()).collect()
    }

    #[test]
    fn plans_on_a_line_are_monotone() {
        for chain in 0..40 {
            let stream = &mut stream(chain);
            let (n, m) = (1 + 7 * chain as usize % 61, 1 + 11 * chain as usize % 47);
            let (x, y) = (normals(stream, n), normals(stream, m));
            let a: Vec<f64> = (0..n).map(|_| stream.uniform()).collect();
            let mut b: Vec<f64> = (0..m).map(|_| stream.uniform()).collect();
            b.iter_mut().skip(1).step_by(3).for_each(|w| *w = 0.0);
            let (px, py) = (Points::new(&x, 1).unwrap(), Points::new(&y, 1).unwrap());
            for (ground, order) in [(Ground::Euclidean, 1.0), (Ground::SquaredEuclidean, 2.0)] {
                let line = wasserstein_weighted((&x, &a), (&y, &b), order).unwrap();
                let space = wasserstein_in_space_weighted((&px, &a), (&py, &b), ground).unwrap();
                assert!((space / line - 1.0).abs() < 1e-12, "{n} {m} {order}: {space}, not {line}");
            }
        }
    }

    #[test]
    fn certificates_show_the_optimum() {
        for (chain, n, m, d) in [(0, 60, 60, 3), (1, 80, 30, 2), (2, 1, 9, 4), (3, 120, 121, 5)] {
            let stream = &mut stream(chain);
            let (x, y) = (normals(stream, n * d), normals(stream, m * d));
            let (x, y) = (Points::new(&x, d).unwrap(), Points::new(&y, d).unwrap());
            for ground in [Ground::Euclidean, Ground::SquaredEuclidean] {
                let cost = Cost::between(&x, &y, ground).unwrap();
                let equal = |n: usize| vec![1.0 / n as f64; n];
                let weights = |n: usize, s: &mut Stream| {
                    probabilities(&(0..n).map(|_| s.uniform()).collect::<Vec<f64>>(), n).unwrap()
                };
                let (a, b) = (weights(n, stream), weights(m, stream));
                let plans = [
                    (transport(&cost).unwrap(), equal(n), equal(m)),
                    (transport_weighted(&cost, &equal(n), &equal(m)).unwrap(), equal(n), equal(m)),
                    (transport_weighted(&cost, &a, &b).unwrap(), a, b),
                ];
                for (plan, a, b) in &plans {
                    let c = plan.certificate(&cost, a, b);
                    assert!(
                        c.duality_gap.abs() < 1e-13 * cost.largest() && c.marginal_error < 1e-15
                    );
                    assert!(c.violation < 1e-13 * cost.largest(), "{c:?}");
                    assert!(plan.moves.len() < n + m);
                }
                assert!((plans[0].0.cost / plans[1].0.cost - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn points_without_mass_do_not_matter() {
        let cost = Cost::new(vec![1.0, 5.0, 2.0, 0.0, 0.0, 0.0, 4.0, 1.0, 3.0], 3, 3).unwrap();
        let plan = transport_weighted(&cost, &[1.0, 0.0, 3.0], &[2.0, 2.0, 0.0]).unwrap();
        assert!((plan.cost - (0.25 + 0.25 * 4.0 + 0.5)).abs() < 1e-15);
        let c = plan.certificate(&cost, &[0.25, 0.0, 0.75], &[0.5, 0.5, 0.0]);
        assert!(c.violation < 1e-15 && c.duality_gap.abs() < 1e-15, "{c:?} {plan:?}");
        assert!(transport_weighted(&cost, &[1.0, -1.0, 3.0], &[1.0; 3]).is_err());
        assert!(transport_weighted(&cost, &[0.0; 3], &[1.0; 3]).is_err());
        assert!(transport_weighted(&cost, &[1.0; 2], &[1.0; 3]).is_err());
    }

    #[test]
    fn the_triangle_inequality_holds() {
        let stream = &mut stream(9);
        let all: Vec<Vec<f64>> = [30, 20, 25].iter().map(|n| normals(stream, 2 * n)).collect();
        let p: Vec<Points> = all.iter().map(|x| Points::new(x, 2).unwrap()).collect();
        for ground in [Ground::Euclidean, Ground::SquaredEuclidean] {
            let w = |i: usize, j: usize| wasserstein_in_space(&p[i], &p[j], ground).unwrap();
            assert!(w(0, 2) <= w(0, 1) + w(1, 2) + 1e-12);
            assert!((w(0, 1) - w(1, 0)).abs() < 1e-12);
            assert!(w(0, 0).abs() < 1e-12);
        }
    }
}
