//! Which code a result depends on: the closure of a source file over the files that it names.
//!
//! The build scripts of the numeric crates list every source file with the SHA-256 of its text and
//! the paths that it names (`crates/fingerprint`). Here that relation is closed: the fingerprint of
//! a model is the digest of the files reachable from its own file, so that editing one optimizer
//! reruns what uses it and editing a page of the report reruns nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::{Digest, Hasher};

/// A row of a generated table: path below `src`, SHA-256 of the text, paths that it names.
type Row = (&'static str, &'static str, &'static [&'static str]);

/// One crate whose sources are fingerprinted.
struct Tree {
    /// Name in `use` paths; `crate` within the crate itself.
    name: &'static str,
    /// Folder of the sources in the repository.
    folder: &'static str,
    rows: &'static [Row],
}

const TREES: [Tree; 5] = [
    Tree {
        name: "maruyama_dynamics",
        folder: "crates/dynamics/src",
        rows: maruyama_dynamics::SOURCES,
    },
    Tree {
        name: "maruyama_statistics",
        folder: "crates/statistics/src",
        rows: maruyama_statistics::SOURCES,
    },
    Tree { name: "maruyama_theory", folder: "crates/theory/src", rows: maruyama_theory::SOURCES },
    Tree { name: "maruyama_figure", folder: "crates/figure/src", rows: maruyama_figure::SOURCES },
    Tree {
        name: "maruyama",
        folder: "src",
        rows: include!(concat!(env!("OUT_DIR"), "/sources.rs")),
    },
];

/// A file of one of the fingerprinted crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    tree: usize,
    row: usize,
}

/// The code that a result depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Digest of `files`.
    pub digest: Digest,
    /// Source files by repository path, with the SHA-256 of their text in hexadecimal.
    pub files: BTreeMap<String, String>,
}

/// The fingerprint of everything reachable from the files `roots`.
///
/// # Arguments
/// * `roots`: paths as `file!()` gives them in the part's own file; they are recognised by their
///   ending, wherever the compiler was started.
///
/// # Panics
/// If a root is not a file of a fingerprinted crate: its part then declares a wrong source.
#[must_use]
pub fn of(roots: &[&str]) -> Fingerprint {
    closure(&TREES, roots)
}

fn closure(trees: &[Tree], roots: &[&str]) -> Fingerprint {
    let mut pending: Vec<File> = roots.iter().map(|root| file_at(trees, root)).collect();
    let mut reached: BTreeSet<File> = BTreeSet::new();
    while let Some(file) = pending.pop() {
        if reached.insert(file) {
            let (_, _, uses) = trees[file.tree].rows[file.row];
            pending.extend(uses.iter().filter_map(|path| resolve(trees, file.tree, path)));
        }
    }
    let files: BTreeMap<String, String> = reached
        .into_iter()
        .map(|file| {
            let tree = &trees[file.tree];
            let (path, digest, _) = tree.rows[file.row];
            (format!("{}/{path}", tree.folder), digest.to_owned())
        })
        .collect();
    let mut hasher = Hasher::new("maruyama code 1");
    for (path, digest) in &files {
        hasher.field(path.as_bytes());
        hasher.field(digest.as_bytes());
    }
    Fingerprint { digest: hasher.finish(), files }
}

/// The fingerprint of all files of the program below `folders` and of all that they name.
#[must_use]
pub fn of_folders(folders: &[&str]) -> Fingerprint {
    closure_of_folders(&TREES, folders)
}

fn closure_of_folders(trees: &[Tree], folders: &[&str]) -> Fingerprint {
    let mut roots = Vec::new();
    for tree in trees {
        for (path, digest, _) in tree.rows {
            let full = format!("{}/{path}", tree.folder);
            if !digest.is_empty() && folders.iter().any(|folder| full.starts_with(folder)) {
                roots.push(full);
            }
        }
    }
    closure(trees, &roots.iter().map(String::as_str).collect::<Vec<_>>())
}

