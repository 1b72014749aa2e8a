//! Results files: blocks of chains in one Parquet file, self-describing and named by content.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::identity::Digest;
use crate::store::assembly::Assembly;
use crate::store::cause::Causes;
use crate::store::error::StoreError;
use crate::store::folder::{ContentWriter, Store};
use crate::store::provenance::Provenance;
use crate::store::record::{Observations, RECORD, schema};

/// Folder and extension of results files.
pub(crate) const RESULTS: (&str, &str) = ("results", "parquet");

/// Rows that are encoded or decoded at once: what they take beside the values is a few megabytes.
pub(crate) const ROWS_AT_ONCE: usize = 1 << 16;

const BLOCKS: &str = "maruyama.blocks";
const ENSEMBLES: &str = "maruyama.ensembles";
const CODE: &str = "maruyama.code";

/// Identity of a block: its ensemble, its chains, and the code and data that it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub Digest);

/// A block of chains ready to be stored.
#[derive(Clone, Debug)]
pub struct Block {
    /// Identity.
    pub id: BlockId,
    /// Identity of its ensemble.
    pub ensemble: Digest,
    /// The resolved cell without its number of chains, the digests of its data files and the
    /// digest of its code, as a JSON object with the keys `cell`, `data` and `code`.
    pub description: String,
    /// The code that it was computed by.
    pub code: Arc<Fingerprint>,
    /// What was observed.
    pub observations: Observations,
    /// Why chains ended.
    pub causes: Causes,
}

/// One block as the footer of its file lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub id: String,
    pub ensemble: String,
    pub first_chain: u64,
    pub chains: u64,
    pub first_row: usize,
    pub rows: usize,
    pub digest: String,
    #[serde(default, skip_serializing_if = "Causes::is_empty")]
    pub causes: Causes,
}

impl Store {
    /// Stores `blocks` as one file, and says where they came from in a second one beside it.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn write_blocks(
        &self,
        blocks: &[Block],
        provenance: &Provenance,
    ) -> Result<Digest, StoreError> {
        let (folder, extension) = RESULTS;
        let name = self.stream_content(folder, extension, |file| {
            encode(blocks, file).map_err(|error| self.not_written(error))
        })?;
        let ids: Vec<String> = blocks.iter().map(|block| block.id.0.to_string()).collect();
        self.write_provenance(name, provenance, &ids)?;
        Ok(name)
    }

    /// The error of a results file that could not be written: the disk's, or else the encoder's.
    pub(crate) fn not_written(&self, error: ParquetError) -> StoreError {
        let path = self.root().join("tmp");
        match error {
            ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
                Ok(source) => StoreError::Write { path, source: *source },
                Err(cause) => StoreError::Encode(ParquetError::External(cause)),
            },
            error => StoreError::Encode(error),
        }
    }

    /// Reads and verifies the blocks of the results file `name`.
    ///
    /// # Errors
    /// If the file cannot be read, or its bytes are not those that were written.
    pub fn read_blocks(&self, name: Digest) -> Result<Vec<(BlockId, Observations)>, StoreError> {
        let (folder, extension) = RESULTS;
        let bytes = self.read_content(folder, name, extension)?;
        decode(bytes).map_err(|reason| StoreError::Damaged {
            path: self.content_path(folder, name, extension),
            reason,
        })
    }
}

/// Writes `blocks` to `file`, some rows at a time.
fn encode(blocks: &[Block], file: &mut ContentWriter) -> Result<(), ParquetError> {
    let mut entries = Vec::with_capacity(blocks.len());
    let mut ensembles = BTreeMap::new();
    let mut code = BTreeMap::new();
    let mut first_row = 0;
    for block in blocks {
        let ensemble = block.ensemble.to_string();
        let rows = block.observations.n_rows();
        entries.push(Entry {
            id: block.id.0.to_string(),
            ensemble: ensemble.clone(),
            first_chain: block.observations.first_chain,
            chains: block.observations.n_chains() as u64,
            first_row,
            rows,
            digest: block.observations.digest().to_string(),
            causes: block.causes.clone(),
        });
        ensembles.insert(ensemble, block.description.as_str());
        code.insert(block.code.digest.to_string(), &block.code.files);
        first_row += rows;
    }
    let properties = properties(RECORD)?;
    let mut writer = ArrowWriter::try_new(file, SchemaRef::new(schema()), Some(properties))?;
    for pair in footer(&entries, &ensembles, &code) {
        writer.append_key_value_metadata(pair);
    }
    for (block, entry) in blocks.iter().zip(&entries) {
        for start in (0..entry.rows).step_by(ROWS_AT_ONCE) {
            let rows = start..entry.rows.min(start + ROWS_AT_ONCE);
            writer.write(&block.observations.to_columns(&entry.ensemble, rows))?;
        }
    }
    writer.close().map(|_| ())
}

