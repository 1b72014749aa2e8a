//! Following pilot tasks until the store has everything.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::cluster::error::ClusterError;
use crate::cluster::scheduler::{Scheduler, Task};
use crate::run::{Interrupt, Progress};
use crate::store::{Arrivals, BlockId, Store};

/// Time between two looks, at least and at most. A look at a large store takes its time, and twenty
/// times as long is waited for the next.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// Looks in a row without a living task after which a new job is submitted: what a task wrote last is
/// seen before it is missed.
const EMPTY_LOOKS: usize = 2;
/// Jobs in a row that compute nothing.
const FRUITLESS: usize = 3;

/// What following did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Jobs that were submitted.
    pub jobs: usize,
    /// Blocks that are still missing, after an interruption.
    pub missing: usize,
}

/// What is followed.
struct Following<'a, S> {
    scheduler: &'a S,
    progress: &'a Progress,
    logs: &'a Path,
    jobs: usize,
    /// Whether the scheduler has ever answered.
    answered: bool,
    /// Looks in a row without a living task.
    empty: usize,
    /// Blocks that were missing when the last job was submitted.
    missing_at_submission: usize,
    /// Jobs in a row that computed nothing.
    fruitless: usize,
    /// What was said last.
    said: String,
}

/// Submits jobs of pilot tasks while `missing` blocks are not in the store and no task lives, and
/// returns when they are, or when the user interrupts: then the tasks go on.
///
/// # Arguments
/// * `store`, `arrivals`: the store, and what has appeared in it since `missing` was found
/// * `logs`: folder of what the tasks print
///
/// # Errors
/// If a job is refused, three jobs in a row compute nothing, or the store cannot be read. A scheduler
/// that does not answer is waited for.
pub fn follow(
    scheduler: &impl Scheduler,
    mut missing: BTreeSet<BlockId>,
    (store, mut arrivals): (&Store, Arrivals),
    logs: &Path,
    (interrupt, progress): (&Interrupt, &Progress),
) -> Result<Followed, ClusterError> {
    let mut following = Following {
        scheduler,
        progress,
        logs,
        jobs: 0,
        answered: false,
        empty: EMPTY_LOOKS,
        missing_at_submission: usize::MAX,
        fruitless: 0,
        said: String::new(),
    };
    loop {
        let start = Instant::now();
        let stored = arrivals.look(store)?;
        let before = missing.len();
        missing.retain(|id| !stored.contains(id));
        progress.advance((before - missing.len()) as u64);
        if missing.is_empty() {
            following.clear();
        }
        if missing.is_empty() || interrupt.requested() {
            return Ok(Followed { jobs: following.jobs, missing: missing.len() });
        }
        following.step(missing.len())?;
        let pause = (20 * start.elapsed()).clamp(PAUSE.0, PAUSE.1);
        wait(pause, interrupt);
    }
}

impl<S: Scheduler> Following<'_, S> {
    /// Sees that somebody is at work on the `missing` blocks.
    fn step(&mut self, missing: usize) -> Result<(), ClusterError> {
        let tasks = match self.scheduler.tasks() {
            Ok(tasks) => tasks,
            Err(error) if !self.answered => return Err(error),
            Err(_) => {
                self.say("the scheduler does not answer; waiting".to_owned());
                return Ok(());
            }
        };
        self.answered = true;
        let (stuck, living): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(Task::is_stuck);
        if !stuck.is_empty() {
            // Whether it succeeds or not, they are not waited for.
            let _ = self.scheduler.cancel(&stuck);
        }
        if !living.is_empty() {
            self.empty = 0;
            self.say(summary(&living));
            return Ok(());
        }
        self.empty += 1;
        if self.empty > EMPTY_LOOKS { self.submit(missing) } else { Ok(()) }
    }

    fn submit(&mut self, missing: usize) -> Result<(), ClusterError> {
        let has_computed = missing < self.missing_at_submission;
        self.fruitless = if has_computed { 0 } else { self.fruitless + 1 };
        if self.fruitless == FRUITLESS {
            let logs = self.logs.to_owned();
            return Err(ClusterError::NoProgress { missing, rounds: FRUITLESS, logs });
        }
        match self.scheduler.submit() {
            Ok(id) => {
                self.jobs += 1;
                self.missing_at_submission = missing;
                self.empty = 0;
                self.say(format!("job {id} submitted for {missing} blocks"));
                Ok(())
            }
            // A controller that dies may have taken the job, or not: the queue will tell.
            Err(error) => match self.scheduler.tasks() {
                Ok(tasks) if tasks.is_empty() => Err(error),
                _ => Ok(()),
            },
        }
    }

    /// Ends the tasks that have not begun: they would find nothing to do.
    fn clear(&self) {
        let Ok(mut tasks) = self.scheduler.tasks() else { return };
        tasks.retain(|task| task.state == "PENDING");
        if !tasks.is_empty() {
            let _ = self.scheduler.cancel(&tasks);
        }
    }

    fn say(&mut self, text: String) {
        if text != self.said {
            self.progress.say(&text);
            self.said = text;
        }
    }
}

/// `2 running, 1 pending (Resources)`.
fn summary(tasks: &[Task]) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for task in tasks {
        let state = task.state.to_lowercase();
        let is_idle = task.state == "PENDING" && task.reason != "None";
        let kind = if is_idle { format!("{state} ({})", task.reason) } else { state };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds.sort();
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    kinds.join(", ")
}

fn wait(pause: Duration, interrupt: &Interrupt) {
    let end = Instant::now() + pause;
    while Instant::now() < end && !interrupt.requested() {
        sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests;
