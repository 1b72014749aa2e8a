//! Recorded values of cells, one row each, as CSV or JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use maruyama_dynamics::simulate::is_reduced;
use serde_json::{Value as Json, json};

use crate::analyse::Reader;
use crate::cli::arguments::Format;
use crate::cli::pipeline::Pipeline;
use crate::cli::select::Place;
use crate::plan::PlannedCell;
use crate::store::{BlockId, Observations, StoreError, Summarised};

const CHAINS: [&str; 5] = ["chain", "step", "observable", "value", "diverged_at"];
const STATISTICS: [&str; 12] = [
    "first_chain",
    "chains",
    "step",
    "observable",
    "n",
    "n_diverged",
    "min",
    "max",
    "mean",
    "m2",
    "m3",
    "m4",
];

/// The blocks of a cell.
pub(crate) enum Blocks {
    Chains(Vec<Observations>),
    Statistics(Vec<Summarised>),
}

/// Writes rows of cells.
pub(crate) struct Writer<'a, W: Write> {
    reader: Reader<'a>,
    pipeline: &'a Pipeline,
    format: Format,
    out: &'a mut W,
    /// Labels that some cell has.
    labels: Vec<&'a str>,
    columns: Vec<&'static str>,
    is_first: bool,
}

impl<'a, W: Write> Writer<'a, W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn begin(
        pipeline: &'a Pipeline,
        places: &[Place<'a>],
        format: Format,
        out: &'a mut W,
    ) -> io::Result<Writer<'a, W>> {
        let mut seen = BTreeSet::new();
        let names = places.iter().flat_map(|place| place.cell.labels());
        let labels: Vec<&str> =
            names.map(|(name, _)| name).filter(|name| seen.insert(*name)).collect();
        let reduced = places.first().is_some_and(|one| is_reduced(&one.cell.ensemble.parameters));
        let columns = if reduced { STATISTICS.to_vec() } else { CHAINS.to_vec() };
        match format {
            Format::Json => out.write_all(b"[")?,
            Format::Text => {
                let fixed = ["item", "sweep", "cell"].into_iter();
                let all: Vec<String> = fixed
                    .chain(labels.iter().copied())
                    .chain(columns.iter().copied())
                    .map(quoted)
                    .collect();
                writeln!(out, "{}", all.join(","))?;
            }
        }
        let reader = Reader::new(&pipeline.store);
        Ok(Writer { reader, pipeline, format, out, labels, columns, is_first: true })
    }

    /// Reads the blocks of a cell, all of which are stored.
    ///
    /// # Errors
    /// If a file cannot be read or is damaged.
    pub(crate) fn read(&self, place: Place<'_>) -> Result<Blocks, StoreError> {
        let ids = || stored(self.pipeline, place.cell);
        if is_reduced(&place.cell.ensemble.parameters) {
            let read = ids().map(|(id, file)| Ok(self.reader.summaries(file)?.get(&id).cloned()));
            let blocks: Vec<_> = read.collect::<Result<_, StoreError>>()?;
            return Ok(Blocks::Statistics(blocks.into_iter().flatten().collect()));
        }
        let read = ids().map(|(id, file)| Ok(self.reader.file(file)?.get(&id).cloned()));
        let blocks: Vec<_> = read.collect::<Result<_, StoreError>>()?;
        Ok(Blocks::Chains(blocks.into_iter().flatten().collect()))
    }

    /// Writes the rows of a cell.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn write(&mut self, place: Place<'_>, blocks: &Blocks) -> io::Result<()> {
        let (item, sweep) = (place.item.manifest.item.as_str(), place.sweep.name.as_str());
        let mut head = vec![json!(item), json!(sweep), json!(place.cell.id.to_string())];
        let labels = place.cell.labels();
        let value = |name: &&str| labels.iter().find(|(label, _)| label == name);
        head.extend(self.labels.iter().map(|name| json!(value(name).map(|(_, value)| value))));
        match blocks {
            Blocks::Chains(blocks) => blocks.iter().try_for_each(|block| self.chains(&head, block)),
            Blocks::Statistics(blocks) => {
                blocks.iter().try_for_each(|block| self.statistics(&head, block))
            }
        }
    }

    /// Ends the list of rows.
    ///
    /// # Errors
    /// If the output fails.
    pub(crate) fn end(self) -> io::Result<()> {
        if self.format == Format::Json {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.flush()
    }

    fn chains(&mut self, head: &[Json], block: &Observations) -> io::Result<()> {
        let n_observables = block.observables.len();
        let per_chain = (block.steps.len() * n_observables).max(1);
        for (idx, value) in block.values.iter().enumerate() {
            let (chain, within) = (idx / per_chain, idx % per_chain);
            let row = vec![
                json!(block.first_chain + chain as u64),
                json!(block.steps[within / n_observables]),
                json!(block.observables[within % n_observables]),
                json!((!value.is_nan()).then_some(value)),
                json!(block.diverged_at[chain]),
            ];
            self.row(head, row)?;
        }
        Ok(())
    }

    fn statistics(&mut self, head: &[Json], block: &Summarised) -> io::Result<()> {
        let n_observables = block.observables.len().max(1);
        for (idx, summary) in block.summaries.iter().enumerate() {
            let sums = summary.sums.filter(|sums| sums.n > 0);
            let finite = |value: Option<f64>| json!(value.filter(|value| value.is_finite()));
            let row = vec![
                json!(block.first_chain),
                json!(block.n_chains),
                json!(block.steps[idx / n_observables]),
                json!(block.observables[idx % n_observables]),
                json!(summary.n),
                json!(summary.n_diverged),
                finite(Some(summary.min)),
                finite(Some(summary.max)),
                finite(sums.map(|sums| sums.mean)),
                finite(sums.map(|sums| sums.m2)),
                finite(sums.map(|sums| sums.m3)),
                finite(sums.map(|sums| sums.m4)),
            ];
            self.row(head, row)?;
        }
        Ok(())
    }

    fn row(&mut self, head: &[Json], row: Vec<Json>) -> io::Result<()> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        if self.format == Format::Text {
            let cells: Vec<String> = head.iter().chain(&row).map(shown).collect();
            return writeln!(self.out, "{}", cells.join(","));
        }
        let names = ["item", "sweep", "cell"].into_iter().chain(self.labels.iter().copied());
        let names = names.chain(self.columns.iter().copied()).map(str::to_owned);
        let object: serde_json::Map<String, Json> =
            names.zip(head.iter().cloned().chain(row)).collect();
        write!(self.out, "{}\n{}", if is_first { "" } else { "," }, Json::Object(object))
    }
}

fn stored<'p>(
    pipeline: &'p Pipeline,
    cell: &'p PlannedCell,
) -> impl Iterator<Item = (BlockId, crate::identity::Digest)> + 'p {
    cell.blocks().filter_map(|block| {
        let stored = pipeline.index.blocks.get(&block.id)?;
        Some((block.id, stored.file))
    })
}

/// A value in a row of CSV; nothing for what does not exist.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
