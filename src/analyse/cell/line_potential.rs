//! The objective of a problem with one parameter as a potential on the line.

use std::sync::Arc;

use maruyama_dynamics::parameter::Lookup as _;
use maruyama_dynamics::problem::Problem;
use maruyama_dynamics::real;
use maruyama_theory::langevin::fokker_planck::Grid;

use crate::analyse::estimator::{AnalysisError, Input};

/// Height in units of the temperature above which no mass matters.
const NEGLIGIBLE: f64 = 45.0;
/// Distance from the start beyond which a potential is given up.
const FARTHEST: f64 = 1e6;
/// Doublings or halvings of a distance.
const N_HALVINGS: usize = 60;

/// A potential `V` on the line.
pub(crate) struct LinePotential(Arc<dyn Problem>);

impl LinePotential {
    /// The objective of the cell's problem.
    ///
    /// # Errors
    /// If the cell is not of Langevin dynamics, or the problem has several parameters.
    pub(crate) fn of(input: &Input<'_>) -> Result<LinePotential, AnalysisError> {
        let model = input.parameters.text("model");
        if model != "langevin" {
            let why = format!("the theory is of Langevin dynamics, not of model `{model}`");
            return Err(AnalysisError::Data(why));
        }
        LinePotential::new(input.problem()?)
    }

    fn new(problem: Arc<dyn Problem>) -> Result<LinePotential, AnalysisError> {
        let dim = problem.dim();
        if dim != 1 {
            let why = format!("the theory is for one parameter, and there are {dim}");
            return Err(AnalysisError::Data(why));
        }
        Ok(LinePotential(problem))
    }

    /// `V(x)`.
    pub(crate) fn at(&self, x: f64) -> f64 {
        self.0.risk(&[x])
    }

    /// An interval about `start` outside of which the potential is above its minimum by more than 45
    /// times the temperature.
    ///
    /// # Errors
    /// If there is none within 10⁶ of the start: the potential does not confine.
    pub(crate) fn range(&self, temperature: f64, start: f64) -> Result<(f64, f64), AnalysisError> {
        let height = NEGLIGIBLE * temperature;
        let mut floor = self.at(start);
        // Two passes: the second knows how deep the potential is.
        let mut ends = (start, start);
        for _ in 0..2 {
            let low = self.end(start, -1.0, height, &mut floor)?;
            let high = self.end(start, 1.0, height, &mut floor)?;
            ends = (low, high);
        }
        Ok(ends)
    }

    /// The first place from `start` in one direction at which the potential is `height` above the
    /// least that is known; `floor` is lowered on the way.
    fn end(
        &self,
        start: f64,
        sign: f64,
        height: f64,
        floor: &mut f64,
    ) -> Result<f64, AnalysisError> {
        let (mut reached, mut spacing) = (0.0, 1.0 / 128.0);
        loop {
            reached += spacing;
            let value = self.at(start + sign * reached);
            if !value.is_finite() || reached > FARTHEST {
                let why = "the potential does not confine: there is no Gibbs law";
                return Err(AnalysisError::Data(why.to_owned()));
            }
            *floor = floor.min(value);
            if value - *floor > height {
                break;
            }
            if reached > 64.0 * spacing {
                spacing *= 2.0;
            }
        }
        let (mut inside, mut outside) = (reached - spacing, reached);
        for _ in 0..N_HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if self.at(start + sign * middle) - *floor > height {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        Ok(start + sign * outside)
    }
}

/// Distribution function of a density at the nodes of a grid, evenly spread over each cell.
pub(crate) struct GridLaw<'a> {
    grid: &'a Grid,
    /// `P(X ≤ edge)`, `[n + 1]`.
    below: Vec<f64>,
}

impl<'a> GridLaw<'a> {
    /// # Errors
    /// If the shape of the density is not that of the grid.
    pub(crate) fn new(grid: &'a Grid, density: &[f64]) -> Result<GridLaw<'a>, AnalysisError> {
        let pieces = grid.pieces(density).map_err(AnalysisError::statistic)?;
        let mut below = vec![0.0];
        let mut sum = 0.0;
        for piece in &pieces {
            sum += piece.mass;
            below.push(sum);
        }
        let below = below.iter().map(|mass| mass / sum).collect();
        Ok(GridLaw { grid, below })
    }

    /// `P(X ≤ x)`.
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        let edges = self.grid.edges();
        let above = edges.partition_point(|edge| *edge <= x);
        if above == 0 || above == edges.len() {
            return if above == 0 { 0.0 } else { 1.0 };
        }
        let share = (x - edges[above - 1]) / (edges[above] - edges[above - 1]);
        self.below[above - 1] + share * (self.below[above] - self.below[above - 1])
    }

    /// `E f(X)` by the values of `f` at the nodes.
    pub(crate) fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        let masses = self.below.windows(2).map(|ends| ends[1] - ends[0]);
        let terms: Vec<f64> = masses.zip(self.grid.nodes()).map(|(mass, x)| mass * f(*x)).collect();
        real::sum(&terms)
    }
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::problem::{GradientNoise, Quadratic};

    use super::*;

    fn parabola(curvature: f64) -> LinePotential {
        let problem = Quadratic::new(vec![curvature], 1.0, GradientNoise::Gaussian);
        LinePotential::new(Arc::new(problem)).unwrap()
    }

    #[test]
    fn ranges_end_where_the_potential_is_high() {
        // x² = 45 · 0.2, from a start on the slope.
        let (low, high) = parabola(2.0).range(0.2, 1.0).unwrap();
        assert!((low + 3.0).abs() < 1e-3 && (high - 3.0).abs() < 1e-3, "{low} {high}");
        assert!(parabola(-1.0).range(0.2, 0.0).is_err());
        let plane = Quadratic::new(vec![1.0, 1.0], 1.0, GradientNoise::Gaussian);
        assert!(LinePotential::new(Arc::new(plane)).is_err());
    }

    #[test]
    fn laws_on_grids_have_distribution_functions() {
        let grid = Grid::uniform(0.0, 2.0, 400).unwrap();
        let density: Vec<f64> = grid.nodes().iter().map(|x| 3.0 * x).collect();
        let law = GridLaw::new(&grid, &density).unwrap();
        for x in [-1.0_f64, 0.3, 1.117, 2.5] {
            let expected = (0.25 * x.clamp(0.0, 2.0) * x.clamp(0.0, 2.0)).min(1.0);
            assert!((law.cdf(x) - expected).abs() < 1e-5, "{x}");
        }
        assert!((law.expectation(|x| x) - 4.0 / 3.0).abs() < 1e-5);
    }
}
