//! The estimator `distance`: how far two simulations are apart.

mod measure;

use maruyama_dynamics::noise::{Purpose, Stream};
use maruyama_dynamics::observable;
use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range, Violation,
};
use maruyama_statistics::distance::compared::Compared;
use maruyama_statistics::distance::in_space;
use maruyama_statistics::distance::line::Ordered;
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::two_sample;
use rayon::prelude::*;

use crate::analyse::chains::PointSample;
use crate::analyse::estimate::distance::measure::{
    MEASURES, Measure, Measured, ON_THE_LINE, Settings, looked_at,
};
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads, texts};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::times::{TIMES, compared, sides};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains of either side.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "distance",
    doc: "Distances between the laws of two simulations, of one observable or of several together: \
          Wasserstein on the line (`wasserstein_1`, `wasserstein_2`, and `wasserstein_p` of the order \
          `order`), energy distance, sliced Wasserstein distance of the order `order`, Gelbrich \
          distance (W_2 of the normal laws of equal means and covariances), exact W_2 in space, \
          the root of the Sinkhorn divergence of squared distances, and the maximum mean discrepancy \
          of a Gaussian kernel whose width is the median distance. Beside each stands what the \
          distance is between random halves of one simulation. One row a step and measure.",
    parameters: &[
        Parameter {
            name: "observables",
            doc: "The observables, which are the coordinates of a point.",
            unit: "",
            kind: Kind::Names(observable::NAMES),
            default: Default::TextsByProblem(observable::USUAL),
        },
        Parameter {
            name: "measures",
            doc: "The distances; Wasserstein distances on the line are of one observable.",
            unit: "",
            kind: Kind::Choices(MEASURES),
            default: Default::Texts(&["wasserstein_2"]),
        },
        TIMES,
        Parameter {
            name: "order",
            doc: "Order p of `wasserstein_p` and `sliced`.",
            unit: "",
            kind: Kind::Real(Range {
                low: 1.0,
                high: f64::INFINITY,
                low_included: true,
                high_included: false,
            }),
            default: Default::Real(2.0),
        },
        Parameter {
            name: "directions",
            doc: "Random directions of `sliced`.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 100_000 },
            default: Default::Integer(100),
        },
        Parameter {
            name: "max_chains",
            doc: "Chains of either side that `transport`, `sinkhorn`, `mmd` and `energy` of several \
                  observables look at, the first ones: their cost grows with the square, that of \
                  `transport` with the cube.",
            unit: "",
            kind: Kind::Integer { min: 8, max: 10_000 },
            default: Default::Integer(500),
        },
        Parameter {
            name: "epsilon",
            doc: "Regularisation of `sinkhorn`, over the mean squared distance between the samples.",
            unit: "",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Real(0.05),
        },
        Parameter {
            name: "replicates",
            doc: "Bootstrap replicates, and as many pairs of halves; 0 leaves out both.",
            unit: "",
            kind: Kind::Integer { min: 0, max: 1_000_000 },
            default: Default::Integer(200),
        },
    ],
    source: file!(),
};

/// Distances between two simulations.
pub(crate) struct Distance;

impl Estimator for Distance {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn reads(&self) -> Reads {
        Reads::Chains
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("measure", "the measure"),
            ("step", "recorded step"),
            ("step_against", "recorded step of the other simulation"),
            ("n", "chains that are compared"),
            ("n_against", "chains of the other simulation"),
            ("n_diverged", "chains that have no value"),
            ("n_diverged_against", "chains of the other simulation that have none"),
            (
                "distance",
                "distance between the samples, with the bootstrap interval for that between the laws",
            ),
            ("standard_error", "standard deviation of the bootstrap distances"),
            ("null_mean", "mean distance between random halves of one simulation"),
            ("null_quantile", "0.95 quantile of these"),
            ("direction_error", "Monte-Carlo standard error over the directions of `sliced`"),
            ("marginal_error", "largest marginal error of the plans of `sinkhorn`"),
            ("bandwidth", "width of the kernel of `mmd`"),
        ]
    }

    fn observables(&self, parameters: &Parameters) -> Vec<String> {
        texts(parameters, "observables").map(str::to_owned).collect()
    }

    fn compares(&self) -> bool {
        true
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let observables: Vec<&str> = texts(parameters, "observables").collect();
        let violation = |parameter, message: String, remedy: &str| {
            Some(Violation { parameter, message, remedy: remedy.to_owned() })
        };
        if observables.is_empty() {
            let message = "`observables` is empty".to_owned();
            return violation("observables", message, "name the observables to compare");
        }
        let repeated =
            observables.iter().enumerate().find(|(idx, name)| observables[..*idx].contains(name));
        if let Some((_, name)) = repeated {
            let message = format!("observable `{name}` is given twice");
            return violation("observables", message, "give each observable once");
        }
        let on_the_line = texts(parameters, "measures").find(|name| ON_THE_LINE.contains(name));
        if let Some(measure) = on_the_line.filter(|_| observables.len() > 1) {
            let n = observables.len();
            let message =
                format!("`{measure}` is a distance on the line, and there are {n} observables");
            return violation("measures", message, "take `sliced`, `gelbrich` or `transport`");
        }
        None
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let (chains, others) = (input.chains()?, input.against()?);
        let observables = self.observables(parameters);
        let settings = Settings {
            order: parameters.real("order"),
            directions: parameters.count("directions") as usize,
            epsilon: parameters.real("epsilon"),
        };
        let mut rows = Vec::new();
        for (idx, other) in compared(parameters, &chains, &others)? {
            let (x, y) = (
                chains.points(&observables, idx, FEWEST)?,
                others.points(&observables, other, FEWEST)?,
            );
            let steps = (chains.steps()[idx], others.steps()[other]);
            let sides = sides(steps, (&x, &y));
            for name in texts(parameters, "measures") {
                let most = parameters.count("max_chains") as usize;
                let (x, y) = (points(name, &x, most)?, points(name, &y, most)?);
                let comparison = Comparison { input, name, settings, x, y, step: steps.0 };
                let mut row = sides.clone();
                row.extend(comparison.row(parameters.count("replicates"))?);
                rows.push(row);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// The points of a sample that the measure called `name` looks at.
fn points<'a>(
    name: &str,
    sample: &'a PointSample,
    most: usize,
) -> Result<Points<'a>, AnalysisError> {
    let points = Points::new(&sample.coordinates, sample.dim).map_err(AnalysisError::statistic)?;
    looked_at(name, points, most).map_err(AnalysisError::statistic)
}

/// One measure at one step.
struct Comparison<'a> {
    input: &'a Input<'a>,
    name: &'a str,
    settings: Settings,
    x: Points<'a>,
    y: Points<'a>,
    step: u64,
}

