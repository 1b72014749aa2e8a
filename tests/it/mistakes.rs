//! Wrong input: all of it is reported, with its place, and nothing is written.

use crate::project::{Project, Run, SMALL};

/// Runs `reproduce` on the small manifest with `old` replaced by `new`, which must be refused.
#[track_caller]
fn refused(old: &str, new: &str) -> Run {
    let project = Project::small();
    project.edit("small.yaml", old, new);
    refuses(&project, ["reproduce"])
}

#[track_caller]
fn refuses<const N: usize>(project: &Project, arguments: [&str; N]) -> Run {
    let before = project.files("");
    let run = project.run(arguments).code(2);
    assert!(project.files("") == before && !project.path("store").exists(), "something written");
    run
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_places() {
    let project = Project::small();
    project.edit("small.yaml", "chains: 40", "chainz: 40");
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, -0.2]");
    project.edit("small.yaml", "rows: 30", "rows: many");
    project
        .write("experiments/second.yaml", SMALL.replace("estimate: tail_index", "estimate: tail"));
    refuses(&project, ["reproduce"])
        .complains("experiments/small.yaml:12:5")
        .complains("did you mean `chains`?")
        .complains("12 |     chainz: 40")
        .complains("   |     ^^^^^^")
        .complains("experiments/small.yaml:13:")
        .complains("-0.2")
        .complains("experiments/small.yaml:5:")
        .complains("many")
        .complains("experiments/second.yaml:16:")
        .complains("tail_index")
        .complains("mistakes in the manifests");
}

#[test]
fn json_has_lines_and_columns() {
    let project = Project::small();
    project.edit("small.yaml", "chains: 40", "chainz: 40");
    let mistakes = refuses(&project, ["plan", "--format", "json"]).json();
    let mistakes = mistakes.as_array().expect("a list");
    let unknown = mistakes.iter().find(|one| one["line"] == 12).expect("the mistake in line 12");
    assert_eq!(unknown["path"], "experiments/small.yaml");
    assert_eq!((&unknown["column"], &unknown["end_column"]), (&5.into(), &11.into()));
    assert!(unknown["help"].as_str().is_some_and(|help| help.contains("chains")), "{unknown}");
}

#[test]
fn values_must_fit_the_data() {
    refused("chains: 40", "chains: 40\n    sampling: without_replacement\n    batch_size: 31")
        .complains("batch_size")
        .complains("30");
}

#[test]
fn an_unstable_time_step_is_refused_before_anything_runs() {
    let run = refused(
        "model: sgd\n    data: small\n    steps: 50\n    chains: 40\n    matrix: { step_size: [0.1, 0.2] }",
        "model: hsgd\n    data: small\n    steps: 5\n    chains: 40\n    dt: 1\n    matrix: { step_size: [0.01, 50] }",
    );
    run.complains("small.yaml")
        .complains("step_size=50")
        .complains("Euler–Maruyama overshoots: θ₁ dt =")
        .complains("take dt below");
}

#[test]
fn tables_and_claims_must_name_columns_that_exist() {
    refused("n_diverged, std", "n_divergent, std")
        .complains("experiments/small.yaml:19:")
        .complains("no column `n_divergent`")
        .complains("did you mean `n_diverged`?");
    refused("test: \"std > 0\"", "test: \"stdd > 0\"")
        .complains("experiments/small.yaml:30:12")
        .complains("no column `stdd`")
        .complains("did you mean `std`?");
}

#[test]
fn a_test_with_a_syntax_error_is_underlined() {
    refused("std > 0", "std >> 0")
        .complains("experiments/small.yaml:30:")
        .complains("the test cannot be read")
        .complains("found `>>`");
    refused("std > 0", "std in [0, 1").complains("the test cannot be read").complains("`]`");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let project = Project::small();
    refuses(&project, ["reproduce", "experiments/absent.yaml"])
        .complains("cannot read experiments/absent.yaml");
    project.write("experiments/latin.yaml", b"title: Schr\xf6dinger\n");
    refuses(&project, ["plan"]).complains("experiments/latin.yaml is not UTF-8 text: byte 11");
    refuses(&Project::new(), ["plan"]).complains("cannot read experiments");
    let empty = Project::new();
    empty.write("experiments/readme.txt", "no manifest");
    refuses(&empty, ["plan"]).complains("no manifest (*.yaml) found in experiments");
}

#[test]
fn data_files_that_do_not_fit_are_named() {
    let manifest = "\
title: Data of my own
data: { mine: { source: table, file: mine.csv, response: y } }
simulate: { runs: { model: sgd, data: mine, step_size: 0.1, steps: 50, chains: 40 } }
";
    let project = Project::new().manifest("mine.yaml", manifest);
    refuses(&project, ["reproduce"])
        .complains("experiments/mine.yaml:2:")
        .complains("file `mine.csv` does not exist");
    project.write("mine.csv", "a,b,y\n1,2,3\n4,five,6\n");
    refuses(&project, ["reproduce"]).complains("experiments/mine.yaml:2:").complains("five");
    project.write("mine.csv", "a,b\n1,2\n");
    refuses(&project, ["reproduce"]).complains("`y`");
}

#[test]
fn two_manifests_of_one_item_are_refused() {
    let project = Project::small();
    project.write("experiments/again.yaml", format!("item: small\n{SMALL}"));
    refuses(&project, ["reproduce"])
        .complains("experiments/again.yaml")
        .complains("experiments/small.yaml")
        .complains("both describe the item `small`");
}

#[test]
fn two_claims_of_one_name_are_refused() {
    let project = Project::small();
    project.write("experiments/again.yaml", SMALL);
    refuses(&project, ["reproduce"]).complains("both have a claim");
}

#[test]
fn a_profile_must_be_declared() {
    refuses(&Project::small(), ["reproduce", "--profile", "smoke"])
        .complains("no profile `smoke`")
        .complains("`paper`");
}

#[test]
fn a_grid_has_cells_and_no_two_are_the_same() {
    refused("[0.1, 0.2]", "[]").complains("experiments/small.yaml:13:");
    refused("[0.1, 0.2]", "[0.1, 1e-1]").complains("experiments/small.yaml:").complains("0.1");
}

#[test]
fn arguments_are_checked() {
    let project = Project::small();
    refuses(&project, ["reproduce", "--threads", "0"]).complains("--threads");
    refuses(&project, ["reproduc"]).complains("reproduce");
    refuses(&project, ["status", "--format", "xml"]).complains("json");
    project.run(["--help"]).code(0).prints("Exit codes:");
    project.run(["--version"]).code(0).prints("maruyama");
}

#[test]
fn a_test_has_ranges_and_numbers_that_mean_something() {
    for (test, complaint) in [
        ("std in [1, 0]", "from the smaller number to the larger one"),
        ("std overlaps [2, -1]", "from the smaller number to the larger one"),
        ("std < nan", "a finite number or `inf`"),
        ("std < 1e999", "a finite number or `inf`"),
    ] {
        refused("std > 0", test).complains(complaint);
    }
    let project = Project::small();
    project.edit("small.yaml", "std > 0", "std in [0, inf]");
    project.run(["plan"]).code(0);
}
