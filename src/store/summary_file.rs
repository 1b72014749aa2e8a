//! Results files of summaries: written while they are computed, some recorded steps at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_statistics::stream::Summary;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;

use crate::fingerprint::Fingerprint;
use crate::identity::Digest;
use crate::store::cause::Causes;
use crate::store::error::StoreError;
use crate::store::folder::{ContentWriter, Store};
use crate::store::pack::{BlockId, Entry, RESULTS, ROWS_AT_ONCE, footer, properties, read_batches};
use crate::store::provenance::Provenance;
use crate::store::summary::{ContentHasher, Head, Summarised, schema, to_columns};

/// Encoded rows that are kept in memory before they are written as a row group.
const ENCODED_BYTES: usize = 1 << 25;

/// What is known of a block of summaries before it is computed.
#[derive(Clone, Debug)]
pub struct BlockHead {
    /// Identity.
    pub id: BlockId,
    /// Identity of its ensemble.
    pub ensemble: Digest,
    /// As [`crate::store::Block::description`].
    pub description: String,
    /// The code that it is computed by.
    pub code: Arc<Fingerprint>,
    /// Index of the first chain.
    pub first_chain: u64,
    /// Number of chains.
    pub n_chains: u64,
    /// Names of the observables, `[n_observables]`.
    pub observables: Vec<String>,
}

/// A results file of summaries that is being written.
pub struct SummaryFile {
    writer: ArrowWriter<ContentWriter>,
    blocks: Vec<(BlockHead, Entry)>,
    n_rows: usize,
}

/// A block of a [`SummaryFile`] that is being written.
pub struct OpenBlock<'a> {
    file: &'a mut SummaryFile,
    store: &'a Store,
    head: BlockHead,
    ensemble: String,
    first_row: usize,
    hasher: ContentHasher,
}

impl Store {
    /// Begins a results file of summaries; it is not there before [`Store::keep_summaries`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin_summaries(&self) -> Result<SummaryFile, StoreError> {
        let properties = properties("summaries 1")?;
        let writer = ArrowWriter::try_new(self.content_writer()?, schema(), Some(properties));
        let writer = writer.map_err(|error| self.not_written(error))?;
        Ok(SummaryFile { writer, blocks: Vec::new(), n_rows: 0 })
    }

    /// Stores `file`, and says where it came from in a second one beside it.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn keep_summaries(
        &self,
        file: SummaryFile,
        provenance: &Provenance,
    ) -> Result<Digest, StoreError> {
        let SummaryFile { mut writer, blocks, .. } = file;
        let entries: Vec<&Entry> = blocks.iter().map(|(_, entry)| entry).collect();
        let ensembles: BTreeMap<String, &str> = blocks
            .iter()
            .map(|(head, entry)| (entry.ensemble.clone(), head.description.as_str()))
            .collect();
        let code: BTreeMap<String, &BTreeMap<String, String>> = blocks
            .iter()
            .map(|(head, _)| (head.code.digest.to_string(), &head.code.files))
            .collect();
        for KeyValue { key, value } in footer(&entries, &ensembles, &code) {
            writer.append_key_value_metadata(KeyValue { key, value });
        }
        let writer = writer.into_inner().map_err(|error| self.not_written(error))?;
        let (folder, extension) = RESULTS;
        let name = self.keep_content(folder, extension, writer)?;
        let ids: Vec<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        self.write_provenance(name, provenance, &ids)?;
        Ok(name)
    }

    /// Reads and verifies the blocks of the results file `name`, which holds summaries.
    ///
    /// # Errors
    /// If the file cannot be read, or its bytes are not those that were written.
    pub fn read_summaries(&self, name: Digest) -> Result<Vec<(BlockId, Summarised)>, StoreError> {
        let (folder, extension) = RESULTS;
        let bytes = self.read_content(folder, name, extension)?;
        decode(bytes).map_err(|reason| StoreError::Damaged {
            path: self.content_path(folder, name, extension),
            reason,
        })
    }
}

