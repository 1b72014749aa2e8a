//! The record kind `observations`: what the chains of a block were seen to be, as Arrow columns.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};

use crate::identity::{Digest, Hasher};

/// Name and version of the record kind.
pub(crate) const RECORD: &str = "observations 1";

/// The domain of the digest of a content.
pub(crate) const CONTENT: &str = "maruyama observations 1";

/// The columns of a results file, for documentation.
pub const SCHEMA_DOC: &[(&str, &str, &str)] = &[
    ("ensemble", "dictionary of string", "identity of the cell apart from its number of chains"),
    ("chain", "int64", "index of the chain, from 0"),
    ("step", "int64", "iterations done when the value was observed"),
    ("observable", "dictionary of string", "name of the observable"),
    (
        "value",
        "float64, null after a divergence and for what does not exist yet",
        "what was observed",
    ),
    (
        "diverged_at",
        "int64, null for a chain that did not",
        "step at which the chain was found non-finite",
    ),
];

/// What was observed of consecutive chains: a dense array `[chain, step, observable]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Observations {
    /// Index of the first chain.
    pub first_chain: u64,
    /// Names of the observables, `[n_observables]`.
    pub observables: Vec<String>,
    /// Recorded steps, `[n_steps]`.
    pub steps: Vec<u64>,
    /// Values, `[n_chains * n_steps * n_observables]`; NaN where the chain had
    /// diverged, and for a mean or a passage that did not exist yet.
    pub values: Vec<f64>,
    /// For each chain the step at which it was found to have diverged, `[n_chains]`.
    pub diverged_at: Vec<Option<u64>>,
}

impl Observations {
    /// Number of chains.
    #[must_use]
    pub fn n_chains(&self) -> usize {
        self.diverged_at.len()
    }

    /// Number of rows in the file.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.len()
    }

    /// SHA-256 of the content, independent of the file that holds it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new(CONTENT);
        hasher.field(&self.first_chain.to_le_bytes());
        for name in &self.observables {
            hasher.field(name.as_bytes());
        }
        hasher.numbers(self.steps.iter().copied());
        hasher.numbers(self.values.iter().map(|value| bits(*value)));
        hasher.numbers(self.diverged_at.iter().map(|step| step.unwrap_or(u64::MAX)));
        hasher.finish()
    }

    /// Some of the rows of the `observations` schema, all of one ensemble.
    pub(crate) fn to_columns(&self, ensemble: &str, rows: Range<usize>) -> RecordBatch {
        let n_observables = self.observables.len();
        let per_chain = self.steps.len() * n_observables;
        let mut columns = Rows::default();
        for row in rows {
            let chain = row / per_chain;
            let (step, observable) = (row % per_chain / n_observables, row % n_observables);
            columns.push(
                (self.first_chain + chain as u64, self.diverged_at[chain]),
                (self.steps[step], observable),
                self.values[row],
            );
        }
        columns.into_columns(ensemble, &self.observables)
    }
}

/// What a value adds to a digest: its bits, which are the same for all that is no number.
pub(crate) fn bits(value: f64) -> u64 {
    if value.is_nan() { u64::MAX } else { value.to_bits() }
}

/// Rows of the `observations` schema, all of one ensemble.
#[derive(Default)]
pub(crate) struct Rows {
    chain: Vec<i64>,
    step: Vec<i64>,
    observable: Vec<i32>,
    value: Vec<Option<f64>>,
    diverged_at: Vec<Option<i64>>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.chain.len()
    }

    /// Appends a row: the chain and its divergence, the step and the place of the observable.
    pub(crate) fn push(
        &mut self,
        (chain, diverged_at): (u64, Option<u64>),
        (step, observable): (u64, usize),
        value: f64,
    ) {
        self.chain.push(chain as i64);
        self.step.push(step as i64);
        self.observable.push(observable as i32);
        self.value.push((!value.is_nan()).then_some(value));
        self.diverged_at.push(diverged_at.map(|step| step as i64));
    }

    /// The columns of the schema.
    pub(crate) fn into_columns(self, ensemble: &str, observables: &[String]) -> RecordBatch {
        let n_rows = self.len();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(dictionary(vec![0; n_rows], vec![ensemble.to_owned()])),
            Arc::new(Int64Array::from(self.chain)),
            Arc::new(Int64Array::from(self.step)),
            Arc::new(dictionary(self.observable, observables.to_vec())),
            Arc::new(Float64Array::from(self.value)),
            Arc::new(Int64Array::from(self.diverged_at)),
        ];
        RecordBatch::try_new(Arc::new(schema()), columns)
            .expect("the columns are built to the schema, all of one length")
    }
}

/// The Arrow schema of the record kind `observations`.
pub(crate) fn schema() -> Schema {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Schema::new(vec![
        Field::new("ensemble", text(), false),
        Field::new("chain", DataType::Int64, false),
        Field::new("step", DataType::Int64, false),
        Field::new("observable", text(), false),
        Field::new("value", DataType::Float64, true),
        Field::new("diverged_at", DataType::Int64, true),
    ])
}

fn dictionary(keys: Vec<i32>, names: Vec<String>) -> DictionaryArray<Int32Type> {
    DictionaryArray::try_new(Int32Array::from(keys), Arc::new(StringArray::from(names)))
        .expect("every key is the index of a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn example() -> Observations {
        Observations {
            first_chain: 7,
            observables: vec!["q1".to_owned(), "risk".to_owned()],
            steps: vec![10, 20],
            values: vec![1.0, -0.0, 3.5, 4e-300, 5.0, 6.0, f64::NAN, f64::NAN],
            diverged_at: vec![None, Some(15)],
        }
    }

    #[test]
    fn the_digest_sees_every_bit() {
        let digest = example().digest();
        let mut other = example();
        other.values[1] = 0.0;
        assert_ne!(digest, other.digest());
        let mut other = example();
        other.diverged_at[1] = Some(16);
        assert_ne!(digest, other.digest());
    }
}
