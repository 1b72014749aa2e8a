//! What an edit of the sources makes stale, without a build: the tables that the build scripts would
//! write for the edited texts. `scripts/code_changes.py` does the same with builds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use maruyama_dynamics::{dataset, model, problem};
use maruyama_fingerprint::Sources;

use super::*;

/// The sources of every crate, by its folder in the repository.
struct Repository(BTreeMap<&'static str, Sources>);

impl Repository {
    fn read() -> Repository {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |tree: &Tree| {
            let folder = tree.folder.strip_suffix("src").unwrap();
            (tree.folder, Sources::read(&root.join(folder)).unwrap())
        };
        Repository(TREES.iter().map(read).collect())
    }

    /// The repository in which `edit` has changed the file at `path`.
    fn edited(&self, path: &str, edit: impl Fn(&str) -> String) -> Repository {
        let mut crates = self.0.clone();
        let (folder, sources) =
            crates.iter_mut().rfind(|(folder, _)| path.starts_with(**folder)).unwrap();
        let text = sources.files.get_mut(&path[folder.len() + 1..]).unwrap();
        let new = edit(text);
        assert_ne!(*text, new, "{path} is not changed");
        *text = new;
        Repository(crates)
    }

    /// The tables of its crates, as a program built from it has them.
    fn trees(&self) -> Vec<Tree> {
        let leak = |text: String| -> &'static str { text.leak() };
        let tree = |tree: &Tree| {
            let rows = self.0[tree.folder].rows().unwrap().into_iter().map(|row| -> Row {
                let uses: Vec<&'static str> = row.uses.into_iter().map(leak).collect();
                (leak(row.path), leak(row.digest), uses.leak())
            });
            Tree { name: tree.name, folder: tree.folder, rows: rows.collect::<Vec<_>>().leak() }
        };
        TREES.iter().map(tree).collect()
    }

    /// The fingerprints of all parts by name, and of the code of reports.
    fn fingerprints(&self) -> BTreeMap<String, Digest> {
        let trees = self.trees();
        let mut roots =
            vec![("every simulation".to_owned(), "crates/dynamics/src/simulate/cell.rs")];
        roots.extend(
            model::MODELS.iter().map(|one| (of_kind("model", one.part().name), one.part().source)),
        );
        roots.extend(
            problem::PROBLEMS
                .iter()
                .map(|one| (of_kind("problem", one.part().name), one.part().source)),
        );
        roots.extend(
            dataset::SOURCES
                .iter()
                .map(|one| (of_kind("data", one.part().name), one.part().source)),
        );
        let estimators = crate::analyse::ESTIMATORS.iter();
        roots.extend(
            estimators.map(|one| (of_kind("estimator", one.part().name), one.part().source)),
        );
        let mut all: BTreeMap<String, Digest> =
            roots.into_iter().map(|(name, root)| (name, closure(&trees, &[root]).digest)).collect();
        let folders = ["src/report/", "crates/figure/src/"];
        all.insert("reports".to_owned(), closure_of_folders(&trees, &folders).digest);
        all
    }
}

fn of_kind(kind: &str, name: &str) -> String {
    format!("{kind} {name}")
}

/// The parts that are stale after `edit` of the file at `path`.
fn stale(path: &str, edit: impl Fn(&str) -> String) -> BTreeSet<String> {
    let repository = Repository::read();
    let (before, after) = (repository.fingerprints(), repository.edited(path, edit).fingerprints());
    before
        .into_iter()
        .filter(|(name, digest)| after[name] != *digest)
        .map(|(name, _)| name)
        .collect()
}

const SIGN_SGD: &str = "crates/dynamics/src/model/sign_sgd.rs";

#[test]
fn the_tables_of_this_program_are_those_of_its_sources() {
    for (built, read) in TREES.iter().zip(Repository::read().trees()) {
        assert_eq!(built.rows, read.rows, "{}", built.folder);
    }
}

#[test]
fn an_edit_of_a_model_makes_the_cells_of_this_model_stale_and_nothing_else() {
    let only = BTreeSet::from(["model sign_sgd".to_owned()]);
    assert_eq!(stale(SIGN_SGD, |text| format!("{text}// More.\n")), only, "a comment");
    assert_eq!(stale(SIGN_SGD, |text| text.replacen("    ", "     ", 1)), only, "the format");
    let number = |text: &str| text.replacen("0.0", "0.5", 1);
    assert_eq!(stale(SIGN_SGD, number), only, "a number");
}

#[test]
fn an_edit_of_reports_or_tests_or_registries_makes_no_cell_stale() {
    let comment = |text: &str| format!("{text}// More.\n");
    let reports = BTreeSet::from(["reports".to_owned()]);
    assert_eq!(stale("src/report/page.rs", comment), reports);
    assert_eq!(stale("crates/figure/src/svg.rs", comment), reports);
    assert_eq!(stale("crates/dynamics/src/model/mod.rs", comment), BTreeSet::new());
    assert_eq!(stale("src/cli/show.rs", comment), BTreeSet::new());
    let of_tests = |text: &str| text.replacen("#[test]", "#[test] // More.", 1);
    assert_eq!(stale("crates/dynamics/src/simulate/cell.rs", of_tests), BTreeSet::new());
}

#[test]
fn an_edit_of_an_estimator_makes_its_analyses_stale_and_no_cell() {
    let comment = |text: &str| format!("{text}// More.\n");
    let found = stale("src/analyse/estimate/tail_index.rs", comment);
    assert!(found.contains("estimator tail_index"), "{found:?}");
    let is_of_cells = |part: &str| {
        ["every", "model", "problem", "data"].iter().any(|kind| part.starts_with(kind))
    };
    assert!(!found.iter().any(|part| is_of_cells(part)), "{found:?}");
}

#[test]
fn what_all_random_numbers_go_through_makes_every_model_stale() {
    let found = stale("crates/dynamics/src/noise/philox.rs", |text| format!("{text}// More.\n"));
    for one in model::MODELS {
        assert!(found.contains(&of_kind("model", one.part().name)), "{}", one.part().name);
    }
}
