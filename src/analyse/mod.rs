//! Analysing: an estimator applied to each cell of a sweep, cached by what it read.

mod estimator;
mod frame;
mod goodness_of_fit;
mod layer_law;
mod moments;
mod outcome;
mod over_time;
mod quantiles;
mod reader;
mod scale_prediction;
mod sgd_tail_index;
mod stage;
mod tail_bounds;
mod tail_index;
mod tail_sandwich;
mod vector;

use crate::manifest::types::{Analysis, Manifest};

pub use estimator::{AnalysisError, Centred, Estimator, Input, Reads};
pub use frame::Sample;
pub use outcome::{CellOutcome, Curve, Row, Scalar};
pub use over_time::OverTime;
pub use stage::{AnalysedCell, AnalysedItem, Failure, Stage, analyse};

/// Every estimator, in the order of the documentation.
pub const ESTIMATORS: &[&dyn Estimator] = &[
    &tail_bounds::TailBounds,
    &sgd_tail_index::SgdTailIndex,
    &goodness_of_fit::GoodnessOfFit,
    &layer_law::LayerLaw,
    &tail_sandwich::TailSandwich,
    &tail_index::TailIndex,
    &scale_prediction::ScalePrediction,
    &moments::Moments,
    &quantiles::Quantiles,
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
    let mut analyses = manifest.analyses.iter().filter(|analysis| analysis.of == sweep).peekable();
    let reads = |analysis: &Analysis| {
        !estimator(&analysis.estimate).observables(&analysis.parameters).is_empty()
    };
    analyses.peek().is_none() || analyses.any(reads)
}
