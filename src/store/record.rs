//! The record kind `observations`: what the chains of a block were seen to be, as Arrow columns.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray as _, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema};

use crate::identity::{Digest, Hasher};

/// The columns of a results file, for documentation.
pub const SCHEMA_DOC: &[(&str, &str, &str)] = &[
    ("ensemble", "dictionary of string", "identity of the cell apart from its number of chains"),
    ("chain", "int64", "index of the chain, from 0"),
    ("step", "int64", "iterations done when the value was observed"),
    ("observable", "dictionary of string", "name of the observable"),
    ("value", "float64, null after a divergence", "what was observed"),
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
    /// Values, `[n_chains * n_steps * n_observables]`; NaN where the chain had diverged.
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
        let mut hasher = Hasher::new("maruyama observations 1");
        hasher.field(&self.first_chain.to_le_bytes());
        for name in &self.observables {
            hasher.field(name.as_bytes());
        }
        hasher.field(&bytes_of(self.steps.iter().copied()));
        hasher.field(&bytes_of(
            self.values.iter().map(|value| if value.is_nan() { u64::MAX } else { value.to_bits() }),
        ));
        hasher.field(&bytes_of(self.diverged_at.iter().map(|step| step.map_or(u64::MAX, |s| s))));
        hasher.finish()
    }

    /// The values as rows of the `observations` schema, all of one ensemble.
    pub(crate) fn to_columns(&self, ensemble: &str) -> RecordBatch {
        let n_rows = self.n_rows();
        let per_chain = self.steps.len() * self.observables.len();
        let mut chains = Vec::with_capacity(n_rows);
        let mut steps = Vec::with_capacity(n_rows);
        let mut names = Vec::with_capacity(n_rows);
        let mut diverged_at = Vec::with_capacity(n_rows);
        for (chain, diverged) in (self.first_chain..).zip(&self.diverged_at) {
            for step in &self.steps {
                for name in 0..self.observables.len() {
                    chains.push(chain as i64);
                    steps.push(*step as i64);
                    names.push(name as i32);
                    diverged_at.push(diverged.map(|step| step as i64));
                }
            }
        }
        debug_assert_eq!(n_rows, per_chain * self.n_chains());
        let values: Float64Array =
            self.values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(dictionary(vec![0; n_rows], vec![ensemble.to_owned()])),
            Arc::new(Int64Array::from(chains)),
            Arc::new(Int64Array::from(steps)),
            Arc::new(dictionary(names, self.observables.clone())),
            Arc::new(values),
            Arc::new(Int64Array::from(diverged_at)),
        ];
        RecordBatch::try_new(Arc::new(schema()), columns)
            .expect("the columns are built to the schema, all of one length")
    }

    /// Rebuilds the block from its rows.
    ///
    /// # Errors
    /// A sentence, if the rows are not those of a dense block with these chains.
    pub(crate) fn from_columns(
        batch: &RecordBatch,
        first_chain: u64,
        n_chains: usize,
    ) -> Result<Observations, String> {
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))
        };
        let numbers = |name: &str| -> Result<Int64Array, String> {
            let array = column(name)?.as_primitive_opt::<Int64Type>();
            array.cloned().ok_or_else(|| format!("its column `{name}` is not int64"))
        };
        let n_rows = batch.num_rows();
        if n_chains == 0 || !n_rows.is_multiple_of(n_chains) || n_rows == 0 {
            return Err(format!("{n_rows} rows do not make {n_chains} chains"));
        }
        let per_chain = n_rows / n_chains;
        let names = texts(column("observable")?)?;
        let mut observables: Vec<String> = Vec::new();
        for name in names.iter().take(per_chain) {
            if !observables.contains(name) {
                observables.push(name.clone());
            }
        }
        let step_column = numbers("step")?;
        let steps = (0..per_chain)
            .step_by(observables.len())
            .map(|row| step_column.value(row) as u64)
            .collect();
        let diverged = numbers("diverged_at")?;
        let diverged_at = (0..n_chains)
            .map(|chain| chain * per_chain)
            .map(|row| (!diverged.is_null(row)).then(|| diverged.value(row) as u64))
            .collect();
        let values = column("value")?
            .as_primitive_opt::<Float64Type>()
            .ok_or("its column `value` is not float64")?;
        let values = values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Ok(Observations { first_chain, observables, steps, values, diverged_at })
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

fn texts(column: &ArrayRef) -> Result<Vec<String>, String> {
    let dictionary = column
        .as_dictionary_opt::<Int32Type>()
        .and_then(DictionaryArray::downcast_dict::<StringArray>)
        .ok_or("a column of names is not a dictionary of strings")?;
    Ok(dictionary.into_iter().map(|name| name.unwrap_or_default().to_owned()).collect())
}

fn bytes_of(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
    numbers.flat_map(u64::to_le_bytes).collect()
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
    fn rows_give_back_the_block() {
        let block = example();
        let back = Observations::from_columns(&block.to_columns("e"), 7, 2).unwrap();
        assert_eq!(back.digest(), block.digest());
        assert_eq!(back.steps, block.steps);
        assert_eq!(back.diverged_at, block.diverged_at);
        assert!(back.values[6].is_nan());
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
