//! The estimator `invariant_law`: simulated least squares beside the exact invariant law.

mod exact_law;

use std::collections::BTreeMap;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_dynamics::real;
use maruyama_statistics::goodness::kolmogorov::p_value;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_statistics::tail::hill::Magnitudes;

use crate::analyse::estimate::histogram::histogram;
use crate::analyse::estimate::invariant_law::exact_law::ExactLaw;
use crate::analyse::estimate::tail_curves::survivals;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Curve, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains.
const FEWEST: usize = 8;
/// Points of a curve of theory.
const POINTS: usize = 240;
/// Probability on either side that the density is not drawn at.
const UNDRAWN: f64 = 0.003;

const PART: Part = Part {
    name: "invariant_law",
    doc: "The last recorded values of SGD on least squares or of its equation beside the exact \
          invariant law of the equation: Pearson IV for one feature (inverse gamma for two samples, \
          normal for features of one magnitude), multivariate t for populations with equal \
          variances. For batches of B drawn with replacement, the law at γ/B. Gives curves for the \
          plots `density` and `survival`. One row a cell.",
    parameters: &[
        Parameter {
            name: "quantity",
            doc: "What is compared: the `error` x − x_* of one feature, with its sign (observable \
                  `x_0`), or its `distance` |x − x_*| (observable `error`).",
            unit: "",
            kind: Kind::Choice(&["distance", "error"]),
            default: Default::Text("distance"),
        },
        Parameter {
            name: "k",
            doc: "Number of extremes of Hill's estimator.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 10_000_000 },
            default: Default::Integer(1000),
        },
    ],
    source: file!(),
};

/// Exact invariant laws.
pub(crate) struct InvariantLaw;

