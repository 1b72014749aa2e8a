//! Finding, reading and checking manifests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use maruyama_dynamics::dataset::{Dataset, DatasetError};
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Part, Value, Violation};
use maruyama_dynamics::{dataset, model, problem, simulate};

use crate::analyse::ESTIMATORS;
use crate::check;
use crate::data::Library;
use crate::error::Error;
use crate::manifest::diagnostic::Diagnostics;
use crate::manifest::parse;
use crate::manifest::types::{Cell, DataSet, Manifest};
use crate::manifest::vocabulary::{DATA, PROBLEM, Vocabulary};
use crate::plan;
use crate::report::PLOTS;

/// Where manifests are looked for when none is named.
pub const EXPERIMENTS: &str = "experiments";

/// A manifest with the text that it was read from.
#[derive(Debug)]
pub struct Loaded {
    /// The checked manifest.
    pub manifest: Manifest,
    /// Its text.
    pub text: String,
}

/// Reads and checks the manifests `paths`, files or folders; all of [`EXPERIMENTS`] if there are
/// none.
///
/// # Errors
/// If a path cannot be read, a manifest has mistakes (those of all manifests are reported
/// together), or two manifests have an item or a claim of one name.
pub fn load(paths: &[PathBuf], profile: &str, library: &Library) -> Result<Vec<Loaded>, Error> {
    let mut loaded = Vec::new();
    let mut mistakes = Vec::new();
    for path in manifest_files(paths)? {
        let bytes =
            fs::read(&path).map_err(|source| Error::ReadManifest { path: path.clone(), source })?;
        match read(&path, bytes, profile, library) {
            Ok(one) => loaded.push(one),
            Err(Error::Manifests(mut found)) => mistakes.append(&mut found),
            Err(error) => return Err(error),
        }
    }
    if !mistakes.is_empty() {
        return Err(Error::Manifests(mistakes));
    }
    refuse_same_names(&loaded)?;
    Ok(loaded)
}

/// Reads and checks the manifest `bytes` of the file at `path`, beside which its data are looked up.
///
/// # Errors
/// If the bytes are not UTF-8, or every mistake in the manifest.
pub fn read(
    path: &Path,
    bytes: Vec<u8>,
    profile: &str,
    library: &Library,
) -> Result<Loaded, Error> {
    let text = String::from_utf8(bytes).map_err(|error| Error::NotText {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    read_one(path, text, profile, library).map_err(|mistakes| Error::Manifests(vec![mistakes]))
}

fn read_one(
    path: &Path,
    text: String,
    profile: &str,
    library: &Library,
) -> Result<Loaded, Diagnostics> {
    let without_dot: PathBuf =
        path.components().filter(|part| *part != Component::CurDir).collect();
    let mut name = without_dot.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR == '\\' {
        name = name.replace('\\', "/");
    }
    // The plan looks the data up beside the manifest's name: here it must be the same folder.
    let folder = Path::new(&name).parent().unwrap_or(Path::new(""));
    let check_data = |data: &DataSet| check_data(folder, data, library);
    let check_cell = |cell: &Cell| check_cell(folder, cell, library);
    let words = Words::new();
    let vocabulary = words.vocabulary(&check_cell, &check_data);
    let manifest = parse(&name, &text, &vocabulary, profile)?;
    let n_blocks = |cell: &Cell| {
        let dataset = cell.data.as_ref().and_then(|data| built(folder, data, library));
        let values = simulate::values_per_chain(&cell.parameters, dataset.as_deref());
        plan::n_blocks(&cell.parameters, values)
    };
    let mistakes = check::check(&manifest, &n_blocks);
    if mistakes.is_empty() {
        return Ok(Loaded { manifest, text });
    }
    Err(Diagnostics::new(&name, &text, mistakes))
}

/// The parts of the program, as a manifest names them.
pub struct Words {
    data_sources: Vec<Part>,
    problems: Vec<Part>,
    models: Vec<Part>,
    estimators: Vec<Part>,
    plots: Vec<Part>,
}

impl Words {
    /// All parts of all registries.
    #[must_use]
    pub fn new() -> Words {
        Words {
            data_sources: dataset::SOURCES.iter().map(|source| *source.part()).collect(),
            problems: problem::PROBLEMS.iter().map(|problem| *problem.part()).collect(),
            models: model::MODELS.iter().map(|model| *model.part()).collect(),
            estimators: ESTIMATORS.iter().map(|estimator| *estimator.part()).collect(),
            plots: PLOTS.iter().map(|plot| *plot.part()).collect(),
        }
    }

    /// The vocabulary with these checks of cells and data sets.
    #[must_use]
    pub fn vocabulary<'a>(
        &'a self,
        check_cell: &'a (dyn Fn(&Cell) -> Vec<Violation> + Sync),
        check_data: &'a dyn Fn(&DataSet) -> Vec<Violation>,
    ) -> Vocabulary<'a> {
        Vocabulary {
            data_sources: &self.data_sources,
            problems: &self.problems,
            models: &self.models,
            common: simulate::PARAMETERS,
            estimators: &self.estimators,
            plots: &self.plots,
            check_cell,
            check_data,
        }
    }
}

