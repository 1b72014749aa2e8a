//! Objects on their way: fetched and verified, uploaded, set aside.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::identity::{Digest, Digesting};
use crate::store::analyses::ANALYSES;
use crate::store::error::StoreError;
use crate::store::folder::{FORMAT, Store, digest_of};
use crate::store::pack::RESULTS;
use crate::store::remote::bucket::{Bucket, FORMAT_OBJECT};
use crate::store::remote::footer;
use crate::store::remote::name::Name;
use crate::store::remote::objects::{Fault, FaultKind};
use crate::store::remote::side_by_side::side_by_side;

/// Bytes that are asked for at once.
const CHUNK: u64 = 8 << 20;
/// Provenance is read into memory up to this size.
const MAX_BESIDE: u64 = 1 << 26;

/// Why an object was not received.
enum NotReceived {
    Bucket(Fault),
    Disk(io::Error),
}

impl Bucket {
    /// Fetches an object into the cache `store`, unless another thread has done so meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if its bytes are not those that were written, also when they are fetched
    /// once more; then it is noted, and nothing uses it. If the bucket or the disk fails.
    pub(crate) fn fetch(&self, store: &Store, name: Name) -> Result<(), StoreError> {
        let mut state = self.state();
        while state.fetching.contains(&name) {
            state = self.fetched.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if name.path(store.root()).exists() {
            return Ok(());
        }
        state.fetching.insert(name);
        drop(state);
        let fetched = self.fetch_alone(store, name);
        self.state().fetching.remove(&name);
        self.fetched.notify_all();
        fetched
    }

    fn fetch_alone(&self, store: &Store, name: Name) -> Result<(), StoreError> {
        let mut reason = String::new();
        // Bytes may change on their way too.
        for _ in 0..2 {
            let mut writer = store.content_writer()?;
            match self.receive(name, &mut writer) {
                Ok(()) => {}
                Err(NotReceived::Bucket(Fault { kind: FaultKind::NotFound, .. })) => {
                    let reason = "it is gone".to_owned();
                    self.state().damaged.insert(name, reason.clone());
                    return Err(StoreError::Damaged { path: self.path_of(name), reason });
                }
                Err(NotReceived::Bucket(fault)) => return Err(self.failed("read")(fault)),
                Err(NotReceived::Disk(source)) => {
                    return Err(StoreError::Write { path: store.root().join("tmp"), source });
                }
            }
            match store.keep_content_as(name, writer)? {
                Ok(()) => return Ok(()),
                Err(found) => reason = format!("its bytes have SHA-256 {}…", found.short()),
            }
        }
        self.note_damage(store.root(), name, &reason)?;
        Err(StoreError::Damaged { path: self.path_of(name), reason })
    }

    /// Notes that an object is not what was written.
    fn note_damage(&self, root: &Path, name: Name, reason: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        state.footers.remove(&name.digest);
        state.damaged.insert(name, reason.to_owned());
        drop(state);
        if name == Name::results(name.digest) {
            footer::note_damage(root, name.digest, reason)?;
        }
        Ok(())
    }

    /// Passes the bytes of an object on to `to`.
    fn receive(&self, name: Name, to: &mut impl Write) -> Result<(), NotReceived> {
        let size = self.state().sizes.get(&name).copied().unwrap_or(0);
        for start in (0..size).step_by(CHUNK as usize) {
            let places = start..size.min(start + CHUNK);
            let bytes = self.objects.read(&name.to_string(), places);
            to.write_all(&bytes.map_err(NotReceived::Bucket)?).map_err(NotReceived::Disk)?;
        }
        Ok(())
    }

    /// The SHA-256 of the bytes of an object; `None` if it is gone.
    fn digest(&self, name: Name) -> Result<Option<Digest>, StoreError> {
        let mut all = Digesting::new(io::sink());
        match self.receive(name, &mut all) {
            Ok(()) => Ok(Some(all.finish().1)),
            Err(NotReceived::Bucket(Fault { kind: FaultKind::NotFound, .. })) => Ok(None),
            Err(NotReceived::Bucket(fault)) => Err(self.failed("read")(fault)),
            Err(NotReceived::Disk(source)) => {
                Err(StoreError::Read { path: self.path_of(name), source })
            }
        }
    }

    /// Reads all objects that are named by their content; notes and gives those that are damaged.
    ///
    /// # Errors
    /// If the bucket or the disk fails.
    pub(crate) fn verify(&self, root: &Path) -> Result<Vec<(Name, String)>, StoreError> {
        let names: Vec<Name> = self.state().sizes.keys().copied().collect();
        let names: Vec<Name> = names.into_iter().filter(|name| name.is_content()).collect();
        let digests = side_by_side(&names, |name| self.digest(*name));
        let mut damaged = Vec::new();
        for (name, found) in names.into_iter().zip(digests) {
            let Some(found) = found?.filter(|found| *found != name.digest) else { continue };
            let reason = format!("its bytes have SHA-256 {}…", found.short());
            self.note_damage(root, name, &reason)?;
            damaged.push((name, reason));
        }
        Ok(damaged)
    }

    /// Moves a damaged object below `damaged/`, unless it has been replaced by what was written.
    ///
    /// # Errors
    /// If the bucket or the disk fails.
    pub(crate) fn set_aside(&self, root: &Path, name: Name) -> Result<(), StoreError> {
        let is_results = name == Name::results(name.digest);
        if is_results {
            footer::forget(root, name.digest)?;
        }
        self.refresh()?;
        let size = self.state().sizes.get(&name).copied();
        let is_as_written = self.digest(name)? == Some(name.digest)
            && (!is_results
                || size.is_none_or(|size| {
                    matches!(footer::ask(&*self.objects, (name, size), root), Ok(Ok(_)))
                }));
        if !is_as_written {
            let moved = self.objects.rename(&name.to_string(), &format!("damaged/{}", name.file()));
            match moved {
                Err(Fault { kind: FaultKind::NotFound, .. }) | Ok(()) => {}
                Err(fault) => return Err(self.failed("write")(fault)),
            }
            self.state().sizes.remove(&name);
        }
        self.state().damaged.remove(&name);
        Ok(())
    }

    /// The bytes of the provenance beside a results file, if there is some.
    pub(crate) fn beside(&self, file: Digest) -> Option<Vec<u8>> {
        let name = Name::beside(file);
        let size = self.state().sizes.get(&name).copied()?;
        let mut bytes = Vec::new();
        (size <= MAX_BESIDE && self.receive(name, &mut bytes).is_ok()).then_some(bytes)
    }

    /// Uploads the file of the cache at `root` that the object is to be made of. One that is damaged is
    /// left where it is: whoever reads the cache finds it.
    ///
    /// # Errors
    /// If the bucket fails, or the file cannot be read.
    pub(crate) fn upload(&self, root: &Path, name: Name) -> Result<(), Fault> {
        self.write_format()?;
        let unusable = |message| Fault { kind: FaultKind::Source, message };
        let unread = |error: io::Error| unusable(error.to_string());
        let mut file = File::open(name.path(root)).map_err(unread)?;
        let (digest, size) = digest_of(&file).map_err(unread)?;
        if name.is_content() && digest != name.digest {
            return Err(unusable(format!("the bytes of {name} do not have this SHA-256")));
        }
        file.rewind().map_err(unread)?;
        if self.is_as_written(name)? {
            return Ok(());
        }
        self.objects.write(&name.to_string(), &mut file, size)?;
        self.state().sizes.insert(name, size);
        Ok(())
    }

    /// Whether an object that is listed has the bytes that it is named after. One that has others is
    /// moved below `damaged/`, and noted, so that nothing is replaced in silence.
    fn is_as_written(&self, name: Name) -> Result<bool, Fault> {
        let is_listed = self.state().sizes.contains_key(&name);
        if !is_listed || !name.is_content() {
            return Ok(false);
        }
        let mut all = Digesting::new(io::sink());
        match self.receive(name, &mut all) {
            Ok(()) if all.finish().1 == name.digest => return Ok(true),
            Err(NotReceived::Bucket(fault)) if fault.kind != FaultKind::NotFound => {
                return Err(fault);
            }
            _ => {}
        }
        match self.objects.rename(&name.to_string(), &format!("damaged/{}", name.file())) {
            Ok(()) => self.state().replaced.push(name),
            Err(Fault { kind: FaultKind::NotFound, .. }) => {}
            Err(fault) => return Err(fault),
        }
        Ok(false)
    }

    fn write_format(&self) -> Result<(), Fault> {
        if self.state().has_format {
            return Ok(());
        }
        let text = format!("{FORMAT}\n");
        let size = text.len() as u64;
        self.objects.write(FORMAT_OBJECT, &mut text.as_bytes(), size)?;
        self.state().has_format = true;
        Ok(())
    }

    /// Files of the cache at `root` that the bucket does not list.
    pub(crate) fn lacking(&self, root: &Path) -> Vec<Name> {
        let folders: BTreeSet<&str> = [RESULTS.0, ANALYSES.0].into();
        let entries = folders.into_iter().flat_map(|folder| {
            let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
            entries.filter_map(move |entry| Name::parse(folder, entry.ok()?.file_name().to_str()?))
        });
        let state = self.state();
        entries.filter(|name| !state.sizes.contains_key(name)).collect()
    }

    /// Uploads everything in the cache at `root` that the bucket does not have.
    ///
    /// # Errors
    /// [`StoreError::NotShared`] if that fails: the results are in the cache.
    pub(crate) fn share(&self, root: &Path) -> Result<(), StoreError> {
        let mut lacking = self.lacking(root);
        if lacking.is_empty() {
            return Ok(());
        }
        let not_shared = |n_files, source| StoreError::NotShared {
            n_files,
            folder: root.to_owned(),
            url: self.url().to_owned(),
            source: Box::new(source),
        };
        self.refresh().map_err(|error| match error {
            StoreError::Bucket { source, .. } => not_shared(lacking.len(), *source),
            error => error,
        })?;
        lacking = self.lacking(root);
        let is_down = AtomicBool::new(false);
        let uploaded = side_by_side(&lacking, |name| {
            if is_down.load(Ordering::SeqCst) {
                return None;
            }
            let uploaded = self.upload(root, *name);
            let is_down_now = uploaded.as_ref().is_err_and(|fault| fault.kind != FaultKind::Source);
            is_down.fetch_or(is_down_now, Ordering::SeqCst);
            Some(uploaded)
        });
        let n_uploaded = uploaded.iter().filter(|one| matches!(one, Some(Ok(())))).count();
        let mut faults = uploaded.into_iter().flatten().filter_map(Result::err);
        match faults.find(|fault| fault.kind != FaultKind::Source) {
            Some(fault) => Err(not_shared(lacking.len() - n_uploaded, fault)),
            None => Ok(()),
        }
    }
}
