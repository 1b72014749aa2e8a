//! Runs that end before their end: nothing stored is lost, nothing half-written is used.
#![cfg(unix)]

use std::process::{Child, Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::project::Project;

/// About two seconds of work in 188 blocks of 16 chains.
const LONG: &str = "\
title: Long paths
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate: { runs: { model: sgd, data: small, step_size: 0.1, steps: 20000, chains: 3000 } }
analyse: { fits: { estimate: goodness_of_fit, of: runs, families: [normal, student_t], bootstrap: 200 } }
tables: { fits: { of: fits, columns: [family, nu, p_bootstrap] } }
figures: { qq: { panels: [{ plot: qq, of: fits, family: normal }] } }
";
const BLOCKS: u64 = 188;

fn long() -> Project {
    Project::new().manifest("long.yaml", LONG)
}

/// Results and reports of a run that nothing disturbed.
fn undisturbed() -> Project {
    let project = long();
    assert_eq!(project.reproduce()["simulated"], BLOCKS);
    project
}

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(status.expect("`kill` starts").success());
}

/// Waits until the project has `n` results files.
fn wait_for_results(project: &Project, n: usize) {
    let start = Instant::now();
    while project.list("store/results", "parquet").len() < n {
        assert!(start.elapsed() < Duration::from_mins(1), "no results file");
        sleep(Duration::from_millis(1));
    }
}

/// Interrupts a run that has stored something.
fn interrupted(project: &Project, signal: &str) -> Output {
    let child = project.start(["reproduce"]);
    wait_for_results(project, 2);
    send(signal, &child);
    child.wait_with_output().expect("the program ends")
}

/// Asserts that `project` ends as `undisturbed` did, with nothing left over.
#[track_caller]
fn ends_the_same(project: &Project, undisturbed: &Project) {
    project.run(["reproduce"]).code(0).prints_no("damaged");
    assert_eq!(project.results(), undisturbed.results());
    assert!(project.contents("reports") == undisturbed.contents("reports"), "other reports");
    assert!(project.contents("store/tmp").is_empty(), "temporary files are left");
    assert!(project.contents("store/damaged").is_empty(), "a file was half-written");
}

#[test]
fn killing_loses_little_and_changes_nothing() {
    let undisturbed = undisturbed();
    let project = long();
    let mut stored = 0;
    for delay in [3, 10, 30, 50, 70, 100, 150, 200, 300, 400, 600, 800] {
        let mut child = project.start(["reproduce"]);
        sleep(Duration::from_millis(delay));
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
        let now = project.list("store/results", "parquet").len();
        assert!(now >= stored, "a results file was lost");
        stored = now;
    }
    assert!(stored > 0, "no run came to store anything");
    ends_the_same(&project, &undisturbed);
}

#[test]
fn what_a_killed_run_leaves_behind_is_cleared() {
    let project = undisturbed();
    let files = project.contents("");
    project.write("store/tmp/.tmpXXXXXX", "half a file");
    project.reproduce();
    assert!(project.contents("") == files, "a temporary file was left");
}

#[test]
fn ctrl_c_keeps_what_is_done_and_says_how_to_resume() {
    let undisturbed = undisturbed();
    for signal in ["-INT", "-TERM"] {
        let project = long();
        let output = interrupted(&project, signal);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stdout}{stderr}");
        assert!(stderr.contains("finishing the blocks in flight"), "{stderr}");
        assert!(stdout.contains("the same command resumes"), "{stdout}");
        assert!(project.files("reports").is_empty(), "a report of half a run");

        let plan = project.run(["plan"]).code(0);
        assert!(plan.stdout.contains("blocks stored"), "{plan:#?}");
        let resumed = project.reproduce();
        let simulated = resumed["simulated"].as_u64().expect("a count");
        assert!(simulated > 0 && simulated <= BLOCKS - 2, "{simulated} blocks computed again");
        ends_the_same(&project, &undisturbed);
    }
}

/// Two runs at once may both compute a block; neither may spoil the other's files.
#[test]
fn two_runs_at_once_agree() {
    let undisturbed = undisturbed();
    let project = long();
    let runs = [0, 1].map(|_| project.start(["reproduce"]));
    for run in runs {
        let output = run.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    ends_the_same(&project, &undisturbed);
}

/// The record of a block goes to the disk before it is complete; nothing of it is found later.
#[test]
fn killing_between_the_stretches_of_a_long_record_changes_nothing() {
    let long = || {
        let project = long();
        let one = ", steps: 400000, record_every: 1, observe: [x_0, q1], chains: 16 }";
        project.edit("long.yaml", ", steps: 20000, chains: 3000 }", one);
        project
    };
    let undisturbed = long();
    assert_eq!(undisturbed.reproduce()["simulated"], 1);
    let project = long();
    for delay in [60, 150, 300] {
        let mut child = project.start(["reproduce"]);
        sleep(Duration::from_millis(delay));
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
    }
    ends_the_same(&project, &undisturbed);
}
