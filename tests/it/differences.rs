//! `diff`: what differs between manifests, stores and reports, and by how much.

use std::fs;
use std::process::Command;

use serde_json::Value as Json;

use crate::project::{Project, SMALL};

fn diff(project: &Project, a: &str, b: &str, code: i32) -> Json {
    project.run(["diff", a, b, "--format", "json"]).code(code).json()
}

/// The lines below a key as one text.
fn lines(value: &Json) -> String {
    let list = value.as_array().expect("a list");
    list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn manifests_differ_in_cells_and_in_what_is_made_of_them() {
    let project = Project::small();
    let (a, b) = ("experiments/small.yaml", "other/small.yaml");
    project.write(b, SMALL);
    project.run(["diff", a, b]).code(0).prints("the same cells");
    project.write(b, format!("# another comment\n{}", SMALL.replace("50", "5e1")));
    project.run(["diff", a, b]).code(0);
    let text = SMALL
        .replace("steps: 50", "steps: 60")
        .replace("[0.1, 0.2]", "[0.1, 0.3]")
        .replace("of: runs }", "of: runs, fraction: 0.1 }")
        .replace("std > 0", "std > 1");
    project.write(b, text);
    let found = diff(&project, a, b, 1);
    let cells = lines(&found["cells"]);
    let expected =
        ["~ runs/step_size=0.1: steps 50 → 60", "- runs/step_size=0.2", "+ runs/step_size=0.3"];
    assert_eq!(cells, expected.join("\n"));
    assert!(lines(&found["analyses"]).contains("fraction=0.02"), "{found:#}");
    assert!(lines(&found["claims"]).contains("test `std > 1`"), "{found:#}");
    assert_eq!(found["tables"], serde_json::json!([]));
}

#[test]
fn stores_differ_in_cells_and_in_numbers() {
    let project = Project::small();
    project.reproduce();
    project.run(["run", "--store", "again"]).code(0);
    let same = diff(&project, "store", "again", 0);
    assert_eq!(same["same"], "2 cells");
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 0.3]");
    project.run(["run", "--store", "other"]).code(0);
    let found = diff(&project, "store", "other", 1);
    assert_eq!(found["same"], "1 cell");
    assert!(lines(&found["only in the first"]).contains("\"step_size\":0.2"), "{found:#}");
    assert!(lines(&found["only in the second"]).contains("\"step_size\":0.3"), "{found:#}");
}

/// Another data file of the same name and columns: the same parameters, other numbers.
#[test]
fn the_same_cells_of_other_data_differ_by_so_much() {
    let project = Project::small();
    let own = "{ source: table, file: own.csv, response: y }";
    let drawn = "{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }";
    project.edit("small.yaml", drawn, own);
    for (store, y) in [("one", "7.5"), ("two", "7.5001")] {
        project.write("experiments/own.csv", format!("a,y\n1,2\n2,3.5\n3,7\n4,{y}\n"));
        project.run(["run", "--store", store]).code(0);
    }
    let found = diff(&project, "one", "two", 1);
    let different = lines(&found["different"]);
    assert!(
        different.contains("0 of 1 and 1 blocks are the same; 40 numbers differ"),
        "{different}"
    );
}

fn git(project: &Project, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(project.path(""))
        .status();
    assert!(status.expect("git starts").success());
}

#[test]
fn reports_differ_in_verdicts_evidence_and_tables() {
    let project = Project::small();
    project.edit("small.yaml", "    expect:", "    evidence: [std]\n    expect:");
    project.reproduce();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "reports"]);
    git(&project, &["commit", "--quiet", "--message", "one"]);
    project.run(["diff", "HEAD", "reports"]).code(0).prints("1 claims and all tables");
    project.edit("small.yaml", "steps: 50", "steps: 55");
    project.edit("small.yaml", "std > 0", "std > 100");
    project.run(["reproduce"]).code(1);
    git(&project, &["commit", "--quiet", "--all", "--message", "two"]);
    let found = diff(&project, "HEAD~1", "HEAD", 1);
    assert_eq!(lines(&found["verdicts"]), "~ small-spread: reproduced → contradicted");
    assert!(lines(&found["evidence"]).starts_with("~ small-spread: "), "{found:#}");
    let tables = lines(&found["tables"]);
    assert!(tables.starts_with("~ small/tails.csv: 2 numbers differ, by at most "), "{tables}");
    assert_eq!(diff(&project, "HEAD~1", "reports", 1), found);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let project = Project::small();
    project.reproduce();
    let manifest = "experiments/small.yaml";
    project.run(["diff", manifest, "store"]).code(2).complains("not of one kind");
    project.run(["diff", "nothing", "reports"]).code(2).complains("`nothing` cannot be compared");
    project.run(["diff", "--help"]).code(0);
    fs::create_dir(project.path("empty")).expect("a folder");
    project.run(["diff", "empty", "reports"]).code(2).complains("it has no reports");
}
