//! Stationary laws and losses of SGD, RMSprop(W) and Adam(W) beside reference values.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;
use maruyama_theory::adaptive::{
    AdamParameters, AdamSystem, AverageRule, DecayForm, LookAhead, LossSetting, SecondMoment,
    SgdLaw, adam_w_approach, adam_w_loss, lyapunov, momentum_factor, position,
    preconditioned_variance, scale_batch, schedule_correction, scheduled_sign_loss, sgd_loss,
    sign_slope,
};
use maruyama_theory::matrix::diagonal;

use crate::adaptive_fixture::{assert_case, case, fixture, input, inputs, numbers, variances};

#[test]
fn laws_of_sgd() {
    let (lambda, sigma) = ([1.0, 3.0], [0.5, 0.2]);
    let law = |eta| SgdLaw::new(&diagonal(&lambda), &diagonal(&sigma.map(|s| s * s)), eta).unwrap();
    assert_case("sgd_stationary_cov", &variances(&law(0.02).covariance(f64::INFINITY)));
    let chain = law(0.02).chain_covariance(None).unwrap();
    assert_case("sgd_stationary_var_exact_discrete", &variances(&chain));
    assert_case("sgd_asymptotic_loss", &[sgd_loss(0.02, &sigma)]);
    // The loss of chain and equation at time 1, for 80 and 160 steps.
    let error = |k: u64| {
        let law = law(1.0 / k as f64);
        let chain = law.chain_covariance(Some(k)).unwrap();
        let chain = law.loss(&law.chain_mean(&[1.0, -1.0], k), &chain);
        (chain - law.loss(&law.mean(&[1.0, -1.0], 1.0), &law.covariance(1.0))).abs()
    };
    assert_case("sgd_weak_slope", &[real::log2(error(80) / error(160))]);
}

#[test]
fn matrices_that_do_not_commute() {
    let matrix = |entries: Vec<f64>| Matrix::new(2, 2, entries);
    let hessian = matrix(vec![2.0, 0.5, 0.5, 1.0]);
    let noise = matrix(vec![1.0, 0.3, 0.3, 0.2]);
    let expected = case("lyapunov_2x2");
    let law = SgdLaw::new(&hessian, &noise, 0.05).unwrap().covariance(f64::INFINITY);
    let scaled = matrix(noise.entries().iter().map(|s| 0.05 * s).collect());
    let solved = lyapunov(&hessian, &scaled).unwrap();
    for (i, row) in expected["value"].as_array().unwrap().iter().enumerate() {
        for (j, value) in numbers(row).into_iter().enumerate() {
            assert!((law.row(i)[j] - value).abs() < 1e-12);
            assert!((solved.row(i)[j] - value).abs() < 1e-12);
        }
    }
}

/// Closed forms, equations and chains of RMSprop(W) and Adam(W).
#[test]
fn stationary_variances_of_adaptive_optimisers() {
    let mut seen = 0;
    for (name, case) in fixture().as_object().unwrap() {
        let Some(kind) = name.strip_prefix("statvar_") else { continue };
        let (eta, sigma, theta) = (input(case, "eta"), input(case, "sigma"), input(case, "theta"));
        let (curvatures, beta1) = (inputs(case, "lam"), input(case, "beta1"));
        let is_rmsprop = kind.contains("RMSprop");
        let mut system = AdamSystem {
            hessian: diagonal(&curvatures),
            noise: diagonal(&vec![sigma * sigma; curvatures.len()]),
            step_size: eta,
            beta1,
            weight_decay: theta,
            decay_form: DecayForm::Decoupled,
            epsilon: 0.0,
            second_moment: SecondMoment::OfNoise,
        };
        let closed = |factor: f64| -> Vec<f64> {
            let variance = |l: &f64| factor * preconditioned_variance(eta, *l, sigma, theta);
            curvatures.iter().map(variance).collect()
        };
        let found = if kind.starts_with("lemma_x_momentum_factor") {
            let rho = (1.0 - beta1) / eta;
            closed(if is_rmsprop { 1.0 } else { momentum_factor(rho, theta) })
        } else if kind.starts_with("lemma") {
            closed(1.0)
        } else if kind.starts_with("discrete") || kind.starts_with("optimiser_mc") {
            // The exact reference of RMSprop has v = sigma², that of Adam v = E g².
            if !is_rmsprop || kind.starts_with("optimiser_mc") {
                system.second_moment = SecondMoment::OfGradient;
            }
            variances(&position(&system.chain().unwrap(), curvatures.len()))
        } else if is_rmsprop {
            variances(&system.rmsprop_equation().unwrap())
        } else {
            let joint = system.adam_equation(LookAhead::Drift).unwrap();
            variances(&position(&joint, curvatures.len()))
        };
        assert_case(name, &found);
        seen += 1;
    }
    // Nine of closed forms, five of equations, six of chains, five simulated.
    assert_eq!(seen, 26);
}

