//! Simulated SignSGD, RMSpropW and AdamW beside their exact laws.
//!
//! The coordinates of a quadratic with equal curvatures are independent copies of one chain.

use std::sync::Arc;

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::{Bundle, NoiseSchedule, model};
use maruyama_dynamics::noise::{LANES, StreamKey};
use maruyama_dynamics::parameter::{Value, defaults};
use maruyama_dynamics::problem::{GradientNoise, Quadratic};
use maruyama_theory::adaptive::{
    AdamSystem, DecayForm, SecondMoment, SignChain, mean_square, sign_probabilities, sign_slope,
};

const D: usize = 100;
const N_CHAINS: u64 = 160;
const N: f64 = 16_000.0;

/// All coordinates of all chains after `n_steps` from `start`.
fn ends(
    name: &str,
    changes: &[(&str, Value)],
    problem: Quadratic,
    start: f64,
    n_steps: u64,
) -> Vec<f64> {
    let kind = model(name).unwrap();
    let mut parameters = defaults(kind.part().parameters);
    parameters.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let model = kind.build(&parameters, &(Arc::new(problem) as Arc<_>));
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut values = Vec::new();
    for first_chain in (0..N_CHAINS).step_by(LANES) {
        let mut bundle = Bundle::new(shape, StreamKey(77), first_chain);
        (0..LANES).for_each(|lane| bundle.set(shape, 0, lane, &[start; D]));
        model.advance(n_steps, &mut bundle, &mut workspace);
        let mut x = [0.0; D];
        for lane in 0..LANES {
            bundle.get(shape, 0, lane, &mut x);
            values.extend(x);
        }
    }
    assert_eq!(values.len() as f64, N);
    values
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    values.sum::<f64>() / N
}

#[test]
fn sign_sgd_has_the_law_of_its_chain() {
    let (lambda, sigma, eta, start, n_steps) = (1.5, 0.8, 0.06, 0.9, 25);
    for noise in
        [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 1.5 }, GradientNoise::Rademacher]
    {
        let problem = Quadratic::new(vec![lambda; D], sigma, noise);
        let changes = [("step_size", Value::Real(eta))];
        let x = ends("sign_sgd", &changes, problem, start, n_steps);
        let chain = SignChain::new(lambda, noise, sigma, eta).unwrap();
        let law = chain.law_after(start, n_steps as usize).unwrap();
        let exact = law.moments(lambda);
        let error = (mean(x.iter().copied()) - exact.mean) / (exact.variance / N).sqrt();
        assert!(error.abs() < 4.5, "{noise:?}: {error}");
        let squares = mean(x.iter().map(|x| (x - exact.mean) * (x - exact.mean)));
        let fourth = law.expectation(|x| {
            let square = (x - exact.mean) * (x - exact.mean);
            square * square
        });
        let spread = fourth - exact.variance * exact.variance;
        let error = (squares - exact.variance) / (spread / N).sqrt();
        assert!(error.abs() < 4.5, "{noise:?}: {error}");
    }
}

/// The chain has `v` frozen at its mean; with `beta2 = 0.999` what that leaves out is below a percent.
#[test]
fn rmsprop_and_adam_have_the_stationary_variances_of_their_chains() {
    let (lambda, sigma, eta, theta) = (1.0, 0.2, 0.02, 4.0);
    for (name, beta1, form) in [
        ("rmsprop_w", 0.0, DecayForm::Decoupled),
        ("adam_w", 0.9, DecayForm::Decoupled),
        ("adam_w", 0.9, DecayForm::Penalty),
    ] {
        let mut changes = vec![
            ("step_size", Value::Real(eta)),
            ("beta2", Value::Real(0.999)),
            ("weight_decay", Value::Real(theta)),
        ];
        if name == "adam_w" {
            let word = if form == DecayForm::Penalty { "l2" } else { "decoupled" };
            changes.push(("beta1", Value::Real(beta1)));
            changes.push(("decay_form", Value::Text(word.to_owned())));
        }
        let problem = Quadratic::new(vec![lambda; D], sigma, GradientNoise::Gaussian);
        let x = ends(name, &changes, problem, 0.0, 3000);
        let system = AdamSystem {
            hessian: Matrix::new(1, 1, vec![lambda]),
            noise: Matrix::new(1, 1, vec![sigma * sigma]),
            step_size: eta,
            beta1,
            weight_decay: theta,
            decay_form: form,
            epsilon: 1e-8,
            second_moment: SecondMoment::OfGradient,
        };
        let expected = system.chain().unwrap().row(0)[0];
        let ratio = mean(x.iter().map(|x| x * x)) / expected;
        let error = (2.0 / N).sqrt();
        assert!((ratio - 1.0).abs() < 4.5 * error + 0.01, "{name} {form:?}: {ratio}");
    }
}

