//! Bundles: a part of a store as one archive with checksums, which other stores take in.
//!
//! ```text
//! SHA256SUMS                    of all other entries, as `sha256sum -c` reads it
//! store/FORMAT
//! store/results/<sha256>.parquet, .json
//! store/analyses/<sha256>.jsonl
//! manifests/<item>.yaml         as they stood; for people
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _};
use std::path::{Path, PathBuf};

use crate::identity::{Digest, Digesting};
use crate::store::analyses::ANALYSES;
use crate::store::error::StoreError;
use crate::store::folder::{FORMAT, Store, digest_of, temporary_file};
use crate::store::pack::RESULTS;

const SUMS: &str = "SHA256SUMS";
const FORMAT_ENTRY: &str = "store/FORMAT";
/// Largest entry that is read into memory: provenance.
const MAX_BESIDE: u64 = 1 << 26;

/// What goes into a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Results files.
    pub results: Vec<Digest>,
    /// Files of outcomes.
    pub analyses: Vec<Digest>,
    /// Manifests by item.
    pub manifests: BTreeMap<String, String>,
}

/// What was taken in from a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files that the store did not have.
    pub new: usize,
    /// Files that it had.
    pub known: usize,
}

/// An entry to be written.
enum Source {
    Text(String),
    File(PathBuf),
}

