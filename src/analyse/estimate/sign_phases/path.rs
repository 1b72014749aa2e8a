//! Expected losses of SignSGD, of its equation and of its linear phase over time, without simulation.

use maruyama_theory::adaptive::{BackwardEquation, LinearPhase, SignChain, relative_gradient};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, refuse};
use crate::analyse::estimator::AnalysisError;

/// Most steps of the exact law, whose work is their square.
const MAX_STEPS: usize = 20_000;
/// Degree of the polynomials that solve the equation.
const DEGREE: usize = 160;
/// Most recorded steps at which the equation is solved.
const MAX_TIMES: usize = 40;

/// The exact law over time, after 0, 1, ... steps.
pub(crate) struct Path {
    /// Mean loss, summed over the coordinates.
    pub(crate) losses: Vec<f64>,
    /// Mean of the first coordinate.
    pub(crate) means: Vec<f64>,
    /// Largest `|Y|` of the mean over the coordinates.
    pub(crate) farthest: Vec<f64>,
    /// Smallest `|Y|` of the mean over the coordinates.
    pub(crate) nearest: Vec<f64>,
}

fn chain(cell: &OptimiserCell, lambda: f64) -> Result<SignChain, AnalysisError> {
    SignChain::new(lambda, cell.noise, cell.sigma, cell.step_size).map_err(AnalysisError::statistic)
}

/// The exact law of the chain, every coordinate of which starts at `start`.
pub(crate) fn path(
    cell: &OptimiserCell,
    start: f64,
    n_steps: usize,
) -> Result<Path, AnalysisError> {
    if n_steps > MAX_STEPS {
        return refuse(format!("the exact law is for up to {MAX_STEPS} steps"));
    }
    let n = n_steps + 1;
    let mut path = Path {
        losses: vec![0.0; n],
        means: Vec::new(),
        farthest: vec![0.0; n],
        nearest: vec![f64::INFINITY; n],
    };
    for lambda in &cell.curvatures {
        let moments =
            chain(cell, *lambda)?.moments(start, n_steps).map_err(AnalysisError::statistic)?;
        for (k, at) in moments.iter().enumerate() {
            let y = relative_gradient(lambda * at.mean, cell.sigma).abs();
            path.losses[k] += at.loss;
            path.farthest[k] = path.farthest[k].max(y);
            path.nearest[k] = path.nearest[k].min(y);
        }
        if path.means.is_empty() {
            path.means = moments.iter().map(|at| at.mean).collect();
        }
    }
    Ok(path)
}

/// Half the width of the interval on which the equation of a coordinate is solved: the start, and what
/// the noise moves, which is of the size of the stationary law.
pub(crate) fn half_width(cell: &OptimiserCell, lambda: f64, start: f64) -> f64 {
    let width = (cell.step_size * cell.sigma / lambda).sqrt();
    let reach = cell.step_size.sqrt().max(width);
    1.25 * (start.abs() + 8.0 * reach)
}

/// Mean losses of the equation at some of `steps`, evenly chosen.
pub(crate) fn equation_losses(
    cell: &OptimiserCell,
    start: f64,
    steps: &[u64],
) -> Result<Vec<(u64, f64)>, AnalysisError> {
    let every = steps.len().div_ceil(MAX_TIMES).max(1);
    let chosen: Vec<u64> = steps.iter().step_by(every).copied().collect();
    let mut losses = vec![0.0; chosen.len()];
    for lambda in &cell.curvatures {
        let width = half_width(cell, *lambda, start);
        let equation = BackwardEquation::of_sign_sgd(&chain(cell, *lambda)?, width, DEGREE);
        let equation = equation.map_err(AnalysisError::statistic)?;
        for (loss, step) in losses.iter_mut().zip(&chosen) {
            let law = equation
                .propagator(cell.step_size * *step as f64)
                .map_err(AnalysisError::statistic)?;
            *loss += law
                .expectation(|x| 0.5 * lambda * x * x, start)
                .map_err(AnalysisError::statistic)?;
        }
    }
    Ok(chosen.into_iter().zip(losses).collect())
}

/// Mean losses of the linear phase at those of `steps` from which on it makes sense: where the start of
/// every coordinate is within its range.
pub(crate) fn linear_losses(cell: &OptimiserCell, start: f64, steps: &[u64]) -> Vec<(u64, f64)> {
    let phase = |curvature| LinearPhase {
        curvature,
        noise: cell.noise,
        scale: cell.sigma,
        step_size: cell.step_size,
    };
    if cell.curvatures.iter().any(|lambda| phase(*lambda).rate() * start.abs() > 1.0) {
        return Vec::new();
    }
    let loss = |step: &u64| {
        let time = cell.step_size * *step as f64;
        let of = |lambda: &f64| {
            let phase = phase(*lambda);
            let mean = phase.mean(start, time);
            0.5 * lambda * (mean * mean + phase.variance(start, time))
        };
        (*step, cell.curvatures.iter().map(of).sum())
    };
    steps.iter().map(loss).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::problem::GradientNoise;

    fn cell(noise: GradientNoise, sigma: f64, step_size: f64) -> OptimiserCell {
        let (model, curvatures) = ("sign_sgd".to_owned(), vec![1.0]);
        OptimiserCell { model, curvatures, noise, sigma, step_size }
    }

    /// Reference values `signsgd_lattice_Ex_Ef_K80`, `signsgd_sde_Ex_Ef_K80` and
    /// `student_Ex_T2_lattice_nu2`.
    #[test]
    fn losses_are_those_of_the_reference() {
        let gaussian = cell(GradientNoise::Gaussian, 1.0, 0.025);
        let found = path(&gaussian, 1.7, 80).unwrap();
        assert!((found.losses[80] - 0.099_125_895_012_850_53).abs() < 1e-13);
        assert!((found.means[80] - 0.430_649_762_125_919_1).abs() < 1e-13);
        let equation = equation_losses(&gaussian, 1.7, &[0, 80]).unwrap();
        assert!((equation[1].1 - 0.100_855_191_618_978_75).abs() < 1e-8, "{equation:?}");
        let student = cell(GradientNoise::StudentT { nu: 2.0 }, 1.0, 0.0125);
        let found = path(&student, 1.7, 160).unwrap();
        assert!((found.means[160] - 0.545_805_044_583_131_7).abs() < 1e-9);
    }

    /// The interval does not matter, for noise that is small beside the start.
    #[test]
    fn the_equation_is_solved_where_its_paths_are() {
        let cell = cell(GradientNoise::Gaussian, 0.2, 0.005);
        let narrow = equation_losses(&cell, 1.0, &[200]).unwrap()[0].1;
        let chain = chain(&cell, 1.0).unwrap();
        let wide = BackwardEquation::of_sign_sgd(&chain, 2.2, 220).unwrap();
        let wide = wide.propagator(1.0).unwrap().expectation(|x| 0.5 * x * x, 1.0).unwrap();
        assert!((narrow / wide - 1.0).abs() < 1e-6, "{narrow} {wide}");
    }

    #[test]
    fn the_linear_phase_needs_a_start_within_its_range() {
        let cell = cell(GradientNoise::Gaussian, 1.0, 0.02);
        assert!(linear_losses(&cell, 1.7, &[0]).is_empty());
        let found = linear_losses(&cell, 0.5, &[0, 1000]);
        assert!((found[0].1 - 0.125).abs() < 1e-15 && (found[1].1 - 0.0062).abs() < 1e-4);
    }
}
