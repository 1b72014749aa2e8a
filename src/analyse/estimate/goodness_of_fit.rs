//! The estimator `goodness_of_fit`: laws fitted to a sample, and tests of the fits.

use maruyama_dynamics::noise::{Purpose, Stream};
use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Value,
};
use maruyama_statistics::fit::family::{Family, Fitted, aic, bic};
use maruyama_statistics::fit::{self, student_t, student_t_interval};
use maruyama_statistics::goodness::bootstrap::{BootstrapP, replicate};
use maruyama_statistics::goodness::kolmogorov::p_value;
use maruyama_statistics::goodness::statistic::kolmogorov_smirnov;
use maruyama_statistics::interval::binomial::Interval;
use maruyama_statistics::law::normal::standard_quantile;
use maruyama_statistics::sample::check::sorted;
use maruyama_statistics::sample::quantile::quantile;
use rayon::prelude::*;

use crate::analyse::centre::{CENTRE, centred};
use crate::analyse::estimator::{AnalysisError, Centred, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Curve, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Points of a quantile–quantile curve beyond which its middle is thinned.
const MAX_POINTS: usize = 1200;
/// Extreme points on either side that are never thinned.
const EXTREMES: usize = 100;

/// The parameter `families` of estimators that fit laws.
pub(crate) const FAMILIES_OF: Parameter = Parameter {
    name: "families",
    doc: "The families of laws.",
    unit: "",
    kind: Kind::Choices(fit::NAMES),
    default: Default::Texts(fit::USUAL_NAMES),
};

/// The parameter `bootstrap` of estimators that fit laws.
pub(crate) const BOOTSTRAP: Parameter = Parameter {
    name: "bootstrap",
    doc: "Replicates of the parametric bootstrap; 0 leaves it out.",
    unit: "",
    kind: Kind::Integer { min: 0, max: 1_000_000 },
    default: Default::Integer(200),
};

const PART: Part = Part {
    name: "goodness_of_fit",
    doc: "Laws fitted to the last recorded values of an observable, centred as `centre` says: \
          Student-t and symmetric α-stable by maximum likelihood, α-stable by McCulloch's \
          quantiles, normal; where asked for, α-stable in S0 by maximum likelihood or by the \
          characteristic function, Pearson IV, and the skew Student-t laws of Azzalini and of \
          Jones and Faddy; of positive values, inverse gamma and generalised Pareto. Each fit is tested by Kolmogorov–Smirnov, naively and by a parametric \
          bootstrap with refit. One row a family.",
    parameters: &[
        Parameter {
            name: "observable",
            doc: "The observable whose law is fitted.",
            unit: "",
            kind: Kind::Name(observable::NAMES),
            default: Default::TextByProblem(observable::USUAL),
        },
        FAMILIES_OF,
        CENTRE,
        BOOTSTRAP,
    ],
    source: file!(),
};

/// The columns of estimators that fit laws.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("family", "the fitted family"),
    ("n", "size of the sample"),
    ("n_diverged", "chains that diverged and are not in it"),
    ("nu", "degrees of freedom of Student-t, with profile-likelihood interval; tail index"),
    ("alpha", "index of the α-stable law"),
    ("beta", "skewness of the α-stable law"),
    ("mu", "mean of the standard law of Pearson IV"),
    ("shape", "skewness of Azzalini's skew Student-t"),
    ("a", "half the lower tail index of Jones and Faddy's skew Student-t"),
    ("b", "half the upper one"),
    ("xi", "index of the generalised Pareto law"),
    ("loc", "location or mean"),
    ("scale", "scale, or standard deviation of the normal law"),
    ("d", "Kolmogorov–Smirnov distance to the fitted law"),
    ("p_naive", "p-value as if the law had not been fitted to the sample"),
    ("p_bootstrap", "p-value of the parametric bootstrap, with its Monte-Carlo interval"),
    ("d_critical", "distance that the bootstrap exceeds with probability 0.05"),
    ("bootstrap_failures", "replicates to which the family could not be fitted"),
    ("log_likelihood", "log-likelihood of the fit"),
    ("aic", "Akaike's criterion"),
    ("bic", "Bayesian information criterion"),
    ("delta_aic", "Akaike's criterion relative to Student-t's; positive favours Student-t"),
];