impl SummaryFile {
    /// Number of complete blocks.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Begins a block of a file of `store`. Without [`OpenBlock::finish`] its rows are in no list.
    pub fn begin<'a>(&'a mut self, store: &'a Store, head: BlockHead) -> OpenBlock<'a> {
        let ensemble = head.ensemble.to_string();
        let hasher = ContentHasher::new(columns_of(&head, &ensemble));
        OpenBlock { first_row: self.n_rows, file: self, store, head, ensemble, hasher }
    }
}

impl OpenBlock<'_> {
    /// Appends the summaries at `steps`, `[n_steps, n_observables]`.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn push(&mut self, steps: &[u64], summaries: &[Summary]) -> Result<(), StoreError> {
        for (step, row) in steps.iter().zip(summaries.chunks(self.head.observables.len().max(1))) {
            self.hasher.push(*step, row);
        }
        let SummaryFile { writer, n_rows, .. } = &mut *self.file;
        for start in (0..summaries.len()).step_by(ROWS_AT_ONCE) {
            let rows = start..summaries.len().min(start + ROWS_AT_ONCE);
            let head = columns_of(&self.head, &self.ensemble);
            let written = writer.write(&to_columns(head, steps, summaries, rows)).and_then(|()| {
                if writer.in_progress_size() > ENCODED_BYTES { writer.flush() } else { Ok(()) }
            });
            written.map_err(|error| self.store.not_written(error))?;
        }
        *n_rows += summaries.len();
        Ok(())
    }

    /// Ends the block: it is complete.
    pub fn finish(self) {
        let OpenBlock { file, head, ensemble, first_row, hasher, .. } = self;
        let entry = Entry {
            id: head.id.0.to_string(),
            ensemble,
            first_chain: head.first_chain,
            chains: head.n_chains,
            first_row,
            rows: file.n_rows - first_row,
            digest: hasher.finish().to_string(),
            causes: Causes::new(),
        };
        file.blocks.push((head, entry));
    }
}

fn columns_of<'a>(head: &'a BlockHead, ensemble: &'a str) -> Head<'a> {
    let BlockHead { first_chain, n_chains, ref observables, .. } = *head;
    Head { ensemble, first_chain, n_chains, observables }
}

fn decode(bytes: Vec<u8>) -> Result<Vec<(BlockId, Summarised)>, String> {
    let (entries, batches) = read_batches(bytes)?;
    let mut blocks = Vec::with_capacity(entries.len());
    let mut entries = entries.into_iter();
    let begin = |entry: Entry| (Summarised::new(entry.first_chain, entry.chains), entry);
    let mut open = entries.next().map(begin);
    for rows in batches {
        let mut rows = rows.map_err(|error| error.to_string())?;
        while let (Some((block, entry)), true) = (&mut open, rows.num_rows() > 0) {
            let n_taken = rows.num_rows().min(entry.rows - block.summaries.len());
            block.push(&rows.slice(0, n_taken))?;
            rows = rows.slice(n_taken, rows.num_rows() - n_taken);
            if block.summaries.len() == entry.rows
                && let Some((block, entry)) = open.take()
            {
                blocks.push(verified(block, &entry)?);
                open = entries.next().map(begin);
            }
        }
    }
    match open {
        Some((_, entry)) => Err(format!("block {} lies outside its rows", entry.id)),
        None => Ok(blocks),
    }
}

fn verified(block: Summarised, entry: &Entry) -> Result<(BlockId, Summarised), String> {
    let id = Digest::parse(&entry.id).ok_or("a block's identity is not a SHA-256")?;
    let n_columns = block.steps.len() * block.observables.len();
    if n_columns != block.summaries.len() || block.digest().to_string() != entry.digest {
        return Err(format!("block {} does not have its digest", entry.id));
    }
    Ok((BlockId(id), block))
}
