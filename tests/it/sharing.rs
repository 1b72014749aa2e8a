//! `export` and `import`: results as tables, and a part of a store as one archive.

use std::fs;
use std::process::Command;

use crate::project::Project;

#[test]
fn recorded_values_come_out_as_csv_and_as_json() {
    let project = Project::small();
    project.run(["export", "small"]).code(1).complains("small/runs/step_size=0.1 is not stored");
    project.reproduce();
    let csv = project.run(["export", "small"]).code(0).stdout;
    let mut lines = csv.lines();
    let head = "item,sweep,cell,step_size,chain,step,observable,value,diverged_at";
    assert_eq!(lines.next(), Some(head));
    assert_eq!(lines.clone().count(), 80);
    let json = project.run(["export", "small", "--format=json"]).code(0).json();
    let rows = json.as_array().expect("a list");
    assert_eq!(rows.len(), 80);
    for (line, row) in lines.zip(rows) {
        let cells: Vec<&str> = line.split(',').collect();
        let value: f64 = cells[7].parse().expect("a number");
        assert_eq!(Some(value.to_bits()), row["value"].as_f64().map(f64::to_bits), "{line}");
        assert_eq!((Some(cells[3]), row["step"].as_u64()), (row["step_size"].as_str(), Some(50)));
    }
    let one = project.run(["export", "small/runs/step_size=0.2", "-o", "one.csv"]).code(0);
    one.prints("1 cell in one.csv");
    let text = fs::read_to_string(project.path("one.csv")).expect("a file");
    assert!(text.lines().count() == 41 && csv.ends_with(text.split_once('\n').expect("lines").1));
}

#[test]
fn statistics_are_exported_too_but_not_with_chains() {
    let project = Project::small();
    project.edit("small.yaml", "chains: 40", "chains: 40\n    reduce: [moments]");
    project.edit("small.yaml", "estimate: tail_index", "estimate: moments");
    project.edit(
        "small.yaml",
        "of: tails, columns: [step_size, n, n_diverged, std]",
        "of: tails, columns: [mean]",
    );
    project.edit("small.yaml", "y: std", "y: mean");
    project.edit("small.yaml", "std > 0", "n > 0");
    project.reproduce();
    let csv = project.run(["export", "all"]).code(0).stdout;
    assert!(csv.starts_with("item,sweep,cell,step_size,first_chain,chains,step,observable,n,"));
    assert_eq!(csv.lines().count(), 3);
}

#[test]
fn a_bundle_carries_results_to_an_empty_store() {
    let project = Project::small();
    project.reproduce();
    project.run(["export", "small", "--bundle", "small.tar"]).code(0).prints("2 cells in ");
    let again = project.path("again.tar");
    project.run(["export", "small", "--bundle", "again.tar"]).code(0);
    assert!(fs::read(project.path("small.tar")).ok() == fs::read(again).ok(), "not the same bytes");
    let reader = Project::small();
    fs::copy(project.path("small.tar"), reader.path("small.tar")).expect("a copy");
    reader.run(["import", "small.tar"]).code(0).prints("3 new files, 0 already there");
    reader.run(["import", "small.tar"]).code(0).prints("0 new files, 3 already there");
    let done = reader.reproduce();
    assert_eq!((&done["simulated"], &done["analysed"]), (&0.into(), &0.into()), "{done:#}");
    assert_eq!(reader.results(), project.results());
    assert!(reader.contents("reports") == project.contents("reports"), "other reports");
}

/// Whoever has no `maruyama` unpacks and checks a bundle with the tools of the system.
#[cfg(unix)]
#[test]
fn a_bundle_is_a_tar_file_with_checksums() {
    let project = Project::small();
    project.reproduce();
    project.run(["export", "all", "--bundle", "all.tar"]).code(0);
    let script =
        "mkdir out && tar xf all.tar -C out && cd out && sha256sum --check --quiet SHA256SUMS";
    let status = Command::new("sh").args(["-c", script]).current_dir(project.path("")).status();
    assert!(status.expect("a shell").success());
    let manifest = fs::read(project.path("out/manifests/small.yaml")).ok();
    assert!(manifest == fs::read(project.path("experiments/small.yaml")).ok());
    project.run(["verify", "--store", "out/store"]).code(0).prints("as written");
}

#[test]
fn a_damaged_bundle_is_refused_as_a_whole() {
    let project = Project::small();
    project.reproduce();
    project.run(["export", "small", "--bundle", "small.tar"]).code(0);
    let bytes = fs::read(project.path("small.tar")).expect("a bundle");
    let reader = Project::small();
    let spoilt = |what: &str, bytes: &[u8]| {
        reader.write("small.tar", bytes);
        reader.run(["import", "small.tar"]).code(3).complains("small.tar is damaged: ");
        assert!(
            reader.list("store/results", "parquet").is_empty(),
            "{what}: something was taken in"
        );
    };
    // Bytes behind a content, up to the next header, carry nothing.
    let mut archive = tar::Archive::new(&bytes[..]);
    let entries = archive.entries().expect("an archive").map(|entry| {
        let entry = entry.expect("an entry");
        entry.raw_header_position()..entry.raw_file_position() + entry.size()
    });
    let meaning: Vec<usize> = entries.flatten().map(|at| at as usize).collect();
    for &at in meaning.iter().step_by(meaning.len() / 61) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        spoilt(&format!("byte {at}"), &flipped);
    }
    spoilt("half of it", &bytes[..bytes.len() / 2]);
    spoilt("nothing", &[]);
    reader.write("small.tar", "no archive");
    reader.run(["import", "small.tar"]).code(3).complains("small.tar");
    reader.run(["import", "none.tar"]).code(3).complains("none.tar");
}

#[test]
fn a_damaged_result_goes_into_no_bundle() {
    let project = Project::small();
    project.reproduce();
    let file = project.list("store/analyses", "jsonl").remove(0);
    project.write(&file, "spoilt");
    project.run(["export", "all", "--bundle", "all.tar"]).code(0);
    let reader = Project::small();
    fs::copy(project.path("all.tar"), reader.path("all.tar")).expect("a copy");
    reader.run(["import", "all.tar"]).code(0).prints("2 new files, ");
    let file = project.list("store/results", "parquet").remove(0);
    project.write(&file, "spoilt");
    project.run(["export", "all", "--bundle", "more.tar"]).code(1).complains("is not stored");
    assert!(!project.path("more.tar").exists());
}
