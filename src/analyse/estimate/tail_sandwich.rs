//! The estimator `tail_sandwich`: the empirical tail between those of t(η_*) and t(η^*).

use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_dynamics::real;
use maruyama_statistics::fit::student_t;
use maruyama_statistics::law::interface::Law as _;
use maruyama_statistics::law::student_t::StudentT;
use maruyama_statistics::tail::ccdf::{exceedances, survival};

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::estimator::{AnalysisError, Centred, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Curve, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// The empirical curve is drawn where it is below this: what matters is the other end.
const HIGHEST_DRAWN: f64 = 0.9;
/// Points of a curve of theory.
const THEORY_POINTS: usize = 160;
/// Points of the empirical curve below the largest values, which are all kept.
const EMPIRICAL_POINTS: usize = 300;

const PART: Part = Part {
    name: "tail_sandwich",
    doc: "The empirical survival function of |z|, z centred by the mean, beside those of κ t(η_*) and \
          κ t(η^*), where κ is fitted by maximum likelihood for each index. One row a level p: the \
          empirical probability beyond the point that the law exceeds with probability p, as a \
          multiple of p.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::Text("q1"),
        },
        Parameter {
            name: "levels",
            doc: "Probabilities p.",
            unit: "",
            kind: Kind::Reals(maruyama_dynamics::parameter::Range::OPEN_UNIT),
            default: Default::Reals(&[0.05, 0.01, 0.001]),
        },
    ],
    source: file!(),
};

/// The empirical tail beside two bounds.
pub(crate) struct TailSandwich;

impl Estimator for TailSandwich {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("level", "probability p that the law exceeds"),
            ("ratio_upper", "empirical probability beyond t(η^*)'s point, over p"),
            ("ratio_lower", "empirical probability beyond t(η_*)'s point, over p"),
            ("scale_upper", "fitted scale κ for t(η^*)"),
            ("scale_lower", "fitted scale κ for t(η_*)"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
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
        let Centred { z, n_diverged, .. } = input.centred(parameters.text("observable"), 8)?;
        let z: Vec<f64> = z.iter().map(|z| z.abs()).collect();
        let bounds = bounds_of(input)?;
        let upper = bound(&z, bounds.upper)?;
        let lower = bounds.lower.map(|eta| bound(&z, eta)).transpose()?;
        let levels = parameters.get("levels").and_then(Value::as_list).unwrap_or_default();
        let mut outcome = CellOutcome::default();
        for level in levels.iter().filter_map(Value::as_real) {
            let mut row = Row::from(
                [
                    ("level", Scalar::number(level)),
                    ("ratio_upper", ratio(&z, &upper, level)?),
                    ("scale_upper", Scalar::number(upper.scale)),
                    ("n", Scalar::count(z.len())),
                    ("n_diverged", Scalar::count(n_diverged)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            );
            if let Some(lower) = &lower {
                row.insert("ratio_lower".to_owned(), ratio(&z, lower, level)?);
                row.insert("scale_lower".to_owned(), Scalar::number(lower.scale));
            }
            outcome.rows.push(row);
        }
        outcome.curves.insert("empirical".to_owned(), empirical(&z)?);
        outcome.curves.insert("upper".to_owned(), theory(&z, &upper));
        if let Some(lower) = &lower {
            outcome.curves.insert("lower".to_owned(), theory(&z, lower));
        }
        Ok(outcome)
    }
}

/// A Student-t law with a given index and the scale that fits.
struct Bound {
    law: StudentT,
    scale: f64,
}

fn bound(z: &[f64], nu: f64) -> Result<Bound, AnalysisError> {
    let scale = student_t::fit_scale(z, nu).map_err(AnalysisError::statistic)?;
    let law = StudentT::new(nu, 0.0, scale).map_err(AnalysisError::statistic)?;
    Ok(Bound { law, scale })
}

/// Empirical probability beyond the point that |bound| exceeds with probability `level`, over it.
fn ratio(z: &[f64], bound: &Bound, level: f64) -> Result<Scalar, AnalysisError> {
    let x = -bound.law.quantile(0.5 * level);
    let found = exceedances(z, &[x]).map_err(AnalysisError::statistic)?;
    let Some(exceedance) = found.first() else { return Ok(Scalar::Missing) };
    let interval = exceedance.interval(LEVEL);
    Ok(Scalar::interval(
        exceedance.probability() / level,
        interval.low / level,
        interval.high / level,
    ))
}

/// The empirical survival function where it is below 0.9, thinned where it is dense.
fn empirical(z: &[f64]) -> Result<Curve, AnalysisError> {
    let mut points = survival(z).map_err(AnalysisError::statistic)?;
    points.retain(|point| point.probability() < HIGHEST_DRAWN);
    let n = points.len();
    let stride = n.div_ceil(EMPIRICAL_POINTS).max(1);
    let mut curve = Curve { x: Vec::new(), y: Vec::new() };
    for (idx, point) in points.iter().enumerate() {
        if n - idx <= EMPIRICAL_POINTS || idx.is_multiple_of(stride) {
            curve.x.push(point.x);
            curve.y.push(point.probability());
        }
    }
    Ok(curve)
}

/// Survival function of |bound| from where it is 1/2 to where it is half of 1/n.
fn theory(z: &[f64], bound: &Bound) -> Curve {
    let tail = 0.5 / z.len() as f64;
    let (start, end) = (-bound.law.quantile(0.25), -bound.law.quantile(0.5 * tail));
    let (start, end) = (real::ln(start), real::ln(end));
    let x: Vec<f64> = (0..THEORY_POINTS)
        .map(|idx| idx as f64 / (THEORY_POINTS - 1) as f64)
        .map(|fraction| real::exp(start + fraction * (end - start)))
        .collect();
    let y = x.iter().map(|x| 2.0 * bound.law.sf(*x)).collect();
    Curve { x, y }
}