#[test]
fn stationary_losses_over_the_noise() {
    let case = case("asymptotic_loss_vs_sigma_AdamW");
    let (eta, theta) = (input(&case, "eta"), input(&case, "theta"));
    let factor = momentum_factor((1.0 - 0.9) / eta, theta);
    let losses: Vec<f64> = inputs(&case, "sigma")
        .iter()
        .map(|sigma| factor * adam_w_loss(eta, &inputs(&case, "lam"), &[*sigma; 3], theta))
        .collect();
    assert_case("asymptotic_loss_vs_sigma_AdamW", &losses);
    let floors: Vec<f64> = inputs(&case, "sigma")
        .iter()
        .map(|sigma| {
            let setting = LossSetting {
                convexity: 0.5,
                trace: 3.5,
                dim: 3,
                largest_sigma: *sigma,
                step_size: eta,
            };
            adam_w_approach(&setting, 2.0, theta).floor
        })
        .collect();
    assert_case("lemma313_bound_vs_sigma", &floors);
    assert!(losses.iter().zip(&floors).all(|(loss, floor)| loss < floor));
}

/// The chain of Adam with `v = E g²` beside simulations, with and without a penalty, and the loss of
/// SignSGD under a schedule.
#[test]
fn simulated_losses_over_the_noise() {
    for (name, theta) in [("Adam", 0.0), ("Adam_L2", 2.0)] {
        let curvatures = [0.5, 1.0, 2.0];
        let losses: Vec<f64> = [0.1, 0.3, 1.0, 3.0, 10.0_f64]
            .iter()
            .map(|sigma| {
                let system = AdamSystem {
                    hessian: diagonal(&curvatures),
                    noise: diagonal(&[sigma * sigma; 3]),
                    step_size: 0.01,
                    beta1: 0.9,
                    weight_decay: theta,
                    decay_form: DecayForm::Penalty,
                    epsilon: 0.0,
                    second_moment: SecondMoment::OfGradient,
                };
                let variances = variances(&position(&system.chain().unwrap(), 3));
                0.5 * real::dot(&curvatures, &variances)
            })
            .collect();
        assert_case(&format!("asymptotic_loss_vs_sigma_mc_{name}"), &losses);
    }
    let correction = schedule_correction(0.5, sign_slope(GradientNoise::Gaussian), 300.0);
    let ratio = scheduled_sign_loss(1.0, 1.0, 1.0, 1.0) * correction;
    assert_case("scheduler_signsgd_ratio_mc", &[ratio]);
}

/// Losses in ten dimensions with noise 1 on a sample, before and after batches four times as large.
#[test]
fn losses_under_rules_for_the_batch_size() {
    let curvatures: Vec<f64> = (0..10).map(|i| 0.5 + f64::from(i) / 6.0).collect();
    let mut seen = 0;
    for (name, case) in fixture().as_object().unwrap() {
        let rule = name.trim_start_matches("mc_");
        if !rule.starts_with("scaling_") {
            continue;
        }
        let sigma = if rule.contains("base") { 1.0 } else { 1.0 / input(case, "kappa").sqrt() };
        let (eta, theta) = (input(case, "eta"), input(case, "th"));
        let factor = momentum_factor((1.0 - input(case, "b1")) / eta, theta);
        assert_case(name, &[factor * adam_w_loss(eta, &curvatures, &[sigma; 10], theta)]);
        seen += 1;
    }
    assert_eq!(seen, 18);
    // The full rule gives the parameters, and with them the loss, of the reference.
    let base = AdamParameters {
        step_size: 2.5e-4,
        beta1: 0.98,
        beta2: 0.999,
        weight_decay: 1.0,
        epsilon: 0.0,
    };
    let scaled = scale_batch(&base, 4.0, AverageRule::Linear).unwrap();
    let full = case("scaling_fast_momentum_full_rule__eta_theta_x_sqrt_k__1_beta_x_k");
    let found = [scaled.step_size, scaled.beta1, scaled.beta2, scaled.weight_decay];
    for (found, name) in found.into_iter().zip(["eta", "b1", "b2", "th"]) {
        assert!((found - input(&full, name)).abs() < 1e-15, "{name}");
    }
    let [before, after] = [
        "scaling_fast_momentum_base__other_seed",
        "scaling_fast_momentum_full_rule__eta_theta_x_sqrt_k__1_beta_x_k",
    ]
    .map(|name| case(name)["value"].as_f64().unwrap());
    assert!((before / after - 1.0).abs() < 1e-12);
}
