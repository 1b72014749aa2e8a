//! The estimator `sign_order`: weak errors of equations of SignSGD, without simulation.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_dynamics::problem::GradientNoise;
use maruyama_theory::adaptive::{BackwardEquation, SignChain, sign_probabilities};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, refuse};
use crate::analyse::cell::start::one_point;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::scaling::{EXPONENTS, OVER, Scaling};

/// Degree of the polynomials that solve the equations.
const DEGREE: usize = 160;
/// Most steps of the exact law.
const MAX_STEPS: u64 = 20_000;

const PART: Part = Part {
    name: "sign_order",
    doc: "Weak errors after the last step of the equation of SignSGD on a quadratic of one dimension, \
          from one point, and of equations that are wrong on purpose: without noise (`noiseless`), with \
          the diffusion 1 (`unit_diffusion`), with the square of σ in the drift (`squared_scale`), and \
          without the root of two in the error function (`no_root`). Exact on both sides: no simulation. \
          The order of convergence is the exponent over `step_size`, where time is the same. One row \
          an equation and function.",
    parameters: &[OVER],
    source: file!(),
};

/// Weak errors of equations of SignSGD.
pub(crate) struct SignOrder;

/// Drift and squared diffusion over the step size, at a gradient, for noise of a law and scale.
type Form = fn(GradientNoise, f64, f64) -> [f64; 2];

/// The equations, by name.
const FORMS: [(&str, Form); 5] = [
    ("equation", |noise, g, sigma| of(noise, g, sigma)),
    ("noiseless", |noise, g, sigma| [of(noise, g, sigma)[0], 0.0]),
    ("unit_diffusion", |noise, g, sigma| [of(noise, g, sigma)[0], 1.0]),
    ("squared_scale", |noise, g, sigma| of(noise, g, sigma * sigma)),
    ("no_root", |noise, g, sigma| of(noise, g, sigma * std::f64::consts::FRAC_1_SQRT_2)),
];

fn of(noise: GradientNoise, gradient: f64, sigma: f64) -> [f64; 2] {
    let sign = sign_probabilities(noise, gradient, sigma);
    [-sign.mean(), sign.variance()]
}

