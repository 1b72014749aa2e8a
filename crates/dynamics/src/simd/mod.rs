//! Vectors: kernels that are compiled for several instruction sets and give the same bits on each.

mod aligned;
mod angle;
#[cfg(test)]
mod check;
mod eights;
pub(crate) mod erf;
mod exp;
mod isa;
mod level;
mod ln;
mod parts;
mod polynomial;
mod trigonometric;

pub use aligned::Aligned;
pub use angle::sin_cos;
pub use eights::Eights;
pub use erf::{erf, erfc};
pub use exp::{exp, exp_m1, tanh};
pub use isa::Isa;
pub use level::{Kernel, Level, MissingLevel, UnknownLevel, dispatch, dispatch_at};
pub use ln::{ln, ln_1p};
pub use parts::Parts;
pub use polynomial::{even_odd, horner};
pub use trigonometric::sin_cos_pi;
