//! `gc`: what no manifest needs, shown first, removed when asked to, never under a running process.

use std::fs::File;

use crate::project::{Project, SMALL};

/// A project whose store has results of a manifest as it was before an edit.
fn edited() -> Project {
    let project = Project::small();
    project.reproduce();
    project.edit("small.yaml", "steps: 50", "steps: 60");
    project.reproduce();
    project
}

#[test]
fn nothing_is_removed_unless_asked_for() {
    let project = edited();
    let before = project.files("");
    let shown = project.run(["gc"]).code(0);
    shown.prints("would remove: 4 files, ").prints("nothing was removed");
    assert!(project.files("") == before);
}

#[test]
fn what_is_needed_stays_and_what_is_not_goes() {
    let project = edited();
    project.write("store/damaged/old.parquet", "spoilt");
    let fresh = Project::small();
    fresh.edit("small.yaml", "steps: 50", "steps: 60");
    fresh.reproduce();
    let done = project.run(["gc", "--delete", "--format", "json"]).code(0).json();
    let sizes: u64 = done["bytes"].as_u64().expect("a size");
    assert!(sizes > 1000, "{done:#}");
    let names = |project: &Project| project.contents("store").into_keys().collect::<Vec<_>>();
    assert_eq!(names(&project), names(&fresh));
    let again = project.reproduce();
    assert_eq!(
        (&again["simulated"], &again["analysed"], &again["reports_written"]),
        (&0.into(), &0.into(), &0.into())
    );
    project.run(["gc"]).code(0).prints("would remove: 0 files");
}

#[test]
fn every_profile_is_needed() {
    let project = Project::small();
    project.edit(
        "small.yaml",
        "claims:",
        "profiles: { smoke: { simulate: { runs: { steps: 7 } } } }\nclaims:",
    );
    project.reproduce();
    project.run(["reproduce", "--profile", "smoke"]).code(0);
    project.run(["gc"]).code(0).prints("would remove: 0 files");
}

#[test]
fn files_with_needed_blocks_stay_whole() {
    let project = Project::small();
    project.reproduce();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1]");
    project.reproduce();
    let before = project.list("store/results", "parquet");
    project.run(["gc", "--delete"]).code(0).prints("of blocks that nothing needs");
    assert_eq!(project.list("store/results", "parquet"), before);
}

#[test]
fn the_last_version_of_a_cell_can_be_kept() {
    let project = Project::small();
    project.write("experiments/own.csv", "a,y\n1,2\n2,3.5\n3,7\n4,7.5\n");
    let own = "{ source: table, file: own.csv, response: y }";
    project.edit(
        "small.yaml",
        "{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }",
        own,
    );
    for last in ["7.5", "7.6", "7.7"] {
        project.write("experiments/own.csv", format!("a,y\n1,2\n2,3.5\n3,7\n4,{last}\n"));
        project.reproduce();
    }
    let n = |project: &Project| project.list("store/results", "parquet").len();
    assert_eq!(n(&project), 3);
    project.run(["gc", "--delete", "--keep-last=2"]).code(0);
    assert_eq!(n(&project), 3);
    project.run(["gc", "--delete", "--keep-last"]).code(0);
    assert_eq!(n(&project), 2);
    project.run(["gc", "--delete"]).code(0);
    assert_eq!(n(&project), 1);
    assert_eq!(project.reproduce()["simulated"], 0);
}

#[test]
fn a_manifest_with_a_mistake_costs_nothing() {
    let project = edited();
    project.write("experiments/wrong.yaml", SMALL.replace("chains:", "chainz:"));
    let before = project.files("");
    project.run(["gc", "--delete"]).code(2).complains("chainz");
    assert!(project.files("") == before);
}

#[test]
fn a_store_in_use_is_left_alone() {
    let project = edited();
    let before = project.files("");
    for name in ["LOCK", "USE"] {
        let lock = File::open(project.path("store").join(name)).expect("a lock");
        lock.lock_shared().expect("it can be locked");
        project.run(["gc", "--delete"]).code(3).complains("store is in use by another process");
        assert!(project.files("") == before);
        project.run(["gc"]).code(0);
    }
    project.run(["gc", "--delete"]).code(0);
}
