use super::*;
use crate::least_squares::MomentMap;
use crate::least_squares::reference::{assert_all_close, assert_close, d1, d2, d3};
use crate::matrix::{congruence, trace};
use maruyama_dynamics::real;

fn flow(problem: &LeastSquares, gamma: f64) -> MomentFlow {
    MomentFlow::new(problem, gamma, Equation::FirstOrder).unwrap()
}

#[test]
fn stationary_covariances_match_the_reference() {
    let found = flow(&d1(), 0.15).stationary().unwrap();
    let expected = [
        0.002_523_224_245_31,
        -0.000_510_767_861_109,
        -0.000_510_767_861_109,
        0.002_337_797_598_45,
    ];
    assert_all_close(found.entries(), &expected, 1e-11);
    assert_close(flow(&d3(), 0.5).stationary().unwrap().entries()[0], 0.023_687_380_241_4, 1e-11);
}

#[test]
fn the_trapezoidal_scheme_keeps_the_stationary_covariance_at_any_step() {
    let (p, gamma) = (d1(), 0.15);
    let m = flow(&p, gamma).stationary().unwrap();
    let noise = combine(gamma, &p.multiplicative_noise(&m), gamma, p.noise());
    for h in [0.1, 0.5, 2.0] {
        let eye = identity(2);
        let minus = combine(1.0, &eye, -0.5 * h, p.covariance());
        let plus = combine(1.0, &eye, 0.5 * h, p.covariance());
        let moved = combine(1.0, &congruence(&minus, &m), h, &noise);
        assert_all_close(moved.entries(), congruence(&plus, &m).entries(), 1e-13);
    }
}

#[test]
fn transient_moments_match_the_reference() {
    let mean = [0.148_269_992_396, -0.284_488_467_958];
    let cases = [
        (0.6, [0.090_656_557_866_5, -0.055_836_340_036_7, 0.118_481_523_799]),
        (0.3, [0.051_633_711_771_6, -0.048_125_875_623_2, 0.095_912_216_140_7]),
        (0.15, [0.035_823_878_769_6, -0.044_961_135_586_4, 0.087_615_552_719_2]),
    ];
    for (gamma, [xx, xy, yy]) in cases {
        let found = flow(&d1(), gamma).at(&Moments::at_point(&[1.0, -1.0]), 2.4).unwrap();
        assert_all_close(&found.mean, &mean, 1e-11);
        assert_all_close(found.second.entries(), &[xx, xy, xy, yy], 1e-11);
    }
}

#[test]
fn interpolated_second_moments_decay_at_the_reference_rate() {
    let (p, _) = d2().on_range().unwrap();
    assert_close(flow(&p, 0.25).second_moment_rate().unwrap(), -0.953_657_186_709, 1e-10);
    assert_close(flow(&p, 0.5).second_moment_rate().unwrap(), -0.817_328, 1e-6);
    // Along the kernel nothing moves: the whole problem has rate zero.
    assert!(flow(&d2(), 0.25).second_moment_rate().unwrap().abs() < 1e-12);
    assert!(flow(&d2(), 0.25).stationary() == Err(LeastSquaresError::Degenerate));
}

#[test]
fn weak_errors_have_their_orders() {
    let start = Moments::at_point(&[1.0, -1.0]);
    let first =
        [0.018_505_776_064_3, 0.011_634_565_143, 0.006_205_568_702_24, 0.003_181_308_104_19];
    let second =
        [0.014_285_581_425_2, 0.002_972_603_781_57, 0.000_685_260_682_103, 0.000_164_892_741_114];
    for (i, gamma) in [0.3, 0.15, 0.075, 0.0375].into_iter().enumerate() {
        let steps = 8 << i;
        let sgd = MomentMap::sgd(&d1(), gamma).unwrap().after(&start, steps).unwrap();
        let error = |equation| {
            let moved = MomentFlow::new(&d1(), gamma, equation).unwrap().at(&start, 2.4).unwrap();
            (trace(&moved.second) - trace(&sgd.second)).abs()
        };
        assert_close(error(Equation::FirstOrder), first[i], 1e-9);
        assert_close(error(Equation::SecondOrder), second[i], 1e-8);
    }
}

#[test]
fn correcting_the_noise_makes_the_stationary_covariance_second_order() {
    let error = |equation, gamma| {
        let exact = trace(&MomentMap::sgd(&d1(), gamma).unwrap().stationary().unwrap());
        let found = MomentFlow::new(&d1(), gamma, equation).unwrap().stationary().unwrap();
        (trace(&found) / exact - 1.0).abs()
    };
    let order = |equation| real::log2(error(equation, 0.05) / error(equation, 0.025));
    let [drift, noise] = [Equation::SecondOrder, Equation::SecondOrderWithNoise].map(order);
    assert!((drift - 1.0).abs() < 0.1, "{drift}");
    assert!((noise - 2.0).abs() < 0.1, "{noise}");
}

#[test]
fn infinite_covariances_are_refused() {
    let heavy = LeastSquares::gaussian(&[1.0, 0.25], 1.0).unwrap();
    let Err(LeastSquaresError::NoSecondMoment { rate }) = flow(&heavy, 1.0).stationary() else {
        panic!("a law with tail index 1.91 has no covariance");
    };
    assert_close(rate, 0.125, 1e-11);
    assert!(MomentFlow::new(&heavy, 0.0, Equation::FirstOrder).is_err());
}
