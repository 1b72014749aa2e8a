//! The estimator `batch_rule`: the loss of AdamW or RMSpropW on larger batches beside that on smaller
//! ones, at equal numbers of samples.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_dynamics::real;
use maruyama_statistics::interval::mean::normal_interval;
use maruyama_statistics::law::normal::standard_quantile;
use maruyama_statistics::stream::{CentralSums, Kept};
use maruyama_theory::adaptive::{adam_w_loss, momentum_factor};

use crate::analyse::cell::optimiser_cell::{OptimiserCell, real_or, refuse};
use crate::analyse::estimate::weak_order::root_of_squares;
use crate::analyse::estimator::{AnalysisError, Estimator, Input, Reads};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;
/// Relative error of a factor that is taken to be a power of `kappa`.
const SAME: f64 = 1e-6;

const PART: Part = Part {
    name: "batch_rule",
    doc: "AdamW or RMSpropW on a quadratic whose noise is that of batches κ times as large, beside the \
          cell that it is compared with: κ = (σ'/σ)², the powers of κ by which step size, decay and \
          averages are changed, the mean losses after equal numbers of samples, and their ratio beside \
          the ratio of the stationary losses by theory (arXiv 2411.15958, Lemma C.57, with the factor \
          of the momentum). One row a recorded step whose number of samples the other cell has recorded.",
    parameters: &[],
    source: file!(),
};

/// The loss after the batch is scaled.
pub(crate) struct BatchRule;

impl Estimator for BatchRule {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("kappa", "the batch over that of the other cell, by the noise"),
            ("step_size_power", "power of κ by which the step size is multiplied"),
            ("decay_power", "the same of the decay; missing without decay"),
            ("beta1_power", "the same of 1 − β₁; missing for RMSpropW"),
            ("beta2_power", "the same of 1 − β₂"),
            ("step", "recorded step"),
            ("samples", "number of samples, in batches of the other cell: κ times the step"),
            ("loss", "mean loss, with its interval"),
            ("loss_against", "mean loss of the other cell at that number of samples"),
            ("ratio", "the loss over that of the other cell, with its asymptotic interval"),
            ("predicted", "ratio of the stationary losses by theory"),
            ("keeps", "1 if all powers are those that keep the law in time per sample: ½, ½, 1, 1"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["risk".to_owned()]
    }

    fn reads(&self) -> Reads {
        Reads::Moments
    }

