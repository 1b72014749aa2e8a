//! What the repository ships: its manifests, and the schema that editors complete them by.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program in the root of the repository.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maruyama"));
    command.args(arguments).current_dir(root()).output().expect("the program starts")
}

#[track_caller]
fn succeeds(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

#[test]
fn every_manifest_can_be_planned_in_both_profiles() {
    let store = tempfile::tempdir().expect("a folder");
    let store = store.path().join("store");
    for profile in ["paper", "smoke"] {
        let arguments = ["plan", "--format", "json", "--profile", profile, "--store"];
        let plan = succeeds(&[&arguments[..], &[&store.to_string_lossy()]].concat());
        let plan: Json = serde_json::from_str(&plan).expect("JSON");
        assert!(plan["cells"].as_u64() > Some(20), "{profile}: {plan:#}");
    }
    assert!(!store.exists());
}

#[test]
fn every_manifest_can_be_reproduced_on_a_small_scale() {
    let store = tempfile::tempdir().expect("a folder");
    let path = store.path().to_string_lossy().into_owned();
    let arguments = ["reproduce", "--profile", "smoke", "--format", "json", "--store", &path];
    let reproduce = || -> Json { serde_json::from_str(&succeeds(&arguments)).expect("JSON") };
    let first = reproduce();
    assert!(first["simulated"].as_u64() > Some(0), "{first:#}");
    let status = ["status", "--profile", "smoke", "--format", "json", "--store", &path];
    let status: Json = serde_json::from_str(&succeeds(&status)).expect("JSON");
    let items = status["items"].as_array().expect("a list of items");
    assert_eq!(items.len(), count_manifests(&root().join("experiments")));
    for item in items {
        let item = item["item"].as_str().expect("a name");
        let page = store.path().join("reports-smoke").join(item).join("README.md");
        assert!(page.is_file(), "{item} has no page");
    }
    let second = reproduce();
    for count in ["simulated", "analysed", "reports_written"] {
        assert_eq!(second[count], 0, "{count} in {second:#}");
    }
}

#[test]
fn the_page_of_parts_is_the_programs() {
    let committed = std::fs::read_to_string(root().join("docs/parts.md"));
    let is_current = committed.expect("docs/parts.md") == succeeds(&["parts"]);
    assert!(is_current, "write it again: maruyama parts > docs/parts.md");
}

#[test]
fn the_committed_schema_is_the_programs() {
    let committed = std::fs::read_to_string(root().join("schema/manifest.json"));
    let is_current = committed.expect("schema/manifest.json") == succeeds(&["schema"]);
    assert!(is_current, "write it again: maruyama schema > schema/manifest.json");
}

/// The number of manifests below `folder`.
fn count_manifests(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_manifest = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml");
    paths
        .map(|path| if path.is_dir() { count_manifests(&path) } else { is_manifest(&path).into() })
        .sum()
}
