//! Runs on a cluster: with commands that stand for Slurm's, and, where it is asked for by
//! `make test-slurm`, with a real Slurm of two nodes on this machine.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::project::Project;

/// A thousand cells.
pub fn sweep(steps: u32) -> Project {
    let text = format!(
        "title: A thousand cells\n\
         data: {{ small: {{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }} }}\n\
         simulate:\n\
         \x20 runs:\n\
         \x20   model: sgd\n\
         \x20   data: small\n\
         \x20   steps: {steps}\n\
         \x20   chains: 32\n\
         \x20   matrix: {{ step_size: {{ linspace: [0.01, 0.2, 100] }}, seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }}\n"
    );
    Project::new().manifest("sweep.yaml", &text)
}

/// A sweep that lasts long enough for something to happen in its middle.
const LONG: u32 = 150_000;

/// Digest of the long sweep's results, computed here.
fn local() -> &'static str {
    static RESULTS: OnceLock<String> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let project = sweep(LONG);
        project.run(["run", "--quiet"]).code(0);
        project.results()
    })
}

/// Commands in the place of Slurm's: `sbatch` executes the tasks of its job before it returns.
struct Stand {
    folder: TempDir,
}

impl Stand {
    fn new(sbatch: &str) -> Stand {
        let stand = Stand { folder: TempDir::new().expect("a folder") };
        stand.command("sbatch", sbatch);
        stand.command("squeue", "exit 0");
        stand.command("scancel", "exit 0");
        stand
    }

    fn command(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
    }

    fn path(&self) -> [(&'static str, String); 1] {
        let others = std::env::var("PATH").unwrap_or_default();
        [("PATH", format!("{}:{others}", self.folder.path().display()))]
    }
}

const EXECUTES: &str =
    "cat > job.sh; echo \"$@\" > options; sh job.sh > task.log 2>&1; echo '7;here'";

#[test]
fn what_is_missing_is_submitted_followed_and_reported() {
    let stand = Stand::new(EXECUTES);
    let (project, here) = (Project::small(), Project::small());
    here.reproduce();
    let dry = project.run(["submit", "--dry-run"]).code(0);
    let dry = dry.prints("--array=0-0").prints("exec ").prints(" run --quiet --store ");
    assert!(!project.path("store").exists(), "a dry run wrote: {dry:#?}");
    project.run_with(stand.path(), ["submit"]).code(0).prints("2 blocks computed by 1 job");
    assert_eq!(project.results(), here.results());
    project.run_with(stand.path(), ["submit"]).code(0).prints("0 blocks computed by 0 jobs");
    project.run_with(stand.path(), ["submit", "--dry-run"]).code(0).prints("nothing is missing");
    let again = Project::small();
    again.run_with(stand.path(), ["reproduce", "--executor", "slurm"]).code(0);
    assert_eq!(again.contents("reports"), here.contents("reports"));
}

#[test]
fn the_description_of_the_cluster_goes_into_the_job() {
    let stand = Stand::new(EXECUTES);
    let project = Project::small();
    project
        .write("cluster.yaml", "partition: short\nmemory: 2G\ncpus: 2\noptions: [\"--qos=low\"]\n");
    project.run_with(stand.path(), ["submit", "--quiet"]).code(0);
    let options = fs::read_to_string(project.path("options")).expect("the options of sbatch");
    for option in ["--partition=short", "--mem=2G", "--cpus-per-task=2", "--qos=low", "--requeue"] {
        assert!(options.contains(option), "{option} in {options}");
    }
    project.write("cluster.yaml", "partitoin: short\n");
    project.run_with(stand.path(), ["submit"]).code(2).complains("cluster.yaml: ");
    project
        .run_with(stand.path(), ["submit", "--cluster=none.yaml"])
        .code(2)
        .complains("none.yaml");
}

#[test]
fn jobs_that_come_to_nothing_are_given_up() {
    let project = Project::small();
    let stand = Stand::new("cat > job.sh; echo 8");
    let given_up = project.run_with(stand.path(), ["submit", "--quiet"]).code(1);
    given_up.complains("2 blocks are missing, and the last 3 jobs computed none of them");
    let stand = Stand::new("echo 'sbatch: error: invalid partition specified: shrot' >&2; exit 1");
    project.run_with(stand.path(), ["submit"]).code(3).complains("invalid partition specified");
    project.run_with([("PATH", String::new())], ["submit"]).code(3).complains("is Slurm installed");
}

/// A real Slurm, for one test at a time.
struct Slurm {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Slurm {
    fn start() -> Slurm {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let slurm = Slurm { folder: TempDir::new().expect("a folder"), _turn: turn };
        slurm.tell(&["start"]);
        slurm
    }

