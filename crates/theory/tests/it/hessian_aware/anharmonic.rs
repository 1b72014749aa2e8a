//! Errors over the curvature of a well that is not quadratic (X8).

use maruyama_dynamics::real;
use maruyama_theory::hessian_aware::{FirstPassage, Interval, chain_step, line_coefficients};

use crate::hessian_aware::objective::Anharmonic;
use crate::hessian_aware::{assert_close, case, equations, number};

const ETA: f64 = 0.05;
const STEPS: u64 = 40;
const FUNCTIONS: [fn(f64) -> f64; 3] = [|x| x, |x| x * x, real::cos];

/// No path reaches the ends: ten standard deviations are 1.1 at the flattest curvature.
const ENDS: (f64, f64) = (-1.2, 2.0);

#[test]
fn errors_over_curvatures() {
    let case = case("lambda_scan_anharmonic");
    for row in case["expected"].as_array().unwrap() {
        let lambda = number(&row["lambda"]);
        let objective = Anharmonic { lambda };
        let start = 1.0 / lambda;
        let step = |x: f64| chain_step(&objective, x, ETA);
        let chain = FirstPassage::new(&step, ENDS).unwrap();
        let lost = 1.0 - chain.survival(start, &[STEPS]).unwrap()[0];
        assert!(lost.abs() < 1e-12, "{lost}");
        let exact = FUNCTIONS.map(|u| chain.expectations(start, &u, STEPS).unwrap());
        let interval = Interval::new(40, ENDS.0, ENDS.1).unwrap();
        for (name, equation) in equations() {
            let field = |x: f64| line_coefficients(equation, &objective, x, ETA);
            let flow = interval.diffusion(&field, ETA).unwrap();
            for (function, (u, exact)) in FUNCTIONS.iter().zip(&exact).enumerate() {
                let mut values: Vec<f64> = interval.nodes().iter().map(|x| u(*x)).collect();
                let mut error = 0.0_f64;
                for expected in &exact[1..] {
                    values = flow.times(&values);
                    error = error.max((interval.interpolate(&values, start) - expected).abs());
                }
                let expected = number(&row["err"][name][function]);
                assert_close(error, expected, 1e-3, 1e-6);
            }
        }
    }
}