impl Estimator for InvariantLaw {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("law", "family of the exact law"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            ("ks", "Kolmogorov–Smirnov distance of the sample from the law"),
            ("ks_limit", "1.63/√n + 0.002: the 1 % point, and room for the error of time steps"),
            ("p", "p-value of the distance, without that room"),
            ("alpha", "exact tail exponent α"),
            ("hill", "Hill's estimate from the k largest distances, with asymptotic interval"),
            ("hill_z", "difference of `hill_exact` and Hill's estimate over the standard error"),
            (
                "hill_exact",
                "what Hill's estimator estimates from the exact law at its share of extremes",
            ),
            ("mean_distance", "simulated E|x − x_*|, with its interval if α > 2"),
            ("mean_distance_exact", "exact E|x − x_*|, infinite for α ≤ 1"),
            ("mean_square", "simulated E|x − x_*|², with its interval if α > 4; missing for α ≤ 2"),
            ("mean_square_exact", "exact E|x − x_*|², infinite for α ≤ 2"),
            ("covariance", "`exists`, or `does not exist` for α ≤ 2"),
            ("outside_core", "exact probability of where the density is not log-concave"),
            ("largest", "largest simulated |x − x_*|"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        let is_signed = parameters.text("quantity") == "error";
        vec![if is_signed { "x_0" } else { "error" }.to_owned()]
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (law, problem) = (exact_law(input)?, input.problem()?);
        let is_signed = parameters.text("quantity") == "error";
        let observable = if is_signed { "x_0" } else { "error" };
        let sample = input.sample(observable, FEWEST)?;
        let values: Vec<f64> = if is_signed {
            let centre = problem.minimiser()[0];
            sample.values.iter().map(|x| x - centre).collect()
        } else {
            sample.values.iter().map(|square| square.sqrt()).collect()
        };
        let compared = Compared::new(&law, is_signed)?;
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let distances: Vec<f64> = sorted.iter().map(|x| x.abs()).collect();
        let ks = kolmogorov(&sorted, |x| compared.cdf(x));
        let n = sorted.len();
        let k = (parameters.count("k") as usize).min(n / 2);
        let mut row = Row::from(
            [
                ("law", Scalar::text(law.name())),
                ("n", Scalar::count(n)),
                ("n_diverged", Scalar::count(sample.n_diverged)),
                ("ks", Scalar::number(ks)),
                ("ks_limit", Scalar::number(1.63 / (n as f64).sqrt() + 0.002)),
                ("p", Scalar::number(p_value(n, ks))),
                ("largest", Scalar::optional(distances.iter().copied().reduce(f64::max))),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        row.extend(tail(&law, &distances, k)?);
        row.extend(moments(&law, &distances)?);
        let curves = curves(&compared, &sorted, &distances)?;
        Ok(CellOutcome { rows: vec![row], curves })
    }
}

/// The law of the equation of the cell.
///
/// # Errors
/// If the cell is not of SGD or its equation, or the law is not known.
pub(crate) fn exact_law(input: &Input<'_>) -> Result<ExactLaw, AnalysisError> {
    let model = input.parameters.text("model");
    if !["sgd", "sgd_sde"].contains(&model) {
        return Err(AnalysisError::NotSgd(model.to_owned()));
    }
    let sampling = input.parameters.get("sampling").and_then(Value::as_text);
    if sampling.is_some_and(|sampling| sampling != "with_replacement") {
        return Err(AnalysisError::Data("the law is for samples with replacement".to_owned()));
    }
    let batch_size = input.parameters.count("batch_size") as f64;
    ExactLaw::of(input.problem()?.as_ref(), input.parameters.real("step_size") / batch_size)
}

/// The exact law of what is compared.
struct Compared<'a> {
    law: &'a ExactLaw,
    is_signed: bool,
}

impl<'a> Compared<'a> {
    fn new(law: &'a ExactLaw, is_signed: bool) -> Result<Compared<'a>, AnalysisError> {
        if is_signed && law.line().is_none() {
            let why = "`quantity: error` is for one feature; take `distance`";
            return Err(AnalysisError::Data(why.to_owned()));
        }
        Ok(Compared { law, is_signed })
    }

    fn cdf(&self, x: f64) -> f64 {
        match self.law.line().filter(|_| self.is_signed) {
            Some(line) => line.cdf(x),
            None => 1.0 - self.law.survival(x),
        }
    }

    fn density(&self, x: f64) -> f64 {
        match self.law.line().filter(|_| self.is_signed) {
            Some(line) => line.density(x),
            None => self.law.distance_density(x),
        }
    }

    /// The range in which the density is drawn.
    fn range(&self) -> (f64, f64) {
        match self.law.line().filter(|_| self.is_signed) {
            Some(line) => (line.quantile(UNDRAWN), line.quantile(1.0 - UNDRAWN)),
            None => (0.0, self.law.distance_quantile(UNDRAWN)),
        }
    }
}

/// The largest distance between the empirical distribution function of `sorted` and `cdf`.
pub(crate) fn kolmogorov(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    sorted.iter().enumerate().fold(0.0, |largest: f64, (i, x)| {
        let p = cdf(*x);
        largest.max((i as f64 + 1.0) / n - p).max(p - i as f64 / n)
    })
}

fn tail(law: &ExactLaw, distances: &[f64], k: usize) -> Result<Row, AnalysisError> {
    let mut row = Row::from([("alpha".to_owned(), Scalar::number(law.tail_index()))]);
    let share = k as f64 / distances.len() as f64;
    let exact = law.hill_index(law.distance_quantile(share));
    let magnitudes = Magnitudes::top(distances, k).map_err(AnalysisError::statistic)?;
    // Extremes that are all tied have no estimate.
    if let Ok(hill) = magnitudes.hill(k) {
        let interval = hill.interval(LEVEL);
        let estimate = Scalar::interval(hill.alpha, interval.low, interval.high);
        row.insert("hill".to_owned(), estimate);
        let z = (exact / hill.alpha - 1.0) * (k as f64).sqrt();
        row.insert("hill_z".to_owned(), Scalar::number(z));
    }
    row.insert("hill_exact".to_owned(), Scalar::number(exact));
    Ok(row)
}

/// Means of the distance and of its square where they exist, with intervals where the central limit
/// theorem has them.
fn moments(law: &ExactLaw, distances: &[f64]) -> Result<Row, AnalysisError> {
    let alpha = law.tail_index();
    let squares: Vec<f64> = distances.iter().map(|r| r * r).collect();
    let mean = |values: &[f64], order: f64| -> Result<Scalar, AnalysisError> {
        let found = student_interval(values, LEVEL).map_err(AnalysisError::statistic)?;
        Ok(match found.interval {
            interval if alpha > 2.0 * order => {
                Scalar::interval(found.mean, interval.low, interval.high)
            }
            _ if alpha > order => Scalar::number(found.mean),
            _ => Scalar::Missing,
        })
    };
    let exists = if alpha > 2.0 { "exists" } else { "does not exist" };
    Ok(Row::from(
        [
            ("mean_distance", mean(distances, 1.0)?),
            ("mean_distance_exact", Scalar::number(law.mean_distance())),
            ("mean_square", mean(&squares, 2.0)?),
            ("mean_square_exact", Scalar::number(law.mean_square())),
            ("covariance", Scalar::text(exists)),
            ("outside_core", Scalar::number(law.outside_core())),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    ))
}

/// `histogram` and `density exact` of what is compared; `survival simulated` with its interval, and
/// `survival` of the exact law, of the distance.
fn curves(
    compared: &Compared<'_>,
    sorted: &[f64],
    distances: &[f64],
) -> Result<BTreeMap<String, Curve>, AnalysisError> {
    let (low, high) = compared.range();
    let place = |i: usize| low + (high - low) * i as f64 / (POINTS - 1) as f64;
    let x: Vec<f64> = (0..POINTS).map(place).collect();
    let y = x.iter().map(|x| compared.density(*x)).collect();
    let mut curves = BTreeMap::from([
        ("density exact".to_owned(), Curve { x, y }),
        ("histogram".to_owned(), histogram(sorted, (low, high))),
    ]);
    for (name, curve) in survivals(distances, LEVEL)? {
        curves.insert(name.replace("survival", "survival simulated"), curve);
    }
    let law = compared.law;
    let (start, end) =
        (law.distance_quantile(0.9), law.distance_quantile(0.5 / sorted.len() as f64));
    let ratio = real::ln(end / start) / (POINTS - 1) as f64;
    let x: Vec<f64> = (0..POINTS).map(|i| start * real::exp(ratio * i as f64)).collect();
    let y = x.iter().map(|r| law.survival(*r)).collect();
    curves.insert("survival".to_owned(), Curve { x, y });
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_two_points_from_the_uniform_law() {
        let cdf = |x: f64| x.clamp(0.0, 1.0);
        assert!((kolmogorov(&[0.5, 0.6], cdf) - 0.5).abs() < 1e-15);
        assert!((kolmogorov(&[0.25, 0.75], cdf) - 0.25).abs() < 1e-15);
        assert!((kolmogorov(&[0.9], cdf) - 0.9).abs() < 1e-15);
    }
}
