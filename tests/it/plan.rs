//! What `plan` says, and that it changes nothing.

use crate::project::Project;

#[test]
fn a_new_project_has_never_been_run() {
    let project = Project::small();
    project
        .run(["plan"])
        .code(0)
        .prints("small: 2 cells, 2 to run")
        .prints("runs, step_size=0.1: never run")
        .prints("2 cells to run, 0 cached");
    let files: Vec<String> = project.files("").into_keys().collect();
    assert_eq!(files, ["experiments/small.yaml"]);
    assert!(!project.path("store").exists(), "`plan` made a store");
}

#[test]
fn a_change_is_named_with_both_values() {
    let project = Project::small();
    project.reproduce();
    project.run(["plan"]).code(0).prints("0 cells to run, 2 cached");
    for (old, new, reason) in [
        ("[0.1, 0.2]", "[0.1, 0.3]", "runs, step_size=0.3: step_size 0.2 → 0.3"),
        ("steps: 50", "steps: 70", "steps 50 → 70"),
        ("chains: 40", "chains: 50", "number of chains changed"),
        ("numpy_seed: 1", "numpy_seed: 7", "data.numpy_seed 1 → 7"),
    ] {
        let changed = project.copy();
        changed.edit("small.yaml", old, new);
        let before = changed.files("");
        changed.run(["plan"]).code(0).prints(reason).prints_no("never run");
        assert!(changed.files("") == before, "`plan` wrote something");
        let plan = changed.run(["plan", "--format", "json"]).code(0).json();
        let reasons = plan["to_run"].as_array().expect("a list");
        assert!(
            reasons.iter().any(|cell| {
                let text = format!(
                    "{}, {}: {}",
                    cell["sweep"].as_str().unwrap_or_default(),
                    cell["label"].as_str().unwrap_or_default(),
                    cell["reason"].as_str().unwrap_or_default()
                );
                text.contains(reason)
            }),
            "{plan:#}"
        );
    }
}

#[test]
fn a_damaged_result_is_the_reason() {
    let project = Project::small();
    project.reproduce();
    for file in project.list("store/results", "parquet") {
        project.write(&file, "nothing that was stored");
    }
    let before = project.files("");
    project
        .run(["plan"])
        .code(0)
        .prints("damaged: store/results/")
        .prints("runs, step_size=0.1: stored result damaged");
    project.run(["status"]).code(0).prints("small: 0 of 2 cells stored").prints("damaged: ");
    assert!(project.files("") == before, "`plan` or `status` wrote something");
}

#[test]
fn the_plan_is_what_runs() {
    let project = Project::small();
    project.reproduce();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 0.2, 0.25, 0.3]");
    let plan = project.run(["plan", "--format", "json"]).code(0).json();
    let planned = plan["to_run"].as_array().map(Vec::len);
    assert_eq!(planned, Some(2));
    assert_eq!(project.reproduce()["simulated"], 2);
    project.run(["plan"]).code(0).prints("0 cells to run, 4 cached");
}

#[test]
fn what_is_recorded_by_default_follows_the_problem() {
    let cells = [
        ("problem: quadratic", "x_0"),
        ("problem: formula, objective: x^2", "x_0"),
        ("problem: network, hidden: [2], data: small", "risk"),
        ("data: small", "q1"),
    ];
    for (cell, observable) in cells {
        let text = format!(
            "title: t\n\
             data: {{ small: {{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }} }}\n\
             simulate: {{ runs: {{ {cell}, model: sgd, step_size: 0.1, steps: 5, chains: 10 }} }}\n\
             analyse:\n  moments: {{ estimate: moments, of: runs }}\n"
        );
        let project = Project::new().manifest("usual.yaml", &text);
        project.run(["reproduce"]).code(0);
        project.run(["export", "usual"]).code(0).prints(&format!(",{observable},"));
    }
}