impl Store {
    /// Writes `contents` to the archive `path`, which appears complete or not at all. Files are
    /// verified before they are copied, and again by who takes the bundle in.
    ///
    /// # Errors
    /// If a file is damaged, or the archive cannot be written.
    pub fn export(&self, contents: &Contents, path: &Path) -> Result<(), StoreError> {
        let mut entries = vec![(FORMAT_ENTRY.to_owned(), Source::Text(format!("{FORMAT}\n")))];
        for (names, (folder, extension)) in
            [(&contents.results, RESULTS), (&contents.analyses, ANALYSES)]
        {
            for name in names {
                self.bring((folder, extension), *name)?;
                self.bring_origins(std::iter::once(name));
                let file = self.content_path(folder, *name, extension);
                let beside = file.with_extension("json");
                entries.push((format!("store/{folder}/{name}.{extension}"), Source::File(file)));
                if folder == RESULTS.0 && beside.is_file() {
                    entries.push((format!("store/{folder}/{name}.json"), Source::File(beside)));
                }
            }
        }
        for (item, text) in &contents.manifests {
            // What no archive can name is left out: it is there for people.
            if item.len() <= 80 {
                entries.push((format!("manifests/{item}.yaml"), Source::Text(text.clone())));
            }
        }
        let failed = |source| StoreError::Write { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = temporary_file(folder, "").map_err(failed)?;
        let mut archive = tar::Builder::new(BufWriter::new(file));
        let sums = self.sums(&entries)?;
        let mut text = String::new();
        for (name, sum, _) in &sums {
            let _ = writeln!(text, "{sum}  {name}");
        }
        append(&mut archive, SUMS, text.len() as u64, &mut text.as_bytes()).map_err(failed)?;
        for ((name, source), (_, _, size)) in entries.iter().zip(&sums) {
            match source {
                Source::Text(text) => append(&mut archive, name, *size, &mut text.as_bytes()),
                Source::File(file) => File::open(file).and_then(|file| {
                    append(&mut archive, name, *size, &mut BufReader::with_capacity(1 << 20, file))
                }),
            }
            .map_err(failed)?;
        }
        let file = archive.into_inner().map_err(failed)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Checksum and size of each entry; those of files that are named by content are verified.
    fn sums(&self, entries: &[(String, Source)]) -> Result<Vec<(String, Digest, u64)>, StoreError> {
        let sum = |(name, source): &(String, Source)| {
            let (digest, size) = match source {
                Source::Text(text) => (Digest::of_bytes(text.as_bytes()), text.len() as u64),
                Source::File(path) => {
                    let failed = |source| StoreError::Read { path: path.clone(), source };
                    let file = File::open(path).map_err(failed)?;
                    digest_of(&file).map_err(failed)?
                }
            };
            match named(name) {
                Some((folder, wanted, extension)) if wanted != digest => Err(StoreError::Damaged {
                    path: self.content_path(folder, wanted, extension),
                    reason: format!("its {size} bytes have SHA-256 {}…", digest.short()),
                }),
                _ => Ok((name.clone(), digest, size)),
            }
        };
        entries.iter().map(sum).collect()
    }

    /// Takes in the bundle `path`. All of it is verified before anything is written; a file that the
    /// store has is left as it is.
    ///
    /// # Errors
    /// If it is no bundle, is damaged, or the store cannot be written.
    pub fn import(&self, path: &Path) -> Result<Imported, StoreError> {
        let failed = |source| StoreError::Read { path: path.to_owned(), source };
        let damaged = |reason| StoreError::Damaged { path: path.to_owned(), reason };
        let mut archive = BufReader::new(File::open(path).map_err(failed)?);
        verify(&mut archive).map_err(damaged)?;
        archive.rewind().map_err(failed)?;
        let mut imported = Imported::default();
        let mut error = None;
        let taken =
            for_each(&mut archive, |name, entry| match self.take_in(name, entry, &mut imported) {
                Ok(()) => Ok(()),
                Err(failure) => Err(error.insert(failure).to_string()),
            });
        match error {
            Some(error) => Err(error),
            None => taken.map(|()| imported).map_err(damaged),
        }
    }

    fn take_in(
        &self,
        name: &str,
        content: &mut impl Read,
        imported: &mut Imported,
    ) -> Result<(), StoreError> {
        let tmp = self.root().join("tmp");
        let failed = |source| StoreError::Write { path: tmp.clone(), source };
        if let Some((folder, name, extension)) = named(name) {
            if self.open_content(folder, name, extension).is_ok() {
                imported.known += 1;
                return Ok(());
            }
            let mut writer = self.content_writer()?;
            io::copy(content, &mut writer).map_err(failed)?;
            self.keep_content(folder, extension, writer)?;
            imported.new += 1;
        } else if let Some(name) = beside(name) {
            let path = self.content_path(RESULTS.0, name, "json");
            if !path.exists() {
                let mut bytes = Vec::new();
                content.take(MAX_BESIDE).read_to_end(&mut bytes).map_err(failed)?;
                self.write_file(&path, &bytes)?;
            }
        }
        Ok(())
    }
}

/// Appends a file with fixed times and owners, so that equal contents make equal archives.
///
/// # Errors
/// If `content` is not of `size_bytes`, or something cannot be read or written.
fn append(
    to: &mut tar::Builder<impl io::Write>,
    name: &str,
    size_bytes: u64,
    content: &mut impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(size_bytes);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    let mut content = content.take(size_bytes);
    to.append(&header, &mut content)?;
    if content.limit() > 0 || content.into_inner().read(&mut [0])? > 0 {
        let message = format!("`{name}` changed while it was read");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(())
}

/// Calls `visit` with the name and the content of each file of an archive.
///
/// # Errors
/// A sentence, if it is no archive of plain files or is cut, or the first that `visit` gives.
fn for_each<R: Read>(
    archive: R,
    mut visit: impl FnMut(&str, &mut tar::Entry<R>) -> Result<(), String>,
) -> Result<(), String> {
    let failed = |error: io::Error| error.to_string();
    let mut archive = tar::Archive::new(archive);
    // Raw: long names and other extensions are entries, which are refused, and never memory.
    for (n_before, entry) in archive.entries().map_err(failed)?.raw(true).enumerate() {
        let mut entry = entry.map_err(|error| match n_before {
            0 => "it is no archive of `export --bundle`".to_owned(),
            _ => failed(error),
        })?;
        if !entry.header().entry_type().is_file() {
            return Err("it has entries that are no plain files".to_owned());
        }
        let name = String::from_utf8(entry.path_bytes().into_owned());
        let name = name.map_err(|_| "a name is not UTF-8".to_owned())?;
        visit(&name, &mut entry)?;
    }
    Ok(())
}

/// Folder, name and extension of an entry that is named by its content.
fn named(entry: &str) -> Option<(&'static str, Digest, &'static str)> {
    [RESULTS, ANALYSES].into_iter().find_map(|(folder, extension)| {
        let file = entry.strip_prefix("store/")?.strip_prefix(folder)?.strip_prefix('/')?;
        let stem = file.strip_suffix(extension)?.strip_suffix('.')?;
        Some((folder, Digest::parse(stem)?, extension))
    })
}

/// The results file beside which an entry with provenance stands.
fn beside(entry: &str) -> Option<Digest> {
    entry.strip_prefix("store/results/")?.strip_suffix(".json").and_then(Digest::parse)
}

/// Checks every entry against its name and against the list of checksums.
fn verify(archive: &mut impl Read) -> Result<(), String> {
    let mut sums: Option<BTreeMap<String, Digest>> = None;
    for_each(archive, |name, content| {
        let Some(sums) = &mut sums else {
            if name != SUMS {
                return Err(format!("it does not begin with `{SUMS}`: it is no bundle"));
            }
            sums = Some(list_of_sums(content)?);
            return Ok(());
        };
        let is_known = name == FORMAT_ENTRY || name.starts_with("manifests/");
        if !is_known && named(name).is_none() && beside(name).is_none() {
            return Err(format!("it has an entry `{name}`, which is no part of a bundle"));
        }
        if beside(name).is_some() && content.size() > MAX_BESIDE {
            return Err(format!("its entry `{name}` is too large"));
        }
        let mut all = Digesting::new(io::sink());
        io::copy(content, &mut all).map_err(|error| error.to_string())?;
        let (_, found) = all.finish();
        let wanted =
            sums.remove(name).ok_or(format!("`{name}` is not in its `{SUMS}`, or twice"))?;
        let is_named_so = named(name).is_none_or(|(_, digest, _)| digest == found);
        if found != wanted || !is_named_so {
            return Err(format!("its entry `{name}` does not have its SHA-256"));
        }
        if name == FORMAT_ENTRY && found != Digest::of_bytes(format!("{FORMAT}\n").as_bytes()) {
            return Err(format!("it is of a store that is not `{FORMAT}`"));
        }
        Ok(())
    })?;
    match sums {
        None => Err("it is empty".to_owned()),
        Some(rest) => match rest.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("its entry `{name}` is missing")),
        },
    }
}

/// What a message shows of a line that may have any length.
fn start_of(line: &str) -> String {
    line.chars().take(100).collect()
}

fn list_of_sums(content: &mut impl Read) -> Result<BTreeMap<String, Digest>, String> {
    let mut text = String::new();
    let read = content.take(MAX_BESIDE).read_to_string(&mut text);
    read.map_err(|error| format!("its `{SUMS}` cannot be read: {error}"))?;
    let line = |line: &str| {
        let (sum, name) = line.split_once("  ")?;
        Some((name.to_owned(), Digest::parse(sum)?))
    };
    let sums = text
        .lines()
        .map(|text| line(text).ok_or_else(|| format!("`{}` is no checksum", start_of(text))));
    sums.collect()
}