fn file_at(trees: &[Tree], root: &str) -> File {
    let root = root.replace('\\', "/");
    let mut best = None;
    for (tree_idx, tree) in trees.iter().enumerate() {
        for (row_idx, (path, ..)) in tree.rows.iter().enumerate() {
            let full = format!("{}/{path}", tree.folder);
            let matches = root == full || root.ends_with(&format!("/{full}"));
            if matches && best.is_none_or(|(len, _)| len < full.len()) {
                best = Some((full.len(), File { tree: tree_idx, row: row_idx }));
            }
        }
    }
    let (_, file) =
        best.unwrap_or_else(|| panic!("`{root}` is declared as the source of a part, and is none"));
    file
}

/// The file that holds what `path` names, seen from a file of the crate `tree`.
///
/// The longest leading part of the path that is a module wins; a module that only assembles is
/// followed through its re-export of the next name. `None` if the path leads to no numeric file.
fn resolve(trees: &[Tree], tree: usize, path: &str) -> Option<File> {
    let (root, rest) = path.split_once("::")?;
    let tree = match root {
        "crate" => tree,
        name => trees.iter().position(|tree| tree.name == name)?,
    };
    let names: Vec<&str> = rest.split("::").collect();
    for len in (0..=names.len()).rev() {
        let module = names[..len].join("/");
        if len > 0
            && let Some(row) = row_at(trees, tree, &format!("{module}.rs"))
        {
            return Some(File { tree, row });
        }
        let assembly = if len == 0 { "lib.rs".to_owned() } else { format!("{module}/mod.rs") };
        if let Some(row) = row_at(trees, tree, &assembly) {
            return through_assembly(trees, (tree, row), &names[..len], names.get(len)?);
        }
    }
    None
}

fn through_assembly(
    trees: &[Tree],
    (tree, row): (usize, usize),
    module: &[&str],
    name: &str,
) -> Option<File> {
    let (_, _, exports) = trees[tree].rows[row];
    let target = exports.iter().find_map(|export| export.strip_prefix(&format!("{name}=")))?;
    let root = target.split("::").next()?;
    if root == "crate" || trees.iter().any(|tree| tree.name == root) {
        return resolve(trees, tree, target);
    }
    let prefix = module.iter().fold("crate".to_owned(), |path, name| format!("{path}::{name}"));
    resolve(trees, tree, &format!("{prefix}::{target}"))
}

fn row_at(trees: &[Tree], tree: usize, path: &str) -> Option<usize> {
    trees[tree].rows.iter().position(|(candidate, ..)| *candidate == path)
}