/// Laws fitted to a sample, and tests of the fits.
pub(crate) struct GoodnessOfFit;

impl Estimator for GoodnessOfFit {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        COLUMNS
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        vec![parameters.text("observable").to_owned()]
    }

    fn p_column(&self, parameters: &Parameters) -> Option<&'static str> {
        Some(if parameters.count("bootstrap") > 0 { "p_bootstrap" } else { "p_naive" })
    }

    fn sources(&self, parameters: &Parameters) -> Vec<&'static str> {
        families(parameters).map(Family::source).collect()
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let Centred { z, n_diverged, .. } = centred(input, parameters, 8)?;
        fits(input, parameters, &z, n_diverged)
    }
}

/// Rows and curves of the laws that `parameters` name, fitted to the centred sample `z`.
///
/// # Errors
/// If a law cannot be fitted.
pub(crate) fn fits(
    input: &Input<'_>,
    parameters: &Parameters,
    z: &[f64],
    n_diverged: usize,
) -> Result<CellOutcome, AnalysisError> {
    let replicates = parameters.count("bootstrap");
    let mut outcome = CellOutcome::default();
    for family in families(parameters) {
        let fitted = family.fit(z).map_err(AnalysisError::statistic)?;
        let mut row = fit_row(family, &fitted, z)?;
        if replicates > 0 {
            let d = kolmogorov_smirnov(z, fitted.law.as_ref()).map_err(AnalysisError::statistic)?;
            row.extend(bootstrap(family, &fitted, z.len(), d, replicates, input)?);
        }
        row.insert("n_diverged".to_owned(), Scalar::count(n_diverged));
        outcome.rows.push(row);
        outcome.curves.insert(format!("qq {}", family.name()), qq(&fitted, z));
    }
    add_delta_aic(&mut outcome.rows);
    Ok(outcome)
}

/// The families that are asked for, in their order.
pub(crate) fn families(parameters: &Parameters) -> impl Iterator<Item = &'static dyn Family> {
    let names = parameters.get("families").and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(|name| fit::family(name.as_text()?))
}

