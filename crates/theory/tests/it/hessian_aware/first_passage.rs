//! Escapes from wells and saddles (X9) and over barriers (X10).
//!
//! Three times in the fixture, those of SPF at `eta = 0.9` and of SME-1 and SME-2 in the sharp
//! minimum, were computed with 40 digits: in double precision a plain solution of `(I − K) T = 1`
//! loses as many digits as the time has, 8 % of 3.4e12.

use maruyama_theory::hessian_aware::{
    Barrier, FirstPassage, LineCoefficients, LinearStep, Model, NonPsd, chain_step,
    line_coefficients, mean_exit_time, quasi_potential,
};

use crate::hessian_aware::objective::Cosines;
use crate::hessian_aware::{MODELS, assert_close, case, equations, number, numbers};

#[test]
fn wells_and_saddles_are_left_as_in_the_reference() {
    for id in ["well_eta0.1", "well_eta0.5", "well_eta0.9", "saddle_eta0.1", "saddle_eta0.9"] {
        let case = case(&format!("escape_{id}"));
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let [curvature, eta, sigma, radius] =
            ["lambda", "eta", "sigma", "r"].map(|name| number(&inputs[name]));
        let watched: Vec<u64> =
            inputs["surv_k"].as_array().unwrap().iter().map(|k| k.as_u64().unwrap()).collect();
        let variance = sigma * sigma;
        let chain = LinearStep::of_chain(curvature, variance, eta).unwrap();
        let models = MODELS.map(|(name, model)| {
            (name, LinearStep::of_model(model, curvature, variance, eta).unwrap())
        });
        for (name, step) in [("SGD", chain)].into_iter().chain(models) {
            let from = |x: f64| step.from(x);
            let passage = FirstPassage::new(&from, (-radius, radius)).unwrap();
            let mean = passage.mean_steps(0.0).unwrap();
            assert_close(mean, number(&expected[name]["mfpt_steps"]), 1e-8, 0.0);
            let survival = passage.survival(0.0, &watched).unwrap();
            for (value, expected) in survival.into_iter().zip(numbers(&expected[name]["survival"]))
            {
                assert_close(value, expected, 1e-9, 0.0);
            }
        }
    }
}

#[test]
fn sharp_minima_hold_the_modified_equations_only() {
    let case = case("escape_sharp_minimum");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let [curvature, eta, sigma, radius] =
        ["lambda", "eta", "sigma", "r"].map(|name| number(&inputs[name]));
    let steps = [
        ("SGD", LinearStep::of_chain(curvature, sigma * sigma, eta)),
        ("SME-1", LinearStep::of_model(Model::Sme1, curvature, sigma * sigma, eta)),
        ("SME-2", LinearStep::of_model(Model::Sme2, curvature, sigma * sigma, eta)),
    ];
    for (name, step) in steps {
        let step = step.unwrap();
        let from = |x: f64| step.from(x);
        let passage = FirstPassage::new(&from, (-radius, radius)).unwrap();
        let mean = passage.mean_steps(0.0).unwrap();
        assert_close(mean, number(&expected[name]), 1e-12, 0.0);
    }
    let refused = LinearStep::of_model(Model::HessianAware(NonPsd::Error), curvature, 1.0, eta);
    assert!(refused.is_err());
}

#[test]
fn the_hessian_aware_equation_leaves_as_sgd_does() {
    let model = Model::HessianAware(NonPsd::Error);
    for (curvature, eta, variance, radius, expected) in
        [(-1.0, 0.5, 0.01, 1.0, 9.7326), (1.0, 0.5, 1.0, 1.6, 196.539_3)]
    {
        let mean = |step: LinearStep| {
            let from = |x: f64| step.from(x);
            FirstPassage::new(&from, (-radius, radius)).unwrap().mean_steps(0.0).unwrap()
        };
        let chain = mean(LinearStep::of_chain(curvature, variance, eta).unwrap());
        assert_close(chain, expected, 1e-5, 0.0);
        let exact = mean(LinearStep::of_model(model, curvature, variance, eta).unwrap());
        assert_close(exact, chain, 1e-12, 0.0);
    }
}

#[test]
fn watching_at_steps_only_misses_exits() {
    let case = case("continuous_vs_discrete_monitoring");
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let [curvature, eta, radius] = ["lambda", "eta", "r"].map(|name| number(&inputs[name]));
    let model = Model::HessianAware(NonPsd::Error);
    let a = eta * curvature;
    let (rate, diffusion) = (model.drift_factor(a) * curvature, eta * model.noise_factor(a, a));
    let field = |x: f64| Ok(LineCoefficients { drift: rate * x, diffusion });
    let watched = mean_exit_time(&field, (-radius, radius), 0.0).unwrap() / eta;
    assert_close(watched, number(&expected["mfpt_continuous_steps"]), 1e-8, 0.0);
    let step = LinearStep::of_model(model, curvature, 1.0, eta).unwrap();
    let from = |x: f64| step.from(x);
    let seen = FirstPassage::new(&from, (-radius, radius)).unwrap().mean_steps(0.0).unwrap();
    assert_close(seen, number(&expected["mfpt_discrete_steps"]), 1e-9, 0.0);
}

#[test]
fn barriers_are_crossed_as_in_the_reference() {
    for id in [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 16, 17] {
        let case = case(&format!("escape_barrier_{id}"));
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let [second, eta, variance, end] =
            ["a", "eta", "sigma2", "R"].map(|name| number(&inputs[name]));
        let objective = Cosines { second, variance, amplitude: 0.0 };
        let chain = |x: f64| chain_step(&objective, x, eta);
        let passage = FirstPassage::new(&chain, (-end, end)).unwrap();
        let time = eta * passage.mean_steps(0.0).unwrap();
        assert_close(time, number(&expected["SGD"]), 1e-9, 0.0);
        for (name, equation) in equations() {
            let field = |x: f64| line_coefficients(equation, &objective, x, eta);
            let time = mean_exit_time(&field, (-end, end), 0.0).unwrap();
            assert_close(time, number(&expected[name]), 1e-8, 0.0);
            let barrier = quasi_potential(&field, 0.0, std::f64::consts::PI).unwrap();
            assert_close(barrier, number(&expected[&format!("{name}_barrier")]), 1e-8, 0.0);
        }
        let barrier = Barrier {
            well_curvature: 1.0 + 4.0 * second,
            saddle_curvature: 1.0 - 4.0 * second,
            height: 2.0,
            variance,
            step_size: eta,
            exits: 2,
        };
        for (found, key) in [
            (barrier.kramers(), "kramers_classic"),
            (barrier.hessian_aware(), "kramers_HA"),
            (barrier.corrected(), "kramers_corrected"),
        ] {
            assert_close(found.unwrap(), number(&expected[key]), 1e-12, 0.0);
        }
    }
}
