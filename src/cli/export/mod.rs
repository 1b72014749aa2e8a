//! The commands `export` and `import`: recorded values as CSV or JSON, and archives of a store.

mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use maruyama_dynamics::simulate::is_reduced;

use crate::analyse::units;
use crate::cli::arguments::{ExportOptions, Format, ImportOptions};
use crate::cli::export::rows::Writer;
use crate::cli::pipeline::Pipeline;
use crate::cli::select::{self, Place, places};
use crate::error::{Error, plural};
use crate::identity::Digest;
use crate::store::{BlockId, Contents, Location, StoreError};

/// The word that means every item.
const ALL: &str = "all";

/// Exports what `arguments` name; gives what is to be printed besides.
///
/// # Errors
/// If they name nothing, a cell is not stored, or something cannot be read or written.
pub(crate) fn export(pipeline: &Pipeline, arguments: &ExportOptions) -> Result<String, Error> {
    let is_item = pipeline.plan.items.iter().any(|item| item.manifest.item == arguments.what);
    let places: Vec<Place<'_>> = if arguments.what == ALL && !is_item {
        places(pipeline).collect()
    } else {
        select::cells(pipeline, &arguments.what)?
    };
    let is_stored = |id: BlockId| pipeline.index.blocks.contains_key(&id);
    let missing = places.iter().find(|place| !place.cell.blocks().all(|block| is_stored(block.id)));
    if let Some(Place { item, sweep, cell, .. }) = missing {
        let cell = format!("{}/{}/{}", item.manifest.item, sweep.name, cell.label());
        return Err(Error::NotStored { cell });
    }
    if let Some(path) = &arguments.bundle {
        return bundle(pipeline, &places, path);
    }
    let n_reduced =
        places.iter().filter(|place| is_reduced(&place.cell.ensemble.parameters)).count();
    if n_reduced > 0 && n_reduced < places.len() {
        return Err(Error::TwoKinds { word: arguments.what.clone() });
    }
    let Some(path) = &arguments.output else {
        let mut out = BufWriter::new(io::stdout().lock());
        match write(pipeline, &places, arguments.options.format, &mut out) {
            // A closed pipe is no error.
            Err(Unwritten::Output(_)) | Ok(()) => return Ok(String::new()),
            Err(Unwritten::Store(error)) => return Err(error.into()),
        }
    };
    let failed = |source| StoreError::Write { path: path.clone(), source };
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    match write(pipeline, &places, arguments.options.format, &mut out) {
        Err(Unwritten::Output(source)) => Err(failed(source).into()),
        Err(Unwritten::Store(error)) => Err(error.into()),
        Ok(()) => Ok(format!("{} in {}\n", plural(places.len(), "cell"), path.display())),
    }
}

/// Why values were not written.
enum Unwritten {
    /// The output failed.
    Output(io::Error),
    /// The store failed.
    Store(StoreError),
}

fn write(
    pipeline: &Pipeline,
    places: &[Place<'_>],
    format: Format,
    out: &mut impl Write,
) -> Result<(), Unwritten> {
    let mut writer = Writer::begin(pipeline, places, format, out).map_err(Unwritten::Output)?;
    for place in places {
        let read = writer.read(*place).map_err(Unwritten::Store)?;
        writer.write(*place, &read).map_err(Unwritten::Output)?;
    }
    writer.end().map_err(Unwritten::Output)
}

/// Writes the archive of all files that `places` and the analyses of their items are in.
fn bundle(pipeline: &Pipeline, places: &[Place<'_>], path: &Path) -> Result<String, Error> {
    let blocks = places.iter().flat_map(|place| place.cell.blocks());
    let file = |block: crate::plan::PlannedBlock| pipeline.index.blocks.get(&block.id);
    let results: BTreeSet<Digest> = blocks.filter_map(file).map(|stored| stored.file).collect();
    let items: BTreeSet<usize> = places.iter().map(|place| place.item_idx).collect();
    let wanted: BTreeSet<Digest> = units(&pipeline.plan, &pipeline.index)
        .into_iter()
        .filter(|unit| items.contains(&unit.item))
        .map(|unit| unit.id)
        .collect();
    let files = pipeline.store.outcome_files()?;
    let is_wanted = |(_, ids): &(Digest, Vec<Digest>)| ids.iter().any(|id| wanted.contains(id));
    let analyses: Vec<Digest> = files.into_iter().filter(is_wanted).map(|(file, _)| file).collect();
    let manifest = |idx: &usize| {
        (pipeline.plan.items[*idx].manifest.item.clone(), pipeline.texts[*idx].clone())
    };
    let manifests: BTreeMap<String, String> = items.iter().map(manifest).collect();
    let contents = Contents { results: results.into_iter().collect(), analyses, manifests };
    pipeline.store.export(&contents, path)?;
    let files = contents.results.len() + contents.analyses.len();
    let cells = plural(places.len(), "cell");
    Ok(format!("{cells} in {} of the store in {}\n", plural(files, "file"), path.display()))
}

/// Takes in an archive.
///
/// # Errors
/// If it is damaged, or the store cannot be written.
pub(crate) fn import(arguments: &ImportOptions) -> Result<String, Error> {
    let location = Location::find(&arguments.store, arguments.store_cache.as_deref())?;
    let imported = location.open_to_write()?.import(&arguments.bundle)?;
    location.share()?;
    let new = plural(imported.new, "new file");
    Ok(format!("{new}, {} already there\n", imported.known))
}
