//! The estimator `gibbs`: simulated Langevin dynamics on the line beside the Gibbs law and the
//! Fokker–Planck equation.

use std::collections::BTreeMap;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Range,
};
use maruyama_dynamics::problem::Quadratic;
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::student_interval;
use maruyama_theory::langevin::fokker_planck::{Grid, LineEquation};
use maruyama_theory::langevin::{Gibbs, Integrator, stationary_variance};

use crate::analyse::cell::line_potential::{GridLaw, LinePotential};
use crate::analyse::cell::start::start;
use crate::analyse::estimate::histogram::histogram;
use crate::analyse::estimate::invariant_law::kolmogorov;
use crate::analyse::estimate::line_decay::point;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Curve, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Fewest chains.
const FEWEST: usize = 8;
/// Cells of the grid.
const N_CELLS: usize = 1200;
/// Share of the largest density below which curves are not drawn.
const UNDRAWN: f64 = 2e-3;

const PART: Part = Part {
    name: "gibbs",
    doc: "The last recorded values of Langevin dynamics with one parameter (observable `x_0`) beside \
          the Gibbs law e^{−f/T}/Z and beside the Fokker–Planck equation at that time, solved by \
          finite volumes from the start of the cell. Gives curves for the plot `density`. One row a \
          cell.",
    parameters: &[Parameter {
        name: "time_step",
        doc: "Longest step of the Fokker–Planck equation, whose error is of first order in it.",
        unit: "time",
        kind: Kind::Real(Range::POSITIVE),
        default: Default::Real(0.002),
    }],
    source: file!(),
};

/// The Gibbs law beside simulations.
pub(crate) struct GibbsLaw;