/// Parameters, test and information criteria of one fit.
fn fit_row(family: &dyn Family, fitted: &Fitted, z: &[f64]) -> Result<Row, AnalysisError> {
    let d = kolmogorov_smirnov(z, fitted.law.as_ref()).map_err(AnalysisError::statistic)?;
    let mut row = Row::from(
        [
            ("family", Scalar::text(family.name())),
            ("n", Scalar::count(z.len())),
            ("d", Scalar::number(d)),
            ("p_naive", Scalar::number(p_value(z.len(), d))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    for (name, value) in &fitted.parameters {
        let column = match *name {
            "mean" => "loc",
            "std" => "scale",
            name => name,
        };
        row.insert(column.to_owned(), with_error(fitted, name, *value));
    }
    if family.name() == "student_t" {
        row.insert("nu".to_owned(), degrees_of_freedom(z, student_t::Location::Free)?);
    }
    if let Some(log_likelihood) = fitted.log_likelihood {
        let k = family.n_parameters();
        row.insert("log_likelihood".to_owned(), Scalar::number(log_likelihood));
        row.insert("aic".to_owned(), Scalar::number(aic(log_likelihood, k)));
        row.insert("bic".to_owned(), Scalar::number(bic(log_likelihood, k, z.len())));
    }
    Ok(row)
}

/// A parameter with the interval that its standard error gives, if it has one.
fn with_error(fitted: &Fitted, name: &str, value: f64) -> Scalar {
    let error = fitted.standard_errors.iter().find(|(other, _)| *other == name);
    error.map_or(Scalar::number(value), |(_, error)| {
        let half = standard_quantile(0.5 + 0.5 * LEVEL) * error;
        Scalar::interval(value, value - half, value + half)
    })
}

/// The degrees of freedom of the Student-t fit, with the profile-likelihood interval; infinite
/// above where the normal law is not excluded.
pub(crate) fn degrees_of_freedom(
    z: &[f64],
    location: student_t::Location,
) -> Result<Scalar, AnalysisError> {
    let fitted = student_t::fit(z, location).map_err(AnalysisError::statistic)?;
    let Interval { low, high } =
        student_t_interval::inverse_nu_interval(&fitted, z, location, LEVEL)
            .map_err(AnalysisError::statistic)?;
    let inverse = |x: f64| if x == 0.0 { f64::INFINITY } else { 1.0 / x };
    Ok(Scalar::interval(fitted.nu, inverse(high), inverse(low)))
}

fn bootstrap(
    family: &dyn Family,
    fitted: &Fitted,
    n: usize,
    d: f64,
    replicates: u64,
    input: &Input<'_>,
) -> Result<Row, AnalysisError> {
    let family_idx = fit::NAMES.iter().position(|name| *name == family.name()).unwrap_or(0) as u64;
    let one = |idx: u64| {
        input.go_on()?;
        let mut stream = Stream::new(input.stream, family_idx << 40 | idx, Purpose::Bootstrap);
        Ok(replicate(family, fitted, n, &mut stream).ok())
    };
    let drawn: Vec<Option<f64>> =
        (0..replicates).into_par_iter().map(one).collect::<Result<_, AnalysisError>>()?;
    let distances: Vec<f64> = drawn.iter().copied().flatten().collect();
    let p = BootstrapP::new(d, &distances);
    let interval = p.interval(LEVEL);
    let critical = (!distances.is_empty()).then(|| quantile(&sorted(&distances), LEVEL));
    Ok(Row::from([
        (
            "p_bootstrap".to_owned(),
            Scalar::interval(p.p, interval.low.min(p.p), interval.high.max(p.p)),
        ),
        ("d_critical".to_owned(), Scalar::optional(critical)),
        ("bootstrap_failures".to_owned(), Scalar::count(drawn.len() - distances.len())),
    ]))
}

fn add_delta_aic(rows: &mut [Row]) {
    let is_student_t = |row: &&Row| row.get("family") == Some(&Scalar::text("student_t"));
    let value = |row: &Row| row.get("aic").and_then(Scalar::value);
    let Some(reference) = rows.iter().find(is_student_t).and_then(value) else { return };
    for row in rows {
        if let Some(aic) = value(row) {
            row.insert("delta_aic".to_owned(), Scalar::number(aic - reference));
        }
    }
}

/// Standard quantiles of the fitted law at i/(n+1) against the standardised sample.
fn qq(fitted: &Fitted, z: &[f64]) -> Curve {
    let parameter = |names: [&str; 2]| names.iter().find_map(|name| fitted.parameter(name));
    let loc = parameter(["loc", "mean"]).unwrap_or(0.0);
    let scale = parameter(["scale", "std"]).unwrap_or(1.0);
    let z = sorted(z);
    let n = z.len();
    let stride = n.saturating_sub(2 * EXTREMES).div_ceil(MAX_POINTS - 2 * EXTREMES).max(1);
    let is_kept = |idx: &usize| {
        n <= MAX_POINTS || *idx < EXTREMES || n - *idx <= EXTREMES || idx.is_multiple_of(stride)
    };
    let kept: Vec<usize> = (0..n).filter(is_kept).collect();
    let theoretical = |idx: &usize| {
        let p = (*idx as f64 + 1.0) / (n as f64 + 1.0);
        (fitted.law.quantile(p) - loc) / scale
    };
    Curve {
        x: kept.par_iter().map(theoretical).collect(),
        y: kept.iter().map(|&idx| (z[idx] - loc) / scale).collect(),
    }
}
