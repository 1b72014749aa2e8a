//! SignSGD beside reference values: its exact law, its equation, phases and bounds.

use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;
use maruyama_theory::adaptive::{
    BackwardEquation, LINEAR_LIMIT, LinearPhase, LossSetting, Moments, SECANT_INTERCEPT,
    SECANT_SLOPE, SignChain, TANGENT_INTERCEPT, TANGENT_POINT, phase_exits, scheduled_sign_loss,
    sign_covariance, sign_probabilities, sign_sde_variance, sign_slope,
};

use crate::adaptive_fixture::{assert_case, case, input, inputs};

fn gaussian(curvature: f64, scale: f64, step_size: f64) -> SignChain {
    SignChain::new(curvature, GradientNoise::Gaussian, scale, step_size).unwrap()
}

fn last(chain: &SignChain, start: f64, n_steps: usize) -> Moments {
    chain.law_after(start, n_steps).unwrap().moments(chain.curvature())
}

#[test]
fn constants_of_the_phases() {
    assert_case("phase_m", &[SECANT_SLOPE]);
    assert_case("phase_q_sec", &[SECANT_INTERCEPT]);
    assert_case("phase_q_tan", &[TANGENT_INTERCEPT]);
    assert_case("phase_y_tan", &[TANGENT_POINT]);
    assert_case("phase3_diffusion_zero_at_Y", &[LINEAR_LIMIT]);
}

#[test]
fn means_and_slopes_of_signs() {
    for nu in [1.0, 2.0, 3.0, 30.0] {
        let noise = GradientNoise::StudentT { nu };
        let mean = sign_probabilities(noise, 1.0, 1.0).mean();
        assert_case(&format!("student_2Xi_at_1_nu{nu}"), &[mean]);
        if nu < 30.0 {
            assert_case(&format!("student_slope_ell_nu{nu}"), &[sign_slope(noise)]);
        }
    }
    let gaussian = GradientNoise::Gaussian;
    assert_case("gauss_slope", &[sign_slope(gaussian)]);
    assert_case("gauss_erf_at_1", &[sign_probabilities(gaussian, 1.0, 1.0).mean()]);
    assert_case("sigma_bar_offdiag_rho0.6", &[sign_covariance(0.6)]);
}

/// Chain and equation at time 2 from 1.7, whose losses differ by an error of first order.
#[test]
fn the_equation_of_sign_sgd_is_a_weak_approximation_of_first_order() {
    let error = |k: usize| {
        let chain = gaussian(1.0, 1.0, 2.0 / k as f64);
        let exact = last(&chain, 1.7, k);
        let equation = BackwardEquation::of_sign_sgd(&chain, 6.0, 160).unwrap();
        let law = equation.propagator(2.0).unwrap();
        let mean = law.expectation(|x| x, 1.7).unwrap();
        let loss = law.expectation(|x| 0.5 * x * x, 1.7).unwrap();
        if [20, 80, 160, 320].contains(&k) {
            assert_case(&format!("signsgd_lattice_Ex_Ef_K{k}"), &[exact.mean, exact.loss]);
        }
        assert_case(&format!("signsgd_sde_Ex_Ef_K{k}"), &[mean, loss]);
        (exact.loss - loss).abs()
    };
    for k in [10, 20, 80, 160] {
        error(k);
    }
    let slope = real::log2(error(320) / error(640));
    assert_case("signsgd_weak_slope_f_K320_640", &[slope]);
}

#[test]
fn stationary_variances_of_sign_sgd() {
    for (eta, lambda, sigma, kinds) in [
        (0.2, 1.0, 1.0, &["lemma"][..]),
        (0.1, 1.0, 1.0, &["sde", "lemma"]),
        (0.05, 1.0, 1.0, &["lattice", "sde"]),
        (0.01, 1.0, 1.0, &["sde"]),
        (0.1, 2.0, 0.5, &["lattice", "sde", "lemma"]),
        (0.01, 4.0, 0.5, &["lattice", "lemma"]),
        (0.01, 1.0, 3.0, &["lemma"]),
    ] {
        let chain = gaussian(lambda, sigma, eta);
        let exact = chain.stationary(0.0).unwrap().moments(lambda).variance;
        let linear = LinearPhase {
            curvature: lambda,
            noise: GradientNoise::Gaussian,
            scale: sigma,
            step_size: eta,
        };
        for kind in kinds {
            let found = match *kind {
                "lattice" => exact,
                "sde" => sign_sde_variance(&chain).unwrap(),
                _ => linear.stationary_variance(),
            };
            assert_case(
                &format!("signsgd_statvar_{kind}_eta{eta}_lam{lambda}_sig{sigma}"),
                &[found],
            );
        }
        // Relative errors −0.712 r, −0.313 r and O(r²) of lemma, leading order and improved formula.
        let r = eta * lambda / sigma;
        if r <= 0.1 {
            let error = |value: f64| value / exact - 1.0;
            assert!((error(linear.stationary_variance()) + 0.712 * r).abs() < 0.5 * r * r);
            assert!((error(linear.leading_variance()) + 0.313 * r).abs() < 0.5 * r * r);
            assert!(error(linear.chain_variance()).abs() < 0.1 * r * r, "{r}");
        }
    }
}

