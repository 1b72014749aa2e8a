//! The estimator `sign_phases`: the loss of SignSGD over time, its exact law, its equation and bounds.

mod path;

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::problem::GradientNoise;
use maruyama_statistics::stream::Kept;
use maruyama_theory::adaptive::{Approach, LossSetting, Phase, phase};

use crate::analyse::cell::optimiser_cell::OptimiserCell;
use crate::analyse::cell::start::one_point;
use crate::analyse::estimate::adaptive_stationary::over;
use crate::analyse::estimate::sign_phases::path::{Path, equation_losses, linear_losses, path};
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::summary_row::mean;

const PART: Part = Part {
    name: "sign_phases",
    doc: "The mean loss of SignSGD or of its equation on a quadratic, from one point, at each recorded \
          step: simulated, of the exact law on the lattice, of the equation without a simulation, of \
          its linear phase, and the bounds of Compagnoni et al., arXiv 2411.15958, Lemma 3.5, each from \
          the first step at which all coordinates are in its phase in the mean until one leaves it. \
          The phase is that of the mean gradient for Gaussian noise, |Y| = |∇f|/(√2 σ): 1 above 3/2, \
          2 above 1, 3 below. One row a step and series.",
    parameters: &[],
    source: file!(),
};

/// Loss and phases over time.
pub(crate) struct SignPhases;

impl Estimator for SignPhases {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "series",
                "`simulated`, `chain`, `equation`, `linear`, or a bound: `first`, `first_sharp`, \
                 `second`, `third`, `third_rigorous`",
            ),
            ("step", "recorded step"),
            ("time", "t = ηk"),
            ("loss", "mean loss or its bound, with its interval if simulated"),
            ("relative", "the loss over that of the exact law of the chain"),
            ("mean", "mean of x_0 of the exact law, in the series `chain`"),
            ("y", "largest |Y| of the mean, in the series `chain`"),
            ("phase", "1, 2 or 3 by the largest |Y|, in the series `chain`"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["risk".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let cell = OptimiserCell::of(input, &["sign_sgd", "sign_sgd_sde"])?;
        let start = one_point(input.parameters)?;
        let over_time = input.over_time("risk", Kept { moments: true, quantiles: false })?;
        let steps = &over_time.steps;
        let n_steps = steps.last().copied().unwrap_or(0) as usize;
        let path = path(&cell, start, n_steps)?;
        let mut rows = Vec::new();
        for (step, summary) in steps.iter().zip(&over_time.summaries) {
            if let Some(sums) = summary.sums.filter(|sums| sums.n > 0) {
                rows.push(row(&cell, &path, "simulated", *step, mean(&sums)));
            }
            rows.push(exact(&cell, &path, *step));
        }
        let mut add = |series: &str, losses: Vec<(u64, f64)>| {
            let line = losses.into_iter();
            rows.extend(line.map(|(k, loss)| row(&cell, &path, series, k, Scalar::number(loss))));
        };
        add("equation", equation_losses(&cell, start, steps)?);
        add("linear", linear_losses(&cell, start, steps));
        if cell.noise == GradientNoise::Gaussian {
            for (name, losses) in bounds(&cell, &path, steps) {
                add(name, losses);
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(cell: &OptimiserCell, path: &Path, series: &str, step: u64, loss: Scalar) -> Row {
    let relative = over(&loss, path.losses[step as usize]);
    Row::from(
        [
            ("series", Scalar::text(series)),
            ("step", Scalar::Number(step as f64)),
            ("time", Scalar::Number(cell.step_size * step as f64)),
            ("loss", loss),
            ("relative", relative),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The row of the exact law.
fn exact(cell: &OptimiserCell, path: &Path, step: u64) -> Row {
    let at = step as usize;
    let mut row = row(cell, path, "chain", step, Scalar::number(path.losses[at]));
    let y = path.farthest[at];
    let number = match phase(y) {
        Phase::First => 1.0,
        Phase::Second => 2.0,
        Phase::Third => 3.0,
    };
    row.extend(
        [("mean", path.means[at]), ("y", y), ("phase", number)]
            .map(|(name, value)| (name.to_owned(), Scalar::number(value))),
    );
    row
}

/// The bounds of each phase at the recorded steps at which all coordinates are in it.
fn bounds(
    cell: &OptimiserCell,
    path: &Path,
    steps: &[u64],
) -> Vec<(&'static str, Vec<(u64, f64)>)> {
    let setting = LossSetting {
        convexity: cell.convexity(),
        trace: cell.trace(),
        dim: cell.curvatures.len(),
        largest_sigma: cell.sigma,
        step_size: cell.step_size,
    };
    let within = |wanted: Phase, bound: &dyn Fn(f64, f64) -> f64| {
        let is_in =
            |k: usize| phase(path.farthest[k]) == wanted && phase(path.nearest[k]) == wanted;
        let Some(first) = (0..path.losses.len()).find(|k| is_in(*k)) else { return Vec::new() };
        let inside = steps.iter().filter(|k| **k as usize >= first && is_in(**k as usize));
        let time = |k: u64| cell.step_size * (k as f64 - first as f64);
        inside.map(|k| (*k, bound(path.losses[first], time(*k)))).collect()
    };
    let approach = |approach: Approach| move |start: f64, time: f64| approach.at(start, time);
    vec![
        ("first", within(Phase::First, &|start, time| setting.first_phase(start, time))),
        (
            "first_sharp",
            within(Phase::First, &|start, time| setting.sharp_first_phase(start, time)),
        ),
        ("second", within(Phase::Second, &approach(setting.second_phase()))),
        ("third", within(Phase::Third, &approach(setting.third_phase()))),
        ("third_rigorous", within(Phase::Third, &approach(setting.third_phase_of_sign_sgd()))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference value `phases_demo_t12_t23`: the mean leaves the phases at 0.58 and 0.735.
    #[test]
    fn phases_change_where_the_reference_says() {
        let cell = OptimiserCell {
            model: "sign_sgd".to_owned(),
            curvatures: vec![1.0],
            noise: GradientNoise::Gaussian,
            sigma: 0.2,
            step_size: 0.005,
        };
        let path = path(&cell, 1.0, 200).unwrap();
        let phase = |step| exact(&cell, &path, step)["phase"].clone();
        assert_eq!((phase(115), phase(116)), (Scalar::Number(1.0), Scalar::Number(2.0)));
        assert_eq!((phase(146), phase(147)), (Scalar::Number(2.0), Scalar::Number(3.0)));
        let steps: Vec<u64> = (0..=200).collect();
        let found = bounds(&cell, &path, &steps);
        let lengths: Vec<usize> = found.iter().map(|(_, losses)| losses.len()).collect();
        assert_eq!(lengths, [116, 116, 31, 54, 54]);
        // Each bound starts at the loss of the exact law.
        assert_eq!(found[2].1[0], (116, path.losses[116]));
    }
}