#[cfg(test)]
#[path = "fingerprint/tests/edits.rs"]
mod edits;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_depends_on_its_own_file_and_the_generator_but_not_on_other_models_or_reports() {
        let sgd = of(&["crates/dynamics/src/model/sgd.rs"]);
        let has = |file: &str| sgd.files.contains_key(file);
        assert!(has("crates/dynamics/src/model/sgd.rs"));
        assert!(has("crates/dynamics/src/noise/stream.rs"), "{:?}", sgd.files);
        assert!(has("crates/dynamics/src/noise/philox.rs"));
        assert!(has("crates/dynamics/src/real.rs"));
        assert!(!has("crates/dynamics/src/model/hsgd.rs"));
        assert!(!sgd.files.keys().any(|file| file.starts_with("src/")));
    }

    #[test]
    fn roots_are_found_wherever_the_compiler_was_started() {
        let plain = of(&["crates/dynamics/src/real.rs"]);
        assert_eq!(plain, of(&["/elsewhere/crates/dynamics/src/real.rs"]));
        assert_eq!(plain.files.len(), 1);
    }

    /// The sources of all parts that results depend on.
    fn sources_of_parts() -> Vec<&'static str> {
        use maruyama_dynamics::{dataset, model, observable, problem};
        let mut sources = vec!["crates/dynamics/src/simulate/cell.rs", "src/run/reduction.rs"];
        sources.extend(problem::PROBLEMS.iter().map(|problem| problem.part().source));
        sources.extend(model::MODELS.iter().map(|model| model.part().source));
        sources.extend(dataset::SOURCES.iter().map(|source| source.part().source));
        sources.extend(observable::OBSERVABLES.iter().map(|observable| observable.part.source));
        sources.extend(observable::FAMILIES.iter().map(|family| family.part.source));
        sources.extend(crate::analyse::ESTIMATORS.iter().map(|estimator| estimator.part().source));
        sources
    }

    #[test]
    fn a_file_reaches_registries_only_where_their_parts_are_declared_as_sources() {
        let reached = of(&sources_of_parts());
        let mut lost = BTreeSet::new();
        for file in reached.files.keys() {
            let File { tree, row } = file_at(&TREES, file);
            for path in TREES[tree].rows[row].2 {
                let root = path.split("::").next().unwrap();
                let is_ours = root == "crate" || TREES.iter().any(|tree| tree.name == root);
                if is_ours && resolve(&TREES, tree, path).is_none() {
                    lost.insert((file.as_str(), *path));
                }
            }
        }
        // `plan::code` adds problem, model and observables of a cell, `Estimator::sources` the
        // families; `NAMES` only tells which names a manifest may give.
        let declared = [
            ("crates/dynamics/src/simulate/cell.rs", "crate::model::model"),
            ("crates/dynamics/src/simulate/cell.rs", "crate::problem::problem"),
            ("crates/dynamics/src/simulate/observed.rs", "crate::observable::asked"),
            ("crates/dynamics/src/simulate/refusal.rs", "crate::model::model"),
            ("src/analyse/estimate/convergence.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/distance.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/goodness_of_fit.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/goodness_of_fit.rs", "maruyama_statistics::fit"),
            ("src/analyse/estimate/mean_gap.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/moments.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/quantiles.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/tail_index.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/tail_report.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/tail_sandwich.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/tail_theory.rs", "maruyama_theory::tail::theory"),
            ("src/analyse/estimate/temperature.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/two_sample_test.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/wasserstein_decay.rs", "maruyama_dynamics::observable"),
            ("src/analyse/estimate/weak_order.rs", "maruyama_dynamics::observable"),
        ];
        assert_eq!(lost, BTreeSet::from(declared), "a path that no fingerprint follows");
    }

    /// A file that only implements a trait or adds methods is named by nobody; a result could depend
    /// on it and not notice its change.
    #[test]
    fn every_file_of_a_simulation_is_reached_by_name() {
        let reached = of(&sources_of_parts());
        let simulated = ["model", "noise", "observable", "problem", "simd", "simulate"];
        // For tests; declarations of parameters, whose values are in every identity.
        let without_results = ["simd/check.rs", "simulate/settings.rs"];
        let lost: Vec<String> = maruyama_dynamics::SOURCES
            .iter()
            .filter(|(file, ..)| simulated.contains(&file.split('/').next().unwrap_or_default()))
            .filter(|(file, ..)| !file.ends_with("/mod.rs") && !without_results.contains(file))
            .map(|(file, ..)| format!("crates/dynamics/src/{file}"))
            .filter(|file| !reached.files.contains_key(file))
            .collect();
        assert!(lost.is_empty(), "in no fingerprint: {lost:?}");
    }

    #[test]
    fn statistics_over_chains_depend_on_how_they_are_merged() {
        let files = of(&["src/run/reduction.rs"]).files;
        for file in ["summary.rs", "sums.rs", "sketch.rs", "tree.rs"] {
            let file = format!("crates/statistics/src/stream/{file}");
            assert!(files.contains_key(&file), "{file} is not in {files:?}");
        }
        assert!(files.contains_key("crates/dynamics/src/simulate/walk.rs"), "{files:?}");
    }

    #[test]
    fn an_analysis_depends_on_the_families_that_it_fits_and_on_no_other() {
        use maruyama_dynamics::parameter::{Parameters, Value};
        let estimator = crate::analyse::estimator("goodness_of_fit");
        let files = |family: &str| {
            let families = Value::List(vec![Value::Text(family.to_owned())]);
            let parameters = Parameters::from([("families".to_owned(), families)]);
            let mut sources = estimator.sources(&parameters);
            sources.push(estimator.part().source);
            of(&sources).files
        };
        let stable = ["fit/stable_ml.rs", "law/stable.rs", "fit/stable_ascent.rs"];
        for file in stable.map(|file| format!("crates/statistics/src/{file}")) {
            assert!(files("stable_ml").contains_key(&file), "{file}");
            assert!(!files("student_t").contains_key(&file), "{file}");
        }
    }
}
