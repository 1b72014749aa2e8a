//! The estimator `mean_gap`: how far the means of two simulations are apart, over time.
//!
//! ```text
//! gap_k = E F(X_k) − E F(Y_k),   relative gap = gap_k / |E F(X_0)|
//! ```

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value, Violation,
};
use maruyama_statistics::interval::binomial::Interval;
use maruyama_statistics::interval::mean::{MeanInterval, normal_interval, student_interval};
use maruyama_statistics::sample::moments::mean;

use crate::analyse::chains::PointSample;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::times::{compared, sides};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains of either side.
const FEWEST: usize = 2;

const PART: Part = Part {
    name: "mean_gap",
    doc: "How far the means of an observable in two simulations are apart at each step that both record, \
          with intervals; with `paired`, of the differences of chains of one number, which a \
          `common_noise` makes small. Two rows a step, one for each side; the gap stands in the first.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::Text("risk"),
        },
        Parameter {
            name: "paired",
            doc: "Whether chains of one number are compared with each other; no chain may have diverged.",
            unit: "",
            kind: Kind::Boolean,
            default: Default::Boolean(false),
        },
        Parameter {
            name: "names",
            doc: "What the sweep `of` and the sweep `against` are called in the column `series`.",
            unit: "",
            kind: Kind::Texts,
            default: Default::Texts(&["equation", "optimiser"]),
        },
    ],
    source: file!(),
};

/// Gaps of means over time.
pub(crate) struct MeanGap;

