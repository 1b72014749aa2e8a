//! Where a store is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::Store;
use crate::store::remote::bucket::Bucket;
use crate::store::remote::connect::{Address, objects};
use crate::store::remote::objects::Objects;

/// The file of a cache that says of what it is one.
const OF: &str = "BUCKET";

/// A folder, or a bucket with a folder that is its cache.
#[derive(Clone, Debug)]
pub struct Location {
    folder: PathBuf,
    bucket: Option<Arc<Bucket>>,
}

impl Location {
    /// The place that `store` names: a folder, or `s3://bucket/prefix`, which is looked into.
    ///
    /// # Arguments
    /// * `cache`: the folder of results of a bucket that this machine has fetched or made; without
    ///   one a folder below the user's caches that is named after the address
    ///
    /// # Errors
    /// If an address has mistakes, this program was built without S3, a cache is given for a folder or
    /// is the one of another bucket, or the bucket cannot be read or holds something else.
    pub fn find(store: &Path, cache: Option<&Path>) -> Result<Location, StoreError> {
        let address = store.to_str().map_or(Ok(None), Address::parse)?;
        match (address, cache) {
            (Some(address), _) => {
                let objects = objects(&address)?;
                let of = of(&address.url(), objects.as_ref());
                let folder = cache.map_or_else(|| default_cache(&of), |it| Ok(it.to_owned()))?;
                Location::shared(address.url(), objects, folder)
            }
            (None, None) => Ok(Location { folder: store.to_owned(), bucket: None }),
            (None, Some(_)) => Err(StoreError::Address {
                url: store.display().to_string(),
                reason: "`--store-cache` is for `--store s3://…`",
            }),
        }
    }

    /// Whether `store` is the address of a bucket, or is meant to be one.
    #[must_use]
    pub fn is_address(store: &str) -> bool {
        !matches!(Address::parse(store), Ok(None))
    }

    /// Refuses an address where a folder is wanted.
    ///
    /// # Errors
    /// [`StoreError::Address`] with this reason if `store` is an address.
    pub fn refuse_bucket(store: &Path, reason: &'static str) -> Result<(), StoreError> {
        match store.to_str().map_or(Ok(None), Address::parse)? {
            Some(address) => Err(StoreError::Address { url: address.url(), reason }),
            None => Ok(()),
        }
    }

    /// The store in a bucket, with the cache `folder`.
    pub(crate) fn shared(
        url: String,
        objects: Box<dyn Objects>,
        folder: PathBuf,
    ) -> Result<Location, StoreError> {
        let of = of(&url, objects.as_ref());
        let bucket = Bucket::open(url, objects)?;
        let cache = Store::open_to_write(&folder)?;
        let file = folder.join(OF);
        match fs::read_to_string(&file) {
            Ok(text) if text.trim_end() == of => {}
            Ok(text) => {
                let known = text.trim_end().to_owned();
                return Err(StoreError::OtherCache { folder, known, url: of });
            }
            Err(_) => cache.write_file(&file, format!("{of}\n").as_bytes())?,
        }
        Ok(Location { folder, bucket: Some(Arc::new(bucket)) })
    }

    /// The folder: the store, or the cache of one in a bucket.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of the bucket, if there is one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.bucket.as_ref().map(|bucket| bucket.url())
    }

    /// Opens the store for reading, as [`Store::open_to_read`] does; what is fetched from a bucket goes
    /// into the cache.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub fn open_to_read(&self) -> Result<Store, StoreError> {
        match &self.bucket {
            None => Store::open_to_read(&self.folder),
            Some(bucket) => {
                Ok(Store::open_to_write(&self.folder)?.with_bucket(Arc::clone(bucket), false))
            }
        }
    }

    /// Opens the store for writing, as [`Store::open_to_write`] does; what is written is uploaded by a
    /// thread of its own as long as that goes well, and [`Location::share`] does the rest.
    ///
    /// # Errors
    /// As [`Store::open_to_write`].
    pub fn open_to_write(&self) -> Result<Store, StoreError> {
        let store = Store::open_to_write(&self.folder)?;
        Ok(match &self.bucket {
            None => store,
            Some(bucket) => store.with_bucket(Arc::clone(bucket), true),
        })
    }

    /// Looks what the bucket holds by now. Nothing is to be done for a store that is a folder.
    ///
    /// # Errors
    /// If the bucket cannot be read.
    pub fn refresh(&self) -> Result<(), StoreError> {
        let Some(bucket) = &self.bucket else { return Ok(()) };
        bucket.refresh()?;
        bucket.read_footers(&self.folder)
    }

    /// Uploads what the folder has and the bucket does not list. Nothing is to be done for a store that
    /// is a folder.
    ///
    /// # Errors
    /// [`StoreError::NotShared`] if that fails: the results are in the cache, and the next call goes on.
    pub fn share(&self) -> Result<(), StoreError> {
        self.bucket.as_ref().map_or(Ok(()), |bucket| bucket.share(&self.folder))
    }

    /// Objects of the bucket that were damaged and have been moved below `damaged/` when what they should
    /// be was uploaded.
    #[must_use]
    pub fn replaced(&self) -> Vec<PathBuf> {
        let Some(bucket) = &self.bucket else { return Vec::new() };
        bucket.state().replaced.iter().map(|name| bucket.path_of(*name)).collect()
    }

    /// Objects of the bucket that were found to be damaged and have not been set aside, with the reason.
    #[must_use]
    pub fn damaged(&self) -> Vec<(PathBuf, String)> {
        let Some(bucket) = &self.bucket else { return Vec::new() };
        let state = bucket.state();
        let known = state.damaged.iter();
        known.map(|(name, reason)| (bucket.path_of(*name), reason.clone())).collect()
    }
}

/// What a cache is one of: the bucket at `url`, and its server.
fn of(url: &str, objects: &dyn Objects) -> String {
    objects.server().map_or_else(|| url.to_owned(), |server| format!("{url} at {server}"))
}

/// The folder for the cache of `url` where none is given.
fn default_cache(url: &str) -> Result<PathBuf, StoreError> {
    let variable = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = variable("XDG_CACHE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))
        .or_else(|| variable("LOCALAPPDATA"));
    let caches = caches.ok_or_else(|| StoreError::Address {
        url: url.to_owned(),
        reason: "no folder for its cache is known: give one to `--store-cache`",
    })?;
    Ok(caches.join("maruyama").join(&Digest::of_bytes(url.as_bytes()).to_string()[..16]))
}