impl Estimator for SignOrder {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "the equation"),
            ("function", "`mean`, E x, or `loss`, E f"),
            ("chain", "expectation of the exact law of SignSGD"),
            ("value", "expectation of the equation"),
            ("error", "the difference, of the equation less SignSGD"),
            ("size", "the absolute value of the error"),
            ("variance_ratio", "variance of the equation over that of SignSGD"),
            EXPONENTS[0],
            EXPONENTS[1],
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn scaling(&self, parameters: &Parameters) -> Option<Scaling> {
        Scaling::asked(parameters, "error", &["series", "function"])
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let cell = OptimiserCell::of(input, &["sign_sgd", "sign_sgd_sde"])?;
        let [lambda] = cell.curvatures[..] else {
            return refuse("the exact law is for one dimension".to_owned());
        };
        if cell.noise == GradientNoise::Rademacher {
            return refuse("the equation is for noise with a density".to_owned());
        }
        let n_steps = input.parameters.count("steps");
        if n_steps > MAX_STEPS {
            return refuse(format!("the exact law is for up to {MAX_STEPS} steps"));
        }
        let start = one_point(input.parameters)?;
        rows(&cell, lambda, start, n_steps)
            .map(|rows| CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn rows(
    cell: &OptimiserCell,
    lambda: f64,
    start: f64,
    n_steps: u64,
) -> Result<Vec<Row>, AnalysisError> {
    let eta = cell.step_size;
    let chain =
        SignChain::new(lambda, cell.noise, cell.sigma, eta).map_err(AnalysisError::statistic)?;
    let law = chain.law_after(start, n_steps as usize).map_err(AnalysisError::statistic)?;
    let exact = law.moments(lambda);
    // Six standard deviations of the noise that has come in, and of the width of the drift.
    let time = eta * n_steps as f64;
    let reach = start.abs() + 6.0 * (eta * time).sqrt().max(0.6 * cell.sigma / lambda);
    let mut rows = Vec::new();
    for (series, form) in FORMS {
        let at = |x: f64| form(cell.noise, lambda * x, cell.sigma);
        let equation = BackwardEquation::new(|x| at(x)[0], |x| eta * at(x)[1], reach, DEGREE);
        let law = equation
            .and_then(|equation| equation.propagator(time))
            .map_err(AnalysisError::statistic)?;
        let mean = law.expectation(|x| x, start).map_err(AnalysisError::statistic)?;
        let square = law.expectation(|x| x * x, start).map_err(AnalysisError::statistic)?;
        let ratio = (square - mean * mean) / exact.variance;
        let values = [("mean", exact.mean, mean), ("loss", exact.loss, 0.5 * lambda * square)];
        rows.extend(values.map(|(function, chain, value)| {
            Row::from(
                [
                    ("series", Scalar::text(series)),
                    ("function", Scalar::text(function)),
                    ("chain", Scalar::number(chain)),
                    ("value", Scalar::number(value)),
                    ("error", Scalar::number(value - chain)),
                    ("size", Scalar::number((value - chain).abs())),
                    ("variance_ratio", Scalar::number(ratio)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            )
        }));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::real;

    fn at(n_steps: u64, sigma: f64) -> Vec<Row> {
        let cell = OptimiserCell {
            model: "sign_sgd".to_owned(),
            curvatures: vec![1.0],
            noise: GradientNoise::Gaussian,
            sigma,
            step_size: 2.0 / n_steps as f64,
        };
        rows(&cell, 1.0, 1.7, n_steps).unwrap()
    }

    fn value(rows: &[Row], series: &str, column: &str) -> f64 {
        let is = |row: &&Row| {
            row["series"] == Scalar::text(series) && row["function"] == Scalar::text("loss")
        };
        rows.iter().find(is).unwrap()[column].value().unwrap()
    }

    /// Reference values `signsgd_sde_Ex_Ef_K320` and `signsgd_weak_slope_f_K320_640`; what the slope
    /// cannot see, the ratio of variances does.
    #[test]
    fn the_order_is_one_and_the_variance_tells_the_diffusion() {
        let (coarse, fine) = (at(320, 1.0), at(640, 1.0));
        assert!((value(&coarse, "equation", "value") - 0.095_548_116_197_779_48).abs() < 1e-8);
        let order = |series| {
            let ratio = value(&coarse, series, "error") / value(&fine, series, "error");
            real::ln(ratio.abs()) / std::f64::consts::LN_2
        };
        assert!((order("equation") - 0.991_513_280_773_255_7).abs() < 1e-6);
        assert!((order("noiseless") - 1.0).abs() < 0.05, "{}", order("noiseless"));
        assert!((order("unit_diffusion") - 1.0).abs() < 0.05, "{}", order("unit_diffusion"));
        assert!(order("no_root").abs() < 0.05, "{}", order("no_root"));
        let ratio = |series| value(&fine, series, "variance_ratio");
        assert!((ratio("equation") - 1.0).abs() < 0.01, "{}", ratio("equation"));
        assert!(ratio("unit_diffusion") > 1.2, "{}", ratio("unit_diffusion"));
        assert!(ratio("noiseless").abs() < 1e-6, "{}", ratio("noiseless"));
    }

    /// With `sigma = 1` the square of the scale is the scale; with 0.7 it is not.
    #[test]
    fn a_wrong_power_of_the_scale_shows_where_the_scale_is_not_one() {
        let rows = at(160, 1.0);
        assert_eq!(value(&rows, "squared_scale", "value"), value(&rows, "equation", "value"));
        let rows = at(160, 0.7);
        let error = value(&rows, "equation", "error").abs();
        assert!(value(&rows, "squared_scale", "error").abs() > 10.0 * error);
    }
}
