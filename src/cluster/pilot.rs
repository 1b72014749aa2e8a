//! Pilot tasks: what a job of the cluster executes.

use std::path::{Path, PathBuf};

use crate::cluster::config::Cluster;
use crate::cluster::error::ClusterError;

/// Seconds before its time limit at which a task is told to finish the blocks in flight.
const NOTICE_SECONDS: u32 = 60;

/// A job of pilot tasks, each of which computes what is missing until nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pilots {
    /// Name of the job, by which it is found again.
    pub name: String,
    /// Number of tasks.
    pub tasks: usize,
    /// What is asked for each.
    pub cluster: Cluster,
    /// The program.
    pub program: PathBuf,
    /// Its arguments, but for the number of threads.
    pub arguments: Vec<PathBuf>,
    /// Folder in which it runs.
    pub folder: PathBuf,
    /// Folder of what the tasks print.
    pub logs: PathBuf,
}

impl Pilots {
    /// The options of `sbatch`.
    ///
    /// # Errors
    /// If a path is not text.
    pub fn options(&self) -> Result<Vec<String>, ClusterError> {
        let logs = text(&self.logs)?.replace('%', "%%");
        let mut options = vec![
            "--parsable".to_owned(),
            format!("--job-name={}", self.name),
            format!("--array=0-{}", self.tasks.saturating_sub(1)),
            "--requeue".to_owned(),
            "--open-mode=append".to_owned(),
            format!("--signal=B:TERM@{NOTICE_SECONDS}"),
            format!("--cpus-per-task={}", self.cluster.cpus),
            format!("--chdir={}", text(&self.folder)?),
            format!("--output={logs}/%A_%a.log"),
        ];
        let named = [
            ("partition", &self.cluster.partition),
            ("account", &self.cluster.account),
            ("time", &self.cluster.time),
            ("mem", &self.cluster.memory),
        ];
        for (name, value) in named {
            options.extend(value.as_ref().map(|value| format!("--{name}={value}")));
        }
        options.extend(self.cluster.options.iter().cloned());
        Ok(options)
    }

    /// The script that every task executes. The program takes the shell's place, so that it is told
    /// when the time limit nears.
    ///
    /// # Errors
    /// If a path is not text.
    pub fn script(&self) -> Result<String, ClusterError> {
        let mut words = vec![quoted(text(&self.program)?)];
        for argument in &self.arguments {
            words.push(quoted(text(argument)?));
        }
        let command = words.join(" ");
        if self.cluster.modules.is_empty() {
            return Ok(format!("#!/bin/sh\nexec {command} --threads {}\n", self.cluster.cpus));
        }
        // A login shell knows `module`.
        let modules: Vec<String> = self.cluster.modules.iter().map(|name| quoted(name)).collect();
        let modules = modules.join(" ");
        let threads = self.cluster.cpus;
        Ok(format!("#!/bin/bash -l\nmodule load {modules}\nexec {command} --threads {threads}\n"))
    }
}

fn text(path: &Path) -> Result<&str, ClusterError> {
    path.to_str().ok_or_else(|| ClusterError::NotText { path: path.to_owned() })
}

/// A word of the shell that means `text`.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=,:+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pilots() -> Pilots {
        Pilots {
            name: "maruyama-0a1b2c3d".to_owned(),
            tasks: 3,
            cluster: Cluster { cpus: 2, time: Some("10:00".to_owned()), ..Cluster::default() },
            program: "/opt/my programs/maruyama".into(),
            arguments: ["run", "--store", "it's/store"].map(PathBuf::from).to_vec(),
            folder: "/home/me".into(),
            logs: "/home/me/100%/slurm".into(),
        }
    }

    #[test]
    fn a_job_says_all_that_is_asked_for() {
        let options = pilots().options().unwrap().join(" ");
        for option in [
            "--array=0-2 ",
            "--job-name=maruyama-0a1b2c3d ",
            "--cpus-per-task=2 ",
            "--output=/home/me/100%%/slurm/%A_%a.log",
            "--time=10:00",
        ] {
            assert!(options.contains(option), "{option} in {options}");
        }
        assert!(!options.contains("--partition"));
    }

    #[test]
    fn words_of_the_script_are_quoted() {
        let wanted = "#!/bin/sh\nexec '/opt/my programs/maruyama' run --store 'it'\\''s/store' --threads 2\n";
        assert_eq!(pilots().script().unwrap(), wanted);
        let mut pilots = pilots();
        pilots.cluster.modules = vec!["gcc/13".to_owned()];
        let script = pilots.script().unwrap();
        assert!(script.starts_with("#!/bin/bash -l\nmodule load gcc/13\nexec "), "{script}");
    }
}
