//! `verify`: what is stored is what was written, and what would be computed again.

use std::fs;
use std::sync::Arc;

use maruyama::fingerprint;
use maruyama::identity::Digest;
use maruyama::store::{Block, Provenance, Store};

use crate::project::Project;

#[test]
fn a_sound_store_is_as_written_and_equal_when_computed_once_more() {
    let project = Project::small();
    project.reproduce();
    let before = project.files("");
    project.run(["verify"]).code(0).prints("as written").prints_no("computed once more");
    let all = project.run(["verify", "--recompute", "--quiet"]).code(0);
    all.prints("equal bit for bit").prints_no("differs");
    let one = project.run(["verify", "--recompute=1", "--seed=7", "--format=json"]).code(0).json();
    assert_eq!(one["recomputed"]["cells"], 1);
    assert_eq!(one["recomputed"]["seed"], 7);
    assert_eq!(one["recomputed"]["different"], serde_json::json!([]));
    assert!(project.files("") == before, "verification changes nothing");
}

#[test]
fn a_damaged_file_is_named_and_left_where_it_is() {
    let project = Project::small();
    project.reproduce();
    let file = project.list("store/results", "parquet").remove(0);
    let mut bytes = fs::read(project.path(&file)).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    project.write(&file, bytes);
    project.run(["verify"]).code(1).prints(&format!("damaged: {file}: "));
    assert!(project.path(&file).exists());
}

/// Numbers that were not computed, stored with all their digests in order.
#[test]
fn a_forged_result_is_found_by_computing_it_once_more() {
    let project = Project::small();
    project.reproduce();
    let store = Store::open_to_write(&project.path("store")).expect("a store");
    let name = project.list("store/results", "parquet").remove(0);
    let digest = name.rsplit('/').next().and_then(|name| name.split('.').next());
    let digest = digest.and_then(Digest::parse).expect("a file is named by its digest");
    let code = Arc::new(fingerprint::of(&["crates/dynamics/src/real.rs"]));
    let mut blocks: Vec<Block> = store
        .read_blocks(digest)
        .expect("sound")
        .into_iter()
        .map(|(id, observations)| Block {
            id,
            ensemble: Digest::of_bytes(b"some ensemble"),
            description: r#"{"cell": {}, "data": {}, "code": ""}"#.to_owned(),
            code: Arc::clone(&code),
            causes: maruyama::store::Causes::new(),
            observations,
        })
        .collect();
    blocks[0].observations.values[0] += 1e-9;
    let provenance = Provenance {
        wall_seconds: 0.0,
        host: String::new(),
        threads: 1,
        git_commit: None,
        version: "0",
        unix_time: 0,
    };
    store.write_blocks(&blocks, &provenance).expect("written");
    drop(store);
    fs::remove_file(project.path(&name)).expect("removed");
    project.run(["verify"]).code(0);
    project.run(["verify", "--recompute", "--quiet"]).code(1).prints("differs: ");
}