impl Estimator for GibbsLaw {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("time", "t = dt · step"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            ("mean_square", "simulated E x², with its interval"),
            ("mean_square_gibbs", "E x² of the Gibbs law"),
            ("mean_square_equation", "E x² of the Fokker–Planck equation at that time"),
            ("mean_square_scheme", "exact E x² of the scheme's own invariant law, for a quadratic"),
            ("bias", "simulated E x² over that of the Gibbs law, less one, with its interval"),
            ("ks_gibbs", "Kolmogorov–Smirnov distance from the Gibbs law"),
            ("ks_equation", "the same from the Fokker–Planck equation"),
            ("ks_limit", "1.63/√n + 0.002: the 1 % point, and room for the error of time steps"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["x_0".to_owned()]
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let potential = LinePotential::of(input)?;
        let temperature = input.parameters.real("temperature");
        let sample = input.sample("x_0", FEWEST)?;
        let time = input.parameters.real("dt") * sample.step as f64;
        let range = potential.range(temperature, start(input.parameters)?.0)?;
        let gibbs = Gibbs::new(|x| potential.at(x), temperature, range)
            .map_err(AnalysisError::statistic)?;
        let grid = Grid::uniform(range.0, range.1, N_CELLS).map_err(AnalysisError::statistic)?;
        let steady: Vec<f64> = grid.nodes().iter().map(|x| gibbs.density(*x)).collect();
        let equation = LineEquation::langevin(&grid, |x| potential.at(x), temperature);
        let n_steps = real::ceil(time / parameters.real("time_step")).max(1.0);
        let density = equation
            .map_err(AnalysisError::statistic)?
            .advance(&initial(input, &grid)?, time / n_steps, n_steps as usize)
            .map_err(AnalysisError::statistic)?;
        let mut sorted = sample.values;
        sorted.sort_by(f64::total_cmp);
        let laws = (GridLaw::new(&grid, &steady)?, GridLaw::new(&grid, &density)?);
        let mut row = row(&sorted, &gibbs, (&laws.0, &laws.1))?;
        row.insert("time".to_owned(), Scalar::number(time));
        row.insert("n_diverged".to_owned(), Scalar::count(sample.n_diverged));
        if let Some(scheme) = scheme(input)? {
            row.insert("mean_square_scheme".to_owned(), Scalar::number(scheme));
        }
        let curves = curves(&grid, &sorted, &steady, &density);
        Ok(CellOutcome { rows: vec![row], curves })
    }
}

/// The density of the start at the nodes of the grid.
fn initial(input: &Input<'_>, grid: &Grid) -> Result<Vec<f64>, AnalysisError> {
    let (mean, std) = start(input.parameters)?;
    if std == 0.0 {
        return point(grid, mean);
    }
    let weight = |x: &f64| {
        let z = (x - mean) / std;
        real::exp(-0.5 * z * z)
    };
    let weights: Vec<f64> = grid.nodes().iter().map(weight).collect();
    let total = real::dot(&weights, grid.widths());
    if total <= 0.0 {
        return Err(AnalysisError::Data("the start is narrower than the grid".to_owned()));
    }
    Ok(weights.iter().map(|weight| weight / total).collect())
}

/// The variance of the scheme's own invariant law, on a quadratic.
fn scheme(input: &Input<'_>) -> Result<Option<f64>, AnalysisError> {
    let problem = input.problem()?;
    let Some(quadratic) = problem.get::<Quadratic>() else { return Ok(None) };
    let integrator = match input.parameters.text("integrator") {
        "euler_maruyama" => Integrator::EulerMaruyama,
        "leimkuhler_matthews" => Integrator::LeimkuhlerMatthews,
        "exact_ou" | "mala" => Integrator::Exact,
        _ => return Ok(None),
    };
    let parts = (1_u64 << input.parameters.count("refinement")) as f64;
    let time_step = input.parameters.real("dt") / parts;
    let temperature = input.parameters.real("temperature");
    let curvature = quadratic.curvatures[0];
    stationary_variance(integrator, curvature, temperature, time_step)
        .map(Some)
        .map_err(AnalysisError::statistic)
}

fn row<V: Fn(f64) -> f64>(
    sorted: &[f64],
    gibbs: &Gibbs<V>,
    (steady, now): (&GridLaw<'_>, &GridLaw<'_>),
) -> Result<Row, AnalysisError> {
    let squares: Vec<f64> = sorted.iter().map(|x| x * x).collect();
    let found = student_interval(&squares, LEVEL).map_err(AnalysisError::statistic)?;
    let exact = gibbs.expectation(|x| x * x);
    let ends = (found.interval.low, found.interval.high);
    let bias = |value: f64| value / exact - 1.0;
    let n = sorted.len();
    Ok(Row::from(
        [
            ("n", Scalar::count(n)),
            ("mean_square", Scalar::interval(found.mean, ends.0, ends.1)),
            ("mean_square_gibbs", Scalar::number(exact)),
            ("mean_square_equation", Scalar::number(now.expectation(|x| x * x))),
            ("bias", Scalar::interval(bias(found.mean), bias(ends.0), bias(ends.1))),
            ("ks_gibbs", Scalar::number(kolmogorov(sorted, |x| steady.cdf(x)))),
            ("ks_equation", Scalar::number(kolmogorov(sorted, |x| now.cdf(x)))),
            ("ks_limit", Scalar::number(1.63 / (n as f64).sqrt() + 0.002)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    ))
}

/// `histogram`, `density Gibbs` and `density Fokker–Planck` where one of the laws has some mass.
fn curves(grid: &Grid, sorted: &[f64], steady: &[f64], now: &[f64]) -> BTreeMap<String, Curve> {
    let top = steady.iter().chain(now).copied().fold(0.0, f64::max);
    let is_drawn = |i: &usize| steady[*i].max(now[*i]) > UNDRAWN * top;
    let first = (0..steady.len()).find(is_drawn).unwrap_or(0);
    let last = (0..steady.len()).rev().find(is_drawn).unwrap_or(0);
    let curve = |values: &[f64]| Curve {
        x: grid.nodes()[first..=last].to_vec(),
        y: values[first..=last].to_vec(),
    };
    BTreeMap::from([
        ("density Gibbs".to_owned(), curve(steady)),
        ("density Fokker–Planck".to_owned(), curve(now)),
        ("histogram".to_owned(), histogram(sorted, (grid.nodes()[first], grid.nodes()[last]))),
    ])
}
