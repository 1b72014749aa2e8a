//! The lower bound of the tail index of the equation of SGD that takes the constant `K` alone.
//!
//! ```text
//! alpha ≥ 1 + 2B/(gamma K),   gamma K < 2B,   E[|x|² x xᵀ] ≼ K Sigma
//! ```

use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Parameters, Part};

use crate::least_squares::LeastSquaresError;
use crate::least_squares::tail::crude_tail_bound;
use crate::tail::interface::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, TailTheory,
};
use crate::tail::sde_moments::homogeneous;

/// The bound of the constant `K`.
#[derive(Clone, Copy, Debug)]
pub struct SdeCrude;

static CRUDE: Part = Part {
    name: "sde_crude",
    doc: "Lower bound 1 + 2B/(γK) of the tail index of the equation of SGD with the full covariance, without ridge, in up to six dimensions, for γK < 2B: E[|x|²xxᵀ] ≼ KΣ.",
    parameters: &[],
    source: file!(),
};

impl TailTheory for SdeCrude {
    fn part(&self) -> &'static Part {
        &CRUDE
    }

    fn process(&self) -> Process {
        Process::SgdSde
    }

    fn find(
        &self,
        case: &Case<'_>,
        _parameters: &Parameters,
        _key: StreamKey,
    ) -> Result<Finding, NotApplicable> {
        let (problem, step_size) = homogeneous(case)?;
        let value = crude_tail_bound(&problem, step_size).map_err(|error| match error {
            LeastSquaresError::BeyondLimit { limit, .. } => NotApplicable::StepSizeTooLarge {
                step_size: case.step_size,
                threshold: limit * case.batch_size as f64,
            },
            _ => NotApplicable::OutOfRange,
        })?;
        let (relation, certainty) = (Relation::AtLeast, Certainty::Certified);
        Ok(Finding { relation, value, error: None, certainty })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::interface::Samples;

    #[test]
    fn gaussian_features_have_k_from_their_spectrum() {
        let case = |step_size: f64, batch_size: u64| Case {
            samples: Samples::Gaussian { eigenvalues: &[1.0, 0.25] },
            step_size,
            batch_size,
            is_with_replacement: true,
            ridge: 0.0,
        };
        let find = |case: &Case<'_>| SdeCrude.find(case, &Parameters::new(), StreamKey(1));
        // K = trace Sigma + 2 lambda_1 = 3.25.
        let found = find(&case(0.4, 2)).unwrap();
        assert!((found.value - (1.0 + 2.0 / (0.2 * 3.25))).abs() < 1e-12, "{found:?}");
        assert_eq!(found.relation, Relation::AtLeast);
        let threshold = 2.0 / 3.25;
        let refused = Err(NotApplicable::StepSizeTooLarge { step_size: 0.7, threshold });
        assert_eq!(find(&case(0.7, 1)), refused);
    }
}
