//! Analysing: an estimator applied to each cell of a sweep, cached by what it read.

mod adjust;
mod cell;
mod centre;
mod chains;
mod column;
mod estimate;
mod estimator;
mod exponents;
mod frame;
mod outcome;
mod over_time;
mod pairing;
mod reader;
mod scaling;
mod stage;
mod stored;
mod summary_row;
mod times;
mod unit;
mod vector;

use crate::manifest::types::{Analysis, Manifest};

pub use adjust::ADJUSTED;
pub use chains::{Chains, PointSample};
pub use column::{Numbers, OF_SAMPLE, OF_TWO_SAMPLES};
pub use estimate::ESTIMATORS;
pub use estimator::{AnalysisError, Centred, Estimator, Input, Reads};
pub use frame::Sample;
pub use outcome::{CellOutcome, Curve, Row, Scalar};
pub use over_time::OverTime;
pub(crate) use pairing::{Unpaired, pair};
pub(crate) use reader::Reader;
pub use scaling::Scaling;
pub use stage::{AnalysedCell, AnalysedItem, Failure, Stage, analyse, recall};
pub(crate) use unit::{Unit, cells, code_of, units};

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
