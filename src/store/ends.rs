//! The last recorded step of blocks of chains, read without what is before it.

use std::fs::File;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};

use crate::identity::Digest;
use crate::store::assembly::{Assembly, integers};
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::pack::{BlockId, Entry, RESULTS, read_footer};
use crate::store::record::Observations;

/// Rows that are decoded at once where few are wanted.
const FEW_ROWS: usize = 1 << 10;

impl Store {
    /// Reads the blocks of the results file `name` as [`Store::read_blocks`] does, but for all recorded
    /// steps before the last one.
    ///
    /// The bytes of the file are verified, and are not kept in memory; the digests of contents, which
    /// need all rows, are not.
    ///
    /// # Errors
    /// If the file cannot be read, or its bytes are not those that were written.
    pub fn read_ends(&self, name: Digest) -> Result<Vec<(BlockId, Observations)>, StoreError> {
        let (folder, extension) = RESULTS;
        let (file, _) = self.open_content(folder, name, extension)?;
        ends(&file).map_err(|reason| StoreError::Damaged {
            path: self.content_path(folder, name, extension),
            reason,
        })
    }
}

fn ends(file: &File) -> Result<Vec<(BlockId, Observations)>, String> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::default());
    let rows = Rows { file, metadata: metadata.map_err(|error| error.to_string())? };
    read_footer(file)?.entries.iter().map(|entry| rows.end(entry)).collect()
}

/// The rows of a results file.
struct Rows<'a> {
    file: &'a File,
    metadata: ArrowReaderMetadata,
}

impl Rows<'_> {
    /// The last recorded step of a block.
    fn end(&self, entry: &Entry) -> Result<(BlockId, Observations), String> {
        let id = Digest::parse(&entry.id).ok_or("a block's identity is not a SHA-256")?;
        let n_chains = usize::try_from(entry.chains).map_err(|error| error.to_string())?;
        let per_chain = entry.rows / n_chains.max(1);
        let n_observables = self.n_observables(entry.first_row, per_chain)?;
        let mut end = Assembly::new(entry.first_chain, n_chains, n_chains * n_observables)?;
        let last_rows = (1..=n_chains).map(|chain| {
            let after = entry.first_row + chain * per_chain;
            after - n_observables..after
        });
        for rows in
            self.read(RowSelection::from_consecutive_ranges(last_rows, self.n_rows()), &[])?
        {
            end.push(&rows.map_err(|error| error.to_string())?)?;
        }
        if end.n_rows() != n_chains * n_observables {
            return Err(format!("block {} lies outside its rows", entry.id));
        }
        Ok((BlockId(id), end.finish()))
    }

    /// Number of the rows of a chain that are of its first step; it has `per_chain` rows from `first` on.
    fn n_observables(&self, first: usize, per_chain: usize) -> Result<usize, String> {
        let chain = std::iter::once(first..first + per_chain);
        let selected = RowSelection::from_consecutive_ranges(chain, self.n_rows());
        let mut n_rows = 0;
        let mut first_step = None;
        for rows in self.read(selected, &["step"])? {
            let rows = rows.map_err(|error| error.to_string())?;
            let steps = integers(&rows, "step")?.values();
            let first_step = *first_step.get_or_insert(steps[0]);
            let n_same = steps.iter().take_while(|step| **step == first_step).count();
            n_rows += n_same;
            if n_same < steps.len() {
                break;
            }
        }
        Ok(n_rows)
    }

    fn n_rows(&self) -> usize {
        self.metadata.metadata().file_metadata().num_rows() as usize
    }

    /// The selected rows, of all columns or of those that are named.
    fn read(
        &self,
        selected: RowSelection,
        columns: &[&str],
    ) -> Result<ParquetRecordBatchReader, String> {
        let file = self.file.try_clone().map_err(|error| error.to_string())?;
        let metadata = self.metadata.clone();
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        if !columns.is_empty() {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        let builder = builder.with_row_selection(selected).with_batch_size(FEW_ROWS);
        builder.build().map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::store::{Block, Provenance};

    fn block(name: &str, first_chain: u64, (n_chains, n_steps, n_obs): (u64, u64, u64)) -> Block {
        let n_values = n_chains * n_steps * n_obs;
        let mut diverged_at = vec![None; n_chains as usize];
        diverged_at[0] = Some(4);
        Block {
            id: BlockId(Digest::of_bytes(name.as_bytes())),
            ensemble: Digest::of_bytes(b"ensemble"),
            description: "{}".to_owned(),
            causes: crate::store::Causes::new(),
            code: Arc::new(Fingerprint {
                digest: Digest::of_bytes(b"code"),
                files: std::collections::BTreeMap::new(),
            }),
            observations: Observations {
                first_chain,
                observables: (0..n_obs).map(|idx| format!("x_{idx}")).collect(),
                steps: (0..n_steps).map(|step| 3 * step).collect(),
                values: (0..n_values)
                    .map(|i| if i % 5 == 0 { f64::NAN } else { i as f64 })
                    .collect(),
                diverged_at,
            },
        }
    }

    /// Shapes whose chains are within a batch, end on one, go over several, and have one step only.
    #[test]
    fn ends_are_those_of_whole_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_to_write(folder.path()).unwrap();
        let shapes = [(3, 5, 2), (2, FEW_ROWS as u64, 1), (3, 40_000, 3), (2, 1, 3000), (1, 1, 1)];
        let blocks: Vec<Block> = shapes
            .into_iter()
            .enumerate()
            .map(|(idx, shape)| block(&idx.to_string(), 16 * idx as u64, shape))
            .collect();
        let provenance = Provenance {
            wall_seconds: 0.0,
            host: String::new(),
            threads: 1,
            git_commit: None,
            version: "0",
            unix_time: 0,
        };
        let name = store.write_blocks(&blocks, &provenance).unwrap();
        let ends = store.read_ends(name).unwrap();
        assert_eq!(ends.len(), blocks.len());
        for ((id, end), block) in ends.into_iter().zip(&blocks) {
            let all = &block.observations;
            let n_observables = all.observables.len();
            let last = |chain: &[f64]| chain[chain.len() - n_observables..].to_vec();
            let chains = all.values.chunks(all.steps.len() * n_observables);
            let expected = Observations {
                steps: vec![all.steps[all.steps.len() - 1]],
                values: chains.flat_map(last).collect(),
                ..all.clone()
            };
            assert_eq!((id, end.digest()), (block.id, expected.digest()));
            assert_eq!(end.observables, expected.observables);
        }
    }
}