    /// Calls the script: `start`, `kill n1`, `restart controller`.
    fn tell(&self, words: &[&str]) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slurm/cluster.sh");
        let mut command = Command::new(script);
        command.arg(words[0]).arg(self.folder.path()).args(&words[1..]);
        assert!(command.status().expect("the script starts").success(), "{words:?}");
    }

    fn environment(&self) -> [(&'static str, String); 1] {
        [("SLURM_CONF", self.folder.path().join("slurm.conf").display().to_string())]
    }

    /// What a command of Slurm prints.
    fn ask(&self, words: &[&str]) -> String {
        let output = Command::new(words[0]).args(&words[1..]).envs(self.environment()).output();
        String::from_utf8_lossy(&output.expect("Slurm's command starts").stdout).into_owned()
    }

    fn submit(&self, project: &Project) -> Child {
        project.start_with(self.environment(), ["submit"])
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        self.tell(&["stop"]);
    }
}

/// Waits until some results of `project` are stored.
fn wait_for_results(project: &Project, n: usize) {
    let start = Instant::now();
    while project.list("store/results", "parquet").len() < n {
        assert!(start.elapsed() < Duration::from_mins(2), "no results");
        sleep(Duration::from_millis(10));
    }
}

/// Asserts that `submit` ends well and the results are those that are computed here.
#[track_caller]
fn ends_well(child: Child, project: &Project, results: &str) {
    let start = Instant::now();
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    println!("{:.1} s more:\n{stderr}{stdout}", start.elapsed().as_secs_f64());
    assert!(status.success(), "{stdout}{stderr}");
    assert_eq!(project.results(), results);
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn a_sweep_has_the_digests_of_a_local_run() {
    let slurm = Slurm::start();
    let (project, here) = (sweep(1000), sweep(1000));
    here.run(["run", "--quiet"]).code(0);
    let start = Instant::now();
    ends_well(slurm.submit(&project), &project, &here.results());
    println!("1000 cells: {:.1} s", start.elapsed().as_secs_f64());
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn a_node_that_dies_is_done_without() {
    let slurm = Slurm::start();
    let project = sweep(LONG);
    let child = slurm.submit(&project);
    wait_for_results(&project, 3);
    slurm.tell(&["kill", "n2"]);
    ends_well(child, &project, local());
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn a_controller_that_dies_right_after_the_submission_comes_back() {
    let slurm = Slurm::start();
    let project = sweep(LONG);
    let child = slurm.submit(&project);
    while slurm.ask(&["squeue", "--noheader"]).trim().is_empty() {
        sleep(Duration::from_millis(10));
    }
    slurm.tell(&["kill", "controller"]);
    sleep(Duration::from_secs(3));
    slurm.tell(&["restart", "controller"]);
    ends_well(child, &project, local());
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn a_controller_that_dies_in_the_middle_comes_back() {
    let slurm = Slurm::start();
    let project = sweep(LONG);
    let child = slurm.submit(&project);
    wait_for_results(&project, 10);
    slurm.tell(&["kill", "controller"]);
    sleep(Duration::from_secs(5));
    slurm.tell(&["restart", "controller"]);
    ends_well(child, &project, local());
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn a_task_at_its_time_limit_and_a_requeued_one_are_gone_on_with() {
    let slurm = Slurm::start();
    let project = sweep(LONG);
    // Told to stop ten seconds before the end of its first and only minute.
    let text = "tasks: 1\ntime: \"1\"\noptions: [\"--signal=B:TERM@10\"]\n";
    project.write("cluster.yaml", text);
    let child = slurm.submit(&project);
    wait_for_results(&project, 3);
    let id = slurm.ask(&["squeue", "--noheader", "--format=%A"]).trim().to_owned();
    assert!(slurm.ask(&["scontrol", "requeue", &id]).is_empty());
    ends_well(child, &project, local());
}

#[test]
#[ignore = "needs Slurm: make test-slurm"]
fn an_interrupted_command_finds_its_tasks_again() {
    let slurm = Slurm::start();
    let project = sweep(LONG);
    let child = slurm.submit(&project);
    wait_for_results(&project, 3);
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(status.expect("`kill` starts").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let again = slurm.submit(&project);
    ends_well(again, &project, local());
    let jobs: PathBuf = project.path("store/slurm");
    let logs = fs::read_dir(jobs).expect("logs").count();
    assert!(logs <= 4, "a second job was submitted: {logs} logs");
}
