//! Models: a registry of stochastic processes that move in steps of one SGD iteration.

mod adam_w;
mod adam_w_sde;
mod averaging;
mod batch;
mod brownian;
mod cause;
mod columns;
mod common_noise;
mod conditional_covariance;
mod conditional_moments;
mod core;
mod descent;
mod fresh_samples;
mod full_gradient;
mod gradient_descent;
mod gradient_flow;
mod gradient_noise;
mod halves;
mod hsgd;
mod integrator;
mod langevin;
mod linear_step;
mod mini_batch;
mod modified_equation;
mod network_batch;
mod network_sgd;
mod noise_schedule;
mod objective;
mod optimizer;
mod path_noise;
mod population_sde;
mod preconditioner;
mod random_sign;
mod rmsprop_w;
mod rmsprop_w_sde;
mod rows;
mod samples;
mod saved;
mod schedule;
mod sde;
mod sde_step;
mod settings;
mod sgd;
mod sgd_sde;
mod shape;
mod shaped_noise;
mod sign_draws;
mod sign_law;
mod sign_sgd;
mod sign_sgd_sde;
mod stable_langevin;
mod stochastic_gradient;
mod student_sign;
mod tiles;
mod uniform_noise;

pub use adam_w::{AdamW, AdamWKind, AdamWStep};
pub use adam_w_sde::{AdamWSde, AdamWSdeKind, AdamWSdeStep, BiasForm};
pub use averaging::Averaging;
pub use batch::{Sampler, Sampling};
pub use brownian::BrownianIncrements;
pub use cause::Cause;
pub use conditional_moments::ConditionalMoments;
pub use core::{Bundle, Dynamics, Model, ModelKind, Streams, Workspace};
pub use descent::Descent;
pub use fresh_samples::FreshSamples;
pub use full_gradient::{FullGradient, NoisyNetwork};
pub use gradient_descent::GradientDescent;
pub use gradient_flow::{GradientFlow, GradientFlowKind};
pub use gradient_noise::Noisy;
pub use hsgd::{Hsgd, HsgdKind};
pub use integrator::{
    Chains, EulerMaruyama, ExactOu, Heun, Integrator, LeimkuhlerMatthews, Mala, Rk4Drift, Step,
};
pub use langevin::{Langevin, LangevinKind};
pub use mini_batch::MiniBatch;
pub use modified_equation::{
    DenseEquation, LinearEquation, LocalEquation, LocalScheme, MatrixFreeEquation,
    ModifiedEquationKind, PointEquation, Sharpness, SmoothObjective, Stages,
};
pub use network_batch::NetworkBatch;
pub use network_sgd::NetworkSgd;
pub use noise_schedule::NoiseSchedule;
pub use objective::Objective;
pub use optimizer::Optimizer;
pub use population_sde::PopulationSde;
pub use rmsprop_w::{RmspropW, RmspropWKind, RmspropWStep};
pub use rmsprop_w_sde::{RmspropWSde, RmspropWSdeKind, RmspropWSdeStep};
pub use saved::Saved;
pub use schedule::Schedule;
pub use sde::{EulerScheme, Interval, Sde};
pub use sde_step::{Order, Scheme, SdeStep};
pub use sgd::{Sgd, SgdKind};
pub use sgd_sde::{SgdSde, SgdSdeKind};
pub use shape::{Coordinates, Layout, Shape};
pub use sign_sgd::{SignSgd, SignSgdKind};
pub use sign_sgd_sde::SignSgdSdeKind;
pub use stable_langevin::{StableLangevin, StableLangevinKind};
pub use stochastic_gradient::{Room, StochasticGradient};

/// Every kind of model, in the order of the documentation.
pub const MODELS: &[&dyn ModelKind] = &[
    &SgdKind,
    &SignSgdKind,
    &RmspropWKind,
    &AdamWKind,
    &SgdSdeKind,
    &GradientFlowKind,
    &HsgdKind,
    &SignSgdSdeKind,
    &RmspropWSdeKind,
    &AdamWSdeKind,
    &LangevinKind,
    &StableLangevinKind,
    &ModifiedEquationKind,
];

/// The kind of model called `name`, if there is one.
#[must_use]
pub fn model(name: &str) -> Option<&'static dyn ModelKind> {
    MODELS.iter().copied().find(|kind| kind.part().name == name)
}
