//! Stores that cannot be used: exit code 3, and a message that names the path.

use std::fs;

use crate::project::Project;

#[test]
fn a_file_is_no_store() {
    let project = Project::small();
    project.write("taken", "something else");
    for command in ["reproduce", "run", "plan", "status"] {
        project.run([command, "--store", "taken"]).code(3).complains("taken");
    }
    project.run(["reproduce", "--store", "taken/below"]).code(3).complains("taken/below");
    assert_eq!(fs::read(project.path("taken")).expect("the file"), b"something else");
}

#[test]
fn a_folder_that_holds_other_things_is_left_alone() {
    let project = Project::small();
    project.write("thesis/chapter.tex", "\\section{}");
    let before = project.files("");
    project
        .run(["reproduce", "--store", "thesis"])
        .code(3)
        .complains("thesis is not empty and not a store");
    assert!(project.files("") == before);
}

#[test]
fn a_store_of_another_format_is_left_alone() {
    let project = Project::small();
    project.reproduce();
    project.write("store/FORMAT", "maruyama store 99\n");
    let before = project.files("");
    for command in ["reproduce", "plan", "status"] {
        project
            .run([command])
            .code(3)
            .complains("store/FORMAT says `maruyama store 99`")
            .complains("`maruyama store 1`");
    }
    assert!(project.files("") == before);
}

#[test]
fn folders_that_cannot_be_written_are_named() {
    let sound = Project::small();
    sound.reproduce();
    for folder in ["store/results", "store/analyses", "store/tmp", "store/damaged", "reports"] {
        let project = sound.copy();
        fs::remove_dir_all(project.path(folder)).ok();
        project.write(folder, "a file where a folder is needed");
        project.run(["reproduce"]).code(3).complains(folder);
    }
}

#[test]
fn reports_that_cannot_be_written_are_noticed_before_anything_runs() {
    let project = Project::small();
    project.write("taken", "something else");
    project.run(["reproduce", "--reports", "taken"]).code(3).complains("taken");
    assert!(project.list("store/results", "parquet").is_empty(), "something ran");
}

#[test]
fn results_survive_a_report_that_cannot_be_written() {
    let project = Project::small();
    fs::create_dir_all(project.path("reports/small/README.md/taken")).expect("a folder");
    project.run(["reproduce"]).code(3).complains("README.md");
    fs::remove_dir_all(project.path("reports/small")).expect("the folder");
    assert_eq!(project.reproduce()["simulated"], 0, "the results were not kept");
}

#[test]
fn an_empty_folder_becomes_a_store() {
    let project = Project::small();
    fs::create_dir(project.path("fresh")).expect("a folder");
    project.run(["reproduce", "--store", "fresh"]).code(0);
    assert!(project.path("fresh/FORMAT").is_file());
    assert!(!project.path("store").exists(), "the default store was made too");
    project
        .run(["status", "--store", "fresh"])
        .code(0)
        .prints("small: 2 of 2 cells stored, reported");
}
