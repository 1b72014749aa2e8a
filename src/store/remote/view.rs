//! A store in a bucket, seen through its cache.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::identity::Digest;
use crate::store::analyses::ANALYSES;
use crate::store::error::StoreError;
use crate::store::folder::{ContentWriter, Store, persist};
use crate::store::index::{Index, StoredBlock, StoredFile};
use crate::store::pack::{BlockId, Footer, RESULTS};
use crate::store::remote::bucket::Bucket;
use crate::store::remote::name::Name;
use crate::store::remote::side_by_side::side_by_side;
use crate::store::remote::uploads::Uploads;

/// A bucket, as a store sees it.
#[derive(Debug)]
pub(crate) struct Shared {
    bucket: Arc<Bucket>,
    /// Where what is written is uploaded.
    uploads: Option<Uploads>,
}

impl Store {
    /// The same store as the cache of `bucket`, to which what is written goes if asked for.
    pub(crate) fn with_bucket(mut self, bucket: Arc<Bucket>, is_written: bool) -> Store {
        let start = || Uploads::start(Arc::clone(&bucket), self.root().to_owned());
        let uploads = is_written.then(start);
        self.shared = Some(Shared { bucket, uploads });
        self
    }

    /// The bucket of which the folder is the cache.
    pub(crate) fn bucket(&self) -> Option<&Arc<Bucket>> {
        self.shared.as_ref().map(|shared| &shared.bucket)
    }

    /// Has the file of this name uploaded, if the store is shared.
    pub(crate) fn upload(&self, name: Option<Name>) {
        let uploads = self.shared.as_ref().and_then(|shared| shared.uploads.as_ref());
        if let (Some(uploads), Some(name)) = (uploads, name) {
            uploads.add(name);
        }
    }

    /// Keeps what was fetched under its name; gives the digest of what was written instead if it is
    /// another, and keeps nothing then.
    pub(crate) fn keep_content_as(
        &self,
        name: Name,
        writer: ContentWriter,
    ) -> Result<Result<(), Digest>, StoreError> {
        let (file, digest) = writer.finish();
        if digest != name.digest {
            return Ok(Err(digest));
        }
        let path = name.path(self.root());
        let file = file.into_inner().map_err(io::IntoInnerError::into_error);
        let kept = file.and_then(|file| persist(file, &path));
        kept.map(Ok).map_err(|source| StoreError::Write { path, source })
    }

    /// Fetches a file that the bucket has and the cache has not.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if its bytes are not those that were written; if it cannot be read.
    pub(crate) fn bring(
        &self,
        (folder, extension): (&str, &str),
        digest: Digest,
    ) -> Result<(), StoreError> {
        let Some(bucket) = self.bucket() else { return Ok(()) };
        let Some(name) = Name::parse(folder, &format!("{digest}.{extension}")) else {
            return Ok(());
        };
        let is_there = bucket.state().sizes.contains_key(&name);
        if is_there && !name.path(self.root()).exists() { bucket.fetch(self, name) } else { Ok(()) }
    }

    /// Adds to `index` what the bucket is said to hold and the cache has not.
    ///
    /// # Errors
    /// If the bucket cannot be read.
    pub(crate) fn add_shared(&self, index: &mut Index) -> Result<(), StoreError> {
        let Some(bucket) = self.bucket() else { return Ok(()) };
        bucket.read_footers(self.root())?;
        let state = bucket.state();
        for (file, footer) in &state.footers {
            if index.files.contains_key(file) {
                continue;
            }
            let Some(size_bytes) = state.sizes.get(&Name::results(*file)) else { continue };
            let n_rows = footer.entries.iter().map(|entry| entry.rows as u64).sum();
            index.files.insert(*file, StoredFile { size_bytes: *size_bytes, n_rows });
            for entry in &footer.entries {
                let ids = [&entry.id, &entry.digest, &entry.ensemble].map(|id| Digest::parse(id));
                let [Some(id), Some(digest), Some(ensemble)] = ids else { continue };
                let n_rows = entry.rows as u64;
                let block = StoredBlock { file: *file, digest, ensemble, n_rows };
                // What the cache has is verified already.
                index.blocks.entry(BlockId(id)).or_insert(block);
                if !entry.causes.is_empty() {
                    index.causes.entry(BlockId(id)).or_insert_with(|| entry.causes.clone());
                }
            }
        }
        for (name, reason) in &state.damaged {
            if name.extension == RESULTS.1 && !name.path(self.root()).exists() {
                index.damaged.push((bucket.path_of(*name), reason.clone()));
            }
        }
        Ok(())
    }

    /// The footer of a results file that has not been fetched.
    pub(crate) fn shared_footer(&self, file: Digest) -> Option<Arc<Footer>> {
        self.bucket()?.state().footers.get(&file).cloned()
    }

    /// Results files of the bucket with a known footer that the cache does not have.
    pub(crate) fn shared_files(&self) -> Vec<Digest> {
        let Some(bucket) = self.bucket() else { return Vec::new() };
        let absent: BTreeSet<Digest> =
            bucket.absent(RESULTS, self.root()).into_iter().map(|(name, _)| name.digest).collect();
        let state = bucket.state();
        absent.into_iter().filter(|file| state.footers.contains_key(file)).collect()
    }

    /// Fetches all outcomes of analyses; gives the errors of those that are damaged.
    ///
    /// # Errors
    /// If the bucket or the disk fails.
    pub(crate) fn bring_outcomes(&self) -> Result<Vec<StoreError>, StoreError> {
        let Some(bucket) = self.bucket() else { return Ok(Vec::new()) };
        let absent = bucket.absent(ANALYSES, self.root());
        let fetched = side_by_side(&absent, |(name, _)| bucket.fetch(self, *name));
        let mut damaged: Vec<StoreError> = Vec::new();
        for error in fetched.into_iter().filter_map(Result::err) {
            match error {
                StoreError::Damaged { .. } => damaged.push(error),
                error => return Err(error),
            }
        }
        Ok(damaged)
    }

    /// Fetches the provenance of `files`, as far as there is some; nothing rests on it.
    pub fn bring_origins<'a>(&self, files: impl Iterator<Item = &'a Digest>) {
        let Some(bucket) = self.bucket() else { return };
        let is_absent = |file: &&Digest| !Name::beside(**file).path(self.root()).exists();
        let absent: Vec<Digest> = files.filter(is_absent).copied().collect();
        side_by_side(&absent, |file| {
            if let Some(bytes) = bucket.beside(*file) {
                // Without it times are unknown, which is all.
                let _ = self.write_file(&Name::beside(*file).path(self.root()), &bytes);
            }
        });
    }

    /// Reads all objects of the bucket and notes those that are damaged, which no index has from then
    /// on. Nothing is kept of them.
    ///
    /// # Errors
    /// If the bucket or the disk fails.
    pub fn verify_shared(&self) -> Result<Vec<(PathBuf, String)>, StoreError> {
        let Some(bucket) = self.bucket() else { return Ok(Vec::new()) };
        let damaged = bucket.verify(self.root())?;
        Ok(damaged.into_iter().map(|(name, reason)| (bucket.path_of(name), reason)).collect())
    }

    /// Moves a damaged object of the bucket out of the way; `None` if `path` is none of it.
    pub(crate) fn set_aside(&self, path: &Path) -> Option<Result<(), StoreError>> {
        let bucket = self.bucket()?;
        let name = bucket.name_at(path)?;
        Some(bucket.set_aside(self.root(), name))
    }
}
