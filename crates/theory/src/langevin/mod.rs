//! SGD as Langevin dynamics, `d theta = −∇V dt + √(2D) dW`, and its Fokker–Planck equation.

mod error;
mod escape;
pub mod fokker_planck;
mod gibbs;
mod quadratic;
mod wells;

pub use error::LangevinError;
pub use escape::{Wells, kramers_time, mean_first_passage_time};
pub use gibbs::Gibbs;
pub use quadratic::{Integrator, noise_temperature, stationary_covariance, stationary_variance};
pub use wells::Landscape;
