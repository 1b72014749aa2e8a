//! Two states of the reports: verdicts, evidence and tables, in folders or in revisions of git.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::cli::diff::{Difference, Largest};
use crate::cli::tree::Tree;
use crate::error::Error;
use crate::store::{CsvTableError, csv_records};

/// The claims and tables of all reports, by their paths below the folder.
pub(crate) struct Reports(BTreeMap<String, String>);

impl Reports {
    /// Reads the reports in the folder `word`, or below `folder` in the revision `word`.
    ///
    /// # Errors
    /// If it is neither.
    pub(crate) fn read(word: &str, folder: &Path) -> Result<Reports, Error> {
        let mut files = BTreeMap::new();
        let path = Path::new(word);
        let unknown = |reason: String| Error::Unknown { word: word.to_owned(), reason };
        if path.is_dir() {
            collect(path, path, &mut files).map_err(|error| unknown(error.to_string()))?;
        } else {
            let folder = folder.to_string_lossy().replace('\\', "/");
            // What follows `--end-of-options` is a revision, whatever it begins with.
            let list =
                git(&["ls-tree", "-r", "--name-only", "--end-of-options", word, "--", &folder]);
            for path in list.map_err(unknown)?.lines().filter(|path| is_compared(path)) {
                let text = git(&["show", "--end-of-options", &format!("{word}:./{path}")]);
                let below = path.strip_prefix(folder.as_str()).unwrap_or(path);
                files.insert(below.trim_start_matches('/').to_owned(), text.map_err(unknown)?);
            }
        }
        if files.is_empty() {
            return Err(unknown("it has no reports".to_owned()));
        }
        Ok(Reports(files))
    }
}

/// The claims of single items are those of all together.
fn is_compared(path: &str) -> bool {
    is_table(path) || path.ends_with("claims.json")
}

fn is_table(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "csv")
}

fn collect(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if is_compared(&name) {
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").args(arguments).output();
    let output = output.map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(message.lines().next().unwrap_or("git failed").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "a file is not UTF-8".to_owned())
}

/// Compares verdicts, evidence and tables.
///
/// # Errors
/// If a file is not one of a report.
pub(crate) fn diff(a: &Reports, b: &Reports) -> Result<Difference, Error> {
    let (claims_a, claims_b) = (claims(a)?, claims(b)?);
    let mut verdicts: Vec<Tree> = Vec::new();
    let mut evidence: Vec<Tree> = Vec::new();
    let ids: BTreeSet<&String> = claims_a.keys().chain(claims_b.keys()).collect();
    for id in ids {
        match (claims_a.get(id), claims_b.get(id)) {
            (Some(old), Some(new)) => {
                let verdict = |claim: &Json| claim["verdict"].as_str().unwrap_or("none").to_owned();
                if verdict(old) != verdict(new) {
                    verdicts.push(format!("~ {id}: {} → {}", verdict(old), verdict(new)).into());
                }
                let (mut largest, mut is_other) = (Largest::default(), false);
                compare(&old["evidence"], &new["evidence"], &mut largest, &mut is_other);
                if largest.n > 0 {
                    evidence.push(format!("~ {id}: {}", largest.show()).into());
                } else if is_other {
                    evidence.push(format!("~ {id}: other rows or columns").into());
                }
            }
            (Some(_), None) => verdicts.push(format!("- {id}").into()),
            (None, _) => verdicts.push(format!("+ {id}").into()),
        }
    }
    let tables = tables(a, b)?;
    let differs = !(verdicts.is_empty() && evidence.is_empty() && tables.is_empty());
    let mut fields = vec![
        ("verdicts", Tree::List(verdicts)),
        ("evidence", Tree::List(evidence)),
        ("tables", Tree::List(tables)),
    ];
    if !differs {
        fields = vec![("same", format!("{} claims and all tables", claims_a.len()).into())];
    }
    Ok(Difference { tree: Tree::Fields(fields), differs })
}

fn claims(reports: &Reports) -> Result<BTreeMap<String, Json>, Error> {
    let mut claims = BTreeMap::new();
    for (path, text) in reports.0.iter().filter(|(path, _)| path.ends_with("/claims.json")) {
        let wrong = |reason: String| Error::Unknown { word: path.clone(), reason };
        let list: Vec<Json> =
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        for claim in list {
            claims.insert(claim["id"].as_str().unwrap_or_default().to_owned(), claim);
        }
    }
    Ok(claims)
}

/// Takes in the numbers of two values of one shape; `is_other` if they are of different shapes.
fn compare(a: &Json, b: &Json, largest: &mut Largest, is_other: &mut bool) {
    match (a, b) {
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| compare(a, b, largest, is_other));
        }
        (Json::Object(a), Json::Object(b)) if a.keys().eq(b.keys()) => {
            a.values().zip(b.values()).for_each(|(a, b)| compare(a, b, largest, is_other));
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => largest.add(a, b),
            _ => *is_other |= a != b,
        },
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Null => Some(f64::NAN),
        Json::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn tables(a: &Reports, b: &Reports) -> Result<Vec<Tree>, Error> {
    let mut lines = Vec::new();
    let paths: BTreeSet<&String> = a.0.keys().chain(b.0.keys()).collect();
    for path in paths.into_iter().filter(|path| is_table(path)) {
        match (a.0.get(path), b.0.get(path)) {
            (Some(old), Some(new)) if old != new => {
                let wrong = |error: CsvTableError| Error::Unknown {
                    word: path.clone(),
                    reason: error.to_string(),
                };
                let rows = |text: &String| csv_records(text).map_err(wrong);
                lines.push(format!("~ {path}: {}", table(&rows(old)?, &rows(new)?)).into());
            }
            (Some(_), Some(_)) => {}
            (Some(_), None) => lines.push(format!("- {path}").into()),
            (None, _) => lines.push(format!("+ {path}").into()),
        }
    }
    Ok(lines)
}

fn table(a: &[csv::StringRecord], b: &[csv::StringRecord]) -> String {
    if a.first() != b.first() {
        return "other columns".to_owned();
    }
    if a.len() != b.len() {
        return format!("{} rows → {}", a.len().saturating_sub(1), b.len().saturating_sub(1));
    }
    let (mut largest, mut n_texts) = (Largest::default(), 0);
    for (a, b) in a.iter().zip(b).flat_map(|(a, b)| a.iter().zip(b)) {
        match (a.parse(), b.parse()) {
            (Ok(a), Ok(b)) => largest.add(a, b),
            _ => n_texts += usize::from(a != b),
        }
    }
    match (largest.n, n_texts) {
        (0, n) => format!("{} differ", crate::error::plural(n, "text")),
        (_, 0) => largest.show(),
        (_, n) => format!("{}; {} differ", largest.show(), crate::error::plural(n, "text")),
    }
}
