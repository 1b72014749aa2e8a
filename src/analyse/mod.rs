//! Analysing: an estimator applied to each cell of a sweep, cached by what it read.

mod adjust;
mod chains;
mod convergence;
mod distance;
mod escape_time;
mod estimator;
mod frame;
mod goodness_of_fit;
mod hsgd_moments;
mod law_sample;
mod layer_law;
mod localisation;
mod matrix_free;
mod mean_risk;
mod measure;
mod moments;
mod multiplicative_growth;
mod outcome;
mod over_time;
mod paired_difference;
mod pairing;
mod passage;
mod quadratic_case;
mod quadratic_law;
mod quantiles;
mod reader;
mod ridge_mean;
mod scale_prediction;
mod sgd_tail_index;
mod smooth;
mod stage;
mod tail_bounds;
mod tail_curves;
mod tail_index;
mod tail_report;
mod tail_sandwich;
mod tail_theory;
mod times;
mod two_sample_test;
mod unit;
mod vector;
mod weak_error;
mod weak_gap;

use crate::manifest::types::{Analysis, Manifest};

pub use adjust::ADJUSTED;
pub use chains::{Chains, PointSample};
pub use estimator::{AnalysisError, Centred, Estimator, Input, Reads};
pub use frame::Sample;
pub use outcome::{CellOutcome, Curve, Row, Scalar};
pub use over_time::OverTime;
pub(crate) use pairing::{Unpaired, pair};
pub use stage::{AnalysedCell, AnalysedItem, Failure, Stage, analyse};
pub(crate) use unit::cells;

/// Every estimator, in the order of the documentation.
pub const ESTIMATORS: &[&dyn Estimator] = &[
    &tail_bounds::TailBounds,
    &sgd_tail_index::SgdTailIndex,
    &tail_theory::TailTheories,
    &hsgd_moments::HsgdMoments,
    &goodness_of_fit::GoodnessOfFit,
    &layer_law::LayerLaw,
    &tail_sandwich::TailSandwich,
    &tail_index::TailIndex,
    &tail_report::TailReportOf,
    &scale_prediction::ScalePrediction,
    &localisation::Localisation,
    &escape_time::EscapeTime,
    &weak_error::WeakError,
    &mean_risk::MeanRiskOverTime,
    &ridge_mean::RidgeMean,
    &quadratic_law::QuadraticLaw,
    &multiplicative_growth::MultiplicativeGrowth,
    &matrix_free::MatrixFree,
    &moments::Moments,
    &quantiles::Quantiles,
    &convergence::ConvergenceOf,
    &distance::Distance,
    &two_sample_test::TwoSampleTest,
    &paired_difference::PairedDifference,
];

/// The estimator called `name`.
///
/// # Panics
/// If there is none: the name has passed the vocabulary, so the registry is at fault.
#[must_use]
pub fn estimator(name: &str) -> &'static dyn Estimator {
    let found = ESTIMATORS.iter().copied().find(|estimator| estimator.part().name == name);
    found.unwrap_or_else(|| panic!("`{name}` passed the vocabulary and is in no registry"))
}

/// Whether the sweep called `sweep` has to be simulated: an analysis reads its samples, or none is
/// made of it and the samples are what is wanted.
#[must_use]
pub fn needs_samples(manifest: &Manifest, sweep: &str) -> bool {
    let looks_at = |analysis: &&Analysis| {
        let against = analysis.against.as_ref();
        analysis.of == sweep || against.is_some_and(|against| against.sweep.value == sweep)
    };
    let mut analyses = manifest.analyses.iter().filter(looks_at).peekable();
    let reads = |analysis: &Analysis| {
        !estimator(&analysis.estimate).observables(&analysis.parameters).is_empty()
    };
    analyses.peek().is_none() || analyses.any(reads)
}