impl Estimator for MeanGap {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "which simulation the row is of"),
            ("step", "recorded step"),
            ("place", "`last` at the last step that both record, `earlier` before it"),
            ("step_against", "recorded step of the other simulation"),
            ("n", "chains that are compared"),
            ("n_against", "chains of the other simulation"),
            ("n_diverged", "chains that have no value"),
            ("n_diverged_against", "chains of the other simulation that have none"),
            ("mean", "mean over the chains, with Student's interval"),
            ("below", "mean less standard deviation"),
            ("above", "mean and standard deviation"),
            ("gap", "mean less that of the other simulation, with its interval"),
            (
                "gap_size",
                "absolute value of the gap, whose interval holds that of every gap in its own",
            ),
            ("standard_error", "standard error of the gap"),
            ("independent_error", "the standard error that independent chains would have"),
            ("relative_gap", "the gap over the absolute mean at the first common step"),
            ("worst", "largest absolute relative gap up to this step"),
            ("mean_size", "mean absolute relative gap over the steps so far, but for the first"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn compares(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let names: Vec<&str> = texts(parameters, "names").collect();
        (names.len() != 2 || names[0] == names[1]).then(|| Violation {
            parameter: "names",
            message: "`names` is for two simulations".to_owned(),
            remedy: "give two different names".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (chains, others) = (input.chains()?, input.against()?);
        let observables = self.observables(parameters);
        let is_paired = parameters.get("paired") == Some(&Value::Boolean(true));
        let names: Vec<&str> = texts(parameters, "names").collect();
        let mut all = parameters.clone();
        all.insert("times".to_owned(), Value::Text("all".to_owned()));
        let mut course = Course::default();
        let mut rows = Vec::new();
        let pairs = compared(&all, &chains, &others)?;
        for (k, &(idx, other)) in pairs.iter().enumerate() {
            let x = chains.points(&observables, idx, FEWEST)?;
            let y = others.points(&observables, other, FEWEST)?;
            let steps = (chains.steps()[idx], others.steps()[other]);
            let mut row = sides(steps, (&x, &y));
            row.extend(side(names[0], &x)?);
            row.extend(course.gap(&x, &y, is_paired)?);
            let mut opposite = sides((steps.1, steps.0), (&y, &x));
            opposite.extend(side(names[1], &y)?);
            let place = if k + 1 == pairs.len() { "last" } else { "earlier" };
            for mut row in [row, opposite] {
                row.insert("place".to_owned(), Scalar::text(place));
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// What gaps so far have come to.
#[derive(Clone, Copy, Debug, std::default::Default)]
struct Course {
    /// Absolute mean at the first common step.
    scale: Option<f64>,
    worst: f64,
    sum: f64,
    n: usize,
}

impl Course {
    /// The gap at the next step.
    fn gap(
        &mut self,
        x: &PointSample,
        y: &PointSample,
        is_paired: bool,
    ) -> Result<Row, AnalysisError> {
        let independent = independent(x, y)?;
        let gap = if is_paired { paired(x, y)? } else { independent };
        let (value, Interval { low, high }) = (gap.mean, gap.interval);
        let is_first = self.scale.is_none();
        let mean = mean(&x.coordinates);
        let scale = *self.scale.get_or_insert(mean.abs());
        let relative = (value / scale).abs();
        self.worst = self.worst.max(relative);
        if !is_first {
            self.sum += relative;
            self.n += 1;
        }
        let mean_size = (self.n > 0).then(|| self.sum / self.n as f64);
        let worst = Scalar::number(if scale > 0.0 { self.worst } else { f64::NAN });
        Ok(named([
            ("gap", Scalar::interval(value, low, high)),
            ("gap_size", size(value, Interval { low, high })),
            ("standard_error", Scalar::number(gap.standard_error)),
            ("independent_error", Scalar::number(independent.standard_error)),
            ("relative_gap", Scalar::interval(value / scale, low / scale, high / scale)),
            ("worst", worst),
            ("mean_size", Scalar::optional(mean_size)),
        ]))
    }
}

/// The difference of the means of independent chains, with the normal interval.
fn independent(x: &PointSample, y: &PointSample) -> Result<MeanInterval, AnalysisError> {
    let (x, y) = (interval(&x.coordinates)?, interval(&y.coordinates)?);
    let square = |side: &MeanInterval| side.standard_error * side.standard_error;
    let (mean, standard_error) = (x.mean - y.mean, (square(&x) + square(&y)).sqrt());
    Ok(MeanInterval {
        mean,
        standard_error,
        interval: normal_interval(mean, standard_error, LEVEL),
    })
}

/// The mean difference of chains of one number, with Student's interval.
fn paired(x: &PointSample, y: &PointSample) -> Result<MeanInterval, AnalysisError> {
    if x.n() != y.n() || x.n_missing + y.n_missing > 0 {
        let message = format!(
            "{} and {} chains, of which {} diverged, are no pairs",
            x.n() + x.n_missing,
            y.n() + y.n_missing,
            x.n_missing + y.n_missing
        );
        return Err(AnalysisError::Statistic(message));
    }
    let pairs = x.coordinates.iter().zip(&y.coordinates);
    interval(&pairs.map(|(x, y)| x - y).collect::<Vec<f64>>())
}

/// The mean of a sample with Student's interval, which is a point where all values are equal.
fn interval(sample: &[f64]) -> Result<MeanInterval, AnalysisError> {
    if sample.len() >= FEWEST && sample.iter().all(|value| *value == sample[0]) {
        let interval = Interval { low: sample[0], high: sample[0] };
        return Ok(MeanInterval { mean: sample[0], standard_error: 0.0, interval });
    }
    student_interval(sample, LEVEL).map_err(AnalysisError::statistic)
}

/// Mean and spread of one side.
fn side(name: &str, sample: &PointSample) -> Result<Row, AnalysisError> {
    let found = interval(&sample.coordinates)?;
    let std = found.standard_error * (sample.n() as f64).sqrt();
    let Interval { low, high } = found.interval;
    Ok(named([
        ("series", Scalar::text(name)),
        ("mean", Scalar::interval(found.mean, low, high)),
        ("below", Scalar::number(found.mean - std)),
        ("above", Scalar::number(found.mean + std)),
    ]))
}

/// The interval of `|gap|` over all gaps in an interval.
fn size(gap: f64, Interval { low, high }: Interval) -> Scalar {
    let nearest = low.max(-high).max(0.0);
    Scalar::interval(gap.abs(), nearest, high.max(-low))
}

fn named<const N: usize>(values: [(&str, Scalar); N]) -> Row {
    Row::from(values.map(|(name, value)| (name.to_owned(), value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> PointSample {
        PointSample { coordinates: values.to_vec(), dim: 1, n_missing: 0 }
    }

    /// Student's quantile 0.975 with two degrees of freedom is 4.3026527297.
    #[test]
    fn pairs_have_the_interval_of_their_differences() {
        let (x, y) = (sample(&[1.0, 5.0, 9.0]), sample(&[0.0, 3.0, 6.0]));
        let MeanInterval { mean, standard_error, interval: Interval { low, high } } =
            paired(&x, &y).unwrap();
        let half = 4.302_652_729_7 / 3.0_f64.sqrt();
        assert_eq!(mean, 2.0);
        assert!((standard_error - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert!((low - (2.0 - half)).abs() < 1e-9 && (high - (2.0 + half)).abs() < 1e-9);
        let MeanInterval { mean, interval: Interval { low, high }, .. } =
            independent(&x, &y).unwrap();
        let half = 1.959_963_984_540 * ((16.0 + 9.0) / 3.0_f64).sqrt();
        assert!((low - (mean - half)).abs() < 1e-9 && (high - (mean + half)).abs() < 1e-9);
        assert!(paired(&x, &sample(&[1.0, 2.0])).is_err());
        let diverged = PointSample { n_missing: 1, ..sample(&[0.0, 3.0, 6.0]) };
        assert!(paired(&x, &diverged).is_err());
        assert!(independent(&x, &diverged).is_ok());
    }

    #[test]
    fn sizes_of_gaps_reach_zero_where_a_gap_may_be_none() {
        for (gap, low, high, expected) in [
            (2.0, 1.0, 3.0, (2.0, 1.0, 3.0)),
            (-2.0, -3.0, -1.0, (2.0, 1.0, 3.0)),
            (-1.0, -3.0, 1.0, (1.0, 0.0, 3.0)),
            (0.0, 0.0, 0.0, (0.0, 0.0, 0.0)),
        ] {
            let (value, low_size, high_size) = expected;
            let found = size(gap, Interval { low, high });
            assert_eq!(found, Scalar::interval(value, low_size, high_size));
        }
    }

    #[test]
    fn relative_gaps_are_in_units_of_the_start() {
        let mut course = Course::default();
        let gaps = |course: &mut Course, by: f64| {
            let (x, y) = (sample(&[2.0, 2.0, 2.0]), sample(&[2.0 - by, 2.0 - by, 2.0 - by]));
            course.gap(&x, &y, true).unwrap()
        };
        let first = gaps(&mut course, 0.0);
        assert_eq!(
            (&first["mean_size"], &first["worst"]),
            (&Scalar::Missing, &Scalar::Number(0.0))
        );
        gaps(&mut course, -1.0);
        let last = gaps(&mut course, 0.5);
        assert_eq!(last["relative_gap"].value(), Some(0.25));
        assert_eq!(last["worst"], Scalar::Number(0.5));
        assert_eq!(last["mean_size"], Scalar::Number(0.375));
    }
}
