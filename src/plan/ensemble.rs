//! Identities: which parameters, data and code a result is a function of.

use std::sync::Arc;

use maruyama_dynamics::dataset::DatasetError;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value, Violation};
use maruyama_dynamics::problem::{Problem, problem};
use maruyama_dynamics::simulate;

use crate::data::ResolvedData;
use crate::fingerprint::Fingerprint;
use crate::identity::{Digest, Hasher};
use crate::manifest::canonical;
use crate::manifest::types::{Cell, DataSet, shown};
use crate::manifest::vocabulary::{DATA, PROBLEM};
use crate::plan::blocks::block_size;
use crate::store::BlockId;

/// The parameter that tells the cells of an ensemble apart.
const NOT_IN_ENSEMBLE: [&str; 1] = ["chains"];

/// Parameters that choose how much of a path is computed or kept, not which path it is: they are
/// no part of the random streams' address, so that more chains or more steps extend what there is.
const NOT_IN_STREAM: [&str; 15] = [
    "chains",
    "steps",
    "observe",
    "record_at",
    "record_every",
    "record_from",
    "record_log",
    "refinement",
    "watch_every",
    "mean_from",
    "passage_of",
    "passage_above",
    "passage_below",
    "directions",
    "reduce",
];

/// A cell apart from its number of chains: what every one of its chains is a function of.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// SHA-256 of the canonical JSON (RFC 8785) of the resolved parameters without `chains`, of the
    /// data set's definition and the bytes of its files, and of the code that computes it.
    pub id: Digest,
    /// The resolved parameters of a cell of the ensemble.
    pub parameters: Arc<Parameters>,
    /// SHA-256 of the canonical JSON of the resolved parameters without `chains`.
    pub parameters_digest: Digest,
    /// The data set.
    pub data: Option<Arc<ResolvedData>>,
    /// The code.
    pub code: Arc<Fingerprint>,
    /// Address of its random streams.
    pub stream: StreamKey,
    /// Numbers that are recorded of a chain, at most.
    pub values_per_chain: u64,
    /// Number of chains of its full blocks.
    pub chains_per_block: u64,
}

impl Ensemble {
    /// The ensemble of a cell with these resolved parameters.
    ///
    /// # Panics
    /// If a parameter is not finite: the manifest has been checked.
    #[must_use]
    pub fn new(
        parameters: Arc<Parameters>,
        data: Option<Arc<ResolvedData>>,
        code: Arc<Fingerprint>,
    ) -> Ensemble {
        let texts = canonical::texts_without(&parameters, [&NOT_IN_ENSEMBLE, &NOT_IN_STREAM]);
        let [parameters_text, stream_text] = texts.expect("a resolved parameter is finite");
        let definition = data.as_ref().map_or("", |data| data.definition.as_str());
        let mut hasher = Hasher::new("maruyama ensemble 1");
        hasher.field(parameters_text.as_bytes());
        hasher.field(definition.as_bytes());
        for (parameter, digest) in data.iter().flat_map(|data| &data.files) {
            hasher.field(parameter.as_bytes());
            hasher.field(digest.to_string().as_bytes());
        }
        hasher.digest(code.digest);
        let dataset = data.as_ref().and_then(|data| data.dataset().ok());
        let values_per_chain = simulate::values_per_chain(&parameters, dataset.as_deref());
        Ensemble {
            id: hasher.finish(),
            values_per_chain,
            chains_per_block: block_size(&parameters, values_per_chain),
            stream: stream(&parameters, &stream_text, definition),
            parameters_digest: Digest::of_bytes(parameters_text.as_bytes()),
            parameters,
            data,
            code,
        }
    }

    /// The problem of its cells.
    ///
    /// # Errors
    /// If its data set cannot be built.
    ///
    /// # Panics
    /// If the cell has not been checked.
    pub fn problem(&self) -> Result<Arc<dyn Problem>, DatasetError> {
        let kind = problem(self.parameters.text(PROBLEM)).expect("the name passed the vocabulary");
        match &self.data {
            Some(data) => data.problem(kind, &self.parameters),
            None => Ok(kind.build(&self.parameters, None)),
        }
    }

