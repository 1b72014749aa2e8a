//! Slurm, by its commands.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::cluster::error::ClusterError;
use crate::cluster::pilot::Pilots;
use crate::cluster::scheduler::{Scheduler, Task};

/// The jobs of one plan and one store under Slurm.
#[derive(Clone, Debug)]
pub struct Slurm {
    name: String,
    options: Vec<String>,
    script: String,
}

impl Slurm {
    /// Slurm, to execute `pilots`.
    ///
    /// # Errors
    /// If a path is not text.
    pub fn new(pilots: &Pilots) -> Result<Slurm, ClusterError> {
        let (options, script) = (pilots.options()?, pilots.script()?);
        Ok(Slurm { name: pilots.name.clone(), options, script })
    }
}

impl Scheduler for Slurm {
    fn submit(&self) -> Result<String, ClusterError> {
        let id = call("sbatch", &self.options, &self.script)?;
        // `--parsable` prints the cluster behind the number, where there are several.
        Ok(id.trim().split(';').next().unwrap_or_default().to_owned())
    }

    fn tasks(&self) -> Result<Vec<Task>, ClusterError> {
        let options = ["--me", "--noheader", "--array", "--format=%i|%T|%r", "--name", &self.name];
        Ok(parse(&call("squeue", &options, "")?))
    }

    fn cancel(&self, tasks: &[Task]) -> Result<(), ClusterError> {
        let ids: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        call("scancel", &ids, "").map(|_| ())
    }
}

/// The tasks in what `squeue` printed.
fn parse(text: &str) -> Vec<Task> {
    let task = |line: &str| {
        let mut fields = line.trim().splitn(3, '|').map(str::to_owned);
        Some(Task { id: fields.next()?, state: fields.next()?, reason: fields.next()? })
    };
    text.lines().filter_map(task).collect()
}

/// What `program` prints when it is given `input`.
fn call(
    program: &'static str,
    options: &[impl AsRef<std::ffi::OsStr>],
    input: &str,
) -> Result<String, ClusterError> {
    let failed = |source| ClusterError::NoProgram { program, source };
    let mut command = Command::new(program);
    command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // What it does not read is its own affair; its exit status says whether it was content.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let reason = if said.is_empty() { output.status.to_string() } else { said.join("; ") };
    Err(ClusterError::Refused { program, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_read_with_their_reasons() {
        let tasks = parse("12_0|RUNNING|None\n12_1|PENDING|launch failed requeued held\n\nslurm\n");
        assert_eq!(tasks.len(), 2);
        assert_eq!((tasks[0].id.as_str(), tasks[0].is_stuck()), ("12_0", false));
        assert!(tasks[1].is_stuck());
    }

    #[test]
    fn what_a_command_complains_of_is_passed_on() {
        let error = call("sh", &["-c", "echo no such partition >&2; exit 3"], "").unwrap_err();
        assert_eq!(error.to_string(), "`sh` failed: no such partition");
        assert_eq!(call("cat", &[] as &[&str], "text").unwrap(), "text");
        assert!(matches!(
            call("no-such-program-here", &[] as &[&str], ""),
            Err(ClusterError::NoProgram { .. })
        ));
    }
}
