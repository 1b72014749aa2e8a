//! The estimator `ellipticity`: whether the noise of least squares vanishes somewhere.

use maruyama_dynamics::parameter::{Parameters, Part};
use maruyama_dynamics::problem::LeastSquares as Finite;
use maruyama_theory::least_squares::least_noise;

use crate::analyse::cell::described::described;
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Values relative to the noise at the minimiser below which noise counts as none: far above rounding
/// errors, far below what data in general position have.
const NONE: f64 = 1e-9;

const PART: Part = Part {
    name: "ellipticity",
    doc: "The least eigenvalue of the noise covariance C(θ) of least squares with one or two features \
          over all points θ: uniform ellipticity, C(θ) ≻ 0, is assumed in arXiv 2407.02322 where Ker X \
          = {0}. Reads no simulation. One row a cell.",
    parameters: &[],
    source: file!(),
};

/// Least noise.
pub(crate) struct Ellipticity;

impl Estimator for Ellipticity {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("n_samples", "samples n; missing for a population"),
            ("n_features", "features d"),
            ("kernel", "dimension of Ker X"),
            ("least", "inf over θ of the least eigenvalue of C(θ); zero below 1e-9 of that at θ_*"),
            ("relative", "the same over the mean eigenvalue of C(θ_*)"),
            ("at", "distance from θ_* of the point where it is taken"),
            ("elliptic", "`yes`, or `no` if the noise vanishes in a direction at some point"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        Vec::new()
    }

    fn estimate(&self, input: &Input<'_>, _: &Parameters) -> Result<CellOutcome, AnalysisError> {
        let problem = input.problem()?;
        let found = least_noise(&described(problem.as_ref())?).map_err(AnalysisError::statistic)?;
        let is_elliptic = found.relative > NONE;
        let zeroed = |value: f64| Scalar::number(if is_elliptic { value } else { 0.0 });
        let distance = maruyama_dynamics::real::dot(&found.point, &found.point).sqrt();
        let mut row = Row::from(
            [
                ("n_features", Scalar::count(problem.dim())),
                ("least", zeroed(found.value)),
                ("relative", zeroed(found.relative)),
                ("at", Scalar::number(distance)),
                ("elliptic", Scalar::text(if is_elliptic { "yes" } else { "no" })),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        let mut kernel = 0;
        if let Some(finite) = problem.get::<Finite>() {
            row.insert("n_samples".to_owned(), Scalar::count(finite.dataset().n_rows()));
            kernel = problem.dim() - finite.spectrum().rank();
        }
        row.insert("kernel".to_owned(), Scalar::count(kernel));
        Ok(CellOutcome { rows: vec![row], ..CellOutcome::default() })
    }
}
