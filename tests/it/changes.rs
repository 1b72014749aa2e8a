//! What a change of the inputs makes run again, and what it does not.

use serde_json::Value as Json;

use crate::project::Project;

/// Paths so long that a block has 16 chains.
const LONG: &str = "\
title: Long paths
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate: { runs: { model: sgd, data: small, step_size: 0.1, steps: 20000, chains: 600 } }
analyse: { tails: { estimate: tail_index, of: runs } }
tables: { tails: { of: tails, columns: [n, std] } }
";

/// A user's own table as data.
const OWN_DATA: &str = "\
title: Data of my own
data: { mine: { source: table, file: data/mine.csv, response: y } }
simulate: { runs: { model: sgd, data: mine, step_size: 0.1, steps: 50, chains: 40 } }
analyse: { tails: { estimate: tail_index, of: runs } }
tables: { tails: { of: tails, columns: [n, std] } }
";
const MINE: &str = "a,b,y\n1,0,1\n0,1,2\n1,1,2.5\n0.5,0,1\n";

/// Asserts how many blocks were simulated, outcomes analysed and reports written.
#[track_caller]
fn did(done: &Json, simulated: u64, analysed: u64, reports_written: u64) {
    let counts = ["simulated", "analysed", "reports_written"].map(|name| done[name].as_u64());
    assert_eq!(counts, [Some(simulated), Some(analysed), Some(reports_written)], "{done:#}");
}

#[test]
fn a_wider_grid_computes_only_the_new_cells() {
    let project = Project::small();
    did(&project.reproduce(), 2, 2, 1);
    project.edit("small.yaml", "[0.1, 0.2]", "[0.05, 0.1, 0.2, 0.3]");
    did(&project.reproduce(), 2, 2, 1);
    project.edit("small.yaml", "[0.05, 0.1, 0.2, 0.3]", "[0.3, 0.05]");
    did(&project.reproduce(), 0, 0, 1);
}

#[test]
fn more_chains_compute_only_the_new_blocks() {
    let project = Project::new().manifest("long.yaml", LONG);
    let blocks_of = |chains: u64| chains.div_ceil(16);
    did(&project.reproduce(), blocks_of(600), 1, 1);
    project.edit("long.yaml", "chains: 600", "chains: 1200");
    let full_blocks = 600 / 16;
    did(&project.reproduce(), blocks_of(1200) - full_blocks, 1, 1);

    let at_once = Project::new().manifest("long.yaml", &LONG.replace("600", "1200"));
    at_once.run(["run"]).code(0);
    assert_eq!(project.results(), at_once.results());

    project.edit("long.yaml", "chains: 1200", "chains: 600");
    did(&project.reproduce(), 0, 0, 1);
}

#[test]
fn one_number_reruns_what_depends_on_it() {
    let project = Project::small();
    let other = include_str!("small.yaml").replace("small-spread", "other-spread");
    project.write("experiments/other.yaml", other.replace("steps: 50", "steps: 60"));
    did(&project.reproduce(), 4, 4, 2);
    let untouched = |project: &Project| {
        let mut files = project.files("reports/other");
        files.extend(project.files("store/results"));
        files
    };
    let before = untouched(&project);
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 0.25]");
    did(&project.reproduce(), 1, 1, 1);
    let after = untouched(&project);
    assert!(before.iter().all(|(path, file)| after.get(path) == Some(file)));
}

#[test]
fn each_layer_reruns_what_is_below_it() {
    let project = Project::small();
    did(&project.reproduce(), 2, 2, 1);
    project.edit("small.yaml", "of: runs }", "of: runs, fraction: 0.2 }");
    did(&project.reproduce(), 0, 2, 1);
    project.edit("small.yaml", "A small experiment", "An experiment");
    did(&project.reproduce(), 0, 0, 1);
    project.edit("small.yaml", "numpy_seed: 1", "numpy_seed: 2");
    did(&project.reproduce(), 2, 2, 1);
}

#[test]
fn the_way_of_writing_changes_nothing_that_is_computed() {
    let project = Project::small();
    did(&project.reproduce(), 2, 2, 1);
    let reports = project.contents("reports/small");
    let edits = [
        ("data: small\n    steps: 50\n", "steps: 50\n    data: small # the data set\n"),
        ("[0.1, 0.2]", "[1e-1, 0.20]"),
        ("chains: 40", "chains: 4e1"),
        ("rows: 30, columns: 3", "columns: 3, rows: 30"),
        ("model: sgd", "problem: least_squares\n    model: sgd\n    seed: 1\n    batch_size: 1"),
    ];
    for (old, new) in edits {
        project.edit("small.yaml", old, new);
        did(&project.reproduce(), 0, 0, 1);
        assert_eq!(project.contents("reports/small"), reports, "{new}");
    }
    for (old, new) in [("runs", "experiment"), ("small: {", "renamed: {"), ("tails", "index")] {
        project.edit("small.yaml", old, new);
        if old == "small: {" {
            project.edit("small.yaml", "data: small", "data: renamed");
        }
        did(&project.reproduce(), 0, 0, 1);
    }
}

#[test]
fn the_name_of_the_manifest_changes_nothing_that_is_computed() {
    let project = Project::small();
    project.reproduce();
    let renamed = Project::new().manifest("deeper/name.yaml", include_str!("small.yaml"));
    for (path, content) in project.contents("store") {
        renamed.write(&path, content);
    }
    did(&renamed.reproduce(), 0, 0, 1);
    assert!(renamed.path("reports/deeper-name/README.md").is_file());
}

#[test]
fn data_are_known_by_their_bytes() {
    let project = Project::new().manifest("mine.yaml", OWN_DATA);
    project.write("data/mine.csv", MINE);
    did(&project.reproduce(), 1, 1, 1);
    project.write("data/mine.csv", MINE);
    did(&project.reproduce(), 0, 0, 0);

    std::fs::rename(project.path("data"), project.path("elsewhere")).expect("a move");
    project.edit("mine.yaml", "data/mine.csv", "elsewhere/mine.csv");
    did(&project.reproduce(), 0, 0, 1);

    project.write("elsewhere/mine.csv", MINE.replace("2.5", "2.25"));
    project.run(["plan"]).code(0).prints("data set changed (`file`)");
    did(&project.reproduce(), 1, 1, 1);
    project.write("elsewhere/mine.csv", MINE);
    did(&project.reproduce(), 0, 0, 1);
}

#[test]
fn another_profile_has_results_and_reports_of_its_own() {
    let smoke = "\nprofiles: { smoke: { simulate: { runs: { chains: 20 } } } }\n";
    let project =
        Project::new().manifest("small.yaml", &format!("{}{smoke}", include_str!("small.yaml")));
    did(&project.reproduce(), 2, 2, 1);
    let reports = project.files("reports");
    let done = project.run(["reproduce", "--profile", "smoke", "--format", "json"]).code(0).json();
    did(&done, 2, 2, 1);
    assert!(project.path("store/reports-smoke/small/README.md").is_file());
    assert!(project.files("reports") == reports, "the reports of `paper` were touched");
    did(&project.reproduce(), 0, 0, 0);
}
