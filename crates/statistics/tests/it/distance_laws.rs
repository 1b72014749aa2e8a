//! What every distance is, on samples that proptest makes and shrinks: a metric, blind to the order of
//! a sample, homogeneous, and the same by different ways.

use maruyama_statistics::distance::energy::{energy, energy_on_line};
use maruyama_statistics::distance::line::{wasserstein, wasserstein_weighted};
use maruyama_statistics::distance::mmd::mmd;
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::sliced::sliced_wasserstein;
use maruyama_statistics::distance::transport::cost::{Cost, Ground};
use maruyama_statistics::distance::transport::exact::{
    transport, wasserstein_in_space, wasserstein_in_space_weighted,
};
use maruyama_statistics::distance::transport::sinkhorn::{SinkhornSettings, sinkhorn};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases in every run, and no file of failures.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(20_240_229),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A sample with ties, of numbers between -1000 and 1000.
fn sample() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        3 => -3.0..3.0,
        2 => (-4_i32..5).prop_map(f64::from),
        1 => -1000.0..1000.0,
    ];
    prop::collection::vec(value, 1..40)
}

/// A sample with positive weights.
fn weighted() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let weight = 0.01..2.0;
    prop::collection::vec((-5.0..5.0, weight), 1..25).prop_map(|pairs| pairs.into_iter().unzip())
}

/// Coordinates of `n` points in the plane.
fn plane(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    let point = (-3.0..3.0, prop_oneof![-3.0..3.0, Just(1.0)]);
    prop::collection::vec(point, n)
        .prop_map(|points| points.into_iter().flat_map(|(x, y)| [x, y]).collect())
}

fn order() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), Just(2.0), Just(f64::INFINITY), 1.0..6.0]
}

fn points(x: &[f64]) -> Points<'_> {
    Points::new(x, 2).unwrap()
}