impl Default for Words {
    fn default() -> Words {
        Words::new()
    }
}

fn check_data(folder: &Path, data: &DataSet, library: &Library) -> Vec<Violation> {
    let name = data.parameters.text("source");
    let source = dataset::source(name)
        .unwrap_or_else(|| panic!("`{name}` passed the vocabulary and is in no registry"));
    let violations = source.check(&data.parameters);
    if !violations.is_empty() {
        return violations;
    }
    match library.resolve(folder, data) {
        Err(violation) => vec![violation],
        Ok(resolved) => match resolved.dataset() {
            Ok(_) => Vec::new(),
            Err(error) => vec![Violation {
                parameter: at_fault(&error, &data.parameters),
                message: error.to_string(),
                remedy: "correct the file, or how it is read".to_owned(),
            }],
        },
    }
}

/// The parameter of a data set to point at for `error`.
fn at_fault(error: &DatasetError, parameters: &Parameters) -> &'static str {
    match error {
        DatasetError::UnknownColumn { column, .. } => {
            let response = parameters.get("response").and_then(Value::as_text);
            if response == Some(column) { "response" } else { "features" }
        }
        _ => "file",
    }
}

fn check_cell(folder: &Path, cell: &Cell, library: &Library) -> Vec<Violation> {
    let name = cell.parameters.text(PROBLEM);
    let problem = problem::problem(name).expect("the name passed the vocabulary");
    let Some(data) = &cell.data else {
        if !problem.needs_data() {
            return simulate::check(&cell.parameters, None);
        }
        return vec![Violation {
            parameter: DATA,
            message: "this problem needs a data set".to_owned(),
            remedy: "declare one under `data:` and name it in the sweep".to_owned(),
        }];
    };
    if !problem.needs_data() {
        return vec![Violation {
            parameter: DATA,
            message: format!("problem `{name}` takes no data set"),
            remedy: "leave `data` out of the sweep".to_owned(),
        }];
    }
    let dataset = built(folder, data, library);
    dataset.map_or_else(Vec::new, |data| simulate::check(&cell.parameters, Some(&data)))
}

/// The data set, unless it cannot be read or built.
fn built(folder: &Path, data: &DataSet, library: &Library) -> Option<Arc<Dataset>> {
    library.resolve(folder, data).ok()?.dataset().ok()
}

/// The manifests that `paths` name: files as they are, folders searched for `*.yaml`.
pub(crate) fn manifest_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let default = [PathBuf::from(EXPERIMENTS)];
    let paths = if paths.is_empty() { &default } else { paths };
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|source| Error::ReadManifest { path: path.clone(), source })?;
        if metadata.is_dir() {
            let found = files.len();
            search(path, &mut files)?;
            if files.len() == found {
                return Err(Error::NoManifest { path: path.clone() });
            }
        } else {
            files.push(path.clone());
        }
    }
    let mut unique = Vec::with_capacity(files.len());
    for file in files {
        if !unique.contains(&file) {
            unique.push(file);
        }
    }
    Ok(unique)
}

/// Appends the manifests below `folder`, in the order of their names.
fn search(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |source| Error::ReadManifest { path: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            search(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Items name folders of reports, and claims are found by their name: neither may occur twice.
fn refuse_same_names(loaded: &[Loaded]) -> Result<(), Error> {
    let mut items: BTreeMap<&str, &str> = BTreeMap::new();
    let mut claims: BTreeMap<&str, &str> = BTreeMap::new();
    for Loaded { manifest, .. } in loaded {
        let second = || manifest.path.clone();
        if let Some(first) = items.insert(&manifest.item, &manifest.path) {
            let (item, first) = (manifest.item.clone(), first.to_owned());
            return Err(Error::SameItem { item, first, second: second() });
        }
        for claim in &manifest.claims {
            if let Some(first) = claims.insert(&claim.id, &manifest.path) {
                let (id, first) = (claim.id.clone(), first.to_owned());
                return Err(Error::SameClaim { id, first, second: second() });
            }
        }
    }
    Ok(())
}
