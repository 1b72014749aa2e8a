use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;

use super::*;

fn check(values: &[f64]) {
    let mut expected = values.to_vec();
    expected.sort_unstable_by(f64::total_cmp);
    let mut sorted = values.to_vec();
    sort(&mut sorted);
    let same = expected.iter().zip(&sorted).all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(same, "{} values", values.len());
}

#[test]
fn any_law_is_sorted() {
    let shapes: [fn(f64) -> f64; 8] = [
        |z| z,
        |z| z * z * z * z * z,
        |z| real::exp(40.0 * z),
        |z| (3.0 * z).round(),
        |z| if z < 0.0 { 0.0 } else { z * 1e-310 },
        |z| if z.abs() < 1.5 { 1.0 } else { z * 1e307 },
        |z| -real::exp(-100.0 * z.abs()),
        |z| z * 1e-3 + 1e9,
    ];
    for (chain, shape) in (0..).zip(shapes) {
        let mut stream = Stream::new(StreamKey(71), chain, Purpose::Start);
        for n in [0, 1, 2, 63, 95, 96, 97, 1_000, 1_536, 1_537, 5_000, 40_000, 200_001] {
            let values: Vec<f64> = (0..n).map(|_| shape(stream.normal())).collect();
            check(&values);
        }
    }
}

#[test]
fn order_and_ties_do_not_matter() {
    let rising: Vec<f64> = (0..30_000_u32).map(f64::from).collect();
    let mut falling = rising.clone();
    falling.reverse();
    let saw: Vec<f64> = rising.iter().map(|x| x % 7.0).collect();
    let zeros: Vec<f64> = rising.iter().map(|x| if x % 3.0 > 0.0 { 0.0 } else { -0.0 }).collect();
    let few: Vec<f64> = falling.iter().map(|x| if *x < 5.0 { x - 1e300 } else { 2.0 }).collect();
    let mut odd = falling.clone();
    (odd[17], odd[400], odd[20_000]) = (f64::NAN, f64::INFINITY, -f64::NAN);
    for values in [rising, falling, saw, zeros, few, odd] {
        check(&values);
    }
}

#[test]
fn a_sorter_can_be_used_again() {
    let mut sorter = Sorter::new();
    for n in [5_000_u32, 200, 60_000] {
        let mut values: Vec<f64> = (0..n).map(|i| f64::from(i * 7_919 % 10_007)).collect();
        sorter.sort(&mut values);
        assert!(values.is_sorted());
    }
}
