//! Runs that end before their end: nothing stored is lost, nothing half-written is used.
#![cfg(unix)]

use std::process::{Child, Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::project::{Project, soak};

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

/// Ten kills, or two hundred for `make soak`, between the start and the end of a run.
#[test]
fn killing_at_random_moments_changes_nothing() {
    let undisturbed = undisturbed();
    let start = Instant::now();
    long().reproduce();
    let whole = start.elapsed();
    let project = long();
    let (mut n_kills, mut n_runs, mut random) = (0, 0, 0x2545_f491_4f6c_dd1d_u64);
    while n_kills < soak(10, 200) {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let delay = whole.mul_f64((random >> 40) as f64 / f64::from(1 << 24));
        let mut child = project.start(["reproduce"]);
        sleep(delay);
        if child.try_wait().expect("its state").is_none() {
            child.kill().expect("SIGKILL is sent");
            n_kills += 1;
        }
        if child.wait().expect("the program ends").success() {
            ends_the_same(&project, &undisturbed);
            std::fs::remove_dir_all(project.path("store")).expect("the next run starts anew");
            n_runs += 1;
        }
        assert!(n_runs < 1000, "no run is killed in time");
    }
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
        assert!(stderr.contains("finishing or saving the blocks in flight"), "{stderr}");
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

/// What a process that has ended by itself printed as JSON.
fn done(child: Child) -> Json {
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// Each block is computed by one of them, whichever comes first.
#[test]
fn two_runs_at_once_share_the_work() {
    let undisturbed = undisturbed();
    let project = long();
    let runs = [0, 1, 2].map(|_| project.start(["reproduce", "--threads=1", "--format=json"]));
    let done = runs.map(done);
    let computed = done.each_ref().map(|run| run["simulated"].as_u64().expect("a count"));
    assert_eq!(computed.iter().sum::<u64>(), BLOCKS, "{done:#?}");
    let of_both = |run: &Json| run["simulated"].as_u64() < Some(BLOCKS);
    assert!(done.iter().all(of_both), "one process did all of the work: {computed:?}");
    ends_the_same(&project, &undisturbed);
    let claims: Vec<String> = project.contents("store/claims").into_keys().collect();
    assert_eq!(claims, ["store/claims/TURN"], "claims are left");
}

#[test]
fn the_claims_of_a_killed_run_are_taken_over() {
    let undisturbed = undisturbed();
    let project = long();
    let mut killed = project.start(["reproduce", "--threads=1"]);
    wait_for_results(&project, 1);
    let heir = project.start(["reproduce", "--threads=1", "--format=json"]);
    wait_for_results(&project, 4);
    killed.kill().expect("SIGKILL is sent");
    killed.wait().expect("the program ends");
    let done = done(heir);
    assert_eq!(done["left"], 0, "{done:#}");
    assert!(done["simulated"].as_u64() > Some(0), "{done:#}");
    ends_the_same(&project, &undisturbed);
}

/// The record of a block goes to the disk before it is complete; nothing of it is found later.
#[test]
fn killing_between_the_stretches_of_a_long_record_changes_nothing() {
    let undisturbed = one_record();
    assert_eq!(undisturbed.reproduce()["simulated"], 1);
    let project = one_record();
    for delay in [60, 150, 300] {
        let mut child = project.start(["reproduce"]);
        sleep(Duration::from_millis(delay));
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
    }
    ends_the_same(&project, &undisturbed);
}

/// A block of sixteen long paths, which a thread computes at a time; about a second.
fn one_block() -> Project {
    let project = long();
    project.edit("long.yaml", ", steps: 20000, chains: 3000 }", ", steps: 1000000, chains: 16 }");
    project
}

/// A block that records more than is kept in memory.
fn one_record() -> Project {
    let project = long();
    let record = ", steps: 400000, record_every: 1, observe: [x_0, q1], chains: 16 }";
    project.edit("long.yaml", ", steps: 20000, chains: 3000 }", record);
    project
}

/// A block of statistics over 256 chains, which go all their way at once.
fn one_reduction() -> Project {
    let manifest = "\
title: Statistics
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate:
  runs:
    model: sgd
    data: small
    step_size: 0.1
    steps: 100000
    record_every: 10000
    observe: [q1, x_0]
    chains: 256
    reduce: [moments, quantiles]
analyse: { means: { estimate: moments, of: runs, observable: q1 } }
tables: { means: { of: means, columns: [step, n, mean, std] } }
";
    Project::new().manifest("long.yaml", manifest)
}

/// A block of statistics at more steps than are in memory at once.
fn one_long_reduction() -> Project {
    let project = one_reduction();
    project.edit("long.yaml", "steps: 100000\n    record_every: 10000", "steps: 5000");
    project.edit("long.yaml", "chains: 256", "record_every: 1\n    chains: 256");
    project
}

/// The checkpoints of `project`, without the numbers beside them.
fn checkpoints(project: &Project) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(project.path("store/checkpoints")).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_none()).collect()
}

/// Starts a run that saves its block at every look, and waits until it has done so.
fn saved(project: &Project) -> Child {
    let child = project.start(["reproduce", "--save-every=0"]);
    let start = Instant::now();
    while checkpoints(project).is_empty() {
        assert!(start.elapsed() < Duration::from_mins(1), "no checkpoint");
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_millis(30));
    child
}

#[test]
fn killing_in_the_middle_of_a_block_redoes_only_what_was_not_saved() {
    let undisturbed = one_block();
    assert_eq!(undisturbed.reproduce()["steps_resumed"], 0);
    let project = one_block();
    for _ in 0..3 {
        let mut child = saved(&project);
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
        assert!(project.list("store/results", "parquet").is_empty(), "the block had ended");
    }
    let done = project.reproduce();
    let resumed = done["steps_resumed"].as_u64().expect("a number of steps");
    assert!((1..16_000_000).contains(&resumed) && resumed.is_multiple_of(16), "{done:#}");
    ends_the_same(&project, &undisturbed);
    assert!(project.contents("store/checkpoints").is_empty(), "a checkpoint is left");
}

#[test]
fn an_interrupted_block_is_saved_and_a_damaged_checkpoint_is_not_used() {
    let undisturbed = one_block();
    undisturbed.reproduce();
    let project = one_block();
    let child = saved(&project);
    send("-INT", &child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let (path, mut bytes) = project.contents("store/checkpoints").pop_first().expect("one");
    let changed = project.copy();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    changed.write(&path, bytes);
    begins_anew(&changed, &undisturbed);
    assert_ne!(project.reproduce()["steps_resumed"], 0);
    ends_the_same(&project, &undisturbed);
}

/// A project whose checkpoint is damaged, or what waits beside it: the checkpoint is named and set aside,
/// and its block is computed from the start.
fn begins_anew(project: &Project, undisturbed: &Project) {
    let done = project.reproduce();
    assert_eq!(done["steps_resumed"], 0);
    let damaged = done["damaged"].as_array().expect("a list");
    assert!(
        damaged.len() == 1 && damaged[0]["reason"].to_string().contains("begins anew"),
        "{damaged:?}"
    );
    assert_eq!(project.results(), undisturbed.results());
    assert_eq!(project.contents("store/damaged").len(), 1);
    assert!(project.contents("store/checkpoints").is_empty(), "something is left");
}

/// Cells of one `common_noise` and start differ in nothing that the words of a checkpoint say; the
/// identity of the block does.
#[test]
fn the_checkpoint_of_another_block_is_not_used() {
    let of = |step_size: &str| {
        let project = one_block();
        project.edit(
            "long.yaml",
            "model: sgd, data: small",
            "model: sgd, problem: quadratic, noise_std: 1",
        );
        project.edit("long.yaml", "chains: 16", "chains: 16, common_noise: path, observe: [x_0]");
        project.edit("long.yaml", "step_size: 0.1", &format!("step_size: {step_size}"));
        project.edit(
            "long.yaml",
            "estimate: goodness_of_fit, of: runs,",
            "estimate: goodness_of_fit, of: runs, observable: x_0,",
        );
        project
    };
    let killed = |project: &Project| {
        let mut child = saved(project);
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
        project.contents("store/checkpoints").pop_first().expect("a checkpoint")
    };
    let (one, other) = (of("0.1"), of("0.2"));
    let ((path, _), (_, words)) = (killed(&one), killed(&other));
    one.write(&path, words.clone());
    let undisturbed = of("0.1");
    undisturbed.reproduce();
    begins_anew(&one, &undisturbed);
    // One of a block that is stored by now is of no use, and goes.
    one.write(&path, words);
    one.reproduce();
    assert!(one.contents("store/checkpoints").is_empty(), "a checkpoint is left");
}

/// Kills runs of `project` that have saved their block, and gives the steps that the last one took from
/// there.
fn resumed_after_kills(project: &Project, undisturbed: &Project) -> u64 {
    assert_eq!(undisturbed.reproduce()["steps_resumed"], 0);
    for _ in 0..2 {
        let mut child = saved(project);
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("the program ends");
        assert!(project.list("store/results", "parquet").is_empty(), "the block had ended");
    }
    let done = project.reproduce();
    ends_the_same(project, undisturbed);
    assert!(project.contents("store/checkpoints").is_empty(), "a checkpoint is left");
    done["steps_resumed"].as_u64().expect("a number of steps")
}

#[test]
fn a_killed_long_record_goes_on_from_where_it_was_saved() {
    let resumed = resumed_after_kills(&one_record(), &one_record());
    assert!((1..=16 * 400_000).contains(&resumed) && resumed.is_multiple_of(16), "{resumed} steps");
}

#[test]
fn a_killed_block_of_statistics_goes_on_from_where_it_was_saved() {
    let resumed = resumed_after_kills(&one_reduction(), &one_reduction());
    assert!((1..256 * 100_000).contains(&resumed), "{resumed} steps");
}

/// The statistics of the first steps lie beside the checkpoint, and are not used if they are damaged.
#[test]
fn a_killed_block_of_long_statistics_goes_on_from_where_it_was_saved() {
    let undisturbed = one_long_reduction();
    let project = one_long_reduction();
    let resumed = resumed_after_kills(&project, &undisturbed);
    assert!((1..=256 * 5000).contains(&resumed), "{resumed} steps");

    let damaged = one_long_reduction();
    let mut child = saved(&damaged);
    while damaged.contents("store/checkpoints").len() < 2 {
        sleep(Duration::from_millis(1));
    }
    // Until a checkpoint counts them.
    sleep(Duration::from_millis(100));
    child.kill().expect("SIGKILL is sent");
    child.wait().expect("the program ends");
    let (path, mut words) = damaged.contents("store/checkpoints").pop_last().expect("statistics");
    assert!(path.ends_with(".0"), "{path}");
    words[16] ^= 1;
    damaged.write(&path, words);
    begins_anew(&damaged, &undisturbed);
}

#[test]
fn an_interrupted_long_record_is_saved_and_damaged_numbers_are_not_used() {
    let undisturbed = one_record();
    undisturbed.reproduce();
    let project = one_record();
    let child = saved(&project);
    send("-INT", &child);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let changed = project.copy();
    let (path, mut numbers) =
        changed.contents("store/checkpoints").pop_last().expect("numbers beside the checkpoint");
    assert!(path.ends_with(".0"), "{path}");
    numbers[16] ^= 1;
    changed.write(&path, numbers);
    begins_anew(&changed, &undisturbed);
    assert_ne!(project.reproduce()["steps_resumed"], 0);
    ends_the_same(&project, &undisturbed);
}
