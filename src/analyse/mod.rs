//! Analysing: an estimator applied to each cell of a sweep, cached by what it read.

mod adaptive_stationary;
mod adjust;
mod batch_rule;
mod chains;
mod column;
mod convergence;
mod distance;
mod ellipticity;
mod error_curve;
mod error_moments;
mod error_series;
mod escape;
mod escape_time;
mod estimator;
mod exact_law;
mod exponents;
mod frame;
mod gibbs;
mod goodness_of_fit;
mod growth_rate;
mod histogram;
mod hsgd_moments;
mod invariant_law;
mod law_sample;
mod layer_law;
mod least_squares_case;
mod line_decay;
mod line_potential;
mod localisation;
mod matrix_free;
mod mean_gap;
mod mean_risk;
mod measure;
mod model_error;
mod moments;
mod multiplicative_growth;
mod optimiser_cell;
mod outcome;
mod over_time;
mod pairing;
mod passage;
mod plane_law;
mod plane_potential;
mod population;
mod quadratic_case;
mod quadratic_law;
mod quantiles;
mod reader;
mod ridge_mean;
mod scale_prediction;
mod scaling;
mod scheduled_loss;
mod sgd_tail_index;
mod sign_order;
mod sign_phases;
mod smooth;
mod space_decay;
mod stage;
mod start;
mod stored;
mod tail_bounds;
mod tail_curves;
mod tail_index;
mod tail_report;
mod tail_sandwich;
mod tail_theory;
mod temperature;
mod times;
mod two_sample_test;
mod unit;
mod vector;
mod wasserstein_decay;
mod weak_error;
mod weak_gap;
mod weak_order;

use crate::manifest::types::{Analysis, Manifest};

pub use adjust::ADJUSTED;
pub use chains::{Chains, PointSample};
pub use column::{Numbers, OF_SAMPLE, OF_TWO_SAMPLES};
pub use estimator::{AnalysisError, Centred, Estimator, Input, Reads};
pub use frame::Sample;
pub use outcome::{CellOutcome, Curve, Row, Scalar};
pub use over_time::OverTime;
pub(crate) use pairing::{Unpaired, pair};
pub(crate) use reader::Reader;
pub use scaling::Scaling;
pub use stage::{AnalysedCell, AnalysedItem, Failure, Stage, analyse, recall};
pub(crate) use unit::{Unit, cells, code_of, units};

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
    &invariant_law::InvariantLaw,
    &wasserstein_decay::WassersteinDecay,
    &error_moments::ErrorMoments,
    &ellipticity::Ellipticity,
    &temperature::Temperature,
    &gibbs::GibbsLaw,
    &plane_law::PlaneLaw,
    &escape::Escape,
    &error_curve::ErrorCurve,
    &growth_rate::GrowthRate,
    &model_error::ModelError,
    &escape_time::EscapeTime,
    &weak_error::WeakError,
    &mean_risk::MeanRiskOverTime,
    &ridge_mean::RidgeMean,
    &quadratic_law::QuadraticLaw,
    &multiplicative_growth::MultiplicativeGrowth,
    &matrix_free::MatrixFree,
    &sign_phases::SignPhases,
    &sign_order::SignOrder,
    &weak_order::WeakOrder,
    &scheduled_loss::ScheduledLoss,
    &adaptive_stationary::AdaptiveStationary,
    &batch_rule::BatchRule,
    &moments::Moments,
    &quantiles::Quantiles,
    &convergence::ConvergenceOf,
    &distance::Distance,
    &two_sample_test::TwoSampleTest,
    &mean_gap::MeanGap,
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
