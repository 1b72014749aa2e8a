//! SignSGD, RMSprop(W) and Adam(W) on quadratics: exact laws, equations, bounds and scaling rules.
//!
//! Most statements are those of Compagnoni et al., "Adaptive methods through the lens of SDEs",
//! arXiv 2411.15958. A *Source* says of each formula whether it is confirmed (a third party quotes it
//! from the paper), recalled (not confirmed by any text; derived again) or derived (not the paper's).

mod adam_system;
mod backward;
mod equation;
mod error;
mod linear_phase;
mod loss_bound;
mod lyapunov;
mod phase;
mod scaling;
mod schedule;
mod sgd_law;
mod sign_chain;
mod sign_diffusion;
mod sign_noise;
mod stationary;
mod student;

pub use adam_system::{AdamSystem, DecayForm, LookAhead, SecondMoment, position};
pub use backward::{BackwardEquation, Propagator};
pub use equation::{AdamEquation, BiasForm, Coordinate, MalladiParameters, Terms, malladi_terms};
pub use error::AdaptiveError;
pub use linear_phase::LinearPhase;
pub use loss_bound::{Approach, LossSetting, adam_w_approach};
pub use lyapunov::{discrete_lyapunov, lyapunov};
pub use phase::{
    LINEAR_LIMIT, Phase, SECANT_INTERCEPT, SECANT_SLOPE, TANGENT_INTERCEPT, TANGENT_POINT, phase,
    phase_exits, relative_gradient, second_phase_deviation, second_phase_envelope,
    simplified_drift, speed_bounds,
};
pub use scaling::{
    AdamParameters, AverageRule, SampleRates, plain_decay_factor, sample_rates, scale_batch,
};
pub use schedule::{
    growth_exponents, mean_square, schedule_correction, scheduled_sgd_loss, scheduled_sign_loss,
};
pub use sgd_law::SgdLaw;
pub use sign_chain::{LatticeLaw, Moments, SignChain};
pub use sign_diffusion::sign_sde_variance;
pub use sign_noise::{
    SignProbabilities, sign_covariance, sign_curvature, sign_probabilities, sign_slope,
};
pub use stationary::{
    adam_w_loss, decayed_minimiser, look_ahead_factor, momentum_factor, penalised_adam_loss,
    penalised_variance, preconditioned_moments, preconditioned_variance, sgd_loss, sign_sgd_loss,
};
pub use student::{central_and_outer, slope};
