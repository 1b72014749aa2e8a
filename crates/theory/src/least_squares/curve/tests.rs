use super::*;
use crate::least_squares::reference::{assert_all_close, assert_close, d1, d2};
use crate::least_squares::{MomentMap, average_curve};
use crate::matrix::trace;

const START: [f64; 2] = [1.0, -1.0];

fn constant(share: f64, gamma: &dyn Fn(u64) -> f64) -> SgdSteps<'_> {
    SgdSteps { step_size: gamma, share }
}

/// Cases `transient.D1` of the reference: traces of the second moments at the time 2.4.
#[test]
fn curves_pass_through_the_reference() {
    let problem = d1();
    let curves = MomentCurves::new(&problem, Moments::at_point(&START), Measure::Distance).unwrap();
    let cases = [
        (0.6, 4, 0.090_656_557_866_5 + 0.118_481_523_799, 0.107_544_111_717 + 0.110_604_714_715),
        (0.3, 8, 0.051_633_711_771_6 + 0.095_912_216_140_7, 0.046_209_730_428 + 0.082_830_421_42),
        (
            0.15,
            16,
            0.035_823_878_769_6 + 0.087_615_552_719_2,
            0.031_636_265_019_1 + 0.080_168_601_326_8,
        ),
    ];
    for (gamma, k, sde, sgd) in cases {
        let times = [0.8, 1.6, 2.4];
        let found = curves.equation(gamma, 1.0, Equation::FirstOrder, &times).unwrap();
        assert_close(found[2], sde, 1e-11);
        let found = curves.sgd(&constant(1.0, &|_| gamma), &[0, k]).unwrap();
        assert_eq!(found[0], 2.0);
        assert_close(found[1], sgd, 1e-11);
        let flow = curves.gradient_flow(&[0.0, 2.4]).unwrap();
        assert_close(flow[0], 2.0, 1e-14);
        let square = |x: f64| x * x;
        assert_close(flow[1], square(0.148_269_992_396) + square(0.284_488_467_958), 1e-11);
    }
}

/// Case `order.weak` of the reference.
#[test]
fn errors_of_the_equations_match_the_reference() {
    let problem = d1();
    let curves = MomentCurves::new(&problem, Moments::at_point(&START), Measure::Distance).unwrap();
    let expected = [
        (0.3, 0.018_505_776_064_3, 0.014_285_581_425_2),
        (0.15, 0.011_634_565_143, 0.002_972_603_781_57),
        (0.075, 0.006_205_568_702_24, 0.000_685_260_682_103),
        (0.0375, 0.003_181_308_104_19, 0.000_164_892_741_114),
    ];
    for (gamma, first, second) in expected {
        let k = real::ceil(2.4 / gamma - 1e-9) as u64;
        let sgd = curves.sgd(&constant(1.0, &|_| gamma), &[k]).unwrap()[0];
        for (equation, error) in [(Equation::FirstOrder, first), (Equation::SecondOrder, second)] {
            let found = curves.equation(gamma, 1.0, equation, &[2.4]).unwrap()[0];
            assert_close((found - sgd).abs(), error, 1e-8);
        }
    }
}

#[test]
fn averages_are_those_of_the_recursion() {
    let problem = d1();
    let curves = MomentCurves::new(&problem, Moments::at_point(&START), Measure::Distance).unwrap();
    let gamma = |k: u64| 0.3 * real::pow(1.0 + k as f64 / 20.0, -0.75);
    let known: Vec<f64> = (0..41).map(gamma).collect();
    let known = average_curve(&problem, &START, &known).unwrap();
    let steps = constant(1.0, &gamma);
    // There the average of k iterates leaves out the last one.
    let found = curves.sgd_average(&steps, 0, &[0, 7, 40]).unwrap();
    let averages = [known.average[0], known.average[7], known.average[40]];
    assert_all_close(&found, &averages, 1e-12);
    let last = curves.sgd(&steps, &[7, 40]).unwrap();
    assert_all_close(&last, &[known.last[6], known.last[39]], 1e-12);
    // From step 40 on the average at step 40 is the iterate.
    let late = curves.sgd_average(&steps, 40, &[7, 40]).unwrap();
    assert_all_close(&late, &last, 1e-13);
}

