//! The estimator `escape`: mean times of escape over a barrier, simulated and exact.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part, Value};
use maruyama_theory::langevin::fokker_planck::{Grid, LineEquation};
use maruyama_theory::langevin::{Landscape, kramers_time, mean_first_passage_time};

use crate::analyse::cell::line_potential::LinePotential;
use crate::analyse::cell::start::one_point;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Normal quantile of a two-sided 95 % interval.
const WIDTH: f64 = 1.959_963_984_540_054;
/// Cells of the grid of the spectral rate.
const N_CELLS: usize = 1200;
/// Fewest passages.
const FEWEST: usize = 8;

const PART: Part = Part {
    name: "escape",
    doc: "The mean time until Langevin dynamics with one parameter first reaches a level beyond a \
          barrier (observable `passage` of `x_0`): simulated, exact by quadrature, by Kramers' formula \
          from the bottom of the well, and 2/λ₁ by the slowest mode of the Fokker–Planck equation, \
          which is that time for two equal wells. Chains have to start at one point. One row a cell.",
    parameters: &[],
    source: file!(),
};

/// Times of escape.
pub(crate) struct Escape;

impl Estimator for Escape {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("inverse_temperature", "1/T"),
            ("barrier", "height of the barrier above the bottom of the well"),
            (
                "simulated",
                "time of all chains up to their passage or the end, over the number of passages, with \
                 the asymptotic interval for exponential times",
            ),
            ("exact", "exact mean first passage time of the equation"),
            ("kramers", "Kramers' time, for a temperature that is low against the barrier"),
            ("spectral", "2/λ₁ of the Fokker–Planck equation"),
            ("z", "difference of `simulated` and `exact` over the standard error"),
            ("kramers_ratio", "Kramers' time over the exact one"),
            ("n", "chains"),
            ("n_passed", "chains that have passed"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["passage".to_owned()]
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let potential = LinePotential::of(input)?;
        let temperature = input.parameters.real("temperature");
        let (start, target, sign) = course(input)?;
        // In the coordinate sign x the passage is upwards.
        let along = |y: f64| potential.at(sign * y);
        let range = potential.range(temperature, sign * start)?;
        let wall = if sign > 0.0 { range.0 } else { -range.1 };
        let exact = mean_first_passage_time(along, temperature, wall, start, target);
        let exact = exact.map_err(AnalysisError::statistic)?;
        let found = passages(input)?;
        let standard_error = found.mean / (found.n_passed as f64).sqrt();
        let half = WIDTH * standard_error;
        let mut row = Row::from(
            [
                ("inverse_temperature", Scalar::number(1.0 / temperature)),
                ("simulated", Scalar::interval(found.mean, found.mean - half, found.mean + half)),
                ("exact", Scalar::number(exact)),
                ("z", Scalar::number((found.mean - exact) / standard_error)),
                ("n", Scalar::count(found.n)),
                ("n_passed", Scalar::count(found.n_passed)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        if let Ok(landscape) = Landscape::find(along, start, target) {
            let kramers =
                kramers_time(&landscape.wells, temperature).map_err(AnalysisError::statistic)?;
            row.insert("barrier".to_owned(), Scalar::number(landscape.wells.barrier));
            row.insert("kramers".to_owned(), Scalar::number(kramers));
            row.insert("kramers_ratio".to_owned(), Scalar::number(kramers / exact));
        }
        let grid = Grid::uniform(range.0, range.1, N_CELLS).map_err(AnalysisError::statistic)?;
        let equation = LineEquation::langevin(&grid, |x| potential.at(x), temperature);
        let rate =
            equation.and_then(|equation| equation.rate(1)).map_err(AnalysisError::statistic)?;
        row.insert("spectral".to_owned(), Scalar::number(2.0 / rate));
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}

/// Start and target in the coordinate in which the passage is upwards, and the sign of that
/// coordinate.
///
/// # Errors
/// If the passage is not of `x_0`, or the chains start at several points or beyond the target.
fn course(input: &Input<'_>) -> Result<(f64, f64, f64), AnalysisError> {
    let refuse = |why: &str| Err(AnalysisError::Data(why.to_owned()));
    let start = one_point(input.parameters)?;
    let of = input.parameters.get("passage_of").and_then(Value::as_text);
    if of != Some("x_0") {
        return refuse("the theory is of the passage of `x_0`");
    }
    let level = |name: &str| input.parameters.get(name).and_then(Value::as_real);
    let (target, sign) = match (level("passage_above"), level("passage_below")) {
        (Some(target), None) => (target, 1.0),
        (None, Some(target)) => (-target, -1.0),
        _ => return refuse("the theory is of a passage to one level"),
    };
    if sign * start >= target {
        return refuse("the chains start beyond the level");
    }
    Ok((sign * start, target, sign))
}

/// What was simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Passages {
    n: usize,
    n_passed: usize,
    /// Mean time, by maximum likelihood for exponential times that are cut off.
    mean: f64,
}

fn passages(input: &Input<'_>) -> Result<Passages, AnalysisError> {
    let chains = input.chains()?;
    let last = chains.steps().len().saturating_sub(1);
    let sample = chains.points(&["passage".to_owned()], last, FEWEST)?;
    let end = chains.steps().last().copied().unwrap_or(0) as f64;
    let dt = input.parameters.real("dt");
    Ok(mean_time(&sample.coordinates, sample.n_missing, end, dt))
}

/// The mean of the passages, in steps of length `dt`, of chains of which `n_left` have not passed by
/// the step `end`.
fn mean_time(passed: &[f64], n_left: usize, end: f64, dt: f64) -> Passages {
    let steps = maruyama_dynamics::real::sum(passed) + end * n_left as f64;
    let n_passed = passed.len();
    Passages { n: n_passed + n_left, n_passed, mean: dt * steps / n_passed as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_cut_off_count_as_time_without_a_passage() {
        let found = mean_time(&[10.0, 20.0, 30.0], 1, 40.0, 0.5);
        assert_eq!(found, Passages { n: 4, n_passed: 3, mean: 0.5 * 100.0 / 3.0 });
    }
}
