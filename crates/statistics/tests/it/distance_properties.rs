//! What every distance is: symmetric, blind to the order of a sample, homogeneous, and subject to the
//! triangle inequality.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::distance::energy::energy;
use maruyama_statistics::distance::line::{wasserstein, wasserstein_weighted};
use maruyama_statistics::distance::mmd::mmd;
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::sliced::{draw_directions, sliced_wasserstein};
use maruyama_statistics::distance::to_law::wasserstein_to_law;
use maruyama_statistics::distance::transport::cost::{Cost, Ground};
use maruyama_statistics::distance::transport::exact::{transport, wasserstein_in_space};
use maruyama_statistics::distance::transport::sinkhorn::{SinkhornSettings, sinkhorn};
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::law::normal::Normal;

const CASES: u64 = 60;

fn stream(case: u64) -> Stream {
    Stream::new(StreamKey(127), case, Purpose::Start)
}

/// A sample whose size, scale and number of ties vary.
fn sample(stream: &mut Stream) -> Vec<f64> {
    let n = 1 + stream.index(60);
    let scale = [1e-3, 1.0, 1e4][stream.index(3)];
    let ties = stream.index(2) == 0;
    let draw = |_| {
        let z = stream.normal();
        scale * if ties { (2.0 * z).round() } else { z * z * z }
    };
    (0..n).map(draw).collect()
}

fn shuffled(x: &[f64], d: usize, stream: &mut Stream) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len() / d).collect();
    for i in 0..order.len() {
        let j = i + stream.index(order.len() - i);
        order.swap(i, j);
    }
    order.iter().flat_map(|i| x[i * d..][..d].to_vec()).collect()
}

const ORDERS: [f64; 5] = [1.0, 1.5, 2.0, 3.0, f64::INFINITY];

#[test]
fn wasserstein_distances_on_the_line_are_metrics() {
    for case in 0..CASES {
        let s = &mut stream(case);
        let (x, y, z) = (sample(s), sample(s), sample(s));
        for order in ORDERS {
            let w = |x: &[f64], y: &[f64]| wasserstein(x, y, order).unwrap();
            let xy = w(&x, &y);
            assert!((xy - w(&y, &x)).abs() <= 1e-13 * xy);
            assert_eq!(w(&shuffled(&x, 1, s), &y).to_bits(), xy.to_bits());
            assert_eq!(w(&x, &shuffled(&x, 1, s)), 0.0);
            assert!(w(&x, &z) <= (xy + w(&y, &z)) * (1.0 + 1e-12));
            let scaled = |x: &[f64]| x.iter().map(|x| -0.25 * x).collect::<Vec<f64>>();
            assert!((w(&scaled(&x), &scaled(&y)) - 0.25 * xy).abs() <= 1e-12 * xy);
            let moved: Vec<f64> = x.iter().map(|x| x + 3.0).collect();
            assert!((w(&x, &moved) - 3.0).abs() < 1e-10);
            let (a, b) = (vec![3.0; x.len()], vec![0.5; y.len()]);
            let weighted = wasserstein_weighted((&x, &a), (&y, &b), order).unwrap();
            assert!((weighted - xy).abs() <= 1e-11 * xy, "{order}: {weighted} {xy}");
        }
        let rising: Vec<f64> = ORDERS.iter().map(|p| wasserstein(&x, &y, *p).unwrap()).collect();
        assert!(rising.windows(2).all(|pair| pair[0] <= pair[1] * (1.0 + 1e-12)), "{rising:?}");
    }
}

#[test]
fn a_fine_sample_of_a_law_stands_for_it() {
    let law = Normal::new(0.3, 1.4).unwrap();
    let n = 20_000;
    let fine: Vec<f64> =
        (0..n).map(|i| law.quantile((f64::from(i) + 0.5) / f64::from(n))).collect();
    for case in 0..6 {
        let mut s = stream(case);
        let x: Vec<f64> = (0..20).map(|_| s.normal()).collect();
        for order in [1.0, 2.0] {
            let to_law = wasserstein_to_law(&x, &law, order).unwrap();
            let rest = wasserstein_to_law(&fine, &law, order).unwrap();
            let to_fine = wasserstein(&x, &fine, order).unwrap();
            assert!((to_law - to_fine).abs() <= rest + 1e-12, "{to_law} {to_fine} {rest}");
        }
    }
}

