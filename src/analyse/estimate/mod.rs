//! The estimators, each in a file of its name.

mod adaptive_stationary;
mod batch_rule;
mod convergence;
mod distance;
mod ellipticity;
mod error_curve;
mod error_moments;
mod escape;
mod escape_time;
mod gibbs;
mod goodness_of_fit;
mod growth_rate;
mod histogram;
mod hsgd_moments;
mod invariant_law;
mod layer_law;
mod line_decay;
mod localisation;
mod matrix_free;
mod mean_gap;
mod mean_risk;
mod model_error;
mod moments;
mod multiplicative_growth;
mod plane_law;
mod quadratic_law;
mod quantiles;
mod ridge_mean;
mod scale_prediction;
mod scheduled_loss;
mod sgd_tail_index;
mod sign_order;
mod sign_phases;
mod tail_bounds;
mod tail_curves;
mod tail_index;
mod tail_report;
mod tail_sandwich;
mod tail_theory;
mod temperature;
mod two_sample_test;
mod wasserstein_decay;
mod weak_error;
mod weak_order;

use crate::analyse::Estimator;

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