    fn compares(&self) -> bool {
        true
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let cell = OptimiserCell::of(input, &["adam_w", "rmsprop_w"])?;
        let there = input.against_parameters.ok_or(AnalysisError::NotCompared)?;
        if there.text("model") != cell.model || there.text("problem") != "quadratic" {
            return refuse("both cells have to be of one model on a quadratic".to_owned());
        }
        let other = OptimiserCell {
            sigma: there.real("noise_std"),
            step_size: there.real("step_size"),
            ..cell.clone()
        };
        let kappa = (other.sigma / cell.sigma) * (other.sigma / cell.sigma);
        let common = rule(input.parameters, there, (&cell, &other), kappa);
        let kept = Kept { moments: true, quantiles: false };
        let (own, against) =
            (input.over_time("risk", kept)?, input.over_time_against("risk", kept)?);
        let mut rows = Vec::new();
        for (step, summary) in own.steps.iter().zip(&own.summaries) {
            let samples = kappa * *step as f64;
            let place = against.steps.iter().position(|k| (*k as f64 - samples).abs() < 0.5);
            let sums = place.and_then(|place| against.summaries[place].sums);
            let (Some(x), Some(y)) = (summary.sums, sums) else { continue };
            if x.n < 2 || y.n < 2 || *step == 0 {
                continue;
            }
            let mut row = common.clone();
            row.extend(ratio(*step, samples, &x, &y));
            rows.push(row);
        }
        if rows.is_empty() {
            return refuse(
                "no recorded step has as many samples as one of the other cell".to_owned(),
            );
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// What the cell changes, and what theory says of it.
fn rule(
    here: &Parameters,
    there: &Parameters,
    (cell, other): (&OptimiserCell, &OptimiserCell),
    kappa: f64,
) -> Row {
    let power = |here: f64, there: f64| {
        let is_there = here > 0.0 && there > 0.0 && kappa != 1.0;
        is_there.then(|| snapped(real::ln(here / there) / real::ln(kappa)))
    };
    let of = |name: &str| power(here.real(name), there.real(name));
    let rate = |parameters: &Parameters, name| 1.0 - real_or(parameters, name, 0.0);
    let has_momentum = here.contains_key("beta1") && here.real("beta1") > 0.0;
    let beta1 = power(rate(here, "beta1"), rate(there, "beta1")).filter(|_| has_momentum);
    let powers = [
        of("step_size"),
        of("weight_decay"),
        beta1,
        power(rate(here, "beta2"), rate(there, "beta2")),
    ];
    let wanted = [0.5, 0.5, 1.0, 1.0];
    let keeps = powers.iter().zip(wanted).all(|(power, wanted)| power.is_none_or(|p| p == wanted));
    let predicted = stationary(cell, here) / stationary(other, there);
    Row::from(
        [
            ("kappa", Scalar::number(kappa)),
            ("step_size_power", Scalar::optional(powers[0])),
            ("decay_power", Scalar::optional(powers[1])),
            ("beta1_power", Scalar::optional(powers[2])),
            ("beta2_power", Scalar::optional(powers[3])),
            ("predicted", Scalar::number(predicted)),
            ("keeps", Scalar::Number(f64::from(u8::from(keeps)))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The next half number, if it is as near as rounding.
fn snapped(power: f64) -> f64 {
    let half = 0.5 * (2.0 * power).round();
    if (power - half).abs() < SAME { half } else { power }
}

/// Stationary loss, to first order in the step size.
fn stationary(cell: &OptimiserCell, parameters: &Parameters) -> f64 {
    let theta = parameters.real("weight_decay");
    let sigma = vec![cell.noise_std(); cell.curvatures.len()];
    let loss = adam_w_loss(cell.step_size, &cell.curvatures, &sigma, theta);
    let rho = (1.0 - real_or(parameters, "beta1", 0.0)) / cell.step_size;
    if cell.model == "adam_w" { momentum_factor(rho, theta) * loss } else { loss }
}

/// The ratio of two means, with the interval of independent ones.
fn ratio(step: u64, samples: f64, x: &CentralSums, y: &CentralSums) -> Row {
    let value = x.mean / y.mean;
    let error = value * root_of_squares(x.standard_error() / x.mean, y.standard_error() / y.mean);
    let interval = normal_interval(value, error, LEVEL);
    let mean = |sums: &CentralSums| {
        let half = standard_quantile(0.5 + 0.5 * LEVEL) * sums.standard_error();
        Scalar::interval(sums.mean, sums.mean - half, sums.mean + half)
    };
    Row::from(
        [
            ("step", Scalar::Number(step as f64)),
            ("samples", Scalar::number(samples)),
            ("loss", mean(x)),
            ("loss_against", mean(y)),
            ("ratio", Scalar::interval(value, interval.low, interval.high)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_dynamics::parameter::Value;
    use maruyama_dynamics::problem::GradientNoise;

    fn cell(sigma: f64, step_size: f64) -> OptimiserCell {
        OptimiserCell {
            model: "adam_w".to_owned(),
            curvatures: (0..10).map(|i| 0.5 + f64::from(i) / 6.0).collect(),
            noise: GradientNoise::Gaussian,
            sigma,
            step_size,
        }
    }

    fn parameters(step_size: f64, betas: [f64; 2], theta: f64) -> Parameters {
        let [beta1, beta2] = betas;
        [("step_size", step_size), ("beta1", beta1), ("beta2", beta2), ("weight_decay", theta)]
            .map(|(name, value)| (name.to_owned(), Value::Real(value)))
            .into_iter()
            .collect()
    }

    /// The settings of the reference with fast momentum: `kappa` = 4, the full rule, and `eta` times
    /// `kappa`, whose theory is 6.5079e-4 over 3.2941e-4.
    #[test]
    fn powers_and_stationary_losses_are_those_of_the_rule() {
        let base = (cell(1.0, 0.000_25), parameters(0.000_25, [0.98, 0.999], 1.0));
        let number = |row: &Row, name: &str| row[name].value().unwrap();
        let full = (cell(0.5, 0.000_5), parameters(0.000_5, [0.92, 0.996], 2.0));
        let found = rule(&full.1, &base.1, (&full.0, &base.0), 4.0);
        assert_eq!(number(&found, "keeps"), 1.0);
        assert_eq!((number(&found, "beta1_power"), number(&found, "decay_power")), (1.0, 0.5));
        assert!((number(&found, "predicted") - 1.0).abs() < 1e-12);
        let wrong = (cell(0.5, 0.001), parameters(0.001, [0.92, 0.996], 2.0));
        let found = rule(&wrong.1, &base.1, (&wrong.0, &base.0), 4.0);
        assert_eq!((number(&found, "keeps"), number(&found, "step_size_power")), (0.0, 1.0));
        assert!((number(&found, "predicted") - 1.9756).abs() < 2e-3);
    }

    #[test]
    fn ratios_have_the_interval_of_independent_means() {
        let sums = |mean: f64, m2: f64| CentralSums { n: 101, mean, m2, m3: 0.0, m4: 0.0 };
        // Standard errors sqrt(m2/10100): 0.1 and 0.2, relative errors 0.05 and 0.05.
        let row = ratio(5, 20.0, &sums(2.0, 101.0), &sums(4.0, 404.0));
        let (low, high) = row["ratio"].range().unwrap();
        let half = 1.959_963_984_540_054 * 0.5 * 0.05 * 2.0_f64.sqrt();
        assert!((high - 0.5 - half).abs() < 1e-12 && (low - 0.5 + half).abs() < 1e-12);
    }
}
