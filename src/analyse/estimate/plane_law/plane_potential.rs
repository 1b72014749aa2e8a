//! The objective of a problem with two parameters as a potential in the plane.

use std::sync::Arc;

use maruyama_dynamics::parameter::Lookup as _;
use maruyama_dynamics::problem::Problem;
use maruyama_dynamics::real;
use maruyama_theory::langevin::fokker_planck::Grid;

use crate::analyse::estimator::{AnalysisError, Input};

/// Height in units of the temperature above which no mass that chains could show is left.
const NEGLIGIBLE: f64 = 16.0;
/// Points along a side of the rectangles that are searched.
const POINTS: usize = 201;
/// Half the side of the largest square that is searched.
const FARTHEST: f64 = 1e6;
/// Standard deviations of the start that are inside.
const SPREAD: f64 = 6.0;

/// A potential `V` in the plane.
pub(crate) struct PlanePotential(Arc<dyn Problem>);

/// A rectangle, by the ends of its sides.
pub(crate) type Rectangle = [(f64, f64); 2];

impl PlanePotential {
    /// The objective of the cell's problem.
    ///
    /// # Errors
    /// If the cell is not of Langevin dynamics, or the problem has not two parameters.
    pub(crate) fn of(input: &Input<'_>) -> Result<PlanePotential, AnalysisError> {
        let model = input.parameters.text("model");
        if model != "langevin" {
            let why = format!("the theory is of Langevin dynamics, not of model `{model}`");
            return Err(AnalysisError::Data(why));
        }
        PlanePotential::new(input.problem()?)
    }

    fn new(problem: Arc<dyn Problem>) -> Result<PlanePotential, AnalysisError> {
        let dim = problem.dim();
        if dim != 2 {
            let why = format!("the theory is for two parameters, and there are {dim}");
            return Err(AnalysisError::Data(why));
        }
        Ok(PlanePotential(problem))
    }

    /// `V(x, y)`.
    pub(crate) fn at(&self, x: f64, y: f64) -> f64 {
        self.0.risk(&[x, y])
    }

    /// A rectangle outside of which the potential is above its minimum by more than 16 times the
    /// temperature, about the start, `(m, m)` with the standard deviation `std` of its coordinates.
    ///
    /// # Errors
    /// If there is none within 10⁶ of the start: the potential does not confine.
    pub(crate) fn range(
        &self,
        temperature: f64,
        (mean, std): (f64, f64),
    ) -> Result<Rectangle, AnalysisError> {
        let height = NEGLIGIBLE * temperature;
        let mut half = 0.5;
        let coarse = loop {
            let side = (mean - half, mean + half);
            if let Some(found) = self.inside([side, side], height) {
                break found;
            }
            half *= 2.0;
            if half > FARTHEST {
                let why = "the potential does not confine: there is no Gibbs law";
                return Err(AnalysisError::Data(why.to_owned()));
            }
        };
        // The sublevel set ends within the rectangle that was found, which now is looked at closely.
        let fine = self.inside(coarse.map(padded), height).unwrap_or(coarse);
        let reach = SPREAD * std;
        Ok(fine.map(|(low, high)| (low.min(mean - reach), high.max(mean + reach))))
    }

    /// The smallest rectangle of cells about the points of a rectangle whose potential is within
    /// `height` of the least, unless they reach its edge.
    fn inside(&self, within: Rectangle, height: f64) -> Option<Rectangle> {
        let at = |(low, high): (f64, f64), i: usize| {
            low + (high - low) * i as f64 / (POINTS as f64 - 1.0)
        };
        let places = || (0..POINTS).flat_map(|i| (0..POINTS).map(move |j| (i, j)));
        let values: Vec<f64> =
            places().map(|(i, j)| self.at(at(within[0], i), at(within[1], j))).collect();
        let floor = values.iter().copied().fold(f64::INFINITY, f64::min);
        let mut ends = [(POINTS, 0), (POINTS, 0)];
        // What is not finite counts as low: it is no wall.
        let is_wall = |value: &f64| *value - floor > height;
        for ((i, j), _) in places().zip(&values).filter(|(_, value)| !is_wall(value)) {
            for (end, idx) in ends.iter_mut().zip([i, j]) {
                *end = (end.0.min(idx), end.1.max(idx));
            }
        }
        let is_inside = ends.iter().all(|(low, high)| *low > 0 && *high + 1 < POINTS);
        let side = |axis: usize| {
            let (low, high) = ends[axis];
            (at(within[axis], low - 1), at(within[axis], high + 1))
        };
        is_inside.then(|| [side(0), side(1)])
    }
}

