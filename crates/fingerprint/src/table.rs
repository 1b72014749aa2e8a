//! The generated table: one row a source file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

use crate::paths::{names_super, paths_from, without_tests};

/// The crates whose sources make up results, by the name that code uses.
const NUMERIC_CRATES: [&str; 4] =
    ["maruyama_dynamics", "maruyama_statistics", "maruyama_theory", "maruyama_figure"];

/// Writes `$OUT_DIR/sources.rs`, the fingerprint table of the crate being built.
///
/// The crate includes it as
/// `pub const SOURCES: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));`:
/// the file's path below `src`, its SHA-256 in hexadecimal, and the paths that it names, each
/// either `crate::…` or starting with the name of another numeric crate. Rows of `lib.rs` and
/// `mod.rs` have an empty digest and list their re-exports as `name=target`.
///
/// # Errors
/// If the sources cannot be read, if one of them names `super::`, or if the table cannot be
/// written.
pub fn emit() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let sources = Sources::read(Path::new(&required("CARGO_MANIFEST_DIR")?))?;
    let mut table = String::from("&[\n");
    for Row { path, digest, uses } in sources.rows().map_err(io::Error::other)? {
        writeln!(table, "    ({path:?}, {digest:?}, &{uses:?}),").map_err(io::Error::other)?;
    }
    table.push(']');
    fs::write(Path::new(&required("OUT_DIR")?).join("sources.rs"), table)
}

/// The sources of a crate, as they are or as an edit would make them.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Texts of the files but unit tests, by their paths below `src` with `/` as separator.
    pub files: BTreeMap<String, String>,
    /// The text of `Cargo.toml`.
    pub manifest: String,
}

/// A source file in the table of its crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its path below `src`.
    pub path: String,
    /// SHA-256 of its text in hexadecimal; empty for a file that only assembles.
    pub digest: String,
    /// The paths that it names, or its re-exports as `name=target`.
    pub uses: Vec<String>,
}

impl Sources {
    /// Reads the sources of the crate in the folder `root`.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(root: &Path) -> io::Result<Sources> {
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        Ok(Sources { files: read_sources(&root.join("src"))?, manifest })
    }

    /// The rows of the table, in the order of their paths.
    ///
    /// # Errors
    /// A sentence, if a file names `super::`.
    pub fn rows(&self) -> Result<Vec<Row>, String> {
        self.files.iter().map(|(path, source)| row(path, source, &self.manifest)).collect()
    }
}

fn required(variable: &str) -> io::Result<String> {
    env::var(variable).map_err(|_| {
        io::Error::other(format!("{variable} is not set: `emit` is called from a build script"))
    })
}

/// Every `.rs` file below `folder` but unit tests (`tests.rs`, `tests/`), by its path relative to it
/// with `/` as separator.
fn read_sources(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if name.split('/').any(|part| part == "tests" || part == "tests.rs") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else if Path::new(&name).extension().is_some_and(|extension| extension == "rs") {
                sources.insert(name, fs::read_to_string(entry.path())?);
            }
        }
    }
    Ok(sources)
}

fn row(path: &str, source: &str, manifest: &str) -> Result<Row, String> {
    let source = without_tests(source);
    let (digest, uses) = if is_assembly(path) {
        (String::new(), re_exports(source))
    } else {
        if names_super(source) {
            return Err(format!("{path} names `super::`: fingerprints follow `crate::` paths"));
        }
        (digest_of(source, manifest), references(source))
    };
    Ok(Row { path: path.to_owned(), digest, uses })
}

fn is_assembly(path: &str) -> bool {
    path == "lib.rs" || path.split('/').next_back() == Some("mod.rs")
}

/// Digest of a file's text and of the requirements of the external crates that it names.
fn digest_of(source: &str, manifest: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(source);
    for line in manifest.lines() {
        let Some((name, _)) = line.split_once(['=', '.']) else { continue };
        let name = name.trim().replace('-', "_");
        let is_external = !name.is_empty() && !NUMERIC_CRATES.contains(&name.as_str());
        if is_external && !paths_from(source, &name).is_empty() {
            hasher.update("\0");
            hasher.update(line);
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn references(source: &str) -> Vec<String> {
    let mut uses: Vec<String> = Vec::new();
    for root in NUMERIC_CRATES.iter().copied().chain(["crate"]) {
        uses.extend(paths_from(source, root).iter().map(|path| format!("{root}::{path}")));
    }
    uses
}

/// `pub use child::Name;` of an assembling file as `Name=child::Name`; a child may be a numeric crate.
fn re_exports(source: &str) -> Vec<String> {
    let children = source.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("pub(crate) ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')
    });
    let uses: Vec<&str> =
        source.split(';').filter(|item| item.trim_start().starts_with("pub use")).collect();
    let uses = uses.join(";");
    let mut exports = Vec::new();
    for child in children.chain(["crate"]).chain(NUMERIC_CRATES) {
        for path in paths_from(&uses, child) {
            let name = path.rsplit("::").next().unwrap_or(&path);
            exports.push(format!("{name}={child}::{path}"));
        }
    }
    exports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(source: &str) -> String {
        digest_of(source, "[dependencies]\nlibm = \"=0.2.16\"\ncsv = \"1\"\n")
    }

    #[test]
    fn a_digest_covers_the_text_and_the_external_crates_it_names() {
        let plain = "pub fn f() {}";
        assert_ne!(digest(plain), digest("pub fn f() { }"));
        assert_eq!(digest(plain), digest_of(plain, ""));
        let external = "pub use libm::exp;";
        assert_ne!(digest(external), digest_of(external, "libm = \"=0.2.17\""));
    }

    #[test]
    fn assembling_files_list_re_exports_and_carry_no_digest() {
        let source = "mod stream;\npub mod philox;\npub use stream::{Purpose, Stream};\n";
        let row = row("noise/mod.rs", source, "").unwrap();
        assert_eq!(row.digest, "");
        assert_eq!(row.uses, ["Purpose=stream::Purpose", "Stream=stream::Stream"]);
    }

    #[test]
    fn a_parent_path_is_refused() {
        assert!(row("a.rs", "use super::b;", "").is_err());
    }
}