/// Heavy tails: variance of the chain, and its mean after 160 steps.
#[test]
fn laws_of_sign_sgd_under_students_noise() {
    for nu in [1.0, 2.0, 3.0, 5.0] {
        let noise = GradientNoise::StudentT { nu };
        let chain = SignChain::new(1.0, noise, 1.0, 0.05).unwrap();
        let variance = chain.stationary(0.0).unwrap().moments(1.0).variance;
        assert_case(&format!("student_statvar_lattice_nu{nu}"), &[variance]);
        // What is left of the variance after the first correction is of second order.
        let left = |step_size: f64| {
            let chain = SignChain::new(1.0, noise, 1.0, step_size).unwrap();
            let exact = chain.stationary(0.0).unwrap().moments(1.0).variance;
            LinearPhase { curvature: 1.0, noise, scale: 1.0, step_size }.chain_variance() / exact
                - 1.0
        };
        let ratio = left(0.02) / left(0.01);
        assert!((ratio - 4.0).abs() < 0.25, "{nu}: {ratio}");
        let chain = SignChain::new(1.0, noise, 1.0, 0.0125).unwrap();
        let mean = last(&chain, 1.7, 160).mean;
        assert_case(&format!("student_Ex_T2_lattice_nu{nu}"), &[mean]);
    }
}

/// The equation under Student's noise, beside the chain: an error of first order in the step.
#[test]
fn the_equation_under_students_noise_is_of_first_order() {
    let error = |k: usize| {
        let noise = GradientNoise::StudentT { nu: 3.0 };
        let chain = SignChain::new(1.0, noise, 1.0, 2.0 / k as f64).unwrap();
        let equation = BackwardEquation::of_sign_sgd(&chain, 6.0, 120).unwrap();
        let loss = equation.propagator(2.0).unwrap().expectation(|x| 0.5 * x * x, 1.7).unwrap();
        last(&chain, 1.7, k).loss - loss
    };
    let slope = real::log2(error(160) / error(320));
    assert!((slope - 1.0).abs() < 0.03, "{slope}");
}

#[test]
fn phases_of_the_mean_end_when_the_reference_says() {
    let case = case("phases_demo_t12_t23");
    let (lambda, sigma, eta) = (input(&case, "lam"), input(&case, "sigma"), input(&case, "eta"));
    let moments = gaussian(lambda, sigma, eta).moments(input(&case, "x0"), 300).unwrap();
    let gradients: Vec<f64> = moments.iter().map(|m| lambda * m.mean).collect();
    let exits = phase_exits(&gradients, sigma, eta).map(Option::unwrap);
    assert_case("phases_demo_t12_t23", &exits);
}

#[test]
fn speeds_and_floors_of_the_loss_bounds() {
    let setting =
        LossSetting { convexity: 1.0, trace: 1.0, dim: 1, largest_sigma: 0.2, step_size: 0.005 };
    assert_case("phase2_Delta", &[setting.second_phase_speed()]);
    let case = case("lemma35_phase3_asymptotic_bound");
    let curvatures = inputs(&case, "lam");
    let setting = LossSetting {
        convexity: curvatures[0],
        trace: curvatures.iter().sum(),
        dim: 2,
        largest_sigma: inputs(&case, "sigma")[1],
        step_size: input(&case, "eta"),
    };
    assert_case("lemma35_phase3_asymptotic_bound", &[setting.third_phase().floor]);
    assert_case("scheduler_signsgd_limit_ratio", &[scheduled_sign_loss(1.0, 1.0, 1.0, 1.0)]);
    let speed = FRAC_2_SQRT_PI / SQRT_2;
    assert!((setting.third_phase().rate / (2.0 * 0.5 * speed) - 1.0).abs() < 0.01);
}

/// Slope of `ln E f` over `ln sigma` between 0.25 and 8.
#[test]
fn the_stationary_loss_of_sign_sgd_is_linear_in_the_noise() {
    let points: Vec<(f64, f64)> = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
        .into_iter()
        .map(|sigma| {
            let law = gaussian(1.0, sigma, 0.02).stationary(0.0).unwrap();
            (real::ln(sigma), real::ln(law.moments(1.0).loss))
        })
        .collect();
    let n = points.len() as f64;
    let centre = points.iter().map(|p| p.0).sum::<f64>() / n;
    let slope = points.iter().map(|p| (p.0 - centre) * p.1).sum::<f64>()
        / points.iter().map(|p| (p.0 - centre) * (p.0 - centre)).sum::<f64>();
    assert_case("signsgd_sigma_exponent", &[slope]);
}
