//! The command `gc`: which files of the store no manifest needs, and their removal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::analyse::{self, units};
use crate::cli::arguments::{Format, PruneOptions};
use crate::cli::holding::size;
use crate::cli::tree::Tree;
use crate::data::Library;
use crate::error::{Error, plural};
use crate::identity::Digest;
use crate::load::load;
use crate::manifest::PAPER;
use crate::manifest::types::Manifest;
use crate::plan::Plan;
use crate::store::{BlockId, CHECKPOINTS, Index, Location, Store, StoreFile};

/// Why a bucket is not pruned: nobody knows who else needs what.
const NOT_ON_S3: &str = "`gc` removes from folders alone; give it the folder of the cache, and remove objects of a bucket with its own tools";
/// Files listed of each kind before the rest is counted.
const LISTED_FILES: usize = 12;

/// What the manifests need, in every profile that they declare.
#[derive(Default)]
struct Needed {
    plans: Vec<Plan>,
    reports: BTreeSet<String>,
}

/// Files of the store that nothing needs, by folder.
struct Unneeded {
    kinds: Vec<(&'static str, Vec<StoreFile>)>,
    /// Size of the needed results files, and the part of it that is of blocks that nothing needs.
    kept_bytes: u64,
    idle_bytes: f64,
}

/// Finds what no manifest needs, and removes it if asked to.
///
/// # Errors
/// If a manifest has mistakes, the store fails, or it is to be pruned while another process uses it.
pub(crate) fn prune(options: &PruneOptions) -> Result<String, Error> {
    Location::refuse_bucket(&options.store, NOT_ON_S3)?;
    let needed = needed(&options.manifests)?;
    let store = if options.delete {
        Store::open_alone(&options.store)?
    } else {
        Store::open_to_read(&options.store)?
    };
    let index = store.index()?;
    let unneeded = unneeded(&needed, &store, &index, options.keep_last)?;
    if options.delete {
        for (_, files) in &unneeded.kinds {
            store.remove(files)?;
        }
    }
    Ok(unneeded.tree(options).show(options.format))
}

/// The plans of all profiles of the manifests.
fn needed(manifests: &[PathBuf]) -> Result<Needed, Error> {
    let mut needed = Needed::default();
    let mut profiles: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for loaded in load(manifests, PAPER, &Library::default())? {
        let path = PathBuf::from(&loaded.manifest.path);
        profiles.entry(PAPER.to_owned()).or_default().push(path.clone());
        for name in loaded.manifest.profiles {
            profiles.entry(name).or_default().push(path.clone());
        }
    }
    for (profile, paths) in profiles {
        let library = Library::default();
        let loaded = load(&paths, &profile, &library)?;
        let manifests: Vec<_> = loaded.into_iter().map(|one| one.manifest).collect();
        needed.reports.extend(manifests.iter().map(Manifest::report_name));
        needed.plans.push(Plan::new(manifests, &library, analyse::needs_samples));
    }
    Ok(needed)
}

fn unneeded(
    needed: &Needed,
    store: &Store,
    index: &Index,
    keep_last: Option<usize>,
) -> Result<Unneeded, Error> {
    let blocks = needed.plans.iter().flat_map(|plan| &plan.blocks).map(|block| block.id);
    let blocks: BTreeSet<BlockId> = blocks.collect();
    let in_use = |id: &BlockId| index.blocks.get(id).map(|stored| stored.file);
    let mut live: BTreeSet<Digest> = blocks.iter().filter_map(in_use).collect();
    let dead: Vec<Digest> =
        index.files.keys().filter(|file| !live.contains(file)).copied().collect();
    live.extend(last(&dead, store, keep_last.unwrap_or(0)));
    let outcomes: BTreeSet<Digest> =
        needed.plans.iter().flat_map(|plan| units(plan, index)).map(|unit| unit.id).collect();
    let outcome_files = store.outcome_files()?;
    let is_live =
        |file: &StoreFile| Digest::parse(&file.stem()).is_some_and(|id| live.contains(&id));
    let is_read = |file: &StoreFile| {
        let ids = Digest::parse(&file.stem()).and_then(|name| outcome_files.get(&name));
        ids.is_some_and(|ids| ids.iter().any(|id| outcomes.contains(id)))
    };
    let is_wanted = |file: &StoreFile| {
        let id = Digest::parse(&file.stem()).map(BlockId);
        id.is_some_and(|id| blocks.contains(&id) && !index.blocks.contains_key(&id))
    };
    let without = |folder, is_needed: &dyn Fn(&StoreFile) -> bool| -> Result<_, Error> {
        let files = store.list(folder)?.into_iter();
        Ok((folder, files.filter(|file| !is_needed(file)).collect::<Vec<_>>()))
    };
    let kinds = vec![
        without("results", &is_live)?,
        without("analyses", &is_read)?,
        without("reports", &|file| needed.reports.contains(&file.stem()))?,
        without("damaged", &|_| false)?,
        without(CHECKPOINTS, &is_wanted)?,
    ];
    let kept = index.files.iter().filter(|(file, _)| live.contains(file));
    let kept_bytes = kept.map(|(_, file)| file.size_bytes).sum();
    Ok(Unneeded { kinds, kept_bytes, idle_bytes: idle(&blocks, &live, index) })
}

/// Of the cells in `dead`, whatever their code and data, the `n` files each that are newest by their
/// provenance.
fn last(dead: &[Digest], store: &Store, n: usize) -> BTreeSet<Digest> {
    let mut versions: BTreeMap<String, Vec<(u64, Digest)>> = BTreeMap::new();
    for file in dead.iter().filter(|_| n > 0) {
        let time = store.origin(*file).map_or(0, |origin| origin.unix_time);
        for cell in store.cells_in(*file) {
            versions.entry(cell).or_default().push((time, *file));
        }
    }
    let mut kept = BTreeSet::new();
    for files in versions.values_mut() {
        files.sort_unstable_by(|a, b| b.cmp(a));
        kept.extend(files.iter().take(n).map(|(_, file)| *file));
    }
    kept
}

/// Bytes of blocks that nothing needs, in files with blocks that something does.
fn idle(needed: &BTreeSet<BlockId>, live: &BTreeSet<Digest>, index: &Index) -> f64 {
    let idle = index
        .blocks
        .iter()
        .filter(|(id, stored)| live.contains(&stored.file) && !needed.contains(id));
    let share = idle.filter_map(|(_, stored)| {
        let file = index.files.get(&stored.file)?;
        Some(file.size_bytes as f64 * stored.n_rows as f64 / file.n_rows.max(1) as f64)
    });
    share.sum()
}

impl Unneeded {
    fn tree(&self, options: &PruneOptions) -> Tree {
        let done = if options.delete { "removed" } else { "would remove" };
        let all = || self.kinds.iter().flat_map(|(_, files)| files);
        let bytes = |files: &[StoreFile]| files.iter().map(|file| file.size_bytes).sum::<u64>();
        let total = all().map(|file| file.size_bytes).sum::<u64>();
        let kinds =
            self.kinds.iter().filter(|(_, files)| !files.is_empty()).map(|(kind, files)| {
                let size = size(bytes(files) as f64);
                let count = format!("{}, {size}", plural(files.len(), "file"));
                ((*kind).to_owned(), Tree::List(listed(files, count, options.format)))
            });
        let idle = size(self.idle_bytes);
        let mut fields = vec![
            (done, format!("{}, {}", plural(all().count(), "file"), size(total as f64)).into()),
            ("unneeded", Tree::Named(kinds.collect())),
            ("needed", format!("{} of results", size(self.kept_bytes as f64)).into()),
            ("bytes", total.into()),
        ];
        if self.idle_bytes > 0.0 {
            let why = format!("{idle} of blocks that nothing needs, in files with needed ones");
            fields.push(("stays", why.into()));
        }
        if !options.delete {
            fields.push(("nothing was removed", "`--delete` removes these files".into()));
        }
        Tree::Fields(fields)
    }
}

/// Files with their sizes: all for machines, some for people.
fn listed(files: &[StoreFile], count: String, format: Format) -> Vec<Tree> {
    let line = |file: &StoreFile| {
        Tree::from(format!("{} ({})", file.path.display(), size(file.size_bytes as f64)))
    };
    if format == Format::Json {
        return files.iter().map(line).collect();
    }
    let mut lines = vec![Tree::from(count)];
    lines.extend(files.iter().take(LISTED_FILES).map(line));
    if files.len() > LISTED_FILES {
        lines.push(format!("and {}", plural(files.len() - LISTED_FILES, "more file")).into());
    }
    lines
}
