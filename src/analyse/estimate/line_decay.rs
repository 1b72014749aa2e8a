//! `W_2` to the invariant law over time for one feature: by the Fokker–Planck equation, and of chains.

use maruyama_dynamics::real;
use maruyama_theory::langevin::fokker_planck::{Grid, LineEquation, Piece, wasserstein};
use maruyama_theory::least_squares::ScalarNoise;
use maruyama_theory::least_squares::law::PearsonFour;

use crate::analyse::chains::Chains;
use crate::analyse::estimate::wasserstein_decay::{Decay, Setting};
use crate::analyse::estimator::AnalysisError;
use crate::analyse::outcome::{Row, Scalar};

/// Cells of the grid.
const N_CELLS: usize = 1200;
/// Longest step of time, in units of `1/(lambda + gamma v)`.
const STEP: f64 = 2e-4;
/// Fewest chains.
const FEWEST: usize = 8;
/// Logarithm of the fraction of second moments that the grid may miss.
const NEGLIGIBLE: f64 = 24.0;

/// The equation on a `sinh` grid about the Pearson IV law, on which masses are exact in the limit.
pub(crate) struct LineDecay<'a> {
    chains: &'a Chains<'a>,
    observables: Vec<String>,
    centre: f64,
    grid: Grid,
    equation: LineEquation,
    longest_step: f64,
    /// The invariant law.
    limit: Vec<Piece>,
    /// Density at `time`, at the nodes.
    density: Vec<f64>,
    time: f64,
    /// Distance of the chains at the last recorded step: what sampling alone gives.
    floor: f64,
}

impl<'a> LineDecay<'a> {
    /// # Errors
    /// If the law has no second moment or is not Pearson IV, or if there are too few chains.
    pub(crate) fn new(
        setting: &Setting,
        chains: &'a Chains<'a>,
    ) -> Result<LineDecay<'a>, AnalysisError> {
        let (gamma, eta) = (setting.step_size, setting.eta[0]);
        let noise = ScalarNoise::of(&setting.problem).map_err(AnalysisError::statistic)?;
        let law = PearsonFour::of(&noise, gamma).map_err(AnalysisError::statistic)?;
        // Beyond the reach z the second moment is of order e^{(2 − alpha) z}.
        let reach = (NEGLIGIBLE / (law.tail_index() - 2.0)).clamp(10.0, 40.0);
        let grid = Grid::sinh(law.location, law.scale, reach, N_CELLS)
            .map_err(AnalysisError::statistic)?;
        let log_steady = |x: f64| {
            let s = (x - law.location) / law.scale;
            -law.shape * real::ln_1p(s * s) - law.skew * real::atan(s)
        };
        let diffusion = |x: f64| 0.5 * gamma * noise.variance(x);
        let equation =
            LineEquation::new(&grid, log_steady, diffusion).map_err(AnalysisError::statistic)?;
        let top = grid.nodes().iter().fold(f64::NEG_INFINITY, |top, x| top.max(log_steady(*x)));
        let steady: Vec<f64> =
            grid.nodes().iter().map(|x| real::exp(log_steady(*x) - top)).collect();
        let limit = grid.pieces(&steady).map_err(AnalysisError::statistic)?;
        let density = point(&grid, eta)?;
        let longest_step = STEP / (noise.drift + gamma * noise.quadratic);
        let mut decay = LineDecay {
            chains,
            observables: setting.observables.clone(),
            centre: setting.simulated.minimiser()[0],
            grid,
            equation,
            longest_step,
            limit,
            density,
            time: 0.0,
            floor: 0.0,
        };
        decay.floor = decay.of_chains(chains.steps().len().saturating_sub(1))?.0;
        Ok(decay)
    }

    /// The distance of the chains at a recorded step from the exact law, with their number and that
    /// of those that have no value.
    fn of_chains(&self, idx: usize) -> Result<(f64, usize, usize), AnalysisError> {
        let mut sample = self.chains.points(&self.observables, idx, FEWEST)?;
        sample.coordinates.sort_by(f64::total_cmp);
        let points: Vec<Piece> = sample
            .coordinates
            .iter()
            .map(|x| Piece { mass: 1.0, low: x - self.centre, high: x - self.centre })
            .collect();
        let distance = wasserstein(&points, &self.limit).map_err(AnalysisError::statistic)?;
        Ok((distance, points.len(), sample.n_missing))
    }
}

impl Decay for LineDecay<'_> {
    fn at(&mut self, idx: usize, time: f64) -> Result<Row, AnalysisError> {
        let n_steps = real::ceil((time - self.time) / self.longest_step) as usize;
        if n_steps > 0 {
            let step = (time - self.time) / n_steps as f64;
            self.density = self
                .equation
                .advance(&self.density, step, n_steps)
                .map_err(AnalysisError::statistic)?;
            self.time = time;
        }
        let law = self.grid.pieces(&self.density).map_err(AnalysisError::statistic)?;
        let exact = wasserstein(&law, &self.limit).map_err(AnalysisError::statistic)?;
        let (distance, n, n_diverged) = self.of_chains(idx)?;
        let low = (distance - self.floor).max(0.0);
        Ok(Row::from(
            [
                ("fokker_planck", Scalar::number(exact)),
                ("simulated", Scalar::interval(distance, low, distance + self.floor)),
                ("n", Scalar::count(n)),
                ("n_diverged", Scalar::count(n_diverged)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        ))
    }
}

/// The density of a unit mass at `x`, shared between the two nodes beside it so that its mean is `x`.
///
/// # Errors
/// If `x` is outside the grid.
pub(crate) fn point(grid: &Grid, x: f64) -> Result<Vec<f64>, AnalysisError> {
    let (nodes, widths) = (grid.nodes(), grid.widths());
    let above = nodes.partition_point(|node| *node <= x);
    if above == 0 || above == nodes.len() {
        return Err(AnalysisError::Data(format!("the start {x} is outside the grid")));
    }
    let share = (x - nodes[above - 1]) / (nodes[above] - nodes[above - 1]);
    let mut density = vec![0.0; nodes.len()];
    density[above - 1] = (1.0 - share) / widths[above - 1];
    density[above] = share / widths[above];
    Ok(density)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_keeps_its_mean() {
        let grid = Grid::sinh(0.3, 0.5, 4.0, 101).unwrap();
        let density = point(&grid, 0.77).unwrap();
        let masses: Vec<f64> = density.iter().zip(grid.widths()).map(|(p, w)| p * w).collect();
        assert!((real::sum(&masses) - 1.0).abs() < 1e-14);
        assert!((real::dot(&masses, grid.nodes()) - 0.77).abs() < 1e-14);
        assert!(point(&grid, 1e9).is_err());
    }
}