/// A longer side about the same middle.
fn padded((low, high): (f64, f64)) -> (f64, f64) {
    let more = 0.05 * (high - low);
    (low - more, high + more)
}

/// The start at the nodes of two grids, `[n_x n_y]`: a normal law, or a point, which is shared among
/// the nodes about it.
///
/// # Errors
/// If the point is outside the grid.
pub(crate) fn start_density(
    grids: [&Grid; 2],
    (mean, std): (f64, f64),
) -> Result<Vec<f64>, AnalysisError> {
    let mut sides = Vec::with_capacity(2);
    for grid in grids {
        if std == 0.0 {
            sides.push(crate::analyse::estimate::line_decay::point(grid, mean)?);
            continue;
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
        sides.push(weights.iter().map(|weight| weight / total).collect());
    }
    Ok(sides[0].iter().flat_map(|p| sides[1].iter().map(move |q| p * q)).collect())
}

/// The grid along a side.
///
/// # Errors
/// If the side has no length.
pub(crate) fn grid((low, high): (f64, f64), n: usize) -> Result<Grid, AnalysisError> {
    Grid::uniform(low, high, n).map_err(AnalysisError::statistic)
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::problem::{GradientNoise, Quadratic};

    use super::*;

    fn bowl(curvatures: &[f64]) -> Result<PlanePotential, AnalysisError> {
        let problem = Quadratic::new(curvatures.to_vec(), 1.0, GradientNoise::Gaussian);
        PlanePotential::new(Arc::new(problem))
    }

    #[test]
    fn rectangles_hold_where_the_potential_is_low() {
        // 2 x²/2 = 16 · 0.25 and 8 y²/2 = 16 · 0.25.
        let [x, y] = bowl(&[2.0, 8.0]).unwrap().range(0.25, (0.5, 0.0)).unwrap();
        for ((low, high), end) in [(x, 2.0), (y, 1.0)] {
            assert!(high > end && high < 1.05 * end, "{high}");
            assert!(low < -end && low > -1.05 * end, "{low}");
        }
        let [x, _] = bowl(&[2.0, 8.0]).unwrap().range(0.25, (0.5, 1.0)).unwrap();
        assert_eq!(x, (-5.5, 6.5));
        assert!(bowl(&[2.0, -1.0]).unwrap().range(0.25, (0.0, 0.0)).is_err());
        assert!(bowl(&[2.0]).is_err());
    }

    #[test]
    fn starts_have_their_mass_and_mean() {
        let (x, y) = (grid((-3.0, 3.0), 60).unwrap(), grid((-2.0, 2.0), 50).unwrap());
        let area = 0.1 * 0.08;
        for std in [0.0, 0.3] {
            let density = start_density([&x, &y], (0.37, std)).unwrap();
            assert!((area * real::sum(&density) - 1.0).abs() < 1e-12);
            let mean: f64 =
                density.iter().enumerate().map(|(i, p)| area * p * x.nodes()[i / 50]).sum();
            assert!((mean - 0.37).abs() < 1e-9, "{mean}");
        }
        assert!(start_density([&x, &y], (9.0, 0.0)).is_err());
        assert!(start_density([&x, &y], (900.0, 0.01)).is_err());
    }
}
