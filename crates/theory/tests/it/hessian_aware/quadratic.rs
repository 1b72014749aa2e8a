//! Laws on quadratics (X1 to X5, X13), definiteness, and the circular extension.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::model::{LinearEquation, LocalEquation, Sharpness};
use maruyama_dynamics::problem::{GradientNoise, QuadraticForm};
use maruyama_theory::hessian_aware::{
    Circular, CircularNoise, Form, Gaussian, Model, Multiplicative, NonPsd, Quadratic,
    drift_factor, is_certainly_psd, largest_correlation, psd_margin, series_coefficient,
};
use maruyama_theory::matrix::{combine, congruence, diagonal, identity, product, symmetric_eigen};

use crate::hessian_aware::{MODELS, assert_close, case, matrix, number, numbers};

fn line(curvature: f64, variance: f64, step_size: f64) -> Quadratic {
    Quadratic::new(&diagonal(&[curvature]), &diagonal(&[variance]), step_size).unwrap()
}

#[test]
fn scalar_functions() {
    let phi = case("phi");
    for (a, expected) in numbers(&phi["inputs"]).into_iter().zip(numbers(&phi["expected"])) {
        assert_close(drift_factor(a), expected, 1e-15, 0.0);
    }
    for (key, expected) in case("series_coeff")["expected"].as_object().unwrap() {
        let (k, l) = key.split_once(',').unwrap();
        let found = series_coefficient(k.parse().unwrap(), l.parse().unwrap());
        assert_close(found, number(expected), 1e-15, 0.0);
    }
}

#[test]
fn coefficients_and_steps_on_the_line() {
    for id in ["eta0.1_lam-1", "eta0.5_lam1", "eta0.5_lam-1", "eta0.2_lam1e-08"] {
        let case = case(&format!("scalar_{id}"));
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let [eta, lambda] = ["eta", "lambda"].map(|name| number(&inputs[name]));
        let quadratic = line(lambda, number(&inputs["sigma2"]), eta);
        let start = Gaussian::point(&[1.0]);
        let chain = quadratic.chain_law(&start, 1).unwrap();
        assert_close(chain.mean[0], number(&expected["SGD"][0]), 1e-15, 0.0);
        assert_close(chain.covariance.row(0)[0], number(&expected["SGD"][1]), 1e-15, 0.0);
        for (name, model) in MODELS {
            let expected = &expected[name];
            let law = quadratic.law(model, &start, eta).unwrap();
            let rate = model.drift_factor(eta * lambda) * lambda;
            let diffusion = quadratic.diffusion(model).unwrap();
            for (found, key) in [
                (rate, "b"),
                (diffusion.row(0)[0], "D"),
                (law.mean[0], "m"),
                (law.covariance.row(0)[0], "q"),
            ] {
                assert_close(found, number(&expected[key]), 1e-14, 0.0);
            }
        }
    }
}

#[test]
fn laws_in_space() {
    for id in [
        "saddle_k1",
        "saddle_k10",
        "saddle_k30",
        "saddle_eta0.5_k1",
        "saddle_eta0.5_k5",
        "illcond_labelnoise_k1",
        "illcond_labelnoise_k20",
        "illcond_labelnoise_k500",
        "illcond_iso_k1",
        "illcond_iso_k20",
        "illcond_iso_k500",
        "noncommuting_mild_k10",
        "noncommuting_mild_k50",
        "noncommuting_saddle_k10",
    ] {
        let case = case(&format!("quad_{id}"));
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let eta = number(&inputs["eta"]);
        let steps = inputs["k"].as_u64().unwrap();
        let quadratic =
            Quadratic::new(&matrix(&inputs["A"]), &matrix(&inputs["Sigma"]), eta).unwrap();
        let start = Gaussian::point(&numbers(&inputs["x0"]));
        let chain = quadratic.chain_law(&start, steps).unwrap();
        assert_law(&chain, &expected["SGD"]);
        for (name, model) in MODELS {
            let law = quadratic.law(model, &start, steps as f64 * eta).unwrap();
            let expected = &expected[name];
            assert_law(&law, expected);
            let mean_error = law.relative_mean_error(&chain);
            let covariance_error = law.relative_covariance_error(&chain);
            assert_close(mean_error, number(&expected["rel_mean_err"]), 1e-9, 1e-11);
            assert_close(covariance_error, number(&expected["rel_cov_err"]), 1e-9, 1e-11);
            let diffusion = quadratic.diffusion(model).unwrap();
            let least = symmetric_eigen(&diffusion).values[0];
            assert_close(least, number(&expected["D_min_eig"]), 1e-9, 1e-13);
            if name == "HA-SME" {
                assert!(mean_error.max(covariance_error) < 1e-11, "{id}");
            }
        }
    }
}

