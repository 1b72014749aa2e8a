//! The record kind `summaries`: statistics over the chains of a block, as Arrow columns.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, DictionaryArray, Float64Array, Int8Builder, Int32Array,
    Int32Builder, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray,
};
use arrow::datatypes::{
    DataType, Field, Float64Type, Int8Type, Int32Type, Int64Type, Schema, SchemaRef,
};
use maruyama_statistics::stream::{ACCURACY, CentralSums, Sketch, Summary};

use crate::identity::{Digest, Hasher};
use crate::store::assembly::{column, integers};

/// Statistics over consecutive chains: a dense array `[step, observable]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Summarised {
    /// Index of the first chain.
    pub first_chain: u64,
    /// Number of chains.
    pub n_chains: u64,
    /// Names of the observables, `[n_observables]`.
    pub observables: Vec<String>,
    /// Recorded steps, `[n_steps]`.
    pub steps: Vec<u64>,
    /// Summaries, `[n_steps * n_observables]`.
    pub summaries: Vec<Summary>,
}

/// What is the same in all rows of a block.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub ensemble: &'a str,
    pub first_chain: u64,
    pub n_chains: u64,
    pub observables: &'a [String],
}

/// The digest of the content of a block, row by row.
pub(crate) struct ContentHasher(Hasher);

impl ContentHasher {
    pub(crate) fn new(head: Head<'_>) -> ContentHasher {
        let mut hasher = Hasher::new("maruyama summaries 1");
        hasher.field(&head.first_chain.to_le_bytes());
        hasher.field(&head.n_chains.to_le_bytes());
        for name in head.observables {
            hasher.field(name.as_bytes());
        }
        ContentHasher(hasher)
    }

    /// Appends the summaries of all observables at a step.
    pub(crate) fn push(&mut self, step: u64, summaries: &[Summary]) {
        for summary in summaries {
            let bits = |value: Option<f64>| value.map_or(u64::MAX, f64::to_bits);
            let mut numbers = vec![step, summary.n, summary.n_diverged];
            numbers.extend(reals(summary).map(bits));
            for (sign, bucket, n) in summary.sketch.iter().flat_map(Sketch::buckets) {
                numbers.extend([i64::from(sign) as u64, i64::from(bucket) as u64, n]);
            }
            self.0.numbers(numbers.into_iter());
        }
    }

    pub(crate) fn finish(self) -> Digest {
        self.0.finish()
    }
}

impl Summarised {
    /// A block of which no row is known.
    pub(crate) fn new(first_chain: u64, n_chains: u64) -> Summarised {
        let (observables, steps, summaries) = (Vec::new(), Vec::new(), Vec::new());
        Summarised { first_chain, n_chains, observables, steps, summaries }
    }

    /// SHA-256 of the content, independent of the file that holds it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Summarised { first_chain, n_chains, ref observables, .. } = *self;
        let mut hasher =
            ContentHasher::new(Head { ensemble: "", first_chain, n_chains, observables });
        let rows = self.summaries.chunks(observables.len().max(1));
        for (step, row) in self.steps.iter().zip(rows) {
            hasher.push(*step, row);
        }
        hasher.finish()
    }

    /// Appends rows.
    ///
    /// # Errors
    /// A sentence, if they have not the columns of the schema.
    pub(crate) fn push(&mut self, rows: &RecordBatch) -> Result<(), String> {
        let names = column(rows, "observable")?
            .as_dictionary_opt::<Int32Type>()
            .and_then(DictionaryArray::downcast_dict::<StringArray>)
            .ok_or("a column of names is not a dictionary of strings")?;
        let steps = integers(rows, "step")?.values();
        for (name, step) in names.into_iter().zip(steps) {
            if self.steps.last() != Some(&(*step as u64)) {
                self.steps.push(*step as u64);
            }
            if self.steps.len() == 1 {
                self.observables.push(name.unwrap_or_default().to_owned());
            }
        }
        for row in 0..rows.num_rows() {
            self.summaries.push(summary(rows, row)?);
        }
        Ok(())
    }
}

