//! Results files of a long record: the numbers of one block, which come some steps at a time.
//!
//! Chains move side by side and their rows stand one chain after the other, each row with the step
//! at which its chain diverged, which is known in the end. So the numbers wait in a spool until all are
//! there; with it the record can be saved on its way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use arrow::datatypes::SchemaRef;
use maruyama_dynamics::simulate::Steps;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use crate::identity::{Digest, Hasher};
use crate::store::cause::Causes;
use crate::store::error::StoreError;
use crate::store::folder::{ContentWriter, Store};
use crate::store::pack::{Entry, RESULTS, ROWS_AT_ONCE, footer, properties};
use crate::store::provenance::Provenance;
use crate::store::record::{CONTENT, RECORD, Rows, bits, schema};
use crate::store::spool::Spool;
use crate::store::summary_file::BlockHead;

/// A block of chains that is being recorded.
///
/// # Memory
/// Nothing grows with the number of recorded steps but a list of the pieces.
pub struct OpenRecord<'a> {
    store: &'a Store,
    head: BlockHead,
    waiting: Spool<'a>,
    pieces: Vec<Piece>,
    causes: Causes,
}

/// Numbers of consecutive chains at consecutive recorded steps, `[chain, step, observable]`.
struct Piece {
    /// Places of the chains in the block.
    chains: Range<u64>,
    per_chain: u64,
    /// Numbers before it.
    first: u64,
}

/// The next row of a chain.
struct Place {
    /// Recorded steps after this one.
    steps: Steps,
    step: u64,
    observable: usize,
}

/// Where a block goes, row after row: its digest and its file.
struct Sink<'a> {
    head: &'a BlockHead,
    ensemble: String,
    hasher: Hasher,
    writer: ArrowWriter<ContentWriter>,
    rows: Rows,
}

impl Store {
    /// Begins the record of a block; nothing is stored before [`OpenRecord::keep`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin_record(&self, head: BlockHead) -> Result<OpenRecord<'_>, StoreError> {
        let waiting = self.spool(head.id)?;
        Ok(OpenRecord { store: self, head, waiting, pieces: Vec::new(), causes: Causes::new() })
    }

    /// The record of a block as [`OpenRecord::save`] left it; `None` if `words` are not what it gave,
    /// or the numbers are not there as they were.
    ///
    /// # Errors
    /// If they cannot be read, or cannot be copied.
    pub fn resume_record(
        &self,
        head: &BlockHead,
        words: &mut impl Iterator<Item = u64>,
    ) -> Result<Option<OpenRecord<'_>>, StoreError> {
        let Some((n_numbers, digest, pieces)) = saved(words) else { return Ok(None) };
        let waiting = self.spool_again(head.id, n_numbers, digest)?;
        let (head, causes) = (head.clone(), Causes::new());
        Ok(waiting.map(|waiting| OpenRecord { store: self, head, waiting, pieces, causes }))
    }
}

impl OpenRecord<'_> {
    /// Appends `values`, `[n_chains, n_steps, n_observables]`, of the chains with these places in the
    /// block; steps of a chain come in order, and all chains get the same ones in the end.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn push(&mut self, chains: Range<u64>, values: &[f64]) -> Result<(), StoreError> {
        let first = self.waiting.n_words();
        self.waiting.push(values.iter().map(|value| value.to_bits()))?;
        let per_chain = values.len() as u64 / (chains.end - chains.start).max(1);
        self.pieces.push(Piece { chains, per_chain, first });
        Ok(())
    }

    /// Brings the numbers so far to the disk and appends to `words` what [`Store::resume_record`] takes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(&mut self, words: &mut Vec<u64>) -> Result<(), StoreError> {
        let digest = self.waiting.keep()?;
        words.push(self.waiting.n_words());
        words.extend(digest.words());
        words.push(self.pieces.len() as u64);
        for Piece { chains, per_chain, first } in &self.pieces {
            words.extend([chains.start, chains.end, *per_chain, *first]);
        }
        Ok(())
    }

    /// Removes what earlier checkpoints needed, once the one with the words of [`OpenRecord::save`] is
    /// written.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn saved(&self) -> Result<(), StoreError> {
        self.waiting.remove_others()
    }

    /// Says why chains of the block ended.
    pub fn note(&mut self, causes: Causes) {
        self.causes = causes;
    }

    /// Stores the block as a file of its own, and says where it came from in a second one beside it.
    ///
    /// # Arguments
    /// * `steps`: the recorded steps, from the first on
    /// * `diverged_at`: as [`crate::store::Observations::diverged_at`]
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn keep(
        self,
        steps: &Steps,
        diverged_at: &[Option<u64>],
        provenance: &Provenance,
    ) -> Result<Digest, StoreError> {
        let OpenRecord { store, head, waiting, pieces, causes } = self;
        let n_numbers = waiting.n_words();
        let (file, _temporary) = waiting.finish()?;
        let failed = |error| store.not_written(error);
        let mut sink = Sink::new(store.content_writer()?, &head).map_err(failed)?;
        sink.begin(steps, (n_numbers, diverged_at.len() as u64));
        for (chain, end) in diverged_at.iter().enumerate() {
            let mut place = Place { steps: steps.clone(), step: 0, observable: 0 };
            for piece in pieces.iter().filter(|piece| piece.chains.contains(&(chain as u64))) {
                let mut left = piece.of_chain(chain as u64);
                while left.start < left.end {
                    let next = left.end.min(left.start + sink.room());
                    let values = read(&file, left.start..next);
                    let values = values.map_err(|source| not_waiting(store, source))?;
                    left.start = next;
                    let written = sink.push((chain as u64, *end), &mut place, &values);
                    written.map_err(|error| store.not_written(error))?;
                }
            }
        }
        let content = sink.finish(n_numbers, diverged_at, causes).map_err(failed)?;
        let (folder, extension) = RESULTS;
        let name = store.keep_content(folder, extension, content)?;
        store.write_provenance(name, provenance, &[head.id.0.to_string()])?;
        store.remove_checkpoint(head.id)?;
        store.remove_spools(head.id)?;
        Ok(name)
    }
}

