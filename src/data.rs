//! Data sets of a run: files read once, data sets built once, problems prepared once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use maruyama_dynamics::dataset::{self, Dataset, DatasetError, SHA256, Source};
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value, Violation};
use maruyama_dynamics::problem::{Problem, ProblemKind};

use crate::fingerprint;
use crate::identity::Digest;
use crate::manifest::canonical;
use crate::manifest::types::DataSet;
use crate::store::csv_text;

/// Name of a problem and canonical JSON of its own parameters.
type ProblemKey = (&'static str, String);

/// A problem once it has been built.
type Built = OnceLock<Arc<dyn Problem>>;

/// A data set whose files have been read.
pub struct ResolvedData {
    /// Canonical JSON of its parameters, without the paths of its files.
    pub definition: String,
    /// SHA-256 of each of its files, by the parameter that names it.
    pub files: BTreeMap<String, Digest>,
    source: &'static dyn Source,
    parameters: Parameters,
    contents: Vec<Vec<u8>>,
    code: OnceLock<Digest>,
    built: OnceLock<Result<Arc<Dataset>, DatasetError>>,
    problems: Mutex<BTreeMap<ProblemKey, Arc<Built>>>,
}

impl std::fmt::Debug for ResolvedData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResolvedData")
            .field("definition", &self.definition)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl ResolvedData {
    /// Reads the files of the data set `parameters`, which are looked up beside the manifest in
    /// `folder` and then in each folder above it.
    fn read(parameters: &Parameters, folder: &Path) -> Result<ResolvedData, Violation> {
        let name = parameters.text("source");
        let source = dataset::source(name)
            .unwrap_or_else(|| panic!("`{name}` passed the vocabulary and is in no registry"));
        let mut definition = parameters.clone();
        let mut files = BTreeMap::new();
        let mut contents = Vec::new();
        let asked = source.files(parameters);
        let expected = expected_digests(parameters, asked.len())?;
        definition.remove(SHA256.name);
        for (idx, (parameter, path)) in asked.into_iter().enumerate() {
            let bytes = read_upwards(folder, &path).map_err(|message| Violation {
                parameter,
                message,
                remedy: remedy(source),
            })?;
            let digest = Digest::of_bytes(&bytes);
            if let Some(expected) = expected.get(idx) {
                check_digest(&path, digest, expected)?;
            }
            definition.remove(parameter);
            files.insert(parameter.to_owned(), digest);
            let text = csv_text(bytes).map_err(|error| Violation {
                parameter,
                message: format!("`{path}`: {error}"),
                remedy: "give CSV text, or Parquet without compression or with zstd".to_owned(),
            })?;
            contents.push(text);
        }
        let definition = canonical::text(&definition).expect("a resolved parameter is finite");
        Ok(ResolvedData {
            definition,
            files,
            source,
            parameters: parameters.clone(),
            contents,
            code: OnceLock::new(),
            built: OnceLock::new(),
            problems: Mutex::default(),
        })
    }

    /// Fingerprint of the code that builds it.
    #[must_use]
    pub fn source_code(&self) -> Digest {
        *self.code.get_or_init(|| fingerprint::of(&[self.source.part().source]).digest)
    }

    /// The data set.
    ///
    /// # Errors
    /// If a file does not hold what the source expects.
    pub fn dataset(&self) -> Result<Arc<Dataset>, DatasetError> {
        let build = || self.source.build(&self.parameters, &self.contents).map(Arc::new);
        self.built.get_or_init(build).clone()
    }

    /// The problem of `kind` on the data set, with its own of the `parameters` of a cell; equal ones
    /// are built once.
    ///
    /// # Errors
    /// As [`ResolvedData::dataset`].
    ///
    /// # Panics
    /// If the parameters have not been checked.
    pub fn problem(
        &self,
        kind: &dyn ProblemKind,
        parameters: &Parameters,
    ) -> Result<Arc<dyn Problem>, DatasetError> {
        let dataset = self.dataset()?;
        let is_own = |name: &str| kind.part().parameters.iter().any(|own| own.name == name);
        let mut own = parameters.clone();
        own.retain(|name, _| is_own(name));
        let text = canonical::text(&own).expect("a resolved parameter is finite");
        let cell = {
            let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(problems.entry((kind.part().name, text)).or_default())
        };
        Ok(Arc::clone(cell.get_or_init(|| kind.build(parameters, Some(&dataset)))))
    }
}

/// A data set with the folder in which it is declared.
#[derive(Debug)]
struct Known {
    folder: PathBuf,
    data: Arc<ResolvedData>,
}

/// Every data set met so far: few, and asked for by every cell.
#[derive(Debug, Default)]
pub struct Library {
    sets: Mutex<Vec<Known>>,
}

impl Library {
    /// Reads the files of `data`, declared in a manifest in `folder`; a second call returns what
    /// the first has read.
    ///
    /// # Errors
    /// If a file cannot be read.
    ///
    /// # Panics
    /// If the data set has not passed the vocabulary.
    pub fn resolve(&self, folder: &Path, data: &DataSet) -> Result<Arc<ResolvedData>, Violation> {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |known: &&Known| {
            known.data.parameters == data.parameters && known.folder.as_os_str() == folder
        };
        if let Some(known) = sets.iter().find(is_it) {
            return Ok(Arc::clone(&known.data));
        }
        let resolved = Arc::new(ResolvedData::read(&data.parameters, folder)?);
        sets.push(Known { folder: folder.to_owned(), data: Arc::clone(&resolved) });
        Ok(resolved)
    }
}

/// What to do where a file is missing.
fn remedy(source: &dyn Source) -> String {
    let place = "paths are looked up beside the manifest, then in each folder above it";
    source.supply().map_or_else(|| place.to_owned(), |supply| format!("{supply}; {place}"))
}

/// The digests that the files of a data set must have, none if none are given.
fn expected_digests(parameters: &Parameters, n_files: usize) -> Result<Vec<String>, Violation> {
    let list = parameters.get(SHA256.name).and_then(Value::as_list).unwrap_or_default();
    if !list.is_empty() && list.len() != n_files {
        return Err(Violation {
            parameter: SHA256.name,
            message: format!("there are {} digests of {n_files} files", list.len()),
            remedy: "give one for each file, in their order".to_owned(),
        });
    }
    Ok(list.iter().filter_map(Value::as_text).map(str::to_ascii_lowercase).collect())
}

fn check_digest(path: &str, found: Digest, expected: &str) -> Result<(), Violation> {
    if found.to_string() == expected {
        return Ok(());
    }
    Err(Violation {
        parameter: SHA256.name,
        message: format!("`{path}` has the SHA-256 {found}, expected {expected}"),
        remedy: "take the file that is meant, or its own SHA-256".to_owned(),
    })
}

fn read_upwards(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let is_below = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(path).components().all(is_below) {
        return Err(format!("`{path}` is no path below the manifest's folder or one above it"));
    }
    let here = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let found = here.ancestors().map(|folder| folder.join(path)).find(|file| file.is_file());
    let file = found.ok_or_else(|| format!("file `{path}` does not exist"))?;
    fs::read(&file).map_err(|error| format!("cannot read `{path}`: {error}"))
}
