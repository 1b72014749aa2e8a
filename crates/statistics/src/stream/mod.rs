//! Statistics of many chains without storing them: parts are summarised where they are computed, and
//! summaries are merged, with the same bits however the chains were divided.

mod sketch;
mod summary;
mod sums;
mod tree;

pub use sketch::Sketch;
pub use summary::{ACCURACY, Kept, Summaries, Summary};
pub use sums::CentralSums;
pub use tree::{Merge, MergeTree};
