//! Runs on a cluster: a few pilot tasks that share the work of a plan through the store.
//!
//! The store alone says what is done; the queue is only asked whether somebody is still at work.

mod config;
mod error;
mod follow;
mod pilot;
mod scheduler;
mod slurm;

pub use config::Cluster;
pub use error::ClusterError;
pub use follow::{Followed, follow};
pub use pilot::Pilots;
pub use scheduler::{Scheduler, Task};
pub use slurm::Slurm;