/// Distances in the plane, with the power of the unit that each has.
fn in_the_plane(x: &[f64], y: &[f64]) -> [(f64, f64); 4] {
    let (x, y) = (points(x), points(y));
    let directions = [1.0, 0.0, 0.6, 0.8, -0.5, 0.7, 0.0, 1.0];
    [
        (wasserstein_in_space(&x, &y, Ground::Euclidean).unwrap(), 1.0),
        (wasserstein_in_space(&x, &y, Ground::SquaredEuclidean).unwrap(), 1.0),
        (sliced_wasserstein(&x, &y, &directions, 2.0).unwrap().distance, 1.0),
        (energy(&x, &y).unwrap(), 0.5),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn distances_on_the_line_are_metrics(
        (x, y, z) in (sample(), sample(), sample()), p in order()
    ) {
        let d = |x: &[f64], y: &[f64]| {
            [wasserstein(x, y, p).unwrap(), energy_on_line(x, y).unwrap()]
        };
        let (xy, yx, xz, zy) = (d(&x, &y), d(&y, &x), d(&x, &z), d(&z, &y));
        for k in 0..2 {
            prop_assert!((xy[k] - yx[k]).abs() <= 1e-12 * xy[k]);
            prop_assert!(xy[k] <= (xz[k] + zy[k]) * (1.0 + 1e-12) + 1e-12);
        }
        prop_assert_eq!(d(&x, &x), [0.0, 0.0]);
    }

    #[test]
    fn the_order_of_a_sample_does_not_matter(
        (x, shuffled) in sample().prop_flat_map(|x| (Just(x.clone()), Just(x).prop_shuffle())),
        y in sample(),
        p in order()
    ) {
        let w = |x: &[f64]| wasserstein(x, &y, p).unwrap().to_bits();
        prop_assert_eq!(w(&x), w(&shuffled));
        let e = |x: &[f64]| energy_on_line(x, &y).unwrap().to_bits();
        prop_assert_eq!(e(&x), e(&shuffled));
    }

    #[test]
    fn a_change_of_units_carries_over(
        (x, y) in (sample(), sample()), p in order(), factor in -8.0..8.0, shift in -10.0..10.0
    ) {
        let moved = |x: &[f64]| x.iter().map(|x| factor * x + shift).collect::<Vec<f64>>();
        let (here, there) = (wasserstein(&x, &y, p).unwrap(), wasserstein(&moved(&x), &moved(&y), p));
        let expected = f64::abs(factor) * here;
        prop_assert!((there.unwrap() - expected).abs() <= 1e-11 * (expected + 1000.0));
        let (here, there) = (energy_on_line(&x, &y).unwrap(), energy_on_line(&moved(&x), &moved(&y)));
        let expected = f64::abs(factor).sqrt() * here;
        prop_assert!((there.unwrap() - expected).abs() <= 1e-9 * (expected + 30.0));
    }

    #[test]
    fn transport_along_a_line_is_that_of_quantiles((x, a) in weighted(), (y, b) in weighted()) {
        let (px, py) = (Points::new(&x, 1).unwrap(), Points::new(&y, 1).unwrap());
        for (ground, p) in [(Ground::Euclidean, 1.0), (Ground::SquaredEuclidean, 2.0)] {
            let line = wasserstein_weighted((&x, &a), (&y, &b), p).unwrap();
            let space = wasserstein_in_space_weighted((&px, &a), (&py, &b), ground).unwrap();
            prop_assert!((space - line).abs() <= 1e-10 * (1.0 + line), "{} {}", space, line);
            let line = wasserstein(&x, &y, p).unwrap();
            let space = wasserstein_in_space(&px, &py, ground).unwrap();
            prop_assert!((space - line).abs() <= 1e-10 * (1.0 + line), "{} {}", space, line);
        }
    }

    #[test]
    fn distances_in_the_plane_are_metrics(
        (x, y, z) in (plane(1..14), plane(1..14), plane(1..14)), factor in 0.1..9.0
    ) {
        let scaled = |x: &[f64]| x.iter().map(|x| factor * x).collect::<Vec<f64>>();
        let (xy, yx) = (in_the_plane(&x, &y), in_the_plane(&y, &x));
        let (xz, zy) = (in_the_plane(&x, &z), in_the_plane(&z, &y));
        let large = in_the_plane(&scaled(&x), &scaled(&y));
        for k in 0..4 {
            let (d, unit) = xy[k];
            prop_assert!((d - yx[k].0).abs() <= 1e-7, "{}: {} {}", k, d, yx[k].0);
            prop_assert!(d <= xz[k].0 + zy[k].0 + 1e-7);
            let factor = if unit == 1.0 { factor } else { f64::sqrt(factor) };
            prop_assert!((large[k].0 - factor * d).abs() <= 1e-6);
        }
        prop_assert!(xy[0].0 <= xy[1].0 + 1e-9 && xy[2].0 <= xy[1].0 + 1e-9);
        let reversed: Vec<f64> = x.chunks(2).rev().flatten().copied().collect();
        prop_assert!(in_the_plane(&x, &reversed).iter().all(|(d, _)| *d < 1e-6));
        if x.len() > 2 && y.len() > 2 {
            let m = |x: &[f64], y: &[f64]| mmd(&points(x), &points(y), 1.3).unwrap();
            prop_assert!((m(&x, &y).biased - m(&y, &x).biased).abs() < 1e-12);
            prop_assert!((m(&reversed, &y).unbiased - m(&x, &y).unbiased).abs() < 1e-12);
        }
    }

    /// An optimal assignment has entropy `ln n` relative to the product of the marginals: the cost of
    /// the entropic plan is above the optimum by at most `epsilon ln n`.
    #[test]
    fn entropic_plans_approach_the_exact_one((x, y) in (plane(10..11), plane(10..11))) {
        let cost = Cost::between(&points(&x), &points(&y), Ground::SquaredEuclidean).unwrap();
        let exact = transport(&cost).unwrap().cost;
        for epsilon in [3.0, 0.3] {
            let settings = SinkhornSettings { epsilon, max_iterations: 20_000, tolerance: 1e-9 };
            let found = sinkhorn(&cost, &[1.0; 10], &[1.0; 10], settings).unwrap();
            let rounding = 20.0 * found.marginal_error * cost.largest() + 1e-9;
            prop_assert!(found.cost >= exact - rounding, "{} {}", found.cost, exact);
            let above = epsilon * std::f64::consts::LN_10;
            prop_assert!(found.cost <= exact + above + rounding, "{} {}", found.cost, exact);
        }
    }
}