fn assert_law(law: &Gaussian, expected: &serde_json::Value) {
    for (found, expected) in law.mean.iter().zip(numbers(&expected["mean"])) {
        assert_close(*found, expected, 1e-9, 1e-13);
    }
    let covariance = matrix(&expected["cov"]);
    for (found, expected) in law.covariance.entries().iter().zip(covariance.entries()) {
        assert_close(*found, *expected, 1e-9, 1e-13);
    }
}

#[test]
fn policies_on_an_indefinite_diffusion() {
    // X4: one direction of noise, across the axes of the Hessian.
    let ones = Matrix::new(2, 2, vec![1.0; 4]);
    let quadratic = Quadratic::new(&diagonal(&[2.0, 0.25]), &ones, 0.3).unwrap();
    let margin = psd_margin(&quadratic).unwrap();
    assert!(!margin.is_psd());
    assert_close(margin.smallest, -0.012_22, 0.0, 5e-6);
    assert_close(margin.largest, 0.990_71, 0.0, 5e-6);
    let start = Gaussian::point(&[0.0, 0.0]);
    let chain = quadratic.chain_law(&start, 200).unwrap();
    let error = |model| {
        let law = quadratic.law(model, &start, 60.0).unwrap();
        law.relative_covariance_error(&chain)
    };
    for (model, expected) in [
        (Model::HessianAware(NonPsd::Clip), 0.0239),
        (Model::HessianAware(NonPsd::Factorise), 0.0083),
        (Model::Factorised, 0.0083),
        (Model::Sme1, 0.063),
        (Model::Sme2, 0.129),
        (Model::StochasticPrincipalFlow, 0.158),
    ] {
        assert_close(error(model), expected, 0.0, 6e-4);
    }
    assert!(error(Model::HessianAware(NonPsd::MomentsOnly)) < 1e-13);
    assert!(quadratic.law(Model::HessianAware(NonPsd::Error), &start, 60.0).is_err());
}

#[test]
fn errors_at_fixed_step_over_curvature() {
    // X5: sup over k of the absolute errors over eta², eta = 0.05, sigma = 1, x0 = 1.
    let sup = |curvature: f64, model: Model| {
        let quadratic = line(curvature, 1.0, 0.05);
        let start = Gaussian::point(&[1.0]);
        (1..=400).fold((0.0_f64, 0.0_f64), |(mean, spread), steps| {
            let chain = quadratic.chain_law(&start, steps).unwrap();
            let law = quadratic.law(model, &start, steps as f64 * 0.05).unwrap();
            let variances = law.covariance.row(0)[0] - chain.covariance.row(0)[0];
            let means = law.mean[0] - chain.mean[0];
            (mean.max(means.abs() / 0.0025), spread.max(variances.abs() / 0.0025))
        })
    };
    assert_close(sup(1.0, Model::Sme2).0, 0.124, 0.0, 1e-3);
    assert_close(sup(16.0, Model::Sme2).0, 50.5, 0.0, 0.05);
    assert_close(sup(1.0, Model::StochasticPrincipalFlow).1, 0.5, 0.03, 0.0);
    assert_close(sup(16.0, Model::StochasticPrincipalFlow).1, 0.73, 0.0, 0.005);
    for curvature in [1.0, 4.0, 16.0] {
        let exact = sup(curvature, Model::HessianAware(NonPsd::Error));
        assert!(exact.0.max(exact.1) < 1e-11, "{exact:?}");
    }
}

#[test]
fn stationary_variances() {
    let case = case("stationary_variance_1d");
    let steps = numbers(&case["inputs"]);
    for (eta, expected) in steps.into_iter().zip(case["expected"].as_array().unwrap()) {
        let quadratic = line(1.0, 1.0, eta);
        let unit = eta / 2.0;
        let chain = quadratic.stationary_chain().unwrap().covariance.row(0)[0];
        assert_close(chain / unit, number(&expected["SGD"]), 1e-14, 0.0);
        for (name, model) in MODELS {
            let noise = match name {
                "SPF" => Some(CircularNoise::Plain),
                "HA-SME" => Some(CircularNoise::Matched),
                _ => None,
            };
            // For eta lambda > 1 only the circular extension has a logarithm.
            let variance = match noise {
                Some(noise) if eta > 1.0 => {
                    Circular::new(&quadratic, noise).unwrap().stationary_covariance().unwrap()
                }
                _ => quadratic.stationary(model).unwrap().covariance,
            };
            assert_close(variance.row(0)[0] / unit, number(&expected[name]), 1e-14, 0.0);
        }
    }
}

