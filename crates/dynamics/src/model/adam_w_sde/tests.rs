use super::*;
use crate::model::sde::tests::{STEP, assert_moments};

const SDE: AdamWSde = AdamWSde {
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 0.05,
    weight_decay: 0.4,
    noise_std: 0.7,
    bias: BiasForm::Exponential,
    looks_ahead: true,
    look_ahead_noise: false,
    squares_gradient: true,
};

/// `rho_i eta`
const RATES: [f64; 2] = [1.0 - 0.9, 1.0 - 0.99];

#[test]
fn the_first_step_has_the_moments_of_the_equation() {
    for (bias, gammas) in [
        (BiasForm::None, [1.0, 1.0]),
        (BiasForm::Exponential, RATES.map(|rate| 1.0 - real::exp(-rate))),
        (BiasForm::Power, RATES),
    ] {
        for looks_ahead in [true, false] {
            let sde = AdamWSde { bias, looks_ahead, look_ahead_noise: looks_ahead, ..SDE };
            let ahead = f64::from(looks_ahead);
            assert_moments(sde, |g, x, vector| {
                let v = RATES[1] * (g * g + 0.49);
                let denominator = (v / gammas[1]).sqrt() + 0.05;
                let push = STEP * ahead * RATES[0] / gammas[0] / denominator;
                match vector {
                    0 => (x - push * g - STEP * 0.4 * x, push * 0.7),
                    1 => (RATES[0] * g, RATES[0] * 0.7),
                    _ => (v, 0.0),
                }
            });
        }
    }
}

/// With the mean of `g²` in place of `g²` the optimiser's own step, in every respect.
#[test]
fn with_powers_and_noise_a_step_is_that_of_the_optimiser() {
    let sde = AdamWSde { bias: BiasForm::Power, look_ahead_noise: true, ..SDE };
    let k = 7.0;
    let step = sde.step(Interval { end: k, n_parts: 1.0, step_size: STEP, noise: 1.0 });
    let (gamma1, gamma2) = (bias(0.9, k), bias(0.99, k));
    assert!((step.scale + STEP * gamma2.sqrt() / gamma1).abs() < 1e-16);
    assert_eq!(step.epsilon, 0.05 * gamma2.sqrt());
    assert_eq!((step.keep_ahead, step.ahead), (step.keep_mean, step.add_mean));
    assert_eq!(step.ahead_noise, step.add_noise);
}

/// A step in `n` parts: rates are divided by `n`, noise by its root.
#[test]
fn parts_of_a_step_scale_as_time_and_its_root() {
    let whole = SDE.step(Interval { end: 3.0, n_parts: 1.0, step_size: STEP, noise: 1.0 });
    let part = SDE.step(Interval { end: 3.0, n_parts: 4.0, step_size: STEP, noise: 1.0 });
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-15 * a.abs(), "{a} {b}");
    near(part.scale, whole.scale / 4.0);
    near(part.add_mean, whole.add_mean / 4.0);
    near(part.add_square, whole.add_square / 4.0);
    near(part.add_variance, whole.add_variance / 4.0);
    near(part.add_noise, whole.add_noise / 2.0);
    near(1.0 - part.shrinkage, (1.0 - whole.shrinkage) / 4.0);
    // The term eta rho1 (g − M) is part of the equation, not of its integration.
    near(part.ahead, whole.ahead);
}