    /// What the spectrum of the problem forbids; empty if the data set cannot be built, which is
    /// reported where it is built.
    #[must_use]
    pub fn check_problem(&self) -> Vec<Violation> {
        let problem = self.problem();
        problem.map_or_else(
            |_| Vec::new(),
            |problem| simulate::check_problem(&self.parameters, problem.as_ref()),
        )
    }

    /// The resolved cell as JSON: parameters without `chains`, and the data set's definition under `data`.
    #[must_use]
    pub fn cell_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut cell = json_object(&text_without(&self.parameters, &NOT_IN_ENSEMBLE));
        if let Some(data) = &self.data {
            cell.insert("data".to_owned(), json_object(&data.definition).into());
        }
        cell
    }

    /// What a results file says of the ensemble: its cell, the digests of its data files and of
    /// its code.
    #[must_use]
    pub fn description(&self) -> String {
        let files: serde_json::Map<String, serde_json::Value> = self
            .data
            .iter()
            .flat_map(|data| &data.files)
            .map(|(parameter, digest)| (parameter.clone(), digest.to_string().into()))
            .collect();
        let description = serde_json::json!({
            "cell": self.cell_json(),
            "data": files,
            "code": self.code.digest.to_string(),
        });
        description.to_string()
    }
}

/// The key of the random streams: of the cell by itself, or of the name that it shares with others.
fn stream(parameters: &Parameters, text: &str, definition: &str) -> StreamKey {
    let mut hasher;
    if let Some(name) = parameters.get("common_noise") {
        hasher = Hasher::new("maruyama common noise 1");
        hasher.field(name.to_string().as_bytes());
        hasher.field(&parameters.count("seed").to_le_bytes());
    } else {
        hasher = Hasher::new("maruyama stream 1");
        hasher.field(text.as_bytes());
        hasher.field(definition.as_bytes());
    }
    StreamKey(hasher.finish().leading_u64())
}

/// A cell of the plan.
#[derive(Clone, Debug)]
pub struct PlannedCell {
    /// SHA-256 of the ensemble's identity and the number of chains: the cell's identity.
    pub id: Digest,
    /// What its chains are a function of.
    pub ensemble: Arc<Ensemble>,
    /// Number of chains.
    pub chains: u64,
    /// Its block, if it has one only: it is asked for more than once.
    pub(crate) sole_block: Option<BlockId>,
    /// The data set as the manifest declares it.
    declared: Option<Arc<DataSet>>,
    /// What distinguishes the cell within its sweep, which shares this list.
    named_by: Arc<[String]>,
}

impl PlannedCell {
    pub(crate) fn new(cell: &Cell, ensemble: Arc<Ensemble>) -> PlannedCell {
        let chains = cell.parameters.count("chains");
        let mut hasher = Hasher::new("maruyama cell 1");
        hasher.digest(ensemble.id);
        hasher.field(&chains.to_le_bytes());
        let mut planned = PlannedCell {
            id: hasher.finish(),
            ensemble,
            chains,
            sole_block: None,
            declared: cell.data.clone(),
            named_by: Arc::clone(&cell.varying),
        };
        let mut blocks = planned.blocks();
        let sole = blocks.next().map(|block| block.id).filter(|_| blocks.next().is_none());
        drop(blocks);
        planned.sole_block = sole;
        planned
    }

    /// Name of the data set in the manifest.
    #[must_use]
    pub fn data_name(&self) -> Option<&str> {
        self.declared.as_ref().map(|data| data.name.as_str())
    }

