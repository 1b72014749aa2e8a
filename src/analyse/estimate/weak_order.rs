//! The estimator `weak_order`: how far expectations of one simulation are from those of another.
//!
//! ```text
//! error = mean h(X) − mean h(x)                standard error of h(X_i) − h(x_i) for pairs, or of both
//! ratio = Var h(X)/Var h(x)                    that of [(X_i − m)²/V − (x_i − m')²/V'] for pairs
//! ```

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, Violation,
};
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::normal_interval;
use maruyama_statistics::sample::moments::mean;

use crate::analyse::chains::PointSample;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::scaling::{EXPONENTS, OVER, Scaling};
use crate::analyse::times::{TIMES, compared, sides};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains of either side.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "weak_order",
    doc: "The weak error of one simulation with respect to another: the difference of the means of \
          observables, and the ratio of their variances, which the order of convergence cannot see. \
          Chains on one path (`common_noise`) are compared in pairs, which makes the intervals \
          shorter. The order of convergence is the exponent over `step_size`, where time is the same. \
          One row a step and observable.",
    parameters: &[
        Parameter {
            name: "observables",
            doc: "The observables whose means are compared.",
            unit: "",
            kind: Kind::Names(observable::NAMES),
            default: Default::Texts(&["risk"]),
        },
        TIMES,
        OVER,
    ],
    source: file!(),
};

/// Weak errors of one simulation.
pub(crate) struct WeakOrder;

