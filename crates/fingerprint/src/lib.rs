//! Fingerprints of source files, taken at build time, so that a result knows the code it came from.
//!
//! A numeric crate calls [`emit`] in its build script and includes the generated table.
//! Each row is one file: its path, the SHA-256 of its text, and the files and modules that it
//! names. The program closes that relation at run time: the fingerprint of a model is the digest
//! of its own file and of every file reachable from it, and of nothing else.
//!
//! Rules that make the relation exact:
//! * Files name each other by absolute paths (`crate::noise::Stream`, `maruyama_dynamics::real`);
//!   a path with `super::` outside tests is an error.
//! * `lib.rs` and `mod.rs` assemble modules and registries and hold no numerics: their text is not
//!   part of any fingerprint, and a path that leads to one is followed through its re-exports.
//!   A registry can therefore grow by a line without making a stored result stale.
//! * A file's unit tests are not part of it, nor are files and folders called `tests`.
//! * A file that names an external crate carries that crate's line of `Cargo.toml`.

mod paths;
mod table;

pub use table::{Row, Sources, emit};