#[test]
fn distances_in_space_are_symmetric_and_homogeneous() {
    for case in 0..CASES {
        let s = &mut stream(1000 + case);
        let d = 1 + case as usize % 4;
        let mut draw = |n: usize| (0..n * d).map(|_| s.normal()).collect::<Vec<f64>>();
        let (x, y, z) = (draw(12 + case as usize % 7), draw(15), draw(9));
        let s = &mut stream(2000 + case);
        let directions = draw_directions(7, d, s);
        let distance = |x: &[f64], y: &[f64]| -> [f64; 5] {
            let (x, y) = (Points::new(x, d).unwrap(), Points::new(y, d).unwrap());
            let sliced = sliced_wasserstein(&x, &y, &directions, 2.0).unwrap();
            assert!(sliced.standard_error.is_finite());
            [
                wasserstein_in_space(&x, &y, Ground::Euclidean).unwrap(),
                wasserstein_in_space(&x, &y, Ground::SquaredEuclidean).unwrap(),
                sliced.distance,
                energy(&x, &y).unwrap(),
                mmd(&x, &y, 1.5).unwrap().biased.sqrt(),
            ]
        };
        let xy = distance(&x, &y);
        let others = [
            distance(&y, &x),
            distance(&shuffled(&x, d, s), &y),
            distance(&x, &shuffled(&y, d, s)),
        ];
        let scaled = |x: &[f64]| x.iter().map(|x| 4.0 * x).collect::<Vec<f64>>();
        let large = distance(&scaled(&x), &scaled(&y));
        let (xz, zy) = (distance(&x, &z), distance(&z, &y));
        for k in 0..5 {
            assert!(others.iter().all(|other| (other[k] - xy[k]).abs() <= 1e-11 * xy[k]), "{k}");
            assert!(xy[k] <= (xz[k] + zy[k]) * (1.0 + 1e-12), "{k}");
        }
        let factors = [4.0, 4.0, 4.0, 2.0];
        for (k, factor) in factors.into_iter().enumerate() {
            assert!((large[k] / (factor * xy[k]) - 1.0).abs() < 1e-11, "{k}");
        }
        assert!(xy[2] <= xy[1] * (1.0 + 1e-12), "slices are shorter");
        assert!(xy[0] <= xy[1] * (1.0 + 1e-12), "first order is below second");
        let same = distance(&x, &shuffled(&x, d, s));
        assert!(same.iter().all(|w| *w < 1e-6), "{same:?}");
        if d == 1 {
            let line = [wasserstein(&x, &y, 1.0).unwrap(), wasserstein(&x, &y, 2.0).unwrap()];
            for k in 0..2 {
                assert!((line[k] / xy[k] - 1.0).abs() < 1e-12);
            }
            assert!((line[1] / xy[2] - 1.0).abs() < 1e-12, "one dimension has one direction");
        }
    }
}

#[test]
fn entropic_costs_fall_to_the_exact_one() {
    for case in 0..8 {
        let s = &mut stream(3000 + case);
        let mut draw = || (0..30).map(|_| s.normal()).collect::<Vec<f64>>();
        let (x, y) = (draw(), draw());
        let (x, y) = (Points::new(&x, 2).unwrap(), Points::new(&y, 2).unwrap());
        let cost = Cost::between(&x, &y, Ground::SquaredEuclidean).unwrap();
        let exact = transport(&cost).unwrap().cost;
        for epsilon in [1.0, 0.1, 0.01] {
            let settings = SinkhornSettings { epsilon, max_iterations: 100_000, tolerance: 1e-10 };
            let found = sinkhorn(&cost, &[1.0; 15], &[1.0; 15], settings).unwrap();
            // A plan is moved to its marginals by at most twice their error.
            let rounding = 2.0 * found.marginal_error * cost.largest() + 1e-12;
            assert!(rounding < 0.01 * exact, "{epsilon}: {}", found.marginal_error);
            // An optimal assignment has entropy ln n relative to the product.
            let excess = epsilon * maruyama_dynamics::real::ln(15.0);
            assert!(found.cost >= exact - rounding, "{} {exact}", found.cost);
            assert!(found.cost <= exact + excess + rounding, "{} {exact}", found.cost);
        }
    }
}