impl Estimator for WeakOrder {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("observable", "the observable"),
            ("step", "recorded step"),
            ("step_against", "recorded step of the other simulation"),
            ("time", "step times `step_size`"),
            ("n", "chains that are compared"),
            ("n_against", "chains of the other simulation"),
            ("n_diverged", "chains that have no value"),
            ("n_diverged_against", "chains of the other simulation that have none"),
            ("mean", "mean of the simulation"),
            ("mean_against", "mean of the other one"),
            ("error", "the mean less that of the other, with the interval of its standard error"),
            ("size", "the absolute value of the error"),
            ("error_over_step", "the error over `step_size`"),
            ("relative", "the error over the first recorded mean of the other simulation"),
            ("variance_ratio", "variance over that of the other, with its asymptotic interval"),
            ("paired", "1 if chains are compared in pairs, or else 0"),
            EXPONENTS[0],
            EXPONENTS[1],
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        texts(parameters, "observables").map(str::to_owned).collect()
    }

    fn compares(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        texts(parameters, "observables").next().is_none().then(|| Violation {
            parameter: "observables",
            message: "`observables` is empty".to_owned(),
            remedy: "name the observables to compare".to_owned(),
        })
    }

    fn scaling(&self, parameters: &Parameters) -> Option<Scaling> {
        Scaling::asked(parameters, "error", &["observable", "step_against", "time"])
            .map(|scaling| of_last(parameters, scaling))
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (chains, others) = (input.chains()?, input.against()?);
        let is_common = share_a_path(input);
        let step_size = input.parameters.get("step_size").and_then(Value::as_real);
        let mut rows = Vec::new();
        for name in texts(parameters, "observables") {
            let observables = [name.to_owned()];
            let first = others.points(&observables, 0, FEWEST)?;
            let scale = mean(&first.coordinates).abs();
            for (idx, other) in compared(parameters, &chains, &others)? {
                let x = chains.points(&observables, idx, FEWEST)?;
                let y = others.points(&observables, other, FEWEST)?;
                let steps = (chains.steps()[idx], others.steps()[other]);
                let mut row = sides(steps, (&x, &y));
                row.insert("observable".to_owned(), Scalar::text(name));
                row.extend(compare(&x, &y, is_common, step_size.unwrap_or(f64::NAN), scale));
                let time = step_size.map(|size| size * steps.0 as f64);
                row.insert("time".to_owned(), Scalar::optional(time));
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// At the last steps alone, cells with different numbers of steps are one curve.
fn of_last(parameters: &Parameters, scaling: Scaling) -> Scaling {
    let by: &[&str] = if parameters.text(TIMES.name) == "last" {
        &["observable"]
    } else {
        &["observable", "time"]
    };
    Scaling { by, ..scaling }
}

/// Whether both cells have their noise from one path.
fn share_a_path(input: &Input<'_>) -> bool {
    let path = |parameters: &Parameters| {
        let name = parameters.get("common_noise")?.as_text()?.to_owned();
        Some((name, parameters.count("seed")))
    };
    let own = path(input.parameters);
    own.is_some() && own == input.against_parameters.and_then(path)
}

/// Difference of means and ratio of variances.
fn compare(x: &PointSample, y: &PointSample, is_common: bool, step_size: f64, scale: f64) -> Row {
    let is_paired = is_common && x.n() == y.n() && x.n_missing + y.n_missing == 0;
    let (of_x, of_y) = (Spread::of(&x.coordinates), Spread::of(&y.coordinates));
    let error = of_x.mean - of_y.mean;
    let values = |f: &dyn Fn(f64, f64) -> f64| {
        let pairs = x.coordinates.iter().zip(&y.coordinates);
        pairs.map(|(x, y)| f(*x, *y)).collect::<Vec<f64>>()
    };
    let error_se = if is_paired {
        Spread::of(&values(&|x, y| x - y)).standard_error
    } else {
        root_of_squares(of_x.standard_error, of_y.standard_error)
    };
    let log_ratio_se = if is_paired {
        Spread::of(&values(&|x, y| of_x.square(x) - of_y.square(y))).standard_error
    } else {
        let error = |sample: &PointSample, spread: &Spread| {
            let squares: Vec<f64> = sample.coordinates.iter().map(|x| spread.square(*x)).collect();
            Spread::of(&squares).standard_error
        };
        root_of_squares(error(x, &of_x), error(y, &of_y))
    };
    let ratio = of_x.variance / of_y.variance;
    let interval = |value: f64, error: f64| {
        let interval = normal_interval(value, error, LEVEL);
        Scalar::interval(value, interval.low, interval.high)
    };
    Row::from(
        [
            ("mean", interval(of_x.mean, of_x.standard_error)),
            ("mean_against", interval(of_y.mean, of_y.standard_error)),
            ("error", interval(error, error_se)),
            ("size", size(&interval(error, error_se))),
            ("error_over_step", interval(error / step_size, error_se / step_size)),
            ("relative", interval(error / scale, error_se / scale)),
            ("variance_ratio", interval(ratio, ratio * log_ratio_se)),
            ("paired", Scalar::Number(f64::from(u8::from(is_paired)))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The standard error of a difference of independent estimates with the standard errors `a` and `b`.
pub(crate) fn root_of_squares(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}

/// The absolute value of an estimate.
fn size(estimate: &Scalar) -> Scalar {
    match *estimate {
        Scalar::Interval { value, low, high } => {
            let farthest = low.abs().max(high.abs());
            let nearest = if low <= 0.0 && high >= 0.0 { 0.0 } else { low.abs().min(high.abs()) };
            Scalar::interval(value.abs(), nearest, farthest)
        }
        _ => Scalar::Missing,
    }
}

/// Mean, variance with divisor `n`, and the standard error of the mean.
struct Spread {
    mean: f64,
    variance: f64,
    standard_error: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Spread {
        let (n, mean) = (values.len() as f64, mean(values));
        let squares: Vec<f64> = values.iter().map(|x| (x - mean) * (x - mean)).collect();
        let sum = real::sum(&squares);
        Spread { mean, variance: sum / n, standard_error: (sum / (n * (n - 1.0))).sqrt() }
    }

    /// `(x − m)²/V`, whose mean is one.
    fn square(&self, x: f64) -> f64 {
        (x - self.mean) * (x - self.mean) / self.variance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> PointSample {
        PointSample { coordinates: values.to_vec(), dim: 1, n_missing: 0 }
    }

    /// `y = x/2` chain by chain: differences are `x/2`, the ratio of variances is exactly 4.
    #[test]
    fn pairs_have_the_intervals_of_their_differences() {
        let x = sample(&[1.0, 2.0, 3.0, 4.0]);
        let y = sample(&[0.5, 1.0, 1.5, 2.0]);
        let row = compare(&x, &y, true, 0.5, 2.0);
        let (low, high) = row["error"].range().unwrap();
        // The standard error of 0.5, 1, 1.5, 2 is sqrt(5/12)/2.
        let half = 1.959_963_984_540_054 * (5.0_f64 / 12.0).sqrt() / 2.0;
        assert!((low + half - 1.25).abs() < 1e-12 && (high - half - 1.25).abs() < 1e-12);
        assert_eq!(row["variance_ratio"].range(), Some((4.0, 4.0)));
        assert_eq!(row["relative"].value(), Some(0.625));
        assert_eq!(row["error_over_step"].value(), Some(2.5));
        let apart = compare(&x, &y, false, 0.5, 2.0);
        let width = |row: &Row, name: &str| {
            let (low, high) = row[name].range().unwrap();
            high - low
        };
        assert!(width(&apart, "error") > 2.0 * width(&row, "error"));
        assert!(width(&apart, "variance_ratio") > 1.0);
        assert_eq!(apart["paired"], Scalar::Number(0.0));
    }

    #[test]
    fn the_size_of_an_estimate_is_its_absolute_value() {
        assert_eq!(size(&Scalar::interval(-2.0, -3.0, -1.0)), Scalar::interval(2.0, 1.0, 3.0));
        assert_eq!(size(&Scalar::interval(1.0, -0.5, 2.5)), Scalar::interval(1.0, 0.0, 2.5));
        assert_eq!(size(&Scalar::Missing), Scalar::Missing);
    }

    #[test]
    fn chains_that_are_missing_are_in_no_pair() {
        let x = PointSample { n_missing: 1, ..sample(&[1.0, 2.0, 3.0]) };
        assert_eq!(compare(&x, &x, true, 1.0, 1.0)["paired"], Scalar::Number(0.0));
    }
}
