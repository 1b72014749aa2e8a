//! Vectors: kernels that are compiled for several instruction sets and give the same bits on each.

mod aligned;
mod isa;
mod level;

pub use aligned::Aligned;
pub use isa::Isa;
pub use level::{Kernel, Level, MissingLevel, UnknownLevel, dispatch, dispatch_at};
