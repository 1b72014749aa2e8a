//! The estimator `scheduled_loss`: the loss of SGD and SignSGD under schedules of step size and noise.
//!
//! ```text
//! eta_t = (1 + t/t_0)^−g,  sigma_t = sigma (1 + t/t_1)^−b,  t = eta k:
//! SignSGD:  E f -> eta eta_t Tr H sigma_t/(4 l mu),   SGD:  E f -> eta eta_t Tr H sigma_t²/(4 mu)
//! times 1 + g/(2r) (1 + t)^(g−1) to the next order, for constant noise and t_0 = 1
//! ```

use maruyama_dynamics::model::NoiseSchedule;
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_dynamics::problem::GradientNoise;
use maruyama_dynamics::real;
use maruyama_statistics::stream::Kept;
use maruyama_theory::adaptive::{
    mean_square, schedule_correction, scheduled_sgd_loss, scheduled_sign_loss, sign_slope,
};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, refuse};
use crate::analyse::cell::start::one_point;
use crate::analyse::estimate::adaptive_stationary::over;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};
use crate::analyse::summary_row::mean;

/// Steps of Runge and Kutta for each unit of the fastest rate.
const STEPS_PER_RATE: f64 = 20.0;
/// Most steps of Runge and Kutta.
const MAX_STEPS: f64 = 2e6;

const PART: Part = Part {
    name: "scheduled_loss",
    doc: "The mean loss of SGD or SignSGD with Gaussian noise under schedules of step size and noise \
          on a quadratic, from one point, at each recorded step: simulated; `integrated`, the equation \
          of the second moment, in the linear phase of SignSGD; `asymptotic`, the limit of Compagnoni et \
          al., arXiv 2411.15958, for the step size and the noise of that time, and for constant noise \
          `corrected`, its first correction. One row a step and series.",
    parameters: &[],
    source: file!(),
};

/// Losses under a schedule.
pub(crate) struct ScheduledLoss;