/// Number of the numbers, their digest and the pieces that [`OpenRecord::save`] wrote.
fn saved(words: &mut impl Iterator<Item = u64>) -> Option<(u64, [u64; 4], Vec<Piece>)> {
    let n_numbers = words.next()?;
    let digest = [words.next()?, words.next()?, words.next()?, words.next()?];
    let n_pieces = words.next()?;
    let mut pieces = Vec::new();
    for _ in 0..n_pieces {
        let chains = words.next()?..words.next()?;
        pieces.push(Piece { chains, per_chain: words.next()?, first: words.next()? });
    }
    Some((n_numbers, digest, pieces))
}

impl Piece {
    /// The numbers of one chain of those before it.
    fn of_chain(&self, chain: u64) -> Range<u64> {
        let first = self.first + (chain - self.chains.start) * self.per_chain;
        first..first + self.per_chain
    }
}

impl Sink<'_> {
    fn new(to: ContentWriter, head: &BlockHead) -> Result<Sink<'_>, ParquetError> {
        let properties = properties(RECORD)?;
        let writer = ArrowWriter::try_new(to, SchemaRef::new(schema()), Some(properties))?;
        let hasher = Hasher::new(CONTENT);
        let ensemble = head.ensemble.to_string();
        Ok(Sink { head, ensemble, hasher, writer, rows: Rows::default() })
    }

    /// Digests what comes before the numbers.
    fn begin(&mut self, steps: &Steps, (n_numbers, n_chains): (u64, u64)) {
        let BlockHead { first_chain, ref observables, .. } = *self.head;
        self.hasher.field(&first_chain.to_le_bytes());
        for name in observables {
            self.hasher.field(name.as_bytes());
        }
        let rows_of_chain = n_numbers / n_chains.max(1);
        let n_steps = rows_of_chain / (observables.len() as u64).max(1);
        self.hasher.begin_numbers(n_steps);
        steps.clone().take(n_steps as usize).for_each(|step| self.hasher.number(step));
        self.hasher.begin_numbers(n_numbers);
    }

    /// Rows until some are written.
    fn room(&self) -> u64 {
        (ROWS_AT_ONCE - self.rows.len()) as u64
    }

    /// Appends the next rows of a chain, given by its place in the block and its divergence; no more
    /// than there is room for.
    fn push(
        &mut self,
        (chain, end): (u64, Option<u64>),
        place: &mut Place,
        values: &[f64],
    ) -> Result<(), ParquetError> {
        let BlockHead { first_chain, ref observables, .. } = *self.head;
        for value in values {
            if place.observable == 0 {
                place.step = place.steps.next().unwrap_or(place.step);
            }
            self.hasher.number(bits(*value));
            self.rows.push((first_chain + chain, end), (place.step, place.observable), *value);
            place.observable = (place.observable + 1) % observables.len();
        }
        if self.room() == 0 { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        self.writer.write(&rows.into_columns(&self.ensemble, &self.head.observables))
    }

    /// The whole file; there are `n_rows`.
    fn finish(
        mut self,
        n_rows: u64,
        diverged_at: &[Option<u64>],
        causes: Causes,
    ) -> Result<ContentWriter, ParquetError> {
        if self.rows.len() > 0 {
            self.write()?;
        }
        self.hasher.numbers(diverged_at.iter().map(|step| step.unwrap_or(u64::MAX)));
        let Sink { head, ensemble, hasher, mut writer, .. } = self;
        let entry = Entry {
            id: head.id.0.to_string(),
            ensemble: ensemble.clone(),
            first_chain: head.first_chain,
            chains: diverged_at.len() as u64,
            first_row: 0,
            rows: n_rows as usize,
            digest: hasher.finish().to_string(),
            causes,
        };
        let ensembles = BTreeMap::from([(ensemble, head.description.as_str())]);
        let code = BTreeMap::from([(head.code.digest.to_string(), &head.code.files)]);
        for KeyValue { key, value } in footer(&[entry], &ensembles, &code) {
            writer.append_key_value_metadata(KeyValue { key, value });
        }
        writer.into_inner()
    }
}

/// The numbers at these places of a file of numbers.
fn read(mut file: &File, places: Range<u64>) -> io::Result<Vec<f64>> {
    let mut bytes = vec![0; 8 * (places.end - places.start) as usize];
    file.seek(SeekFrom::Start(8 * places.start))?;
    file.read_exact(&mut bytes)?;
    let (numbers, _) = bytes.as_chunks::<8>();
    Ok(numbers.iter().map(|number| f64::from_le_bytes(*number)).collect())
}

fn not_waiting(store: &Store, source: io::Error) -> StoreError {
    StoreError::Write { path: store.root().join("tmp"), source }
}

#[cfg(test)]
mod tests;
