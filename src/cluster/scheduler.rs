//! What is asked of a scheduler.

use crate::cluster::error::ClusterError;

/// A task that the scheduler knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// How the scheduler names it.
    pub id: String,
    /// Its state in the scheduler's words.
    pub state: String,
    /// Why it is not running, in the scheduler's words.
    pub reason: String,
}

impl Task {
    /// Whether it will not go on by itself: the scheduler failed to start it and holds it.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.state == "PENDING" && self.reason.to_lowercase().contains("launch")
    }
}

/// A scheduler of jobs.
pub trait Scheduler {
    /// Submits a job of pilot tasks; gives its name for people.
    ///
    /// # Errors
    /// If it was refused, or nobody answers.
    fn submit(&self) -> Result<String, ClusterError>;

    /// The tasks of all jobs for this plan and this store that have not ended.
    ///
    /// # Errors
    /// If nobody answers.
    fn tasks(&self) -> Result<Vec<Task>, ClusterError>;

    /// Ends tasks.
    ///
    /// # Errors
    /// If nobody answers.
    fn cancel(&self, tasks: &[Task]) -> Result<(), ClusterError>;
}
