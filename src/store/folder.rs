//! The folder of a store: opening, locking, atomic writes, verified reads, quarantine.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::identity::{Digest, Digesting};
use crate::store::checkpoint::CHECKPOINTS;
use crate::store::claims::CLAIMS;
use crate::store::error::StoreError;
use crate::store::lock::{LOCK, USE, alone, lock_file};
use crate::store::remote::{Name, Shared};

pub(crate) const FORMAT: &str = "maruyama store 1";
/// The folders of a store.
const FOLDERS: [&str; 7] =
    ["results", "analyses", "reports", "damaged", "tmp", CLAIMS, CHECKPOINTS];

/// A file that is being written, and named by its content in the end.
pub(crate) type ContentWriter = Digesting<BufWriter<NamedTempFile>>;

/// A store opened for reading, or for reading and writing.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    /// Held shared while this process may write, so that no other one clears `tmp/`.
    lock: Option<File>,
    /// Held shared while this process uses the store, so that no other one prunes it; alone while it
    /// prunes itself.
    _using: Option<File>,
    /// The bucket of which the folder is the cache.
    pub(crate) shared: Option<Shared>,
}

impl Store {
    /// Opens the store at `root` without changing anything; a folder that does not exist is an
    /// empty store.
    ///
    /// # Errors
    /// If the folder holds something else, or a store of another format.
    pub fn open_to_read(root: &Path) -> Result<Store, StoreError> {
        check_format(root)?;
        // A store that has never been written by this version, or whose file system has no locks, is
        // read without.
        let using = File::open(root.join(USE)).ok().filter(|file| file.lock_shared().is_ok());
        Ok(Store::new(root, None, using))
    }

    /// Opens the store at `root` for this process alone, to remove from it.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process reads or writes it; as [`Store::open_to_write`]
    /// else.
    pub fn open_alone(root: &Path) -> Result<Store, StoreError> {
        check_format(root)?;
        let (lock, using) = (alone(root, LOCK)?, alone(root, USE)?);
        Ok(Store::new(root, Some(lock), Some(using)))
    }

    fn new(root: &Path, lock: Option<File>, using: Option<File>) -> Store {
        let root = root.to_owned();
        Store { root, lock, _using: using, shared: None }
    }

    /// Opens the store at `root` to write to it, creating it if needed.
    ///
    /// Left-overs of a killed process are removed unless another process is writing.
    ///
    /// # Errors
    /// If the folder holds something else, is of another format, or cannot be written.
    pub fn open_to_write(root: &Path) -> Result<Store, StoreError> {
        let is_new = !check_format(root)?;
        for folder in FOLDERS {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(|source| StoreError::Write { path, source })?;
        }
        let using = lock_file(&root.join(USE))?;
        let _ = using.lock_shared();
        let lock = lock_file(&root.join(LOCK))?;
        let alone = lock.try_lock().is_ok();
        let mut store = Store::new(root, None, Some(using));
        if alone {
            store.clear_temporary_files()?;
        }
        // It waits while another process tidies, lest that one clears what this one writes. A file
        // system without locks only loses the tidying above.
        let _ = lock.unlock();
        let _ = lock.lock_shared();
        store.lock = Some(lock);
        if is_new {
            store.write_file(&root.join("FORMAT"), format!("{FORMAT}\n").as_bytes())?;
        }
        Ok(store)
    }