/// Extremes, mean and central sums, where they exist and are finite.
fn reals(summary: &Summary) -> [Option<f64>; 6] {
    let Summary { min, max, sums, .. } = summary;
    let sums = sums.filter(|sums| sums.n > 0);
    let part = |of: fn(&CentralSums) -> f64| sums.as_ref().map(of);
    [
        Some(*min),
        Some(*max),
        part(|sums| sums.mean),
        part(|sums| sums.m2),
        part(|sums| sums.m3),
        part(|sums| sums.m4),
    ]
    .map(|value| value.filter(|value| value.is_finite()))
}

/// Columns of [`reals`].
const REALS: [&str; 6] = ["min", "max", "mean", "m2", "m3", "m4"];

/// Columns of the sketch: for each bucket its sign, index and number of values.
const BUCKETS: [&str; 3] = ["bucket_sign", "bucket", "bucket_n"];

/// The Arrow schema of the record kind `summaries`.
pub(crate) fn schema() -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let list = |item| DataType::List(Arc::new(Field::new("item", item, false)));
    let integer = |name| Field::new(name, DataType::Int64, false);
    let mut fields = vec![
        Field::new("ensemble", text(), false),
        integer("first_chain"),
        integer("chains"),
        integer("step"),
        Field::new("observable", text(), false),
        integer("n"),
        integer("n_diverged"),
    ];
    fields.extend(REALS.map(|name| Field::new(name, DataType::Float64, true)));
    let items = [DataType::Int8, DataType::Int32, DataType::Int64];
    fields.extend(
        BUCKETS.into_iter().zip(items).map(|(name, item)| Field::new(name, list(item), false)),
    );
    SchemaRef::new(Schema::new(fields))
}

/// Rows of the schema: `summaries`, `[step, observable]`, of which those in `rows` are taken.
pub(crate) fn to_columns(
    head: Head<'_>,
    steps: &[u64],
    summaries: &[Summary],
    rows: Range<usize>,
) -> RecordBatch {
    let n_observables = head.observables.len();
    let taken = &summaries[rows.clone()];
    let same = |value: u64| Int64Array::from_value(value as i64, taken.len());
    let step = rows.clone().map(|row| steps[row / n_observables] as i64);
    let names = rows.map(|row| (row % n_observables) as i32).collect();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(dictionary(vec![0; taken.len()], vec![head.ensemble.to_owned()])),
        Arc::new(same(head.first_chain)),
        Arc::new(same(head.n_chains)),
        Arc::new(Int64Array::from_iter_values(step)),
        Arc::new(dictionary(names, head.observables.to_vec())),
        Arc::new(Int64Array::from_iter_values(taken.iter().map(|one| one.n as i64))),
        Arc::new(Int64Array::from_iter_values(taken.iter().map(|one| one.n_diverged as i64))),
    ];
    for idx in 0..REALS.len() {
        let values = taken.iter().map(|one| reals(one)[idx]);
        columns.push(Arc::new(values.collect::<Float64Array>()));
    }
    columns.extend(buckets(taken));
    RecordBatch::try_new(schema(), columns)
        .expect("the columns are built to the schema, all of one length")
}

fn buckets(summaries: &[Summary]) -> [ArrayRef; 3] {
    let item = |kind| Field::new("item", kind, false);
    let mut signs = ListBuilder::new(Int8Builder::new()).with_field(item(DataType::Int8));
    let mut indices = ListBuilder::new(Int32Builder::new()).with_field(item(DataType::Int32));
    let mut counts = ListBuilder::new(Int64Builder::new()).with_field(item(DataType::Int64));
    for summary in summaries {
        for (sign, bucket, n) in summary.sketch.iter().flat_map(Sketch::buckets) {
            signs.values().append_value(sign);
            indices.values().append_value(bucket);
            counts.values().append_value(n as i64);
        }
        signs.append(true);
        indices.append(true);
        counts.append(true);
    }
    [Arc::new(signs.finish()), Arc::new(indices.finish()), Arc::new(counts.finish())]
}

