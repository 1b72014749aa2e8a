//! Identities: which parameters, data and code a result is a function of.

use std::collections::BTreeSet;
use std::sync::Arc;

use maruyama_dynamics::dataset::DatasetError;
use maruyama_dynamics::noise::StreamKey;
use maruyama_dynamics::parameter::{Lookup as _, Parameters, Violation};
use maruyama_dynamics::problem::{Problem, problem};
use maruyama_dynamics::simulate;

use crate::data::ResolvedData;
use crate::fingerprint::Fingerprint;
use crate::identity::{Digest, Hasher};
use crate::manifest::canonical;
use crate::manifest::types::{Cell, shown};
use crate::manifest::vocabulary::{DATA, PROBLEM};
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
        hasher.field(code.digest.to_string().as_bytes());
        let dataset = data.as_ref().and_then(|data| data.dataset().ok());
        Ensemble {
            id: hasher.finish(),
            values_per_chain: simulate::values_per_chain(&parameters, dataset.as_deref()),
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
    /// Name of the data set in the manifest.
    pub data_name: Option<String>,
    /// Its block, if it has one only: it is asked for more than once.
    pub(crate) sole_block: Option<BlockId>,
    /// What distinguishes the cell within its sweep: as few names with their values as that takes.
    pub labels: Vec<(String, String)>,
}

impl PlannedCell {
    pub(crate) fn new(cell: &Cell, ensemble: Arc<Ensemble>) -> PlannedCell {
        let chains = cell.parameters.count("chains");
        let mut hasher = Hasher::new("maruyama cell 1");
        hasher.field(ensemble.id.to_string().as_bytes());
        hasher.field(&chains.to_le_bytes());
        let data_name = cell.data.as_ref().map(|data| data.name.clone());
        let mut planned = PlannedCell {
            id: hasher.finish(),
            ensemble,
            chains,
            data_name,
            sole_block: None,
            labels: labels(cell),
        };
        let mut blocks = planned.blocks();
        let sole = blocks.next().map(|block| block.id).filter(|_| blocks.next().is_none());
        drop(blocks);
        planned.sole_block = sole;
        planned
    }

    /// `data=X, step_size=0.02`, or a short identity if the sweep has one cell only.
    #[must_use]
    pub fn label(&self) -> String {
        if self.labels.is_empty() {
            return format!("cell {}", self.id.short());
        }
        let pairs: Vec<String> =
            self.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join(", ")
    }
}

/// The values of the parameters that vary in the cell's sweep, the data set first.
fn labels(cell: &Cell) -> Vec<(String, String)> {
    let data = cell.data.iter().map(|data| (DATA.to_owned(), data.name.clone()));
    let data = data.filter(|_| cell.varying.iter().any(|name| name == DATA));
    let others = cell.varying.iter().filter_map(|name| {
        let value = cell.parameters.get(name)?;
        Some((name.clone(), shown(value)))
    });
    data.chain(others).collect()
}

/// Leaves in `cells`, which are those of a sweep, the first labels that tell all of them apart.
pub(crate) fn shorten_labels(cells: &mut [PlannedCell]) {
    let Some(first) = cells.first() else { return };
    let names: Vec<String> = first.labels.iter().map(|(name, _)| name.clone()).collect();
    let mut keys: Vec<Vec<Option<&str>>> = vec![Vec::new(); cells.len()];
    let mut n_distinct = 1;
    let mut kept = Vec::new();
    for name in names {
        let mut longer = keys.clone();
        for (key, cell) in longer.iter_mut().zip(cells.iter()) {
            let label = cell.labels.iter().find(|(label, _)| *label == name);
            key.push(label.map(|(_, value)| value.as_str()));
        }
        let found = longer.iter().collect::<BTreeSet<_>>().len();
        if found > n_distinct {
            (keys, n_distinct) = (longer, found);
            kept.push(name);
        }
    }
    for cell in cells {
        cell.labels.retain(|(name, _)| kept.contains(name));
    }
}

fn text_without(parameters: &Parameters, names: &[&str]) -> String {
    canonical::text_without(parameters, names).expect("a resolved parameter is finite")
}

fn json_object(text: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(text).expect("canonical text of parameters is a JSON object")
}