impl Estimator for ScheduledLoss {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("series", "`simulated`, `integrated`, `asymptotic`, `corrected`"),
            ("step", "recorded step"),
            ("time", "t = ηk"),
            ("loss", "mean loss, with its interval if simulated"),
            ("relative", "the loss over the integrated one"),
            ("exponent", "slope of the logarithm of the integrated loss over that of 1 + t"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["risk".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let models = ["sgd", "sign_sgd", "sign_sgd_sde"];
        let cell = OptimiserCell::with_schedules(input, &models)?;
        if cell.noise != GradientNoise::Gaussian {
            return refuse("the theory is for Gaussian noise".to_owned());
        }
        let schedule = Scheduled::new(&cell, input.parameters)?;
        let over_time = input.over_time("risk", Kept { moments: true, quantiles: false })?;
        let mut rows = Vec::new();
        for (step, summary) in over_time.steps.iter().zip(&over_time.summaries) {
            let time = cell.step_size * *step as f64;
            let integrated = schedule.integrated(time)?;
            let row = |series, loss| row(series, *step, time, loss, integrated);
            let mut exact = row("integrated", Scalar::number(integrated));
            exact
                .insert("exponent".to_owned(), Scalar::number(schedule.exponent(time, integrated)));
            rows.push(exact);
            if let Some(sums) = summary.sums.filter(|sums| sums.n > 0) {
                rows.push(row("simulated", mean(&sums)));
            }
            let (asymptotic, correction) = schedule.asymptotic(time);
            rows.push(row("asymptotic", Scalar::number(asymptotic)));
            if let Some(correction) = correction {
                rows.push(row("corrected", Scalar::number(asymptotic * correction)));
            }
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

fn row(series: &str, step: u64, time: f64, loss: Scalar, integrated: f64) -> Row {
    let relative = over(&loss, integrated);
    Row::from(
        [
            ("series", Scalar::text(series)),
            ("step", Scalar::Number(step as f64)),
            ("time", Scalar::Number(time)),
            ("loss", loss),
            ("relative", relative),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// A cell with its schedule.
struct Scheduled<'a> {
    cell: &'a OptimiserCell,
    start: f64,
    /// `g`
    power: f64,
    /// `t_0`, the time after which the step size begins to fall.
    delay: f64,
    /// `b` and `t_1`, in time, of the noise.
    noise: NoiseSchedule,
    is_sign: bool,
}

impl<'a> Scheduled<'a> {
    fn new(
        cell: &'a OptimiserCell,
        parameters: &Parameters,
    ) -> Result<Scheduled<'a>, AnalysisError> {
        let start = one_point(parameters)?;
        let NoiseSchedule { power, steps } = NoiseSchedule::from_parameters(parameters);
        Ok(Scheduled {
            cell,
            start,
            power: parameters.real("decay_power"),
            delay: cell.step_size * parameters.real("decay_steps"),
            noise: NoiseSchedule { power, steps: cell.step_size * steps },
            is_sign: cell.model != "sgd",
        })
    }

    /// `eta_t`
    fn factor(&self, time: f64) -> f64 {
        real::pow(1.0 + time / self.delay, -self.power)
    }

    /// `sigma_t`
    fn sigma(&self, time: f64) -> f64 {
        self.cell.sigma * real::pow(1.0 + time / self.noise.steps, -self.noise.power)
    }

    /// Contraction rate of a coordinate at `eta_t = 1`.
    fn rate(&self, lambda: f64, time: f64) -> f64 {
        let slope = sign_slope(GradientNoise::Gaussian);
        if self.is_sign { slope * lambda / self.sigma(time) } else { lambda }
    }

    fn integrated(&self, time: f64) -> Result<f64, AnalysisError> {
        let mut losses = Vec::new();
        for lambda in &self.cell.curvatures {
            let fastest = self.rate(*lambda, 0.0).max(self.rate(*lambda, time));
            let n_steps = (STEPS_PER_RATE * fastest * time).ceil().max(200.0);
            if n_steps > MAX_STEPS {
                return refuse(format!("{n_steps} steps of the integration; shorten the run"));
            }
            let noise = |t: f64| if self.is_sign { 1.0 } else { self.sigma(t) };
            let gain = |t: f64| {
                let std = self.factor(t) * noise(t);
                self.cell.step_size * std * std
            };
            let rate = |t: f64| self.factor(t) * self.rate(*lambda, t);
            let start = self.start * self.start;
            losses.push(0.5 * lambda * mean_square(rate, gain, start, time, n_steps as usize));
        }
        Ok(real::sum(&losses))
    }

    /// The exponent between `time` and a time 1 % later.
    fn exponent(&self, time: f64, loss: f64) -> f64 {
        let later = 1.01 * (1.0 + time) - 1.0;
        let change = self.integrated(later).map_or(f64::NAN, |later| real::ln(later / loss));
        change / real::ln(1.01)
    }

    /// The asymptotic loss, and the factor of its first correction for `(1 + t)^−g`, `0 < g < 1`, and
    /// constant noise.
    fn asymptotic(&self, time: f64) -> (f64, Option<f64>) {
        let (cell, size) = (self.cell, self.cell.step_size * self.factor(time));
        let of = if self.is_sign { scheduled_sign_loss } else { scheduled_sgd_loss };
        // Curvatures count one by one: each has its own trace and convexity.
        let sigma = self.sigma(time);
        let losses: Vec<f64> =
            cell.curvatures.iter().map(|lambda| of(size, *lambda, *lambda, sigma)).collect();
        let is_constant = self.noise.power == 0.0;
        let is_slow = self.power > 0.0 && self.power < 1.0 && self.delay == 1.0 && is_constant;
        let correction = is_slow.then(|| {
            let rate = self.rate(cell.convexity(), time);
            schedule_correction(self.power, rate, time)
        });
        (real::sum(&losses), correction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(model: &str, step_size: f64) -> OptimiserCell {
        OptimiserCell {
            model: model.to_owned(),
            curvatures: vec![1.0],
            noise: GradientNoise::Gaussian,
            sigma: 1.0,
            step_size,
        }
    }

    fn scheduled(cell: &OptimiserCell, power: f64, noise_power: f64) -> Scheduled<'_> {
        let is_sign = cell.model != "sgd";
        let noise = NoiseSchedule { power: noise_power, steps: 1.0 };
        Scheduled { cell, start: 0.3, power, delay: 1.0, noise, is_sign }
    }

    #[test]
    fn constant_steps_settle_at_the_floor() {
        let cell = cell("sgd", 0.02);
        let schedule = scheduled(&cell, 0.0, 0.0);
        assert!((schedule.integrated(30.0).unwrap() - 0.005).abs() < 1e-12);
        assert_eq!(schedule.asymptotic(30.0), (0.005, None));
    }

    /// Reference value `scheduler_signsgd_limit_ratio`: loss over `eta eta_t` is `sqrt(pi/2)/4`.
    #[test]
    fn losses_follow_the_schedule() {
        let cell = cell("sign_sgd", 0.05);
        let schedule = scheduled(&cell, 0.5, 0.0);
        let (loss, correction) = schedule.asymptotic(300.0);
        let size = 0.05 / 301.0_f64.sqrt();
        assert!((loss / size - 0.313_328_534_328_875_03).abs() < 1e-12, "{}", loss / size);
        let corrected = loss * correction.unwrap();
        assert!((schedule.integrated(300.0).unwrap() / corrected - 1.0).abs() < 2e-3);
        assert!((schedule.exponent(300.0, schedule.integrated(300.0).unwrap()) + 0.5).abs() < 0.02);
    }

    /// `a = 0.3, g = 0.4`: exponents `a − g = −0.1` of SignSGD and `2a − g = 0.2` of SGD.
    #[test]
    fn growing_noise_lets_sgd_grow_and_sign_sgd_fall() {
        let sign = cell("sign_sgd", 0.05);
        let sgd = OptimiserCell { model: "sgd".to_owned(), ..sign.clone() };
        for (cell, expected) in [(sign, -0.1), (sgd, 0.2)] {
            let schedule = scheduled(&cell, 0.4, -0.3);
            let loss = schedule.integrated(2000.0).unwrap();
            let found = schedule.exponent(2000.0, loss);
            assert!((found - expected).abs() < 0.03, "{}: {found}", cell.model);
            let (asymptotic, correction) = schedule.asymptotic(2000.0);
            assert!((loss / asymptotic - 1.0).abs() < 0.02, "{}", loss / asymptotic);
            assert_eq!(correction, None);
        }
    }

    /// Constant steps and `sigma_t = (1 + t)^−1/2`: `sigma_t²` under SGD, `sigma_t` under SignSGD.
    #[test]
    fn falling_noise_takes_the_loss_with_it() {
        let sign = cell("sign_sgd", 0.01);
        let sgd = OptimiserCell { model: "sgd".to_owned(), ..sign.clone() };
        for (cell, expected) in [(sign, -0.5), (sgd, -1.0)] {
            let schedule = scheduled(&cell, 0.0, 0.5);
            let loss = schedule.integrated(60.0).unwrap();
            let found = schedule.exponent(60.0, loss);
            assert!((found - expected).abs() < 0.02, "{}: {found}", cell.model);
            assert!((loss / schedule.asymptotic(60.0).0 - 1.0).abs() < 0.02);
        }
    }
}
