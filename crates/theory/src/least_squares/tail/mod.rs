//! The tail exponent of invariant laws: `P(|eta| > u)` decays like `u^−alpha`.
//!
//! `alpha` is the positive root of `Lambda`, where `Lambda(p)` is the rate of `E|eta_t|^p` without
//! label noise.

mod certificate;
mod circle;
mod closed;
mod nelder_mead;
mod polynomial;
mod quotient;
mod sandwich;
mod search;

pub use circle::CircleRate;
pub use closed::{RotationInvariantRate, crude_tail_bound, sgd_is_bounded};
pub use polynomial::even_moment_rate;
pub use sandwich::{TailSandwich, pointwise_lower_bound, tail_sandwich};