impl Comparison<'_> {
    fn row(&self, replicates: u64) -> Result<Row, AnalysisError> {
        self.input.go_on()?;
        let place = MEASURES.iter().position(|name| *name == self.name).unwrap_or(0) as u64;
        let key = self.input.stream.derive(self.step).derive(place);
        let (x, y) = (self.x, self.y);
        let measure = Measure::new(self.name, self.settings, (&x, &y), key)
            .map_err(AnalysisError::statistic)?;
        let found = measure.between(&x, &y).map_err(AnalysisError::statistic)?;
        let stream = |null: bool, r| {
            let key = if null { key.derive(1) } else { key };
            Stream::new(key, r, Purpose::Bootstrap)
        };
        let drawn = if let Measure::Line { order } = measure {
            let ordered =
                |z: &Points| Ordered::new(z.coordinates()).map_err(AnalysisError::statistic);
            let (x, y) = (ordered(&x)?, ordered(&y)?);
            self.replicates(
                replicates,
                |r| two_sample::bootstrap_replicate(&x, &y, order, &mut stream(false, r)),
                |r| {
                    let half = if r % 2 == 0 { &x } else { &y };
                    two_sample::null_replicate(half, order, &mut stream(true, r))
                },
            )?
        } else {
            let distance = |x: &Points, y: &Points| Ok(measure.between(x, y)?.distance);
            self.replicates(
                replicates,
                |r| in_space::bootstrap_replicate(&x, &y, distance, &mut stream(false, r)),
                |r| {
                    let half = if r % 2 == 0 { &x } else { &y };
                    in_space::null_replicate(half, distance, &mut stream(true, r))
                },
            )?
        };
        let mut row = row(self.name, &found, &drawn)?;
        row.insert("n".to_owned(), Scalar::count(x.n()));
        row.insert("n_against".to_owned(), Scalar::count(y.n()));
        Ok(row)
    }

    /// Bootstrap and null replicates.
    fn replicates<E: std::fmt::Display + Send>(
        &self,
        n: u64,
        bootstrap: impl Fn(u64) -> Result<f64, E> + Sync,
        null: impl Fn(u64) -> Result<f64, E> + Sync,
    ) -> Result<(Vec<f64>, Vec<f64>), AnalysisError> {
        let one = |r| {
            self.input.go_on()?;
            Ok((
                bootstrap(r).map_err(AnalysisError::statistic)?,
                null(r).map_err(AnalysisError::statistic)?,
            ))
        };
        let pairs: Vec<(f64, f64)> =
            (0..n).into_par_iter().map(one).collect::<Result<_, AnalysisError>>()?;
        Ok(pairs.into_iter().unzip())
    }
}

fn row(
    name: &str,
    found: &Measured,
    (bootstrap, null): &(Vec<f64>, Vec<f64>),
) -> Result<Row, AnalysisError> {
    let mut row = Row::from(
        [
            ("measure", Scalar::text(name)),
            ("distance", Scalar::number(found.distance)),
            ("direction_error", Scalar::optional(found.direction_error)),
            ("marginal_error", Scalar::optional(found.marginal_error)),
            ("bandwidth", Scalar::optional(found.bandwidth)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if bootstrap.len() >= 2 {
        let result = Compared::new(found.distance, bootstrap, null, LEVEL)
            .map_err(AnalysisError::statistic)?;
        let interval = result.interval;
        let distance = Scalar::interval(found.distance, interval.low, interval.high);
        row.insert("distance".to_owned(), distance);
        row.insert("standard_error".to_owned(), Scalar::number(result.standard_error));
        row.insert("null_mean".to_owned(), Scalar::number(result.null_mean));
        row.insert("null_quantile".to_owned(), Scalar::number(result.null_quantile));
    }
    Ok(row)
}