#[test]
fn circular_extensions() {
    let case = case("circular");
    for (inputs, expected) in
        case["inputs"].as_array().unwrap().iter().zip(case["expected"].as_array().unwrap())
    {
        let hessian = diagonal(&numbers(&inputs["lambda"]));
        let eta = number(&inputs["eta"]);
        let quadratic = Quadratic::new(&hessian, &matrix(&inputs["Sigma_hat"]), eta).unwrap();
        let circular = Circular::new(&quadratic, CircularNoise::Matched).unwrap();
        let found = circular.diffusion_eigenvalues();
        for (value, expected) in found.iter().zip(numbers(expected)) {
            assert_close(*value, expected, 1e-13, 0.0);
        }
        assert!(circular.exists());
    }
}

#[test]
fn definiteness() {
    let thresholds = case("psd_threshold_2d");
    let expected = numbers(&thresholds["expected"]);
    for (pair, expected) in thresholds["inputs"].as_array().unwrap().iter().zip(expected) {
        let found = largest_correlation(number(&pair[0]), number(&pair[1])).unwrap();
        assert_close(found, expected, 1e-14, 0.0);
    }
    // The kernel itself is the diffusion for noise in the direction (1, 1, 1, 1).
    let kernel = case("kernel_indefinite");
    let products = numbers(&kernel["inputs"]);
    let ones = Matrix::new(4, 4, vec![1.0; 16]);
    let quadratic = Quadratic::new(&diagonal(&products), &ones, 1.0).unwrap();
    let diffusion = quadratic.diffusion(Model::HessianAware(NonPsd::MomentsOnly)).unwrap();
    for (found, expected) in
        symmetric_eigen(&diffusion).values.iter().zip(numbers(&kernel["expected"]))
    {
        assert_close(*found, expected, 1e-9, 1e-14);
    }
    assert_eq!(is_certainly_psd(0.3, 2.0), Ok(true));
    let even = Quadratic::new(&diagonal(&[0.3, -0.3]), &identity(2), 1.0).unwrap();
    assert!(psd_margin(&even).unwrap().is_psd());
}

#[test]
fn multiplicative_noise() {
    for eta in ["0.1", "0.2"] {
        let case = case(&format!("multiplicative_eta{eta}"));
        let inputs = &case["inputs"];
        let [step_size, curvature, tau] =
            ["eta", "lambda", "tau"].map(|name| number(&inputs[name]));
        let setting = Multiplicative { step_size, curvature, variance: tau * tau };
        let expected = &case["expected"];
        let chain = setting.chain_growth().unwrap();
        assert_close(chain, number(&expected["growth_rate_E_x2_SGD"]), 1e-14, 0.0);
        for (name, model) in MODELS {
            assert_close(setting.growth(model).unwrap(), number(&expected[name]), 1e-14, 0.0);
        }
        let third = setting.third_order_growth(MODELS[3].1).unwrap();
        assert_close(third, number(&expected["HA-SME-3"]), 1e-14, 0.0);
    }
}

/// The engine's exact transitions, repeated, are the laws of the reference.
#[test]
fn transitions_of_the_engine() {
    for id in ["saddle_k10", "saddle_eta0.5_k5", "illcond_labelnoise_k20", "illcond_iso_k500"]
        .into_iter()
        .chain(["noncommuting_mild_k50", "noncommuting_saddle_k10"])
    {
        let case = case(&format!("quad_{id}"));
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let (hessian, noise) = (matrix(&inputs["A"]), matrix(&inputs["Sigma"]));
        let form = QuadraticForm::new(hessian, &noise, GradientNoise::Gaussian);
        for (name, model) in MODELS {
            let (step_size, sharpness) = (number(&inputs["eta"]), Sharpness::Stop);
            let equation = LocalEquation { form: Form::Plain(model), step_size, sharpness };
            let equation = LinearEquation::new(&form, &equation, None, 0).unwrap();
            let (map, root) = equation.transition();
            let mut law = Gaussian::point(&numbers(&inputs["x0"]));
            for _ in 0..inputs["k"].as_u64().unwrap() {
                law.mean = map.times(&law.mean);
                let kept = congruence(map, &law.covariance);
                law.covariance = combine(1.0, &kept, 1.0, &product(root, &root.transposed()));
            }
            assert_law(&law, &expected[name]);
        }
    }
}