/// The mean over all pairs of samples, drawn with and without replacement.
#[test]
fn batches_keep_their_share_of_the_noise() {
    let problem = d1();
    let curves = MomentCurves::new(&problem, Moments::at_point(&START), Measure::Distance).unwrap();
    let rows = [
        [1.0, 0.2, 0.9],
        [0.5, -0.8, -0.3],
        [-1.2, 0.4, -1.0],
        [0.3, 1.1, 0.8],
        [-0.7, -0.6, -1.1],
        [0.9, 0.7, 1.4],
        [-0.4, 0.9, 0.1],
        [1.3, -0.5, 0.6],
    ];
    let gamma = 0.3;
    let centre = problem.minimiser();
    let gradient = |i: usize| {
        let [a, b, y] = rows[i];
        let r = a * (centre[0] + 1.0) + b * (centre[1] - 1.0) - y;
        [r * a, r * b]
    };
    let square = |i: usize, j: usize| {
        let (g, h) = (gradient(i), gradient(j));
        let moved = [1.0 - gamma * 0.5 * (g[0] + h[0]), -1.0 - gamma * 0.5 * (g[1] + h[1])];
        moved[0] * moved[0] + moved[1] * moved[1]
    };
    let (mut with, mut without) = (0.0, 0.0);
    for i in 0..8 {
        for j in 0..8 {
            with += square(i, j) / 64.0;
            without += if i == j { 0.0 } else { square(i, j) / 56.0 };
        }
    }
    for (share, expected) in [(0.5, with), (6.0 / 14.0, without)] {
        let found = curves.sgd(&constant(share, &|_| gamma), &[1]).unwrap();
        assert_close(found[0], expected, 1e-13);
    }
}

#[test]
fn excess_losses_are_forms_of_the_covariance() {
    let problem = d1();
    let start = Moments::at_point(&START);
    let curves = MomentCurves::new(&problem, start.clone(), Measure::ExcessLoss).unwrap();
    let moments = MomentMap::sgd(&problem, 0.2).unwrap().after(&start, 5).unwrap();
    let expected = 0.5 * trace(&product(problem.covariance(), &moments.second));
    assert_close(curves.sgd(&constant(1.0, &|_| 0.2), &[5]).unwrap()[0], expected, 1e-13);
}

/// On the range of D2, without label noise: `e^{t L} M`, by equal gaps and by others.
#[test]
fn noiseless_curves_are_those_of_differences() {
    let full = d2();
    let (problem, q) = full.on_range().unwrap();
    let eta: Vec<f64> = q.times(full.minimiser()).iter().map(|entry| -entry).collect();
    let start = Moments::at_point(&eta);
    let curves = MomentCurves::new(&problem, start.clone(), Measure::Distance).unwrap();
    let flow = MomentFlow::new(&problem, 0.25, Equation::FirstOrder).unwrap();
    let times = [0.0, 1.0, 2.0, 3.0, 3.5, 9.0];
    let found = curves.equation(0.25, 1.0, Equation::FirstOrder, &times).unwrap();
    for (time, found) in times.iter().zip(found) {
        let expected = trace(&flow.difference_at(&start.second, *time).unwrap());
        assert_close(found, expected, 1e-11);
    }
}

#[test]
fn what_is_no_curve_is_refused() {
    let problem = d1();
    let curves = MomentCurves::new(&problem, Moments::at_point(&START), Measure::Distance).unwrap();
    assert!(curves.equation(0.3, 1.0, Equation::FirstOrder, &[1.0, 0.5]).is_err());
    assert!(curves.equation(0.3, 0.5, Equation::SecondOrder, &[1.0]).is_err());
    assert!(curves.equation(-0.3, 1.0, Equation::FirstOrder, &[1.0]).is_err());
    assert!(curves.sgd(&constant(1.0, &|_| f64::NAN), &[1]).is_err());
    assert!(curves.sgd(&constant(2.0, &|_| 0.1), &[1]).is_err());
    assert!(MomentCurves::new(&problem, Moments::at_point(&[1.0]), Measure::Distance).is_err());
}