/// The summary in a row.
fn summary(rows: &RecordBatch, row: usize) -> Result<Summary, String> {
    let count = |name| Ok::<u64, String>(integers(rows, name)?.value(row) as u64);
    let (n, n_diverged) = (count("n")?, count("n_diverged")?);
    let mut values = [None; 6];
    for (value, name) in values.iter_mut().zip(REALS) {
        let array = column(rows, name)?.as_primitive_opt::<Float64Type>();
        let array = array.ok_or_else(|| format!("its column `{name}` is not float64"))?;
        *value = (!array.is_null(row)).then(|| array.value(row));
    }
    let [min, max, mean, m2, m3, m4] = values;
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let sums =
        mean.map(|mean| CentralSums { n, mean, m2: known(m2), m3: known(m3), m4: known(m4) });
    Ok(Summary {
        n,
        n_diverged,
        min: min.unwrap_or(f64::INFINITY),
        max: max.unwrap_or(f64::NEG_INFINITY),
        sums,
        sketch: sketch(rows, row)?,
    })
}

fn sketch(rows: &RecordBatch, row: usize) -> Result<Option<Sketch>, String> {
    let list = |name| {
        let list = column(rows, name)?.as_list_opt::<i32>();
        Ok::<ArrayRef, String>(list.ok_or("a column of buckets is not a list")?.value(row))
    };
    let [signs, indices, counts] = BUCKETS.map(list);
    let (signs, indices, counts) = (signs?, indices?, counts?);
    let signs = signs.as_primitive_opt::<Int8Type>();
    let indices = indices.as_primitive_opt::<Int32Type>();
    let counts = counts.as_primitive_opt::<Int64Type>();
    let (Some(signs), Some(indices), Some(counts)) = (signs, indices, counts) else {
        return Err("a list of buckets has items of another type".to_owned());
    };
    if signs.len() != indices.len() || signs.len() != counts.len() {
        return Err("the lists of buckets differ in length".to_owned());
    }
    if signs.is_empty() {
        return Ok(None);
    }
    let mut sketch = Sketch::new(ACCURACY);
    for ((sign, bucket), n) in signs.values().iter().zip(indices.values()).zip(counts.values()) {
        sketch.add(*sign, *bucket, *n as u64);
    }
    Ok(Some(sketch))
}

fn dictionary(keys: Vec<i32>, names: Vec<String>) -> DictionaryArray<Int32Type> {
    DictionaryArray::try_new(Int32Array::from(keys), Arc::new(StringArray::from(names)))
        .expect("every key is the index of a name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use maruyama_statistics::stream::Kept;

    #[test]
    fn rows_give_back_the_block_however_they_are_cut() {
        for kept in [(true, true), (true, false), (false, true)] {
            let kept = Kept { moments: kept.0, quantiles: kept.1 };
            let summary = |values: &[f64]| Summary::of(kept, values, 2);
            let mut summaries =
                vec![summary(&[1.0, -0.0, -3.5e-200, 4e70]), summary(&[f64::NAN; 2])];
            summaries.extend([summary(&[7.0]), Summary::of(kept, &[1e100, -1e100, 3.0], 0)]);
            // A central sum that overflows is not there.
            summaries[1].sums = None;
            if let Some(sums) = &mut summaries[3].sums {
                assert!(sums.m4.is_infinite());
                sums.m4 = f64::NAN;
            }
            summaries[1].sketch = None;
            let observables = vec!["q1".to_owned(), "risk".to_owned()];
            let block = Summarised {
                first_chain: 32,
                n_chains: 6,
                observables,
                steps: vec![0, 9],
                summaries,
            };
            let head = Head {
                ensemble: "e",
                first_chain: 32,
                n_chains: 6,
                observables: &block.observables,
            };
            for size in 1..=4 {
                let mut back = Summarised::new(32, 6);
                for start in (0..4).step_by(size) {
                    let rows = start..4.min(start + size);
                    back.push(&to_columns(head, &block.steps, &block.summaries, rows)).unwrap();
                }
                assert_eq!(back.digest(), block.digest());
                assert_eq!(format!("{back:?}"), format!("{block:?}"));
            }
            let mut other = block.clone();
            other.summaries[2].n_diverged += 1;
            assert_ne!(other.digest(), block.digest());
        }
    }
}
