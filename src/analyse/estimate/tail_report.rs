//! The estimator `tail_report`: every estimate of the tail index, and a power law against other laws.

use maruyama_dynamics::noise::{Purpose, Stream};
use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_statistics::goodness::bootstrap::BootstrapP;
use maruyama_statistics::tail::alternative::{Alternative, compare};
use maruyama_statistics::tail::double_bootstrap::double_bootstrap;
use maruyama_statistics::tail::hill::Magnitudes;
use maruyama_statistics::tail::log_moment::log_moment;
use maruyama_statistics::tail::power_law::{Distance, PowerLaw, power_law};
use maruyama_statistics::tail::power_law_bootstrap::replicate;
use maruyama_statistics::tail::report::{TailEstimate, TailReport};
use rayon::prelude::*;

use crate::analyse::centre::{CENTRE, centred};
use crate::analyse::estimate::tail_curves::curves;
use crate::analyse::estimator::{AnalysisError, Centred, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest values above the threshold of a power law.
const MIN_TAIL: usize = 50;
/// Fewest extremes that are chosen: light tails have no optimum, and the bootstrap takes two or three.
const FEWEST_EXTREMES: usize = 20;
/// Size of the larger resamples of the double bootstrap, as a power of the sample's.
const EXPONENT: f64 = 0.9;
/// Part of the stream key that chooses the number of extremes.
const CHOICE: u64 = 1;
/// Part of the stream key of the power law's bootstrap.
const POWER_LAW: u64 = 2;

const PART: Part = Part {
    name: "tail_report",
    doc: "The tail of |z|, z centred as `centre` says: index by Hill, smoothed and bias-reduced Hill, the \
          moment estimator, Pickands, generalised Pareto by maximum likelihood and by weighted \
          moments, all from the same number of extremes; by logarithmic moments, which asks which \
          stable law it is; and a power law above the threshold of least distance, with the p-value \
          of a bootstrap, against lognormal, exponential, stretched exponential and truncated tails \
          by Vuong's test. One row a method.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        Parameter {
            name: "k",
            doc: "Number of extremes; chosen by the double bootstrap for Hill's estimator if absent, \
                  which needs some thousand chains; at least 20.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 1_000_000_000 },
            default: Default::Absent,
        },
        Parameter {
            name: "resamples",
            doc: "Resamples of either size in the double bootstrap.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 100_000 },
            default: Default::Integer(100),
        },
        Parameter {
            name: "block",
            doc: "Values in a block of the estimator by logarithmic moments.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 1_000_000 },
            default: Default::Integer(10),
        },
        Parameter {
            name: "bootstrap",
            doc: "Replicates of the power law's bootstrap; 0 leaves out its p-value.",
            unit: "",
            kind: Kind::Integer { min: 0, max: 1_000_000 },
            default: Default::Integer(100),
        },
        CENTRE,
    ],
    source: file!(),
};

/// Estimates of the tail index side by side.
pub(crate) struct TailReportOf;

