//! The store: results on disk, found by identity and checked by content.
//!
//! ```text
//! store/
//!   FORMAT                 "maruyama store 1"
//!   LOCK                   held shared while a process writes
//!   USE                    held shared while a process reads or writes, alone while one prunes
//!   claims/                which blocks the processes that are alive are computing
//!   checkpoints/<block>    how far a block has come that takes long; <block>.<n>: words of it that wait
//!   results/<sha256>.parquet   blocks of chains, or statistics over them; the name is the SHA-256 of the bytes
//!   results/<sha256>.json      where, when and how long: provenance, never read for a result
//!   analyses/<sha256>.jsonl    outcomes of analyses; the name is the SHA-256 of the bytes
//!   reports/<item>.json    what the report of an item was made from, and its files
//!   damaged/               files whose bytes no longer match their name, kept for inspection
//!   tmp/                   files being written
//! ```
//!
//! A file appears under its final name complete or not at all: it is written in `tmp/`, synced and
//! renamed. Every file that carries results is verified against its name each time it is read; one
//! that fails is never used. No decision rests on a time stamp, and the store can be copied or
//! moved as a folder. Machines share one through a bucket on S3: [`Location`].

mod analyses;
mod arrivals;
mod assembly;
mod bundle;
mod cause;
mod checkpoint;
mod claims;
mod csv_table;
mod ends;
mod error;
mod folder;
mod index;
mod lock;
mod pack;
mod parquet_table;
mod provenance;
mod prune;
mod quarantine;
mod record;
mod record_file;
mod remote;
mod report;
mod spool;
mod summary;
mod summary_file;
mod waiting;

pub use analyses::{Outcome, Outcomes};
pub use arrivals::Arrivals;
pub use bundle::{Contents, Imported};
pub use cause::{Causes, causes};
pub use checkpoint::{CHECKPOINTS, Checkpoint};
pub(crate) use claims::BEAT;
pub use claims::{Claims, Whose};
pub use csv_table::{CsvTableError, csv_column, csv_records};
pub use error::StoreError;
pub use folder::Store;
pub use index::{Index, StoredBlock, StoredEnsemble, StoredFile};
pub use pack::{Block, BlockId};
pub use parquet_table::{NoNumbers, ParquetTableError, csv_text, parquet_column, read_column};
pub use provenance::{Origin, Provenance};
pub use prune::StoreFile;
pub use record::{Observations, SCHEMA_DOC};
pub use record_file::OpenRecord;
pub use remote::{Fault, FaultKind, Location};
pub use report::{PublishedReport, WrittenFile};
pub use summary::Summarised;
pub use summary_file::{BlockHead, OpenBlock, SummaryFile};
pub use waiting::WaitingSummaries;