    /// What distinguishes the cell within its sweep: as few names with their values as that takes, the
    /// data set first.
    #[must_use]
    pub fn labels(&self) -> Vec<(&str, String)> {
        let names = self.candidates().into_iter();
        names.filter_map(|name| Some((name, self.label_of(name)?.into_text()))).collect()
    }

    /// The same with names of their own.
    #[must_use]
    pub fn owned_labels(&self) -> Vec<(String, String)> {
        self.labels().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// `data=X, step_size=0.02`, or a short identity if the sweep has one cell only.
    #[must_use]
    pub fn label(&self) -> String {
        let labels = self.labels();
        if labels.is_empty() {
            return format!("cell {}", self.id.short());
        }
        let pairs: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join(", ")
    }

    /// The names that the cell has values of, the data set first.
    fn candidates(&self) -> Vec<&str> {
        let is_known = |name: &&str| self.label_of(name).is_some();
        let (data, others): (Vec<&str>, Vec<&str>) =
            self.named_by.iter().map(String::as_str).filter(is_known).partition(|n| *n == DATA);
        [data, others].concat()
    }

    /// The value of what varies in the sweep.
    fn label_of(&self, name: &str) -> Option<Label<'_>> {
        if name == DATA {
            return self.data_name().map(Label::Text);
        }
        self.ensemble.parameters.get(name).map(Label::Value)
    }
}

/// A value that may distinguish a cell.
enum Label<'a> {
    Text(&'a str),
    Value(&'a Value),
}

impl Label<'_> {
    fn into_text(self) -> String {
        match self {
            Label::Text(text) => text.to_owned(),
            Label::Value(value) => shown(value),
        }
    }

    /// A number that has the same text as no other number.
    fn number(&self) -> Option<u64> {
        match self {
            Label::Text(_) => None,
            Label::Value(value) => value.as_real().map(f64::to_bits),
        }
    }
}

/// Leaves to `cells`, which are those of a sweep, the first names that tell all of them apart.
pub(crate) fn name_cells(cells: &mut [PlannedCell]) {
    let Some(first) = cells.first() else { return };
    let mut classes = vec![0; cells.len()];
    let mut n_distinct = 1;
    let mut kept = Vec::new();
    for name in first.candidates() {
        if n_distinct == cells.len() {
            break;
        }
        let (finer, found) = refined(&classes, cells, name);
        if found > n_distinct {
            (classes, n_distinct) = (finer, found);
            kept.push(name.to_owned());
        }
    }
    let kept: Arc<[String]> = kept.into();
    for cell in cells {
        cell.named_by = Arc::clone(&kept);
    }
}

/// Splits the classes of cells by their values of `name`; gives the number of classes too.
fn refined(classes: &[usize], cells: &[PlannedCell], name: &str) -> (Vec<usize>, usize) {
    let labels = || cells.iter().map(|cell| cell.label_of(name));
    // Numbers need no text to be told apart, unless there are other values beside them.
    if labels().flatten().all(|label| label.number().is_some()) {
        return split(classes, labels().map(|label| label.and_then(|label| label.number())));
    }
    split(classes, labels().map(|label| label.map(Label::into_text)))
}

fn split<K: Ord>(classes: &[usize], keys: impl Iterator<Item = K>) -> (Vec<usize>, usize) {
    let mut keys: Vec<(usize, K, usize)> = classes
        .iter()
        .zip(keys)
        .enumerate()
        .map(|(cell, (class, key))| (*class, key, cell))
        .collect();
    keys.sort_unstable();
    let mut finer = vec![0; classes.len()];
    let mut n_classes = 0;
    for group in keys.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
        for (.., cell) in group {
            finer[*cell] = n_classes;
        }
        n_classes += 1;
    }
    (finer, n_classes)
}

fn text_without(parameters: &Parameters, names: &[&str]) -> String {
    canonical::text_without(parameters, names).expect("a resolved parameter is finite")
}

fn json_object(text: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(text).expect("canonical text of parameters is a JSON object")
}

#[cfg(test)]
mod tests;
