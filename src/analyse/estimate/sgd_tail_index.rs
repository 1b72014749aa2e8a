//! The estimator `sgd_tail_index`: what is known of the tail index of SGD itself.

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part};
use maruyama_theory::tail::{corrected_index, kesten_criterion, kurtosis_factor};

use crate::analyse::cell::sgd_cell::bounds_of;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

const PART: Part = Part {
    name: "sgd_tail_index",
    doc: "The Kesten criterion for SGD with batch size 1 and no ridge on a finite data set, and the \
          kurtosis factor that says whether homogenized SGD's noise is realistic. Theory: reads no \
          simulation.",
    parameters: &[],
    source: file!(),
};

/// The Kesten criterion of SGD on a finite data set.
pub(crate) struct SgdTailIndex;

impl Estimator for SgdTailIndex {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("largest_step", "γ max|a_i|²; the index is finite if and only if it exceeds 2"),
            ("expanding", "fraction of the samples with γ|a_i|² > 2"),
            ("index_bound", "rigorous upper bound on the tail index; infinite if SGD is bounded"),
            ("kappa_1", "kurtosis factor of the data along q₁; homogenized SGD assumes 2"),
            ("eta_corrected", "index of the diffusion along q₁ with the data's own noise"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let parameters = input.parameters;
        let bounds = bounds_of(input)?;
        let batch_size = parameters.count("batch_size");
        let problem = input.least_squares()?;
        let (design, ridge) = (&problem.dataset().design, problem.ridge());
        let kappa = kurtosis_factor(design, problem.spectrum().right_vectors.row(0));
        let mut row = Row::from([
            ("kappa_1".to_owned(), Scalar::number(kappa)),
            (
                "eta_corrected".to_owned(),
                Scalar::number(corrected_index(kappa, bounds.theta[0], batch_size)),
            ),
        ]);
        if batch_size == 1 && ridge == 0.0 {
            let criterion = kesten_criterion(design, parameters.real("step_size"));
            row.extend([
                ("largest_step".to_owned(), Scalar::number(criterion.expansion)),
                ("expanding".to_owned(), Scalar::number(criterion.expanding_fraction)),
                ("index_bound".to_owned(), Scalar::number(criterion.upper)),
            ]);
        }
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}
