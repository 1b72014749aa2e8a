//! The same results, whenever, wherever and however often they are computed.

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::project::Project;

/// A second item with other cells, some of which take several blocks.
const OTHER: &str = "\
title: Another experiment
data: { other: { source: gaussian_design, rows: 20, columns: 4, numpy_seed: 2 } }
simulate:
  paths: { model: sgd, data: other, steps: 20000, chains: 50, matrix: { step_size: [0.05, 0.1, 0.15] } }
  diffusion: { model: hsgd, data: other, step_size: 0.1, dt: 0.1, steps: 30, chains: 40 }
analyse:
  fits: { estimate: goodness_of_fit, of: paths, families: [student_t, normal], bootstrap: 20 }
  tails: { estimate: tail_index, of: diffusion }
tables:
  fits: { of: fits, columns: [family, nu, p_naive, p_bootstrap] }
  tails: { of: tails, columns: [hill, nu] }
";

fn two_items() -> Project {
    Project::small().manifest("other.yaml", OTHER)
}

#[test]
fn a_second_run_does_nothing() {
    let project = two_items();
    let first = project.reproduce();
    assert!(first["simulated"].as_u64() > Some(0), "{first}");
    assert!(first["analysed"].as_u64() > Some(0), "{first}");
    assert_eq!(first["reports_written"], 2);
    let files = project.files("");
    assert!(files.contains_key("reports/small/spread.png"), "{:?}", files.keys());

    let second = project.reproduce();
    for count in ["simulated", "analysed", "reports_written"] {
        assert_eq!(second[count], 0, "{count} in {second}");
    }
    assert_eq!(second["results"], first["results"]);
    assert!(project.files("") == files, "a file was written again");
}

#[test]
fn the_stages_one_by_one_are_reproduce() {
    let (whole, staged) = (two_items(), two_items());
    whole.reproduce();
    staged.run(["report"]).code(1).complains("5 of").complains("`maruyama run` computes them");
    staged.run(["run"]).code(0);
    assert!(staged.files("reports").is_empty(), "`run` writes no report");
    staged.run(["report"]).code(0).prints("2 reports written");
    assert_eq!(staged.results(), whole.results());
    assert_eq!(staged.contents("reports"), whole.contents("reports"));
}

#[test]
fn a_copy_of_the_folder_is_up_to_date() {
    let project = two_items();
    project.reproduce();
    let copy = project.copy();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in copy.contents("store").keys() {
        let file = File::options().write(true).open(copy.path(path)).expect("a stored file");
        file.set_modified(long_ago).expect("a time of last change is set");
    }
    let again = copy.reproduce();
    for count in ["simulated", "analysed", "reports_written"] {
        assert_eq!(again[count], 0, "{count} in {again}");
    }
    assert_eq!(copy.contents("reports"), project.contents("reports"));
}

#[test]
fn neither_threads_nor_order_matter() {
    let one = two_items();
    one.run(["reproduce", "--threads", "1"]).code(0);
    let two = two_items();
    two.run(["reproduce", "--threads", "2"]).code(0);
    let swapped = two_items();
    let second_first = ["experiments/small.yaml", "experiments/other.yaml"];
    swapped.run(["reproduce", "--quiet", second_first[0], second_first[1]]).code(0);
    for other in [&two, &swapped] {
        assert_eq!(other.results(), one.results());
        assert!(other.contents("reports") == one.contents("reports"), "reports differ");
    }
}

/// Which blocks share a file depends on what was missing; which bytes a block has does not.
#[test]
fn results_computed_in_parts_are_those_computed_at_once() {
    let parts = two_items();
    for item in ["experiments/small.yaml", "experiments/other.yaml"] {
        parts.run(["run", "--threads", "1", item]).code(0);
    }
    let at_once = two_items();
    at_once.run(["run"]).code(0);
    assert_eq!(parts.results(), at_once.results());
}

#[test]
fn results_do_not_depend_on_what_else_is_stored() {
    let project = Project::small();
    project.reproduce();
    let beside = Project::small().manifest("other.yaml", OTHER);
    beside.run(["run", "experiments/other.yaml"]).code(0);
    let done = beside.run(["reproduce", "--format", "json", "experiments/small.yaml"]);
    assert_eq!(done.code(0).json()["results"].as_str(), Some(project.results().as_str()));
}