/// `E x²` and `E x⁴` of SignSGD on `x²/2` after one step for each scale of its noise: its law on the
/// lattice `start + eta Z`, whose moves have known probabilities.
fn sign_moments(start: f64, eta: f64, scales: &[f64]) -> [f64; 2] {
    let n = scales.len();
    let point = |j: usize| start + eta * (j as f64 - n as f64);
    let mut law = vec![0.0; 2 * n + 1];
    law[n] = 1.0;
    for (k, sigma) in scales.iter().enumerate() {
        let mut next = vec![0.0; 2 * n + 1];
        for j in n - k..=n + k {
            let up = sign_probabilities(GradientNoise::Gaussian, point(j), *sigma).negative;
            next[j + 1] += law[j] * up;
            next[j - 1] += law[j] * (1.0 - up);
        }
        law = next;
    }
    let moment = |power: i32| {
        let terms = law.iter().enumerate().map(|(j, p)| {
            let square = point(j) * point(j);
            p * if power == 2 { square } else { square * square }
        });
        terms.sum::<f64>()
    };
    [moment(2), moment(4)]
}

/// `E x²` and `E x⁴` of SGD, whose law is normal.
fn sgd_moments(start: f64, eta: f64, scales: &[f64]) -> [f64; 2] {
    let (mut mean, mut variance) = (start, 0.0);
    for sigma in scales {
        mean *= 1.0 - eta;
        variance = (1.0 - eta) * (1.0 - eta) * variance + eta * eta * sigma * sigma;
    }
    let (square, spread) = (mean * mean, 3.0 * variance * variance);
    [square + variance, square * square + 6.0 * square * variance + spread]
}

/// Noise `sigma_t = 1/sqrt(1 + t)` with a constant step: the loss follows it, with `sigma_t²` under SGD
/// and with `sigma_t` under SignSGD.
#[test]
fn losses_follow_falling_noise() {
    let (eta, start, n_steps) = (0.02, 0.3, 400);
    let schedule = NoiseSchedule { power: 0.5, steps: 1.0 / eta };
    let scales: Vec<f64> = (0..n_steps).map(|k| schedule.factor(k)).collect();
    let (time, sigma) = (eta * n_steps as f64, |t: f64| 1.0 / (1.0 + t).sqrt());
    let slope = sign_slope(GradientNoise::Gaussian);
    let of_sgd = mean_square(|_| 1.0, |t| eta * sigma(t) * sigma(t), start * start, time, 4000);
    let of_sign = mean_square(|t| slope / sigma(t), |_| eta, start * start, time, 4000);
    let models: [(&str, &str, [f64; 2], f64); 3] = [
        ("sgd", "", sgd_moments(start, eta, &scales), of_sgd),
        ("sign_sgd", "noise", sign_moments(start, eta, &scales), of_sign),
        ("sign_sgd", "bernoulli", sign_moments(start, eta, &scales), of_sign),
    ];
    for (name, draws, [second, fourth], equation) in models {
        let mut changes = vec![
            ("step_size", Value::Real(eta)),
            ("noise_decay_power", Value::Real(schedule.power)),
            ("noise_decay_steps", Value::Real(schedule.steps)),
        ];
        if !draws.is_empty() {
            changes.push(("draws", Value::Text(draws.to_owned())));
        }
        let problem = Quadratic::new(vec![1.0; D], 1.0, GradientNoise::Gaussian);
        let x = ends(name, &changes, problem, start, n_steps);
        let found = mean(x.iter().map(|x| x * x));
        let error = (found - second) / ((fourth - second * second) / N).sqrt();
        assert!(error.abs() < 4.5, "{name} {draws}: {error}");
        // Chain and equation differ by eta lambda/2 of SGD's mean square, by 0.31 eta lambda/sigma_t of
        // SignSGD's.
        assert!((second / equation - 1.0).abs() < 0.025, "{name}: {}", second / equation);
    }
}
