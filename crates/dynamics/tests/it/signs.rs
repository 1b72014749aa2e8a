//! SignSGD whose signs are drawn, against the exact law on the lattice that its chains stay on.

use std::sync::Arc;

use maruyama_dynamics::model::{Bundle, model};
use maruyama_dynamics::noise::{LANES, StreamKey};
use maruyama_dynamics::parameter::{Parameters, Value, defaults};
use maruyama_dynamics::problem::{GradientNoise, Problem, Quadratic};
use maruyama_dynamics::real;

use crate::setting::with;

/// Equal coordinates, which are independent chains.
const D: usize = 500;
const H: f64 = 1.1;
const SIGMA: f64 = 0.6;
const START: f64 = 0.9;
const STEP: f64 = 0.15;
const N_STEPS: usize = 14;

fn parameters(draws: Option<&str>) -> Parameters {
    let declared = defaults(model("sign_sgd").unwrap().part().parameters);
    let draws = draws.map(|draws| ("draws", Value::Text(draws.to_owned())));
    let step = ("step_size", Value::Real(STEP));
    with(declared, &[step].into_iter().chain(draws).collect::<Vec<_>>())
}

/// Coordinates of 320 chains after [`N_STEPS`].
fn ends(noise: GradientNoise, draws: Option<&str>) -> Vec<f64> {
    let problem: Arc<dyn Problem> = Arc::new(Quadratic::new(vec![H; D], SIGMA, noise));
    let model = model("sign_sgd").unwrap().build(&parameters(draws), &problem);
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let chains = (0..320).step_by(LANES).flat_map(|first_chain| {
        let mut bundle = Bundle::new(shape, StreamKey(21), first_chain);
        bundle.state.fill(START);
        model.advance(N_STEPS as u64, &mut bundle, &mut workspace);
        bundle.state.to_vec()
    });
    chains.collect()
}

/// `P(sign(g + sigma xi) = 1)`, in closed form.
fn probability(noise: GradientNoise, g: f64) -> f64 {
    let s = g / SIGMA;
    match noise {
        GradientNoise::StudentT { nu: 1.0 } => 0.5 + real::atan(s) / std::f64::consts::PI,
        GradientNoise::StudentT { .. } => 0.5 + 0.5 * s / (2.0 + s * s).sqrt(),
        _ => 0.5 * real::erfc(-s / 2.0_f64.sqrt()),
    }
}

/// `P(x_n = START + (2 i − n) STEP)`, `i = 0, ..., n`, by the recursion over steps:
///
/// ```text
/// x <- x − STEP with probability p(h x),  x + STEP with 1 − p(h x)
/// ```
fn exact(noise: GradientNoise) -> Vec<f64> {
    let mut law = vec![1.0];
    for n in 0..N_STEPS {
        let mut next = vec![0.0; n + 2];
        for (i, weight) in law.iter().enumerate() {
            let x = START + (2.0 * i as f64 - n as f64) * STEP;
            let down = probability(noise, H * x);
            next[i] += weight * down;
            next[i + 1] += weight * (1.0 - down);
        }
        law = next;
    }
    law
}

/// Pearson's statistic over the places with at least twenty expected chains, in standard deviations
/// of its law, and what lies elsewhere.
fn misfit(ends: &[f64], law: &[f64]) -> f64 {
    let mut counts = vec![0.0; law.len()];
    for x in ends {
        let place = (x - START) / (2.0 * STEP) + 0.5 * N_STEPS as f64;
        assert!((place - place.round()).abs() < 1e-9, "{x} is off the lattice");
        counts[place.round() as usize] += 1.0;
    }
    let n = ends.len() as f64;
    let (mut sum, mut n_places) = (0.0, 0.0);
    for (count, weight) in counts.iter().zip(law) {
        if n * weight >= 20.0 {
            sum += (count - n * weight) * (count - n * weight) / (n * weight);
            n_places += 1.0;
        }
    }
    let degrees = n_places - 1.0;
    (sum - degrees) / f64::sqrt(2.0 * degrees)
}

#[test]
fn drawn_signs_have_the_law_of_signs_of_noise() {
    let laws = [
        GradientNoise::Gaussian,
        GradientNoise::StudentT { nu: 1.0 },
        GradientNoise::StudentT { nu: 2.0 },
    ];
    for noise in laws {
        let law = exact(noise);
        assert!((real::sum(&law) - 1.0).abs() < 1e-14);
        let drawn = ends(noise, Some("bernoulli"));
        for found in [&drawn, &ends(noise, None)] {
            // Exceeded by chi-squared with eight or more degrees of freedom with probability 1e-6.
            assert!(misfit(found, &law) < 8.0, "{noise:?}: {}", misfit(found, &law));
        }
        assert_eq!(ends(noise, Some("noise")), ends(noise, None));
        assert_ne!(drawn, ends(noise, None));
    }
    let heavy = exact(GradientNoise::StudentT { nu: 2.0 });
    let other = misfit(&ends(GradientNoise::Gaussian, Some("bernoulli")), &heavy);
    assert!(other > 100.0, "the test tells laws apart: {other}");
}

#[test]
fn signs_without_a_density_are_refused() {
    let refused = |noise, std| {
        let problem = Quadratic::new(vec![1.0], std, noise);
        let kind = model("sign_sgd").unwrap();
        assert_eq!(kind.check_problem(&parameters(None), &problem), []);
        let violations = kind.check_problem(&parameters(Some("bernoulli")), &problem);
        violations.first().map(|violation| violation.parameter)
    };
    assert_eq!(refused(GradientNoise::Gaussian, 1.0), None);
    assert_eq!(refused(GradientNoise::Gaussian, 0.0), Some("draws"));
    assert_eq!(refused(GradientNoise::Rademacher, 1.0), Some("draws"));
    let on_data = model("sign_sgd").unwrap().check(&parameters(Some("noise")), 7);
    assert_eq!(on_data[0].parameter, "draws");
}
