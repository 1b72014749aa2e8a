//! Tests of gradients of formulas.

use super::*;
use crate::formula::Names;
use crate::model::core::{Bundle, Model};
use crate::model::descent::Descent;
use crate::model::gradient_descent::GradientDescent;
use crate::model::gradient_noise::Noisy;
use crate::model::noise_schedule::NoiseSchedule;
use crate::model::schedule::Schedule;
use crate::noise::{LANES, StreamKey};
use crate::problem::{FormulaNoise, GradientNoise, Quadratic};
use crate::real;

fn formula(text: &str, covariance: &[&str]) -> Formula {
    let variables = ["x", "y", "z"].map(str::to_owned).to_vec();
    let names = Names { variables, ..Names::default() };
    let covariance = covariance.iter().map(|row| (*row).to_owned()).collect();
    let noise = FormulaNoise { std: 0.4, law: GradientNoise::Gaussian, covariance };
    Formula::new(text, &names, &noise).unwrap()
}

/// States of 16 chains after `n_steps` of SGD from (1, −2, 0.5).
fn states<O: Objective>(objective: O, n_steps: u64) -> Vec<[f64; 3]> {
    let schedule = NoiseSchedule::CONSTANT;
    let gradient = Noisy { objective, std: 0.4, noise: GradientNoise::Gaussian, schedule };
    let schedule = Schedule::constant(0.1);
    let descent = Descent { gradient, optimizer: GradientDescent, schedule, averaging: None };
    let shape = Model::shape(&descent);
    let mut all = Vec::new();
    for first_chain in (0..if n_steps == 1 { 20_000 } else { 16 }).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(4), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[1.0, -2.0, 0.5]));
        descent.advance(n_steps, &mut bundle, &mut Model::workspace(&descent));
        for lane in 0..LANES {
            let mut state = [0.0; 3];
            bundle.get(shape, 0, lane, &mut state);
            all.push(state);
        }
    }
    all
}

#[test]
fn a_quadratic_formula_moves_as_the_quadratic() {
    let by_formula = states(formula("0.5*(2*x^2 - y^2) + 0.15*z^2", &[]), 40);
    let noise = GradientNoise::Gaussian;
    let by_matrix = states(Quadratic::new(vec![2.0, -1.0, 0.3], 0.4, noise), 40);
    for (found, expected) in by_formula.as_flattened().iter().zip(by_matrix.as_flattened()) {
        assert!((found - expected).abs() < 1e-13 * expected.abs(), "{found}, not {expected}");
    }
}

/// Constant and varying covariances alike; bounds of 4.5 standard errors.
#[test]
fn the_noise_of_a_step_has_the_covariance() {
    let varying = ["1 + x^2", "0.6*x, 1", "-0.3*x, 0.2, 0.5*y^2/4"];
    for covariance in [["2", "0.6, 1", "-0.3, 0.2, 0.5"], varying] {
        let steps = states(formula("x*y + z", &covariance), 1);
        let mean = [1.0 + 0.2, -2.0 - 0.1, 0.5 - 0.1];
        let matrix = [[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]];
        let n = steps.len() as f64;
        for i in 0..3 {
            for j in 0..=i {
                let products: Vec<f64> = steps
                    .iter()
                    .map(|x| (x[i] - mean[i]) * (x[j] - mean[j]) / (0.01 * 0.16))
                    .collect();
                let found = real::sum(&products) / n;
                let square = matrix[i][i] * matrix[j][j] + matrix[i][j] * matrix[i][j];
                let bound = 4.5 * f64::sqrt(square / n);
                assert!((found - matrix[i][j]).abs() < bound, "{i} {j}: {found}");
            }
        }
    }
}
