use super::*;
use crate::adaptive::stationary::{look_ahead_factor, momentum_factor, preconditioned_variance};

fn system(hessian: &[f64], sigma: f64, beta1: f64, weight_decay: f64) -> AdamSystem {
    AdamSystem {
        hessian: diagonal(hessian),
        noise: diagonal(&vec![sigma * sigma; hessian.len()]),
        step_size: 0.002,
        beta1,
        weight_decay,
        decay_form: DecayForm::Decoupled,
        epsilon: 0.0,
        second_moment: SecondMoment::OfNoise,
    }
}

fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} {expected}");
}

#[test]
fn equations_have_the_closed_forms() {
    let (lambda, sigma) = ([1.0, 3.0], 0.7);
    for (beta1, theta) in [(0.9, 0.0), (0.98, 2.5)] {
        let system = system(&lambda, sigma, beta1, theta);
        let rmsprop = system.rmsprop_equation().unwrap();
        let adam = system.adam_equation(LookAhead::None).unwrap();
        let drift = system.adam_equation(LookAhead::Drift).unwrap();
        for (i, lambda) in lambda.into_iter().enumerate() {
            let closed = preconditioned_variance(0.002, lambda, sigma, theta);
            assert_near(rmsprop.row(i)[i], closed, 1e-12);
            let rho = (1.0 - beta1) / 0.002;
            assert_near(adam.row(i)[i], closed * momentum_factor(rho, theta), 1e-12);
            if theta == 0.0 {
                let factor = look_ahead_factor(0.002, rho, lambda, sigma);
                assert_near(drift.row(i)[i], closed * factor, 1e-12);
            }
        }
    }
}

/// Values from scipy's solver for the system of each coordinate, written down by itself.
#[test]
fn the_look_ahead_has_the_covariance_of_an_independent_solution() {
    let system = system(&[1.0, 3.0], 0.7, 0.9, 1.3);
    for (look_ahead, expected) in [
        (LookAhead::Drift, [0.000_288_532_417_551_267_04, 0.000_140_167_013_817_518_1]),
        (LookAhead::DriftAndNoise, [0.000_356_407_251_621_490_56, 0.000_173_239_012_834_339_4]),
    ] {
        let joint = system.adam_equation(look_ahead).unwrap();
        for (i, expected) in expected.into_iter().enumerate() {
            assert_near(joint.row(i)[i], expected, 1e-12);
        }
    }
}

/// With `beta1 = 0` and all of its terms Adam's equation is RMSprop's.
#[test]
fn adam_without_memory_is_rmsprop() {
    let system = system(&[1.0, 3.0], 0.7, 0.0, 1.3);
    let adam = system.adam_equation(LookAhead::DriftAndNoise).unwrap();
    let rmsprop = system.rmsprop_equation().unwrap();
    for (x, y) in position(&adam, 2).entries().iter().zip(rmsprop.entries()) {
        assert!((x - y).abs() < 1e-16, "{x} {y}");
    }
}

/// A penalty is decay of another Hessian.
#[test]
fn a_penalty_adds_to_the_hessian() {
    let penalised = AdamSystem { decay_form: DecayForm::Penalty, ..system(&[1.0], 0.5, 0.9, 2.0) };
    let steeper = system(&[3.0], 0.5, 0.9, 0.0);
    assert_eq!(penalised.chain().unwrap(), steeper.chain().unwrap());
    let settled = AdamSystem { second_moment: SecondMoment::OfGradient, ..penalised };
    let other = AdamSystem { second_moment: SecondMoment::OfGradient, ..steeper };
    assert_eq!(settled.chain().unwrap(), other.chain().unwrap());
}

/// RMSprop's chain without decay: `eta² / (1 − (1 − eta lambda/sigma)²)`; `v` of the gradient solves its
/// own equation.
#[test]
fn the_chain_of_rmsprop_has_its_closed_form() {
    let system = system(&[2.0], 0.2, 0.0, 0.0);
    let variance = |v: f64| {
        let a: f64 = 1.0 - 0.002 * 2.0 / v.sqrt();
        4e-6 * 0.04 / v / (1.0 - a * a)
    };
    assert_near(system.chain().unwrap().row(0)[0], variance(0.04), 1e-12);
    let settled = AdamSystem { second_moment: SecondMoment::OfGradient, ..system };
    let found = settled.chain().unwrap().row(0)[0];
    assert_near(found, variance(0.04 + 4.0 * found), 1e-12);
}

/// Rotated coordinates: `P⁻¹` does not commute with `H`, and the covariance solves its equation.
#[test]
fn matrices_need_not_commute() {
    let hessian = Matrix::new(2, 2, vec![2.0, 0.7, 0.7, 1.0]);
    let noise = Matrix::new(2, 2, vec![0.5, 0.1, 0.1, 0.2]);
    let system = AdamSystem { hessian, noise, ..system(&[1.0, 1.0], 1.0, 0.9, 0.4) };
    let c = system.rmsprop_equation().unwrap();
    let inverse = diagonal(&[1.0 / 0.5_f64.sqrt(), 1.0 / 0.2_f64.sqrt()]);
    let drift = combine(1.0, &product(&inverse, &system.hessian), 0.4, &identity(2));
    let left = product(&drift, &c);
    let sum = combine(1.0, &left, 1.0, &left.transposed());
    let noise = congruence(&inverse, &system.noise);
    for (x, y) in sum.entries().iter().zip(noise.entries()) {
        assert!((x - 0.002 * y).abs() < 1e-16, "{x} {y}");
    }
    // Chain and equation agree to first order in the step.
    let chain = position(&system.chain().unwrap(), 2);
    let equation = position(&system.adam_equation(LookAhead::None).unwrap(), 2);
    for (x, y) in chain.entries().iter().zip(equation.entries()) {
        assert!((x / y - 1.0).abs() < 0.02, "{x} {y}");
    }
}

#[test]
fn parameters_outside_their_ranges_and_unstable_steps_are_refused() {
    assert!(AdamSystem { beta1: 1.0, ..system(&[1.0], 1.0, 0.9, 0.0) }.chain().is_err());
    assert!(AdamSystem { epsilon: f64::NAN, ..system(&[1.0], 1.0, 0.9, 0.0) }.chain().is_err());
    assert!(system(&[1.0], 0.0, 0.9, 0.0).rmsprop_equation().is_err());
    let huge = AdamSystem { step_size: 3.0, ..system(&[1.0], 1.0, 0.0, 0.0) };
    assert_eq!(huge.chain(), Err(AdaptiveError::NotStable));
    assert_eq!(system(&[-1.0], 1.0, 0.9, 0.0).rmsprop_equation(), Err(AdaptiveError::NotStable));
}
