//! Where the numbers of a sweep come from: its cells, their parameters, results files and machines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::identity::Digest;
use crate::manifest::types::shown;
use crate::manifest::vocabulary::DATA;
use crate::plan::{PlannedCell, PlannedItem, PlannedSweep};
use crate::report::arguments;
use crate::site::Sources;
use crate::site::error::SiteError;
use crate::site::templates::Templates;
use crate::site::time::utc;
use crate::store::WrittenFile;

/// Cells that stand on the page of their item, and of which it says why chains ended; longer sweeps have pages of their own.
const LISTED_CELLS: usize = 50;
/// Cells on such a page, which is then some hundred kilobytes large.
const CELLS_OF_A_PAGE: usize = 1000;
/// Results files that a row names, and chains that it lists.
const NAMED: usize = 8;
/// Digits of identities that are shown; the whole ones are a hover away.
const SHORT: usize = 12;

/// A sweep on a page.
#[derive(Debug, Serialize)]
pub(crate) struct Sweep {
    name: String,
    n_cells: usize,
    /// What a command takes to mean the manifest.
    arguments: String,
    code: Vec<String>,
    /// Parameters that all cells share.
    shared: Vec<[String; 2]>,
    /// Names of the parameters that differ.
    names: Vec<String>,
    cells: Vec<Cell>,
    data: Vec<[String; 2]>,
    files: Vec<File>,
    ended: Vec<Ended>,
    n_more_ended: usize,
    /// The pages that its other cells stand on.
    pages: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Cell {
    values: Vec<String>,
    chains: u64,
    id: String,
    files: Vec<String>,
    n_more_files: usize,
    is_stored: bool,
}

/// A results file, and what the file beside it says of it.
#[derive(Clone, Debug, Serialize)]
struct File {
    name: String,
    kibibytes: String,
    host: String,
    computed: String,
    seconds: String,
    commit: String,
    version: String,
}

/// Chains of a cell that ended early although their numbers stayed bounded.
#[derive(Debug, Serialize)]
struct Ended {
    cell: String,
    n_chains: usize,
    chains: String,
    cause: String,
}

#[derive(Debug, Serialize)]
struct Link {
    to: String,
    shown: String,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    path: &'a str,
    title: String,
    item: &'a str,
    item_title: &'a str,
    sweep: Sweep,
}

/// What is known of results files, each looked up once.
pub(crate) struct Facts<'a> {
    sources: Sources<'a>,
    files: BTreeMap<Digest, File>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(sources: &Sources<'a>) -> Facts<'a> {
        Facts { sources: *sources, files: BTreeMap::new() }
    }

    /// The simulated sweeps of an item, and the pages of the cells of long ones.
    pub(crate) fn of_item(
        &mut self,
        item: &PlannedItem,
        templates: &Templates,
    ) -> Result<(Vec<Sweep>, Vec<WrittenFile>), SiteError> {
        let (mut sweeps, mut files) = (Vec::new(), Vec::new());
        for planned in item.sweeps.iter().filter(|sweep| sweep.is_simulated) {
            let is_long = planned.cells.len() > LISTED_CELLS;
            let mut links = Vec::new();
            let chunks = planned.cells.chunks(CELLS_OF_A_PAGE).filter(|_| is_long);
            for (number, cells) in chunks.enumerate() {
                let name = format!("cells-{}-{}.html", planned.name, number + 1);
                let first = number * CELLS_OF_A_PAGE + 1;
                let range = format!("{first} to {}", first + cells.len() - 1);
                let path = format!("{}/{name}", item.manifest.item);
                let page = Page {
                    root: "../",
                    path: &path,
                    title: format!("Cells {range} of the sweep {}", planned.name),
                    item: &item.manifest.item,
                    item_title: &item.manifest.title,
                    sweep: self.of_sweep(item, planned, cells),
                };
                files.push(WrittenFile { path: path.clone(), bytes: templates.cells(page)? });
                links.push(Link { to: name, shown: range });
            }
            let listed = planned.cells.len().min(LISTED_CELLS);
            let mut sweep = self.of_sweep(item, planned, &planned.cells[..listed]);
            sweep.pages = links;
            sweep.ended = planned.cells.iter().flat_map(|cell| self.ended(cell)).collect();
            sweep.n_more_ended = sweep.ended.len().saturating_sub(LISTED_CELLS);
            sweep.ended.truncate(LISTED_CELLS);
            sweeps.push(sweep);
        }
        Ok((sweeps, files))
    }

    /// The `cells` of a sweep.
    fn of_sweep(
        &mut self,
        item: &PlannedItem,
        sweep: &PlannedSweep,
        cells: &[PlannedCell],
    ) -> Sweep {
        let declared = item.manifest.sweeps.iter().find(|one| one.name == sweep.name);
        let varying = declared.map(|declared| &*declared.varying).unwrap_or_default();
        let names: Vec<&String> = varying.iter().filter(|name| *name != "chains").collect();
        let mut files = BTreeSet::new();
        let rows = cells.iter().map(|cell| self.row(cell, &names, &mut files)).collect();
        let data = cells.iter().flat_map(|cell| {
            let name = cell.data_name().unwrap_or(DATA);
            let found = cell.ensemble.data.iter().flat_map(|data| &data.files);
            found.map(move |(file, digest)| [format!("{name}, {file}"), digest.to_string()])
        });
        let code = cells.iter().map(|cell| cell.ensemble.code.digest.to_string());
        Sweep {
            name: sweep.name.clone(),
            n_cells: sweep.cells.len(),
            arguments: arguments(&item.manifest),
            code: code.collect::<BTreeSet<_>>().into_iter().collect(),
            shared: sweep.cells.first().map(|cell| shared(cell, varying)).unwrap_or_default(),
            names: names.into_iter().cloned().collect(),
            cells: rows,
            data: data.collect::<BTreeSet<_>>().into_iter().collect(),
            files: files.into_iter().map(|file| self.file(file).clone()).collect(),
            ended: Vec::new(),
            n_more_ended: 0,
            pages: Vec::new(),
        }
    }

    fn row(&self, cell: &PlannedCell, names: &[&String], files: &mut BTreeSet<Digest>) -> Cell {
        let mut own = BTreeSet::new();
        let mut is_stored = true;
        for block in cell.blocks() {
            match self.sources.index.blocks.get(&block.id) {
                Some(stored) => drop(own.insert(stored.file)),
                None => is_stored = false,
            }
        }
        files.extend(&own);
        let value = |name: &&String| match cell.ensemble.parameters.get(name) {
            _ if *name == DATA => cell.data_name().unwrap_or_default().to_owned(),
            Some(value) => shown(value),
            None => "–".to_owned(),
        };
        Cell {
            values: names.iter().map(value).collect(),
            chains: cell.chains,
            id: cell.id.to_string(),
            n_more_files: own.len().saturating_sub(NAMED),
            files: own.into_iter().take(NAMED).map(|file| file.to_string()).collect(),
            is_stored,
        }
    }

    fn file(&mut self, name: Digest) -> &File {
        let Sources { store, index, .. } = self.sources;
        self.files.entry(name).or_insert_with(|| {
            let size = index.files.get(&name).map_or(0, |file| file.size_bytes);
            let kibibytes = format!("{:.1}", size as f64 / 1024.0);
            let unknown = || "unknown".to_owned();
            let Some(origin) = store.origin(name) else {
                let (host, computed, seconds) = (unknown(), unknown(), unknown());
                let (commit, version) = (unknown(), unknown());
                let name = name.to_string();
                return File { name, kibibytes, host, computed, seconds, commit, version };
            };
            let commit = origin.git_commit.unwrap_or_else(|| "no repository".to_owned());
            File {
                name: name.to_string(),
                kibibytes,
                host: origin.host,
                computed: utc(origin.unix_time),
                seconds: format!("{:.2}", origin.wall_seconds),
                commit: commit.chars().take(SHORT).collect(),
                version: origin.version,
            }
        })
    }

    /// The chains of `cell` that ended early, by cause.
    fn ended(&self, cell: &PlannedCell) -> Vec<Ended> {
        let mut by_cause: BTreeMap<&String, Vec<u64>> = BTreeMap::new();
        for block in cell.blocks() {
            for (cause, chains) in self.sources.index.causes.get(&block.id).into_iter().flatten() {
                by_cause.entry(cause).or_default().extend(chains);
            }
        }
        let ended = by_cause.into_iter().map(|(cause, mut chains)| {
            chains.sort_unstable();
            let first: Vec<String> = chains.iter().take(NAMED).map(u64::to_string).collect();
            let more = if chains.len() > NAMED { ", …" } else { "" };
            Ended {
                cell: cell.label(),
                n_chains: chains.len(),
                chains: first.join(", ") + more,
                cause: cause.replace('_', " "),
            }
        });
        ended.collect()
    }
}

/// The parameters of `cell` that are none of `varying`, the data set among them.
fn shared(cell: &PlannedCell, varying: &[String]) -> Vec<[String; 2]> {
    let data = cell.data_name().into_iter().map(|name| [DATA.to_owned(), name.to_owned()]);
    let parameters = cell.ensemble.parameters.iter();
    let others = parameters.map(|(name, value)| [name.to_string(), shown(value)]);
    let is_shared = |pair: &[String; 2]| pair[0] != "chains" && !varying.contains(&pair[0]);
    data.chain(others).filter(is_shared).collect()
}