impl Estimator for TailReportOf {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("method", "the estimator; or the law that the power law is compared with"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            ("k", "number of extremes"),
            ("threshold", "magnitude above which these are"),
            ("xi", "extreme value index 1/α, with normal interval"),
            (
                "alpha",
                "tail index, with the interval that of xi gives; missing where xi is not positive",
            ),
            ("d", "Kolmogorov–Smirnov distance of the power law above its threshold"),
            ("statistic", "Vuong's statistic; positive in favour of the power law"),
            (
                "p",
                "of the power law: probability of a distance as large; of another: of a statistic as far from zero",
            ),
            ("reason", "why there is no estimate"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let Centred { z: centred, n_diverged, .. } = centred(input, parameters, 16)?;
        let z: Vec<f64> = centred.iter().map(|z| z.abs()).collect();
        let magnitudes = Magnitudes::new(&z).map_err(AnalysisError::statistic)?;
        let k = number_of_extremes(input, parameters, &magnitudes)?;
        let report = TailReport::new(&z, k).map_err(AnalysisError::statistic)?;
        let mut rows: Vec<Row> = report.estimates.iter().map(|one| index(one, &report)).collect();
        rows.push(by_log_moments(&centred, parameters.count("block") as usize));
        let law = power_law(&z, Distance::Supremum, MIN_TAIL);
        match &law {
            Ok(law) => {
                rows.push(of_power_law(input, &z, law, parameters.count("bootstrap"))?);
                rows.extend(Alternative::ALL.iter().map(|other| against(&z, law, *other)));
            }
            Err(error) => rows.push(without("power_law", error)),
        }
        for row in &mut rows {
            row.insert("n".to_owned(), Scalar::count(z.len()));
            row.insert("n_diverged".to_owned(), Scalar::count(n_diverged));
        }
        let curves = curves(&z, &magnitudes, law.as_ref().ok(), LEVEL)?;
        Ok(CellOutcome { rows, curves })
    }
}

fn number_of_extremes(
    input: &Input<'_>,
    parameters: &Parameters,
    magnitudes: &Magnitudes,
) -> Result<usize, AnalysisError> {
    let n = magnitudes.n();
    if let Some(k) = parameters.get("k").and_then(Value::as_integer) {
        return match usize::try_from(k) {
            Ok(k) if k < n => Ok(k),
            _ => Err(AnalysisError::Statistic(format!("{k} extremes of {n} values"))),
        };
    }
    input.go_on()?;
    let stream = &mut Stream::new(input.stream.derive(CHOICE), 0, Purpose::Bootstrap);
    let resamples = parameters.count("resamples") as usize;
    double_bootstrap(magnitudes, EXPONENT, resamples, stream)
        .map(|choice| choice.k.clamp(FEWEST_EXTREMES.min(n / 2), n - 1))
        .map_err(|error| AnalysisError::Statistic(format!("{error}; give `k`")))
}

fn named<const N: usize>(values: [(&str, Scalar); N]) -> Row {
    Row::from(values.map(|(name, value)| (name.to_owned(), value)))
}

fn without(method: &str, error: &impl std::fmt::Display) -> Row {
    named([("method", Scalar::text(method)), ("reason", Scalar::text(&error.to_string()))])
}

/// A row of the estimators that share their extremes.
fn index(estimate: &TailEstimate, report: &TailReport) -> Row {
    let mut row = match &estimate.xi {
        Ok(xi) => of_xi(estimate.method, *xi, estimate.interval(LEVEL).map(|i| (i.low, i.high))),
        Err(reason) => without(estimate.method, reason),
    };
    row.insert("k".to_owned(), Scalar::count(report.k));
    row.insert("threshold".to_owned(), Scalar::number(report.threshold));
    row
}

/// Indices `xi` and `1 / xi`; where an interval of `xi` reaches zero, that of `1 / xi` is infinite.
fn of_xi(method: &str, xi: f64, interval: Option<(f64, f64)>) -> Row {
    let inverse = |xi: f64| if xi > 0.0 { 1.0 / xi } else { f64::INFINITY };
    let (of_xi, alpha) = match interval {
        Some((low, high)) => (
            Scalar::interval(xi, low, high),
            Scalar::interval(inverse(xi), inverse(high), inverse(low)),
        ),
        None => (Scalar::number(xi), Scalar::number(inverse(xi))),
    };
    let alpha = if xi > 0.0 { alpha } else { Scalar::Missing };
    named([("method", Scalar::text(method)), ("xi", of_xi), ("alpha", alpha)])
}

fn by_log_moments(z: &[f64], block: usize) -> Row {
    match log_moment(z, block) {
        Ok(found) => {
            let interval = found.interval(LEVEL);
            of_xi("log_moment", found.inverse_alpha, Some((interval.low, interval.high)))
        }
        Err(error) => without("log_moment", &error),
    }
}

fn of_power_law(
    input: &Input<'_>,
    z: &[f64],
    law: &PowerLaw,
    replicates: u64,
) -> Result<Row, AnalysisError> {
    let interval = law.interval(LEVEL);
    let mut row = named([
        ("method", Scalar::text("power_law")),
        ("k", Scalar::count(law.n_tail)),
        ("threshold", Scalar::number(law.x_min)),
        ("xi", Scalar::number(1.0 / law.alpha)),
        ("alpha", Scalar::interval(law.alpha, interval.low, interval.high)),
        ("d", Scalar::number(law.distance)),
    ]);
    if replicates > 0 {
        let one = |r: u64| {
            input.go_on()?;
            let key = input.stream.derive(POWER_LAW);
            let stream = &mut Stream::new(key, r, Purpose::Bootstrap);
            Ok(replicate(z, law, Distance::Supremum, MIN_TAIL, stream).ok())
        };
        let drawn: Vec<Option<PowerLaw>> =
            (0..replicates).into_par_iter().map(one).collect::<Result<_, AnalysisError>>()?;
        let distances: Vec<f64> = drawn.iter().flatten().map(|law| law.distance).collect();
        let p = BootstrapP::new(law.distance, &distances);
        let interval = p.interval(LEVEL);
        let p = Scalar::interval(p.p, interval.low.min(p.p), interval.high.max(p.p));
        row.insert("p".to_owned(), p);
    }
    Ok(row)
}

fn against(z: &[f64], law: &PowerLaw, alternative: Alternative) -> Row {
    match compare(z, law, alternative) {
        Ok(found) => named([
            ("method", Scalar::text(alternative.name())),
            ("k", Scalar::count(law.n_tail)),
            ("threshold", Scalar::number(law.x_min)),
            ("statistic", Scalar::number(found.statistic)),
            ("p", Scalar::number(found.p)),
        ]),
        Err(error) => without(alternative.name(), &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_is_not_positive_has_no_tail_index() {
        let row = of_xi("moment", 0.5, Some((-0.1, 1.0)));
        assert_eq!(row["alpha"], Scalar::interval(2.0, 1.0, f64::INFINITY));
        assert_eq!(of_xi("moment", -0.5, None)["alpha"], Scalar::Missing);
        assert_eq!(of_xi("moment", 0.25, None)["alpha"], Scalar::Number(4.0));
        let row = by_log_moments(&[0.0; 20], 10);
        assert!(matches!(&row["reason"], Scalar::Text(_)) && !row.contains_key("alpha"), "{row:?}");
    }
}
