//! Speed of the pipeline itself: ten thousand cells that take almost no time to simulate, so that
//! what is measured is what the program adds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use maruyama::analyse::needs_samples;
use maruyama::data::Library;
use maruyama::load::load;
use maruyama::manifest::types::Manifest;
use maruyama::plan::Plan;
use maruyama::store::{Index, Store};
use tempfile::TempDir;

const N_CELLS: usize = 10_000;
const MANIFEST: &str = "
title: Trivial cells
data: { small: { source: gaussian_design, rows: 20, columns: 2, numpy_seed: 1 } }
simulate:
  cells:
    model: sgd
    data: small
    steps: 5
    chains: 8
    matrix: { step_size: { linspace: [0.001, 0.1, 10000] } }
analyse:
  tails: { estimate: tail_index, of: cells, observable: q1 }
";

/// The folder of the manifest, with a store in which everything is done.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

fn main() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("cells.yaml"), MANIFEST).expect("it can be written to");
    FOLDER.get_or_init(|| folder.path().to_owned());
    maruyama("reproduce", &store());
    divan::main();
}

/// From the text of the manifest to checked cells.
#[divan::bench(sample_count = 20)]
fn parse_and_expand(bencher: Bencher) {
    bencher.counter(ItemsCount::new(N_CELLS)).bench(manifests);
}

/// From cells to identities and blocks; every identity is computed.
#[divan::bench(sample_count = 20)]
fn plan(bencher: Bencher) {
    let library = Library::default();
    bencher
        .counter(ItemsCount::new(N_CELLS))
        .with_inputs(manifests)
        .bench_values(|manifests| Plan::new(manifests, &library, needs_samples));
}

/// Reading and verifying every results file of the store.
#[divan::bench(sample_count = 20)]
fn index(bencher: Bencher) {
    let read = || -> Index {
        let store = Store::open_to_read(&store()).expect("the store was written by this benchmark");
        store.index().expect("the store was written by this benchmark")
    };
    bencher.counter(ItemsCount::new(N_CELLS)).bench(read);
}

/// A whole process that finds everything done.
#[divan::bench(sample_count = 20)]
fn reproduce_again(bencher: Bencher) {
    bencher.counter(ItemsCount::new(N_CELLS)).bench(|| maruyama("reproduce", &store()));
}

/// A whole process that simulates every cell and stores the results.
#[divan::bench(sample_count = 5)]
fn first_run(bencher: Bencher) {
    bencher
        .counter(ItemsCount::new(N_CELLS))
        .with_inputs(|| TempDir::new().expect("a temporary folder can be made"))
        .bench_refs(|folder| maruyama("run", folder.path()));
}

fn folder() -> &'static Path {
    FOLDER.get().expect("`main` comes first")
}

fn store() -> PathBuf {
    folder().join("store")
}

fn manifests() -> Vec<Manifest> {
    let loaded = load(&[folder().join("cells.yaml")], "paper", &Library::default());
    loaded.expect("the manifest is right").into_iter().map(|one| one.manifest).collect()
}

/// Runs the program on the manifest.
fn maruyama(command: &str, store: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_maruyama"))
        .args([command, "--quiet", "--store"])
        .arg(store)
        .arg("--reports")
        .arg(folder().join("reports"))
        .arg(folder().join("cells.yaml"))
        .status();
    assert!(status.expect("the program can be started").success());
}
