//! Blocks of observations from their rows, some at a time.

use arrow::array::{Array as _, ArrayRef, AsArray as _, DictionaryArray, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};

use crate::store::record::Observations;

/// A dense block of which some rows are known, from the first on.
pub(crate) struct Assembly {
    block: Observations,
    per_chain: usize,
    /// Whether the names of all observables are known.
    is_named: bool,
}

impl Assembly {
    /// A block of which no row is known.
    ///
    /// # Errors
    /// A sentence, if so many rows do not make so many chains.
    pub(crate) fn new(
        first_chain: u64,
        n_chains: usize,
        n_rows: usize,
    ) -> Result<Assembly, String> {
        if n_chains == 0 || !n_rows.is_multiple_of(n_chains) || n_rows == 0 {
            return Err(format!("{n_rows} rows do not make {n_chains} chains"));
        }
        let block = Observations {
            first_chain,
            observables: Vec::new(),
            steps: Vec::new(),
            values: Vec::new(),
            diverged_at: Vec::new(),
        };
        Ok(Assembly { block, per_chain: n_rows / n_chains, is_named: false })
    }

    /// Rows that are known.
    pub(crate) fn n_rows(&self) -> usize {
        self.block.values.len()
    }

    /// Appends rows.
    ///
    /// # Errors
    /// A sentence, if they have not the columns of the schema.
    pub(crate) fn push(&mut self, rows: &RecordBatch) -> Result<(), String> {
        let first = self.n_rows();
        let n_of_first_chain = self.per_chain.saturating_sub(first).min(rows.num_rows());
        self.add_names(column(rows, "observable")?, n_of_first_chain)?;
        let steps = integers(rows, "step")?.values();
        for step in &steps[..n_of_first_chain] {
            if self.block.steps.last() != Some(&(*step as u64)) {
                self.block.steps.push(*step as u64);
            }
        }
        let diverged = integers(rows, "diverged_at")?;
        let begins =
            (0..rows.num_rows()).filter(|row| (first + row).is_multiple_of(self.per_chain));
        self.block
            .diverged_at
            .extend(begins.map(|row| (!diverged.is_null(row)).then(|| diverged.value(row) as u64)));
        let values = column(rows, "value")?.as_primitive_opt::<Float64Type>();
        let values = values.ok_or("its column `value` is not float64")?;
        self.block.values.extend(values.iter().map(|value| value.unwrap_or(f64::NAN)));
        Ok(())
    }

    /// The block, all of whose rows are known.
    pub(crate) fn finish(self) -> Observations {
        self.block
    }

    /// Appends the names of the first rows until the first of all comes again.
    fn add_names(&mut self, column: &ArrayRef, n_rows: usize) -> Result<(), String> {
        let names = column
            .as_dictionary_opt::<Int32Type>()
            .and_then(DictionaryArray::downcast_dict::<StringArray>)
            .ok_or("a column of names is not a dictionary of strings")?;
        for name in names.into_iter().take(if self.is_named { 0 } else { n_rows }) {
            let name = name.unwrap_or_default();
            if self.block.observables.first().is_some_and(|first| first == name) {
                self.is_named = true;
                break;
            }
            self.block.observables.push(name.to_owned());
        }
        Ok(())
    }
}

pub(crate) fn column<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, String> {
    rows.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))
}

pub(crate) fn integers<'a>(
    rows: &'a RecordBatch,
    name: &str,
) -> Result<&'a arrow::array::Int64Array, String> {
    let array = column(rows, name)?.as_primitive_opt::<Int64Type>();
    array.ok_or_else(|| format!("its column `{name}` is not int64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_give_back_the_block_however_they_are_cut() {
        for (n_observables, n_steps) in [(1, 1), (1, 3), (3, 1), (2, 4)] {
            let per_chain = n_observables * n_steps;
            let mut values: Vec<f64> = (0..3 * per_chain).map(|row| row as f64 - 2.0).collect();
            values[per_chain..].fill(f64::NAN);
            values[0] = -0.0;
            let block = Observations {
                first_chain: 7,
                observables: (0..n_observables).map(|idx| format!("x_{idx}")).collect(),
                steps: (0..n_steps as u64).map(|step| 10 * step).collect(),
                values,
                diverged_at: vec![None, Some(15), None],
            };
            let n_rows = 3 * per_chain;
            for size in 1..=n_rows {
                let mut assembly = Assembly::new(7, 3, n_rows).unwrap();
                for start in (0..n_rows).step_by(size) {
                    let rows = start..n_rows.min(start + size);
                    assembly.push(&block.to_columns("e", rows)).unwrap();
                }
                let back = assembly.finish();
                assert_eq!(back.digest(), block.digest());
                assert_eq!(back.observables, block.observables);
                assert_eq!(back.diverged_at, block.diverged_at);
                assert!(back.values[per_chain].is_nan());
            }
        }
        assert!(Assembly::new(0, 3, 7).is_err());
    }
}
