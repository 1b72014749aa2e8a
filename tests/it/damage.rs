//! Stored files that are not what was written: noticed, named, set aside and made again.

use std::fs;

use crate::project::{Project, SMALL};

/// One way to spoil a file, given its content and that of another file of its kind.
type Damage = fn(&[u8], &[u8]) -> Vec<u8>;

const DAMAGES: &[(&str, Damage)] = &[
    ("first byte flipped", |bytes, _| flipped(bytes, 0)),
    ("byte in the middle flipped", |bytes, _| flipped(bytes, bytes.len() / 2)),
    ("byte near the end flipped", |bytes, _| flipped(bytes, bytes.len() - bytes.len() / 8)),
    ("last byte flipped", |bytes, _| flipped(bytes, bytes.len() - 1)),
    ("truncated", |bytes, _| bytes[..bytes.len() / 2].to_vec()),
    ("last byte lost", |bytes, _| bytes[..bytes.len() - 1].to_vec()),
    ("byte appended", |bytes, _| [bytes, b"\n"].concat()),
    ("empty", |_, _| Vec::new()),
    ("length of the footer", |bytes, _| flipped(bytes, bytes.len().saturating_sub(7))),
    ("header of a page", |bytes, _| flipped(bytes, 6)),
    ("one bit", |bytes, _| {
        let mut bytes = bytes.to_vec();
        let at = bytes.len() / 3;
        bytes[at] ^= 1;
        bytes
    }),
    ("zeros", |bytes, _| vec![0; bytes.len()]),
    ("of another file", |_, other| other.to_vec()),
    ("of another file, as long", |bytes, other| {
        let mut other = other.to_vec();
        other.resize(bytes.len(), 0);
        other
    }),
];

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x10;
    bytes
}

/// A reproduced project with several files of results and of outcomes.
fn reproduced() -> Project {
    let project = Project::small();
    project.reproduce();
    project.write("experiments/more.yaml", more());
    project.reproduce();
    project
}

fn more() -> String {
    SMALL.replace("small-spread", "more-spread").replace("[0.1, 0.2]", "[0.3]")
}

/// Spoils each file of `folder` in each way; `reproduce` must notice, name, heal and go on.
fn every_damage_is_healed(folder: &str, extension: &str) {
    let sound = reproduced();
    let (results, reports) = (sound.results(), sound.contents("reports"));
    let files = sound.contents(folder);
    let list = sound.list(folder, extension);
    assert!(list.len() > 1, "one file cannot be mistaken for another");
    for (file, other) in list.iter().zip(list.iter().cycle().skip(1)) {
        for (how, damage) in DAMAGES {
            let project = sound.copy();
            let changed = project.files(file.rsplit_once('/').map_or("", |(folder, _)| folder));
            project.write(file, damage(&files[file], &files[other]));
            let spoilt = fs::File::options().write(true).open(project.path(file));
            let kept = spoilt.and_then(|spoilt| spoilt.set_modified(changed[file].1));
            kept.expect("the time of the last change is kept");
            let run = project.run(["reproduce"]).code(0);
            let said = format!("damaged, moved to store/damaged: {file}: ");
            assert!(run.stdout.contains(&said), "{how}: {run:#?}");
            let name = file.rsplit('/').next().expect("a name");
            assert!(project.path("store/damaged").join(name).is_file(), "{how}: not kept");
            assert_eq!(project.results(), results, "{how}");
            assert!(project.contents("reports") == reports, "{how}: other reports");
            let again = project.run(["reproduce"]).code(0).prints_no("damaged");
            again.prints("0 blocks computed").prints("0 analysis results computed");
        }
    }
}

#[test]
fn damaged_results_are_noticed_and_healed() {
    every_damage_is_healed("store/results", "parquet");
}

#[test]
fn damaged_outcomes_are_noticed_and_healed() {
    every_damage_is_healed("store/analyses", "jsonl");
}

#[test]
fn damage_is_listed_for_machines_too() {
    let project = reproduced();
    let file = &project.list("store/results", "parquet")[0];
    project.write(file, "");
    let plan = project.run(["plan", "--format", "json"]).code(0).json();
    assert_eq!(plan["damaged"][0]["file"].as_str(), Some(file.as_str()), "{plan:#}");
    let done = project.reproduce();
    assert_eq!(done["damaged"][0]["file"].as_str(), Some(file.as_str()), "{done:#}");
}

#[test]
fn deleted_results_are_computed_again() {
    let sound = reproduced();
    for folder in ["store/results", "store/analyses", "store"] {
        let project = sound.copy();
        fs::remove_dir_all(project.path(folder)).expect("a folder less");
        project.run(["reproduce"]).code(0);
        assert_eq!(project.results(), sound.results(), "without {folder}");
        assert!(project.contents("reports") == sound.contents("reports"), "without {folder}");
    }
}

/// What stands beside the results is for people; no result depends on it.
#[test]
fn provenance_and_records_are_no_inputs() {
    let project = reproduced();
    let (results, reports) = (project.results(), project.contents("reports"));
    for file in project.list("store/results", "json") {
        project.write(&file, "{");
    }
    let done = project.reproduce();
    assert_eq!((&done["simulated"], &done["reports_written"]), (&0.into(), &0.into()));
    for file in project.list("store/reports", "json") {
        project.write(&file, "not a record");
    }
    assert_eq!(project.reproduce()["reports_written"], 2);
    assert_eq!(project.results(), results);
    assert!(project.contents("reports") == reports, "other reports");
}

#[test]
fn a_file_of_another_name_is_set_aside() {
    let project = reproduced();
    let file = project.list("store/results", "parquet").remove(0);
    fs::rename(project.path(&file), project.path("store/results/copy.parquet")).expect("a move");
    project
        .run(["reproduce"])
        .code(0)
        .prints("store/results/copy.parquet: its name is not a SHA-256");
    assert!(project.path("store/damaged/copy.parquet").is_file());
}

#[test]
fn changed_and_missing_report_files_are_written_again() {
    let sound = reproduced();
    let reports = sound.contents("reports");
    for file in reports.keys() {
        let edited = sound.copy();
        edited.write(file, "edited by hand");
        let deleted = sound.copy();
        fs::remove_file(deleted.path(file)).expect("a file less");
        for project in [edited, deleted] {
            let done = project.reproduce();
            assert_eq!((&done["simulated"], &done["analysed"]), (&0.into(), &0.into()), "{file}");
            assert!(project.contents("reports") == reports, "{file} was not restored");
        }
    }
    let without = sound.copy();
    fs::remove_dir_all(without.path("reports")).expect("a folder less");
    assert_eq!(without.reproduce()["reports_written"], 2);
    assert!(without.contents("reports") == reports);
}

#[test]
fn what_a_report_no_longer_has_is_removed() {
    let project = Project::small();
    project.reproduce();
    project.edit("small.yaml", "spread:", "renamed:");
    project.reproduce();
    let fresh = Project::small();
    fresh.edit("small.yaml", "spread:", "renamed:");
    fresh.reproduce();
    let names = |project: &Project| project.contents("reports").into_keys().collect::<Vec<_>>();
    assert_eq!(names(&project), names(&fresh));
}
