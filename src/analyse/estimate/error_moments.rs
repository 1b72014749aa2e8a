//! The estimator `error_moments`: moments of the error at finite times, beside the exact ones.

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Value, Violation,
};
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_theory::least_squares::ScalarNoise;

use crate::analyse::cell::described::described;
use crate::analyse::cell::start::one_point;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains.
const FEWEST: usize = 8;

/// Orders that are computed.
const ORDERS: Range = Range { low: 2.0, high: 16.0, low_included: true, high_included: true };

const PART: Part = Part {
    name: "error_moments",
    doc: "E|x_t − x_*|^p for even p at each recorded step, of SGD or its equation on least squares \
          with one feature: of the chains, and of the equation exactly, by the triangular linear system \
          of its moments (arXiv 2407.02322, Proposition 4.9). Chains have to start at one point. One \
          row a step and order.",
    parameters: &[Parameter {
        name: "orders",
        doc: "Orders p, even.",
        unit: "",
        kind: Kind::Reals(ORDERS),
        default: Default::Reals(&[2.0, 4.0]),
    }],
    source: file!(),
};

/// Moments of the error over time.
pub(crate) struct ErrorMoments;

impl Estimator for ErrorMoments {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("step", "recorded step"),
            ("time", "t = γ · step"),
            ("order", "order p"),
            ("simulated", "mean over the chains of |x − x_*|^p, with its asymptotic interval"),
            ("exact", "the same of the equation, which is finite at all times"),
            ("z", "difference of the two over the standard error"),
            ("invariant", "that of the invariant law, infinite for p ≥ α"),
            ("growth", "d ln/dt of the exact moment since the row before of this order"),
            ("rate", "Λ(p), which the growth goes to if it is positive"),
            ("alpha", "exact tail exponent α of the invariant law"),
            ("n", "chains that have a value"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["error".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let given = parameters.get("orders").and_then(Value::as_list).unwrap_or_default();
        let is_even = |order: &f64| (0.5 * order).fract() == 0.0;
        let other = given.iter().filter_map(Value::as_real).find(|order| !is_even(order))?;
        Some(Violation {
            parameter: "orders",
            message: format!("{other} is no even number"),
            remedy: "take 2, 4, ...: other moments obey no closed system".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let setting = Setting::of(input)?;
        let chains = input.chains()?;
        let highest = orders(parameters).max().unwrap_or(2);
        let invariant = setting
            .noise
            .stationary_moments(setting.step_size, highest)
            .map_err(AnalysisError::statistic)?;
        let mut rows: Vec<Row> = Vec::new();
        for (idx, step) in chains.steps().iter().enumerate() {
            let time = setting.time_per_step * *step as f64;
            let exact = setting
                .noise
                .moments_at(setting.step_size, setting.eta, time, highest)
                .map_err(AnalysisError::statistic)?;
            let squares = chains.points(&["error".to_owned()], idx, FEWEST)?.coordinates;
            for order in orders(parameters) {
                let mut row = setting.row(order, &squares, exact[order]);
                row.insert("step".to_owned(), Scalar::Number(*step as f64));
                row.insert("time".to_owned(), Scalar::number(time));
                let limit = invariant[order].unwrap_or(f64::INFINITY);
                row.insert("invariant".to_owned(), Scalar::number(limit));
                if let Some(growth) = growth(&rows, order, time, exact[order]) {
                    row.insert("growth".to_owned(), Scalar::number(growth));
                }
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn orders(parameters: &Parameters) -> impl Iterator<Item = usize> + '_ {
    let list = parameters.get("orders").and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_real).map(|order| order as usize)
}

/// The growth of the exact moment since the last of `rows` with this order.
fn growth(rows: &[Row], order: usize, time: f64, exact: f64) -> Option<f64> {
    let is_of_order = |row: &&Row| row.get("order") == Some(&Scalar::count(order));
    let before = rows.iter().rev().find(is_of_order)?;
    let value = |column: &str| before.get(column).and_then(Scalar::value);
    Some(real::ln(exact / value("exact")?) / (time - value("time")?))
}

/// A cell with one feature.
struct Setting {
    noise: ScalarNoise,
    /// `gamma/B`.
    step_size: f64,
    time_per_step: f64,
    /// The start `x_0 − x_*`.
    eta: f64,
}

impl Setting {
    fn of(input: &Input<'_>) -> Result<Setting, AnalysisError> {
        let model = input.parameters.text("model");
        if !["sgd", "sgd_sde"].contains(&model) {
            return Err(AnalysisError::NotSgd(model.to_owned()));
        }
        let problem = input.problem()?;
        let noise =
            ScalarNoise::of(&described(problem.as_ref())?).map_err(AnalysisError::statistic)?;
        let eta = one_point(input.parameters)? - problem.minimiser()[0];
        let time_per_step = input.parameters.real("step_size");
        let step_size = time_per_step / input.parameters.count("batch_size") as f64;
        Ok(Setting { noise, step_size, time_per_step, eta })
    }

    fn row(&self, order: usize, squares: &[f64], exact: f64) -> Row {
        let half = order as f64 / 2.0;
        let powers: Vec<f64> = squares.iter().map(|square| real::pow(*square, half)).collect();
        let mut row = Row::from(
            [
                ("order", Scalar::count(order)),
                ("exact", Scalar::number(exact)),
                ("rate", Scalar::number(self.noise.moment_rate(self.step_size, order as f64))),
                ("alpha", Scalar::number(self.noise.tail_index(self.step_size))),
                ("n", Scalar::count(powers.len())),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        // All chains are at one point at the start: there is no standard error.
        let simulated = match student_interval(&powers, LEVEL) {
            Ok(found) => {
                let z = (found.mean - exact) / found.standard_error;
                row.insert("z".to_owned(), Scalar::number(z));
                Scalar::interval(found.mean, found.interval.low, found.interval.high)
            }
            Err(_) => Scalar::optional(powers.first().copied()),
        };
        row.insert("simulated".to_owned(), simulated);
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_since_the_last_row_of_the_order() {
        let row = |order: usize, time: f64, exact: f64| {
            Row::from(
                [
                    ("order", Scalar::count(order)),
                    ("time", Scalar::number(time)),
                    ("exact", Scalar::number(exact)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            )
        };
        let rows = [row(2, 0.0, 1.0), row(4, 0.0, 2.0), row(2, 1.0, 5.0)];
        let found = growth(&rows, 4, 2.0, 2.0 * real::exp(3.0)).unwrap();
        assert!((found - 1.5).abs() < 1e-14, "{found}");
        assert_eq!(growth(&rows, 6, 1.0, 1.0), None);
    }

    #[test]
    fn moments_of_a_sample_stand_beside_the_exact_ones() {
        let noise = ScalarNoise { drift: 1.0, quadratic: 0.5, linear: 0.0, constant: 0.2 };
        let setting = Setting { noise, step_size: 1.0, time_per_step: 1.0, eta: 1.0 };
        let row = setting.row(4, &[1.0, 4.0, 9.0], 98.0 / 3.0);
        // Means of 1, 16 and 81.
        assert!((row["simulated"].value().unwrap() - 98.0 / 3.0).abs() < 1e-12);
        assert!(row["z"].value().unwrap().abs() < 1e-12);
        assert_eq!(row["rate"], Scalar::Number(-1.0));
        assert_eq!(row["alpha"], Scalar::Number(5.0));
        let start = setting.row(2, &[4.0, 4.0], 4.0);
        assert_eq!((&start["simulated"], start.get("z")), (&Scalar::Number(4.0), None));
    }
}
