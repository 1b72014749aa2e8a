//! The estimator `ridge_mean`: where a ridge holds the leading coordinate, as derived and as printed.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_statistics::interval::mean::student_interval;

use crate::analyse::cell::sgd_cell::is_of_sgd;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of the interval.
const LEVEL: f64 = 0.95;

const PART: Part = Part {
    name: "ridge_mean",
    doc: "The mean of the leading principal coordinate Y₁ at the last recorded step, beside the level \
          that a ridge δ gives it: δα₁/(λ₁² + δ) by eq. (4) of Jiao & Keller-Ressel, arXiv 2402.01382, \
          and nα₁/(λ₁² + δ) as the levels μ_i of eq. (5) and (6) are printed. One row a cell.",
    parameters: &[],
    source: file!(),
};

/// Mean of the leading coordinate beside two levels.
pub(crate) struct RidgeMean;

impl Estimator for RidgeMean {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("n", "size of the sample"),
            ("mean", "mean of Y₁, with the interval of its standard error"),
            ("derived", "level δα₁/(λ₁² + δ), the minimiser of the loss with ridge"),
            ("printed", "level nα₁/(λ₁² + δ)"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["y_0".to_owned()]
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        is_of_sgd(input)?;
        let problem = input.least_squares()?;
        let y = input.sample("y_0", 8)?.values;
        let spectrum = problem.spectrum();
        let (lambda, alpha) = (spectrum.singular_values[0], spectrum.alpha[0]);
        let n_rows = problem.dataset().n_rows() as f64;
        let found = student_interval(&y, LEVEL).map_err(AnalysisError::statistic)?;
        let row = Row::from(
            [
                ("n", Scalar::count(y.len())),
                ("mean", Scalar::interval(found.mean, found.interval.low, found.interval.high)),
                ("derived", Scalar::number(problem.principal_minimiser()[0])),
                ("printed", Scalar::number(n_rows * alpha / (lambda * lambda + problem.ridge()))),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::estimator::tests::{estimate, is, least_squares, recorded};

    /// Rows 3 and 4 with responses 6 and 8: the minimiser is 2, and λ₁² = 25.
    #[test]
    fn levels_are_those_of_one_feature_and_two_rows() {
        let chains: Vec<[f64; 1]> = (1..9).map(|y| [f64::from(y)]).collect();
        let values: Vec<&[f64]> = chains.iter().map(<[f64; 1]>::as_slice).collect();
        let y = recorded("y_0", &[7], &values);
        let problem = least_squares(&[&[3.0], &[4.0]], &[6.0, 8.0], 5.0);
        let outcome = estimate(&RidgeMean, problem, 0.1, &[], Some(&y)).unwrap();
        let row = &outcome.rows[0];
        // Mean 4.5 and variance 6 of eight values; t₇ at 0.975 times sqrt(6/8).
        assert!(is(row, "n", 8.0) && is(row, "mean", 4.5), "{row:?}");
        let (low, high) = row["mean"].range().unwrap();
        assert!((high - 4.5 - 2.047_824_672_284_117).abs() < 1e-9, "{row:?}");
        assert!((low + high - 9.0).abs() < 1e-12);
        // α₁ is 2 up to the sign of the axis: δ α₁/(λ₁² + δ) = 1/3, n α₁/(λ₁² + δ) = 2/15.
        let derived = row["derived"].value().unwrap();
        assert!((derived.abs() - 1.0 / 3.0).abs() < 1e-12, "{row:?}");
        assert!(is(row, "printed", 0.4 * derived), "{row:?}");
    }

    #[test]
    fn cells_of_other_models_are_refused() {
        let problem = least_squares(&[&[1.0]], &[1.0], 1.0);
        let model = [("model", maruyama_dynamics::parameter::Value::Text("adam".to_owned()))];
        let found = estimate(&RidgeMean, problem, 0.1, &model, None);
        assert!(matches!(found, Err(AnalysisError::NotSgd(_))), "{found:?}");
    }
}
