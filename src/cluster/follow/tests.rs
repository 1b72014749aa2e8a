use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use super::*;
use crate::run::Verbosity;

/// States and reasons of tasks; none from a scheduler that is silent.
type Answer = Option<&'static [(&'static str, &'static str)]>;

/// A scheduler that answers from a list, and notes what it is asked to do.
#[derive(Default)]
struct Scripted {
    /// Answers to `tasks`, the last first; then no tasks.
    answers: RefCell<Vec<Option<Vec<Task>>>>,
    refuses: Cell<bool>,
    submitted: Cell<usize>,
    cancelled: Cell<usize>,
}

impl Scripted {
    fn new(answers: &[Answer]) -> Scripted {
        let task = |(state, reason): &(&str, &str)| Task {
            id: "1_0".to_owned(),
            state: (*state).to_owned(),
            reason: (*reason).to_owned(),
        };
        let tasks = |answer: Answer| answer.map(|all| all.iter().map(task).collect());
        let answers = RefCell::new(answers.iter().rev().copied().map(tasks).collect());
        Scripted { answers, ..Scripted::default() }
    }
}

impl Scheduler for Scripted {
    fn submit(&self) -> Result<String, ClusterError> {
        if self.refuses.get() {
            return Err(ClusterError::Refused { program: "sbatch", reason: "no".to_owned() });
        }
        self.submitted.set(self.submitted.get() + 1);
        Ok("1".to_owned())
    }

    fn tasks(&self) -> Result<Vec<Task>, ClusterError> {
        let silence = ClusterError::Refused { program: "squeue", reason: "silence".to_owned() };
        self.answers.borrow_mut().pop().unwrap_or(Some(Vec::new())).ok_or(silence)
    }

    fn cancel(&self, tasks: &[Task]) -> Result<(), ClusterError> {
        self.cancelled.set(self.cancelled.get() + tasks.len());
        Ok(())
    }
}

/// Takes so many steps while so many blocks are missing; gives the scheduler and the outcome.
fn steps(scheduler: &Scripted, missing: &[usize]) -> Result<usize, ClusterError> {
    let progress = Progress::start(Verbosity::Quiet, "cluster", "blocks", 1);
    let logs = PathBuf::from("logs");
    let mut following = Following {
        scheduler,
        progress: &progress,
        logs: &logs,
        jobs: 0,
        answered: false,
        empty: EMPTY_LOOKS,
        missing_at_submission: usize::MAX,
        fruitless: 0,
        said: String::new(),
    };
    for missing in missing {
        following.step(*missing)?;
    }
    Ok(following.jobs)
}

const RUNNING: Answer = Some(&[("RUNNING", "None")]);
const NONE: Answer = Some(&[]);

#[test]
fn a_job_is_submitted_at_once_and_again_when_no_task_lives() {
    let scheduler = Scripted::new(&[NONE, RUNNING, NONE, NONE, NONE]);
    assert_eq!(steps(&scheduler, &[9; 4]).unwrap(), 1);
    assert_eq!(steps(&Scripted::new(&[NONE, RUNNING]), &[9, 9, 5, 5, 5]).unwrap(), 2);
}

#[test]
fn tasks_of_an_earlier_command_are_joined() {
    let scheduler = Scripted::new(&[RUNNING, RUNNING]);
    assert_eq!(steps(&scheduler, &[9, 8]).unwrap(), 0);
}

#[test]
fn a_silent_scheduler_is_waited_for_but_not_one_that_never_answered() {
    let scheduler = Scripted::new(&[NONE, None, None, None, None, RUNNING]);
    assert_eq!(steps(&scheduler, &[9; 6]).unwrap(), 1);
    assert!(steps(&Scripted::new(&[None]), &[9]).is_err());
}

#[test]
fn tasks_that_are_held_after_a_failed_launch_are_replaced() {
    let held: Answer = Some(&[("PENDING", "launch failed requeued held")]);
    let scheduler = Scripted::new(&[NONE, held, held, held]);
    assert_eq!(steps(&scheduler, &[9, 9, 8, 8]).unwrap(), 2);
    assert_eq!(scheduler.cancelled.get(), 3);
}

#[test]
fn jobs_that_compute_nothing_end_it() {
    let error = steps(&Scripted::default(), &[9; 20]).unwrap_err();
    assert!(matches!(error, ClusterError::NoProgress { missing: 9, rounds: 3, .. }), "{error}");
    assert!(steps(&Scripted::default(), &[9, 8, 7, 6, 5, 4, 3, 2, 1]).is_ok());
}

#[test]
fn a_refused_job_is_an_error_unless_the_queue_knows_it() {
    let refusing = |answers: &[Answer]| {
        let scheduler = Scripted::new(answers);
        scheduler.refuses.set(true);
        steps(&scheduler, &[9])
    };
    assert_eq!(refusing(&[NONE, NONE]).unwrap_err().to_string(), "`sbatch` failed: no");
    assert_eq!(refusing(&[NONE, RUNNING]).unwrap(), 0);
    assert_eq!(refusing(&[NONE, None]).unwrap(), 0, "a controller that died meanwhile");
}

#[test]
fn states_are_summarised() {
    let scheduler = Scripted::new(&[Some(&[
        ("RUNNING", "None"),
        ("PENDING", "Resources"),
        ("RUNNING", "None"),
    ])]);
    assert_eq!(summary(&scheduler.tasks().unwrap()), "1 pending (Resources), 2 running");
}
