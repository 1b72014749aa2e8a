//! Weak errors and their orders on the torus (X6, X7), at fixed temperature, and the bias of
//! Euler–Maruyama (X11).

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{
    Equation, LineObjective, Plane, Torus, advance, chain_step, largest_gap, line_coefficients,
    plane_coefficients, weak_orders,
};

use crate::hessian_aware::objective::{Cosines, Coupled};
use crate::hessian_aware::{MODELS, assert_close, case, equations, number, numbers};

/// The test functions of the reference.
const WAVES: [fn(f64) -> f64; 3] =
    [|x| 1.0 - real::cos(x), real::sin, |x| real::sin(2.0 * x + 0.3)];

/// Equidistant points over which the reference takes its largest errors.
const POINTS: usize = 192;

fn pendulum(variance: f64, amplitude: f64) -> Cosines {
    Cosines { second: 0.0, variance, amplitude }
}

/// Values at the points of the reference.
fn resampled(torus: &Torus, points: usize) -> Matrix {
    let spacing = 2.0 * std::f64::consts::PI / points as f64;
    let steps: Vec<(f64, f64)> = (0..points).map(|j| (spacing * j as f64, 0.0)).collect();
    torus.expectation(&steps).unwrap()
}

fn at_nodes(torus: &Torus, u: impl Fn(f64) -> f64) -> Vec<f64> {
    torus.nodes().iter().map(|x| u(*x)).collect()
}

/// Expectations after `steps` steps of SGD.
fn chain(torus: &Torus, objective: &Cosines, eta: f64, steps: u64, u: &[f64]) -> Vec<f64> {
    advance(&torus.chain(&|x| chain_step(objective, x, eta)).unwrap(), u, steps)
}

fn flow(torus: &Torus, objective: &Cosines, equation: Equation, eta: f64, time: f64) -> Matrix {
    torus.diffusion(&|x| line_coefficients(equation, objective, x, eta), time).unwrap()
}

#[test]
fn weak_errors_on_the_circle() {
    let torus = Torus::new(81).unwrap();
    let points = resampled(&torus, POINTS);
    for (id, amplitude) in [("torus_constant", 0.0), ("torus_state_dependent", 0.5)] {
        let case = case(id);
        let objective = pendulum(0.5, amplitude);
        let etas = numbers(&case["inputs"]["etas"]);
        for (name, equation) in equations() {
            let mut errors = [const { Vec::new() }; 3];
            for (at, eta) in etas.iter().enumerate() {
                let steps = (1.0 / eta).round() as u64;
                let flow = flow(&torus, &objective, equation, *eta, 1.0);
                for (wave, u) in WAVES.iter().enumerate() {
                    let u = at_nodes(&torus, u);
                    let exact = points.times(&chain(&torus, &objective, *eta, steps, &u));
                    let error = largest_gap(&points.times(&flow.times(&u)), &exact).unwrap();
                    let expected = number(&case["expected"][name][at][wave]);
                    assert_close(error, expected, 1e-7, 1e-10);
                    errors[wave].push(error);
                }
            }
            let order = match name {
                "SME-1" => 1.0,
                "HA-SME-3" => 3.0,
                _ => 2.0,
            };
            for errors in errors {
                let last = *weak_orders(&etas, &errors).unwrap().last().unwrap();
                assert!((last - order).abs() < 0.12, "{id} {name}: {last}");
            }
        }
    }
}

#[test]
fn weak_errors_at_fixed_temperature() {
    let torus = Torus::new(81).unwrap();
    let points = resampled(&torus, POINTS);
    let case = case("torus1d_fixed_temperature");
    for (at, eta) in numbers(&case["inputs"]["etas"]).into_iter().enumerate() {
        let objective = pendulum(0.5 / eta, 0.0);
        let steps = (1.0 / eta).round() as u64;
        let shift = |x: f64| 0.5 * eta * objective.gradient(x);
        let back: Vec<(f64, f64)> = torus.nodes().iter().map(|x| (x - shift(*x), 0.0)).collect();
        let back = torus.expectation(&back).unwrap();
        for (wave, u) in WAVES.iter().enumerate() {
            let values = at_nodes(&torus, u);
            let exact = points.times(&chain(&torus, &objective, eta, steps, &values));
            let check = |name: &str, found: &[f64]| {
                let error = largest_gap(&points.times(found), &exact).unwrap();
                let expected = number(&case["expected"][name][at][wave]);
                assert_close(error, expected, 1e-7, 1e-10);
            };
            for (name, equation) in equations() {
                let flow = flow(&torus, &objective, equation, eta, 1.0);
                check(name, &flow.times(&values));
                if name == "SME-2" || name == "SPF" {
                    // Started at x − (eta/2) g(x), read at x + (eta/2) g(x).
                    let read = at_nodes(&torus, |x| u(x + shift(x)));
                    check(&format!("{name} shifted"), &back.times(&flow.times(&read)));
                }
            }
        }
    }
}

