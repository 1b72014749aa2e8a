//! Estimators on any sample of numbers: its values as the last recorded ones of independent chains.

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::Parameters;

use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::CellOutcome;
use crate::analyse::over_time::Stored;
use crate::identity::Hasher;
use crate::manifest::canonical;
use crate::run::contain;
use crate::store::Observations;

/// The estimators that look at one sample, and at nothing of a cell but its values.
pub const OF_SAMPLE: &[&str] =
    &["moments", "quantiles", "tail_index", "tail_report", "goodness_of_fit"];
/// The estimators that compare two samples.
pub const OF_TWO_SAMPLES: &[&str] = &["distance", "two_sample_test"];
/// The observable whose place the sample takes: the default of all of them.
const OBSERVABLE: &str = "q1";

/// A sample of numbers; NaN where one is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers(Observations);

impl Numbers {
    /// The sample `values`, each finite or NaN.
    #[must_use]
    pub fn new(values: Vec<f64>) -> Numbers {
        let diverged_at = values.iter().map(|value| value.is_nan().then_some(0)).collect();
        Numbers(Observations {
            first_chain: 0,
            observables: vec![OBSERVABLE.to_owned()],
            steps: vec![0],
            values,
            diverged_at,
        })
    }

    /// Applies `estimator` to the sample, and to the one that it is compared with.
    ///
    /// Resampling is by a stream that is a function of the estimator, its parameters and the numbers,
    /// so that the same numbers give the same intervals.
    ///
    /// # Errors
    /// If the sample does not admit the statistic.
    ///
    /// # Panics
    /// If a parameter is not finite; those of a manifest or of the command line are.
    pub fn estimate(
        &self,
        against: Option<&Numbers>,
        estimator: &dyn Estimator,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let mut hasher = Hasher::new("maruyama sample 1");
        hasher.field(estimator.part().name.as_bytes());
        let text = canonical::text(parameters).expect("a checked parameter is finite");
        hasher.field(text.as_bytes());
        for Numbers(sample) in std::iter::once(self).chain(against) {
            hasher.field(sample.digest().to_string().as_bytes());
        }
        let no_problem =
            || Err(AnalysisError::Data("a column of numbers has no problem".to_owned()));
        let nothing = Parameters::new();
        let input = Input {
            parameters: &nothing,
            stream: StreamKey(hasher.finish().leading_u64()),
            stored: Stored::Chains(vec![&self.0]),
            against: against.map(|Numbers(sample)| Stored::Chains(vec![sample])),
            against_parameters: None,
            is_interrupted: &|| false,
            problem: &no_problem,
        };
        let estimate = || estimator.estimate(&input, parameters);
        contain(estimate).unwrap_or_else(|panic| Err(AnalysisError::Statistic(panic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::{Scalar, estimator};
    use crate::manifest::vocabulary::defaults;

    #[test]
    fn moments_are_those_of_the_numbers_that_are_there() {
        let numbers = Numbers::new(vec![1.0, f64::NAN, 2.0, 6.0]);
        let estimator = estimator("moments");
        let parameters = defaults(estimator.part().parameters);
        let outcome = numbers.estimate(None, estimator, &parameters).unwrap();
        assert_eq!(outcome.rows[0]["mean"].value(), Some(3.0));
        assert_eq!(outcome.rows[0]["n"], Scalar::Number(3.0));
    }

    /// The samples 0, …, 9 and 5, …, 14: every quantile is 5 higher.
    #[test]
    fn a_shift_is_the_distance_between_a_sample_and_itself_shifted() {
        let of = |shift: u32| Numbers::new((0..10).map(|n| f64::from(n + shift)).collect());
        let estimator = estimator("distance");
        let parameters = defaults(estimator.part().parameters);
        let outcome = of(0).estimate(Some(&of(5)), estimator, &parameters).unwrap();
        let distance = outcome.rows[0]["distance"].value().unwrap();
        assert!((distance - 5.0).abs() < 1e-12, "{distance}");
    }

    #[test]
    fn all_of_them_look_at_nothing_else() {
        let sample = |from: u32| {
            Numbers::new((from..from + 200).map(|n| f64::from(n * n % 211) / 7.0 - 9.0).collect())
        };
        for name in OF_SAMPLE.iter().chain(OF_TWO_SAMPLES) {
            let estimator = estimator(name);
            let mut parameters = defaults(estimator.part().parameters);
            if let Some(replicates) = parameters.get_mut("bootstrap") {
                *replicates = maruyama_dynamics::parameter::Value::Integer(20);
            }
            let against = sample(31);
            let against = OF_TWO_SAMPLES.contains(name).then_some(&against);
            let outcome = sample(0).estimate(against, estimator, &parameters);
            assert!(outcome.is_ok_and(|outcome| !outcome.rows.is_empty()), "{name}");
        }
    }
}
