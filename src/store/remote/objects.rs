//! What a bucket can do.

use std::fmt;
use std::io::Read;
use std::ops::Range;

use thiserror::Error;

/// What went wrong with a bucket, as far as a user can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no such object.
    NotFound,
    /// There is no such bucket.
    NoBucket,
    /// The credentials are missing or wrong, or do not allow it.
    Denied,
    /// The server cannot be reached, or the connection broke more often than was tried.
    Unreachable,
    /// What was to be uploaded could not be read, or is not what its name says.
    Source,
    /// A variable of the environment has no meaning; no request was sent.
    Setting,
    /// Anything else.
    Other,
}

/// A failure of a bucket, after what may pass by itself has been tried again.
#[derive(Debug, Error)]
#[error("{kind}{}{message}", if message.is_empty() { "" } else { ": " })]
pub struct Fault {
    /// Its kind.
    pub kind: FaultKind,
    /// What the server or the system said.
    pub message: String,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::NotFound => "there is no such object",
            FaultKind::NoBucket => "there is no such bucket",
            FaultKind::Denied => {
                "access was refused; are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION right?"
            }
            FaultKind::Unreachable => {
                "the server cannot be reached; is AWS_ENDPOINT_URL right, and the network up?"
            }
            FaultKind::Source => "the local file cannot be used",
            FaultKind::Setting => "a setting is wrong",
            FaultKind::Other => "the server refused",
        })
    }
}

/// The objects of a bucket below a prefix, by names like `results/0a….parquet`.
///
/// Every call tries again what may pass by itself, for seconds, before it fails.
pub(crate) trait Objects: fmt::Debug + Send + Sync {
    /// Names below `folder`, without it, and sizes in bytes; of all objects directly below the prefix
    /// if `folder` is empty. Folders in it are not entered.
    fn list(&self, folder: &str) -> Result<Vec<(String, u64)>, Fault>;

    /// The bytes of an object at these places, of which there is at least one.
    fn read(&self, name: &str, places: Range<u64>) -> Result<bytes::Bytes, Fault>;

    /// Makes an object of the `size` bytes of `content`, complete or not at all; one that is there is
    /// replaced.
    fn write(&self, name: &str, content: &mut dyn Read, size: u64) -> Result<(), Fault>;

    /// Gives an object another name.
    fn rename(&self, from: &str, to: &str) -> Result<(), Fault>;

    /// The server, if it is not the usual one.
    fn server(&self) -> Option<&str> {
        None
    }
}
