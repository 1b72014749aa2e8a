//! The estimator `scale_prediction`: the law of z against homogenized SGD's prediction.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_statistics::fit::student_t;
use maruyama_statistics::law::normal::standard_quantile;
use maruyama_theory::tail::student_t_scale;

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::estimate::goodness_of_fit::degrees_of_freedom;
use crate::analyse::estimator::{AnalysisError, Centred, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Level of every interval.
const LEVEL: f64 = 0.95;

const PART: Part = Part {
    name: "scale_prediction",
    doc: "Index and scale of the Student-t law fitted to q1, centred by its mean, beside those that \
          homogenized SGD predicts when the leading coordinate has mixed and the bulk moves slowly: \
          ν₁ = 1 + 1/φ₁ and κ = √((β + S_bulk)/ν₁)/λ₁. Reads the observables q1 and bulk.",
    parameters: &[],
    source: file!(),
};

/// The law of z against homogenized SGD's prediction.
pub(crate) struct ScalePrediction;

impl Estimator for ScalePrediction {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            ("nu", "fitted degrees of freedom, with profile-likelihood interval"),
            ("nu_predicted", "predicted degrees of freedom ν₁"),
            ("scale", "fitted scale, with asymptotic interval"),
            ("scale_predicted", "predicted scale κ"),
            ("scale_ratio", "fitted over predicted scale"),
            ("bulk", "mean of S_bulk over the chains"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["q1".to_owned(), "bulk".to_owned()]
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let Centred { z, n_diverged, .. } = input.centred("q1", 8)?;
        let bulk = input.centred("bulk", 8)?.mean;
        let fitted =
            student_t::fit(&z, student_t::Location::Zero).map_err(AnalysisError::statistic)?;
        let errors = fitted.standard_errors(&z, student_t::Location::Zero);
        let half = errors.scale.map(|error| standard_quantile(0.5 + 0.5 * LEVEL) * error);
        let problem = input.least_squares()?;
        let spectrum = problem.spectrum();
        let nu = bounds_of(input)?.upper;
        let predicted = student_t_scale(spectrum.beta, bulk, spectrum.singular_values[0], nu);
        let scale = |unit: f64| {
            let value = fitted.scale / unit;
            half.map_or(Scalar::number(value), |half| {
                Scalar::interval(value, value - half / unit, value + half / unit)
            })
        };
        let row = Row::from(
            [
                ("n", Scalar::count(z.len())),
                ("n_diverged", Scalar::count(n_diverged)),
                ("nu", degrees_of_freedom(&z, student_t::Location::Zero)?),
                ("nu_predicted", Scalar::number(nu)),
                ("scale", scale(1.0)),
                ("scale_predicted", Scalar::number(predicted)),
                ("scale_ratio", scale(predicted)),
                ("bulk", Scalar::number(bulk)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}
