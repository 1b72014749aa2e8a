//! A bucket that holds a store: what it lists, and what is known of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::identity::Digest;
use crate::store::analyses::ANALYSES;
use crate::store::error::StoreError;
use crate::store::folder::FORMAT;
use crate::store::pack::{Footer, RESULTS};
use crate::store::remote::footer::{self, AskError};
use crate::store::remote::name::Name;
use crate::store::remote::objects::{Fault, FaultKind, Objects};
use crate::store::remote::side_by_side::side_by_side;

/// The object that says what the others are.
pub(crate) const FORMAT_OBJECT: &str = "FORMAT";

/// A store in a bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    url: String,
    pub(crate) objects: Box<dyn Objects>,
    state: Mutex<State>,
    /// Told when a fetch has ended.
    pub(crate) fetched: Condvar,
}

/// What is known of the objects.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whether the bucket says what it holds.
    pub has_format: bool,
    /// Sizes in bytes, as they were listed last.
    pub sizes: BTreeMap<Name, u64>,
    /// Of results files that have not been fetched.
    pub footers: BTreeMap<Digest, Arc<Footer>>,
    /// Objects that are not what was written, with the reason.
    pub damaged: BTreeMap<Name, String>,
    /// Damaged objects that were met when what they should be was uploaded, and were set aside.
    pub replaced: Vec<Name>,
    /// What some thread is fetching.
    pub fetching: BTreeSet<Name>,
}

impl Bucket {
    /// The store in a bucket, which is empty if nothing is there.
    ///
    /// # Errors
    /// If the bucket cannot be read, holds something else, or a store of another format.
    pub(crate) fn open(url: String, objects: Box<dyn Objects>) -> Result<Bucket, StoreError> {
        let (state, fetched) = (Mutex::default(), Condvar::new());
        let bucket = Bucket { url, objects, state, fetched };
        let has_format = bucket.check_format()?;
        bucket.state().has_format = has_format;
        bucket.refresh()?;
        Ok(bucket)
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns a fault into the error of what was done.
    pub(crate) fn failed(&self, doing: &'static str) -> impl Fn(Fault) -> StoreError + '_ {
        move |fault| StoreError::Bucket { doing, url: self.url.clone(), source: Box::new(fault) }
    }

    /// Whether the bucket holds a store; `false` if it holds nothing.
    fn check_format(&self) -> Result<bool, StoreError> {
        let path = || PathBuf::from(format!("{}/{FORMAT_OBJECT}", self.url));
        match self.objects.read(FORMAT_OBJECT, 0..FORMAT.len() as u64 + 1) {
            Ok(bytes) if bytes.strip_suffix(b"\n") == Some(FORMAT.as_bytes()) => Ok(true),
            Ok(bytes) => {
                let found = String::from_utf8_lossy(&bytes);
                let found = found.lines().next().unwrap_or_default().to_owned();
                Err(StoreError::Format { path: path(), found, expected: FORMAT })
            }
            Err(Fault { kind: FaultKind::NotFound, .. }) => {
                let objects = self.objects.list("").map_err(self.failed("read"))?;
                let not_a_store = || StoreError::NotAStore { path: PathBuf::from(&self.url) };
                objects.is_empty().then_some(false).ok_or_else(not_a_store)
            }
            Err(fault) => Err(self.failed("read")(fault)),
        }
    }

    /// Lists the objects.
    ///
    /// # Errors
    /// If that fails.
    pub(crate) fn refresh(&self) -> Result<(), StoreError> {
        let mut sizes = BTreeMap::new();
        for folder in [RESULTS.0, ANALYSES.0] {
            let listed = self.objects.list(folder).map_err(self.failed("read"))?;
            let named = |(file, size): (String, u64)| Some((Name::parse(folder, &file)?, size));
            sizes.extend(listed.into_iter().filter_map(named));
        }
        self.state().sizes = sizes;
        Ok(())
    }

    /// Names and sizes of the objects that may be used and that the cache at `root` does not have.
    pub(crate) fn absent(
        &self,
        (folder, extension): (&str, &str),
        root: &Path,
    ) -> Vec<(Name, u64)> {
        let state = self.state();
        let is_kind = |name: &Name| (name.folder, name.extension) == (folder, extension);
        let usable = state.sizes.iter().filter(|(name, _)| !state.damaged.contains_key(name));
        let kind = usable.filter(|(name, _)| is_kind(name) && !name.path(root).exists());
        kind.map(|(name, size)| (*name, *size)).collect()
    }

    /// Learns the footers of all results files that the cache at `root` does not have.
    ///
    /// # Errors
    /// If the bucket or the disk fails. An object that is no results file is noted as damaged.
    pub(crate) fn read_footers(&self, root: &Path) -> Result<(), StoreError> {
        let mut unknown = self.absent(RESULTS, root);
        unknown.retain(|(name, _)| !self.state().footers.contains_key(&name.digest));
        let ends = side_by_side(&unknown, |(name, size)| match footer::kept(root, name.digest) {
            Some(end) => Ok(end),
            None => footer::ask(&*self.objects, (*name, *size), root),
        });
        let mut state = self.state();
        for ((name, _), end) in unknown.into_iter().zip(ends) {
            match end {
                Ok(Ok(footer)) => {
                    state.footers.insert(name.digest, Arc::new(footer));
                }
                Ok(Err(reason)) => {
                    state.damaged.insert(name, reason);
                }
                // It was removed after it had been listed.
                Err(AskError::Bucket(Fault { kind: FaultKind::NotFound, .. })) => {
                    state.sizes.remove(&name);
                }
                Err(AskError::Bucket(fault)) => return Err(self.failed("read")(fault)),
                Err(AskError::Disk(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// The address of an object, which stands for a path in messages and lists.
    pub(crate) fn path_of(&self, name: Name) -> PathBuf {
        PathBuf::from(format!("{}/{name}", self.url))
    }

    /// The object that [`Bucket::path_of`] gave `path` for.
    pub(crate) fn name_at(&self, path: &Path) -> Option<Name> {
        let name = path.to_str()?.strip_prefix(&self.url)?.strip_prefix('/')?;
        let (folder, file) = name.split_once('/')?;
        Name::parse(folder, file)
    }
}