#[test]
fn euler_maruyama_hides_the_error_of_the_equation() {
    let torus = Torus::new(161).unwrap();
    let points = resampled(&torus, POINTS);
    let case = case("em_substep");
    let (eta, time) = (number(&case["inputs"]["eta"]), number(&case["inputs"]["T"]));
    let objective = pendulum(0.5, 0.0);
    let steps = (time / eta).round() as u64;
    let u = at_nodes(&torus, WAVES[0]);
    let at_points = |values: &[f64]| points.times(values);
    let exact = at_points(&chain(&torus, &objective, eta, steps, &u));
    for ((name, model), expected) in MODELS.into_iter().zip(case["expected"].as_array().unwrap()) {
        assert_eq!(expected["model"], name);
        let equation = Equation::Of(model);
        let limit = at_points(&flow(&torus, &objective, equation, eta, time).times(&u));
        let error = largest_gap(&limit, &exact).unwrap();
        assert_close(error, number(&expected["model_err"]), 1e-7, 1e-9);
        for row in expected["n_apparentErr_discErr"].as_array().unwrap() {
            let [pieces, apparent, discretisation] = [0, 1, 2].map(|i| number(&row[i]));
            let dt = eta / pieces;
            let step =
                |x: f64| line_coefficients(equation, &objective, x, eta).unwrap().euler_step(x, dt);
            let seen = advance(&torus.chain(&step).unwrap(), &u, steps * pieces as u64);
            let seen = at_points(&seen);
            assert_close(largest_gap(&seen, &exact).unwrap(), apparent, 1e-7, 1e-9);
            assert_close(largest_gap(&seen, &limit).unwrap(), discretisation, 1e-7, 1e-9);
        }
    }
}

#[test]
fn weak_errors_in_the_plane() {
    let plane = Plane::new(31).unwrap();
    let case = case("torus_plane");
    let time = number(&case["inputs"]["T"]);
    let functions: [fn(f64, f64) -> f64; 3] = [
        |x, y| 2.0 - real::cos(x) - real::cos(y) + 0.4 * real::cos(x - y),
        |x, y| real::sin(x + 2.0 * y),
        |x, y| real::sin(x) * real::cos(y),
    ];
    // The reference has 30 by 30 nodes, over which it takes the largest error; its own error is
    // 2e-7, as the same equations with more nodes show.
    let points: Vec<f64> =
        (0..30).map(|j| 2.0 * std::f64::consts::PI * f64::from(j) / 30.0).collect();
    let etas = numbers(&case["inputs"]["etas"]);
    let mut history = vec![Vec::new(); 5];
    for (at, eta) in etas.iter().copied().enumerate() {
        let steps = (time / eta).round() as u64;
        let values = functions
            .map(|u| -> Vec<f64> { plane.nodes().iter().map(|[x, y]| u(*x, *y)).collect() });
        let exact = values.each_ref().map(|u| plane.chain(&Coupled, eta, u, steps).unwrap());
        for ((name, equation), history) in equations().zip(&mut history) {
            let coefficients: Vec<_> = (plane.nodes().into_iter())
                .map(|node| plane_coefficients(equation, &Coupled, node, eta).unwrap())
                .collect();
            for (function, (u, exact)) in values.iter().zip(&exact).enumerate() {
                let found = plane.diffusion(&coefficients, u, time).unwrap();
                let [found, exact] = [&found, exact].map(|v| plane.resample(v, &points).unwrap());
                let expected = number(&case["expected"][name][at][function]);
                let error = largest_gap(&found, &exact).unwrap();
                assert_close(error, expected, 2e-3, 3e-7);
                if function == 0 {
                    history.push(error);
                }
            }
        }
    }
    for (history, order) in history.iter().zip([1.0, 1.9, 1.9, 2.0, 2.8]) {
        let last = *weak_orders(&etas, history).unwrap().last().unwrap();
        assert!((last - order).abs() < 0.1, "{last} vs {order}");
    }
}

#[test]
fn errors_of_one_step_have_their_leading_terms() {
    // E u(SGD) − E u(SDE) = eta³ R + O(eta⁴) with R as below; SME-1 differs at eta² already.
    let torus = Torus::new(41).unwrap();
    let objective = pendulum(0.5, 0.5);
    let eta = 1e-3;
    let u = at_nodes(&torus, WAVES[1]);
    let exact = chain(&torus, &objective, eta, 1, &u);
    for (name, equation) in equations() {
        let found = flow(&torus, &objective, equation, eta, eta).times(&u);
        for (i, x) in torus.nodes().iter().enumerate() {
            let (slope, bend) = (real::cos(*x), -real::sin(*x));
            let (g, h, third) =
                (objective.gradient(*x), objective.curvature(*x), objective.third(*x));
            let variance = objective.variance(*x);
            let aware = third * (variance / 4.0 - g * g / 12.0) * slope
                + 0.25 * g * objective.variance_slope(*x) * bend;
            let spf = aware + 0.5 * h * variance * bend;
            let (power, expected) = match name {
                "SME-1" => (2, -0.5 * h * g * slope),
                "SME-2" => (3, spf - h * h * g / 3.0 * slope),
                "SPF" => (3, spf),
                "HA-SME" => (3, aware),
                _ => (3, 0.0),
            };
            let scaled = (0..power).fold(exact[i] - found[i], |gap, _| gap / eta);
            assert!((scaled - expected).abs() < 2e-3, "{name} {x}: {scaled} vs {expected}");
        }
    }
}
