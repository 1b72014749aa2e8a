//! Random variates that are addressed, not drawn from a shared sequence.
//!
//! A [`Stream`] is a function of (experiment key, chain, purpose) alone; the chain that owns it
//! consumes it in step order. Threads, block sizes and the order of execution therefore cannot
//! change a result.

mod box_muller;
mod lanes;
mod numpy_legacy;
mod philox;
mod stable;
mod stream;

pub use lanes::{LANES, LaneStream, Lanes};
pub use numpy_legacy::NumpyLegacy;
pub use philox::philox4x32;
pub use stable::SymmetricStable;
pub use stream::{Purpose, Stream, StreamKey};