/// How the rows of the record kind `record` are encoded.
pub(crate) fn properties(record: &str) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for name in ["value", "min", "max", "mean", "m2", "m3", "m4"] {
        let column = ColumnPath::from(name);
        builder = builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::BYTE_STREAM_SPLIT);
    }
    let metadata = vec![
        KeyValue::new("maruyama.record".to_owned(), record.to_owned()),
        KeyValue::new("maruyama.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    Ok(builder.set_key_value_metadata(Some(metadata)).build())
}

/// What a footer says of the blocks, ensembles and code of its file.
pub(crate) fn footer(
    entries: &impl Serialize,
    ensembles: &impl Serialize,
    code: &impl Serialize,
) -> [KeyValue; 3] {
    [
        KeyValue::new(BLOCKS.to_owned(), json(entries)),
        KeyValue::new(ENSEMBLES.to_owned(), json(ensembles)),
        KeyValue::new(CODE.to_owned(), json(code)),
    ]
}

/// What the footer of a results file says.
#[derive(Clone, Debug)]
pub(crate) struct Footer {
    /// The blocks, in the order of their rows.
    pub entries: Vec<Entry>,
    /// Descriptions of the ensembles by identity, each JSON in a string.
    pub ensembles: String,
    /// Source files and their SHA-256 by the digest of the code.
    pub code: String,
}

/// Reads the footer of a results file.
pub(crate) fn read_footer(file: &impl ChunkReader) -> Result<Footer, String> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(file);
    footer_of(&metadata.map_err(|error| format!("it is not a Parquet file: {error}"))?)
}

/// Reads the footer of a results file from its bytes, without the length at their end.
pub(crate) fn decode_footer(bytes: &[u8]) -> Result<Footer, String> {
    let metadata = ParquetMetaDataReader::decode_metadata(bytes);
    footer_of(&metadata.map_err(|error| format!("its footer is not of Parquet: {error}"))?)
}

fn footer_of(metadata: &ParquetMetaData) -> Result<Footer, String> {
    let pairs = metadata.file_metadata().key_value_metadata().map_or(&[][..], Vec::as_slice);
    let find = |key: &str| {
        let found = pairs.iter().find(|pair| pair.key == key);
        let value = found.and_then(|pair| pair.value.as_deref());
        value.ok_or_else(|| format!("its footer has no `{key}`"))
    };
    let entries = serde_json::from_str(find(BLOCKS)?)
        .map_err(|error| format!("its list of blocks cannot be read: {error}"))?;
    Ok(Footer { entries, ensembles: find(ENSEMBLES)?.to_owned(), code: find(CODE)?.to_owned() })
}

/// The blocks that a results file lists, and its rows, some at a time.
pub(crate) fn read_batches(
    bytes: Vec<u8>,
) -> Result<(Vec<Entry>, ParquetRecordBatchReader), String> {
    let bytes = bytes::Bytes::from(bytes);
    let entries = read_footer(&bytes)?.entries;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .and_then(|builder| builder.with_batch_size(ROWS_AT_ONCE).build())
        .map_err(|error| error.to_string())?;
    Ok((entries, reader))
}

fn decode(bytes: Vec<u8>) -> Result<Vec<(BlockId, Observations)>, String> {
    let (entries, reader) = read_batches(bytes)?;
    let mut blocks = Vec::with_capacity(entries.len());
    let mut entries = entries.iter();
    let mut open = entries.next().map(Open::new).transpose()?;
    for rows in reader {
        let mut rows = rows.map_err(|error| error.to_string())?;
        while let (Some(block), true) = (&mut open, rows.num_rows() > 0) {
            let n_taken = rows.num_rows().min(block.n_left());
            block.assembly.push(&rows.slice(0, n_taken))?;
            rows = rows.slice(n_taken, rows.num_rows() - n_taken);
            if block.n_left() == 0
                && let Some(block) = open.take()
            {
                blocks.push(block.finish()?);
                open = entries.next().map(Open::new).transpose()?;
            }
        }
    }
    match open {
        Some(block) => Err(format!("block {} lies outside its rows", block.entry.id)),
        None => Ok(blocks),
    }
}

/// A block of which some rows have been read.
struct Open<'a> {
    entry: &'a Entry,
    assembly: Assembly,
}

impl Open<'_> {
    fn new(entry: &Entry) -> Result<Open<'_>, String> {
        let chains = usize::try_from(entry.chains).map_err(|error| error.to_string())?;
        let assembly = Assembly::new(entry.first_chain, chains, entry.rows)?;
        Ok(Open { entry, assembly })
    }

    fn n_left(&self) -> usize {
        self.entry.rows - self.assembly.n_rows()
    }

    fn finish(self) -> Result<(BlockId, Observations), String> {
        let id = Digest::parse(&self.entry.id).ok_or("a block's identity is not a SHA-256")?;
        let observations = self.assembly.finish();
        if observations.digest().to_string() != self.entry.digest {
            return Err(format!("block {} does not have its digest", self.entry.id));
        }
        Ok((BlockId(id), observations))
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain maps and lists of text are JSON")
}
