//! Ends of results files that have not been fetched: asked for once, and kept in the cache.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::identity::Digest;
use crate::store::error::StoreError;
use crate::store::folder::write_atomically;
use crate::store::pack::{Footer, decode_footer};
use crate::store::remote::name::Name;
use crate::store::remote::objects::{Fault, Objects};

/// Folder of the cache.
const FOOTERS: &str = "footers";
/// Bytes at the end of an object that are asked for at first; most footers are within.
const TAIL: u64 = 1 << 16;
/// What a Parquet file ends with: the length of the footer, four bytes, and this.
const MAGIC: &[u8; 4] = b"PAR1";
/// First line of what is kept of an object that is damaged; of others it is a SHA-256.
const DAMAGED: &str = "damaged";

/// What is known of the end of an object: the footer, or why it is damaged.
pub(crate) type End = Result<Footer, String>;

/// What the cache at `root` keeps of the end of the results file `file`.
pub(crate) fn kept(root: &Path, file: Digest) -> Option<End> {
    let bytes = fs::read(path(root, file)).ok()?;
    let end_of_line = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) =
        (std::str::from_utf8(&bytes[..end_of_line]).ok()?, &bytes[end_of_line + 1..]);
    if line == DAMAGED {
        return Some(Err(String::from_utf8_lossy(rest).into_owned()));
    }
    let is_whole = Digest::parse(line) == Some(Digest::of_bytes(rest));
    is_whole.then(|| decode_footer(rest))
}

/// Asks for the end of the object `name` of `size` bytes, and keeps it in the cache at `root`; one that
/// cannot be read is not kept.
///
/// # Errors
/// If the bucket or the disk fails.
pub(crate) fn ask(
    objects: &dyn Objects,
    (name, size): (Name, u64),
    root: &Path,
) -> Result<End, AskError> {
    let bytes = match end_of(objects, name, size).map_err(AskError::Bucket)? {
        Ok(bytes) => bytes,
        Err(reason) => return Ok(Err(reason)),
    };
    let footer = decode_footer(&bytes);
    if footer.is_ok() {
        let line = Digest::of_bytes(&bytes).to_string();
        keep(root, name.digest, &line, &bytes).map_err(AskError::Disk)?;
    }
    Ok(footer)
}

/// Why there is no answer.
pub(crate) enum AskError {
    Bucket(Fault),
    Disk(StoreError),
}

/// Notes in the cache at `root` that the object is damaged, so that every later command knows.
///
/// # Errors
/// If the disk fails.
pub(crate) fn note_damage(root: &Path, file: Digest, reason: &str) -> Result<(), StoreError> {
    keep(root, file, DAMAGED, reason.as_bytes())
}

/// Forgets what was kept.
///
/// # Errors
/// If the disk fails.
pub(crate) fn forget(root: &Path, file: Digest) -> Result<(), StoreError> {
    let path = path(root, file);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| StoreError::Write { path, source }),
    }
}

fn path(root: &Path, file: Digest) -> PathBuf {
    root.join(FOOTERS).join(file.to_string())
}

fn keep(root: &Path, file: Digest, line: &str, rest: &[u8]) -> Result<(), StoreError> {
    let path = path(root, file);
    let write = || {
        fs::create_dir_all(root.join(FOOTERS))?;
        write_atomically(&root.join("tmp"), &path, &[line.as_bytes(), b"\n", rest].concat())
    };
    write().map_err(|source| StoreError::Write { path: path.clone(), source })
}

/// The bytes of the footer, without its length.
fn end_of(objects: &dyn Objects, name: Name, size: u64) -> Result<Result<Bytes, String>, Fault> {
    let ends = |reason: &str| Ok(Err(format!("its {size} bytes end with no footer: {reason}")));
    if size < 12 {
        return ends("they are too few");
    }
    let name = name.to_string();
    let tail = objects.read(&name, size.saturating_sub(TAIL)..size)?;
    let Some((rest, MAGIC)) = tail.split_last_chunk::<4>() else {
        return ends("they are not Parquet");
    };
    let Some((rest, length)) = rest.split_last_chunk::<4>() else {
        return ends("they are not Parquet");
    };
    let length = u64::from(u32::from_le_bytes(*length));
    if length > size - 12 {
        return ends("it would be longer than they are");
    }
    match rest.len().checked_sub(length as usize) {
        Some(start) => Ok(Ok(tail.slice(start..rest.len()))),
        None => objects.read(&name, size - 8 - length..size - 8).map(Ok),
    }
}