    /// The store's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes `bytes` to `path` in one atomic step: temporary file, sync, rename, sync of the
    /// folder.
    pub(crate) fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        write_atomically(&self.root.join("tmp"), path, bytes)
            .map_err(|source| StoreError::Write { path: path.to_owned(), source })
    }

    /// Writes `bytes` below `folder` under the name of their digest.
    pub(crate) fn write_content(
        &self,
        folder: &str,
        extension: &str,
        bytes: &[u8],
    ) -> Result<Digest, StoreError> {
        self.stream_content(folder, extension, |file| {
            let path = || self.root.join("tmp");
            file.write_all(bytes).map_err(|source| StoreError::Write { path: path(), source })
        })
    }

    /// Writes what `write` does below `folder` under the name of its digest, in one atomic step.
    pub(crate) fn stream_content(
        &self,
        folder: &str,
        extension: &str,
        write: impl FnOnce(&mut ContentWriter) -> Result<(), StoreError>,
    ) -> Result<Digest, StoreError> {
        let mut writer = self.content_writer()?;
        write(&mut writer)?;
        self.keep_content(folder, extension, writer)
    }

    /// A new file, which is not kept unless [`Store::keep_content`] is called.
    pub(crate) fn content_writer(&self) -> Result<ContentWriter, StoreError> {
        let tmp = self.root.join("tmp");
        let file = temporary_file(&tmp, "");
        let file = file.map_err(|source| StoreError::Write { path: tmp, source })?;
        Ok(Digesting::new(BufWriter::new(file)))
    }

    /// Puts what was written below `folder` under the name of its digest.
    pub(crate) fn keep_content(
        &self,
        folder: &str,
        extension: &str,
        writer: ContentWriter,
    ) -> Result<Digest, StoreError> {
        let failed = |path: &Path, source| StoreError::Write { path: path.to_owned(), source };
        let (file, digest) = writer.finish();
        let path = self.content_path(folder, digest, extension);
        let file = file.into_inner().map_err(|error| failed(&path, error.into_error()))?;
        persist(file, &path).map_err(|source| failed(&path, source))?;
        self.upload(Name::parse(folder, &format!("{digest}.{extension}")));
        Ok(digest)
    }

    /// Reads a file that is named by its content, and verifies it.
    pub(crate) fn read_content(
        &self,
        folder: &str,
        digest: Digest,
        extension: &str,
    ) -> Result<Vec<u8>, StoreError> {
        self.bring((folder, extension), digest)?;
        let path = self.content_path(folder, digest, extension);
        let bytes =
            fs::read(&path).map_err(|source| StoreError::Read { path: path.clone(), source })?;
        let found = Digest::of_bytes(&bytes);
        if found == digest {
            return Ok(bytes);
        }
        let reason = format!("its {} bytes have SHA-256 {}…", bytes.len(), found.short());
        Err(StoreError::Damaged { path, reason })
    }

    /// Opens a file that is named by its content, and verifies it without keeping it in memory; gives
    /// its size too.
    pub(crate) fn open_content(
        &self,
        folder: &str,
        digest: Digest,
        extension: &str,
    ) -> Result<(File, u64), StoreError> {
        self.bring((folder, extension), digest)?;
        let path = self.content_path(folder, digest, extension);
        let failed = |source| StoreError::Read { path: path.clone(), source };
        let file = File::open(&path).map_err(failed)?;
        let (found, size) = digest_of(&file).map_err(failed)?;
        if found == digest {
            return Ok((file, size));
        }
        let reason = format!("its {size} bytes have SHA-256 {}…", found.short());
        Err(StoreError::Damaged { path, reason })
    }

    /// The digests that files of `folder` with `extension` are named by, in order.
    ///
    /// Names that are not digests are returned as damaged.
    pub(crate) fn contents(
        &self,
        folder: &str,
        extension: &str,
    ) -> Result<(Vec<Digest>, Vec<StoreError>), StoreError> {
        let path = self.root.join(folder);
        let mut digests = Vec::new();
        let mut strange = Vec::new();
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((digests, strange)),
            Err(source) => return Err(StoreError::Read { path, source }),
        };
        for entry in entries {
            let entry = entry.map_err(|source| StoreError::Read { path: path.clone(), source })?;
            let file = entry.path();
            if file.extension().is_none_or(|found| found != extension) {
                continue;
            }
            match file.file_stem().and_then(|stem| stem.to_str()).and_then(Digest::parse) {
                Some(digest) => digests.push(digest),
                None => strange.push(StoreError::Damaged {
                    path: file,
                    reason: "its name is not a SHA-256".to_owned(),
                }),
            }
        }
        digests.sort_unstable();
        Ok((digests, strange))
    }

    pub(crate) fn content_path(&self, folder: &str, digest: Digest, extension: &str) -> PathBuf {
        self.root.join(folder).join(format!("{digest}.{extension}"))
    }

    /// Removes what a killed process left in `tmp/`.
    pub(crate) fn clear_temporary_files(&self) -> Result<(), StoreError> {
        let path = self.root.join("tmp");
        let failed = |source| StoreError::Write { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(failed)? {
            fs::remove_file(entry.map_err(failed)?.path()).map_err(failed)?;
        }
        Ok(())
    }
}

/// The digest of all bytes of `file` from its position on, and their number.
pub(crate) fn digest_of(file: &File) -> io::Result<(Digest, u64)> {
    let mut all = Digesting::new(io::sink());
    let size = io::copy(&mut BufReader::with_capacity(1 << 20, file), &mut all)?;
    Ok((all.finish().1, size))
}

/// Whether `root` is a store; `false` if it does not exist or is empty.
fn check_format(root: &Path) -> Result<bool, StoreError> {
    let path = root.join("FORMAT");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let found = text.lines().next().unwrap_or_default();
            if found == FORMAT {
                return Ok(true);
            }
            let found = found.chars().take(60).collect();
            Err(StoreError::Format { path, found, expected: FORMAT })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_dir(root) {
            Ok(entries) => {
                let not_a_store = || StoreError::NotAStore { path: root.to_owned() };
                holds_only_own(entries).then_some(false).ok_or_else(not_a_store)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StoreError::Read { path: root.to_owned(), source }),
        },
        Err(source) => Err(StoreError::Read { path, source }),
    }
}

/// Whether a folder holds nothing that a store does not: creating one may have been interrupted, or
/// be what another process has just done.
fn holds_only_own(entries: fs::ReadDir) -> bool {
    let is_own = |name| FOLDERS.iter().chain(&["FORMAT", LOCK, USE]).any(|own| name == *own);
    entries.filter_map(Result::ok).map(|entry| entry.file_name()).all(is_own)
}

/// A temporary file that will be readable like any file the user makes; its name begins so.
pub(crate) fn temporary_file(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    if !prefix.is_empty() {
        builder.prefix(prefix);
    }
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes `bytes` to `path` through a temporary file in `tmp`, which is on the same file system.
pub(crate) fn write_atomically(tmp: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary_file(tmp, "")?;
    file.write_all(bytes)?;
    persist(file, path)
}

/// Gives a temporary file its name, once its bytes are on the disk.
pub(crate) fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
