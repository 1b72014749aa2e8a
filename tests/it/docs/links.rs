//! Links between Markdown files, as GitHub follows them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::docs::page::prose;

/// The links of `page` that lead to no file or no heading.
pub fn broken(root: &Path, page: &str) -> Vec<String> {
    let text = prose(&fs::read_to_string(root.join(page)).expect("a page"));
    let mut faults = Vec::new();
    for to in targets(&text) {
        if to.starts_with("https://") || to.starts_with("http://") {
            continue;
        }
        let (path, anchor) = to.split_once('#').unwrap_or((&to, ""));
        let target = if path.is_empty() { PathBuf::from(page) } else { joined(page, path) };
        if !root.join(&target).exists() {
            faults.push(format!("{page}: there is no {to}"));
        } else if !anchor.is_empty() && !anchors(&root.join(&target)).contains(&anchor.to_owned()) {
            faults.push(format!("{page}: {to} has no such heading"));
        }
    }
    faults
}

/// What the links and pictures of `text` point to.
fn targets(text: &str) -> Vec<String> {
    let plain = without_code(text);
    let starts = plain.match_indices("](").map(|(at, _)| &plain[at + 2..]);
    starts.filter_map(|rest| rest.split_once(')').map(|(to, _)| to.to_owned())).collect()
}

/// Text without what stands between backticks on a line.
fn without_code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join("``"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names of the headings of a page.
fn anchors(page: &Path) -> Vec<String> {
    let text = prose(&fs::read_to_string(page).unwrap_or_default());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let mut names = Vec::new();
    for heading in headings {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let n = seen.entry(name.clone()).or_default();
        names.push(if *n == 0 { name } else { format!("{name}-{n}") });
        *n += 1;
    }
    names
}

/// The file that `path` in `page` means, from the root of the repository.
fn joined(page: &str, path: &str) -> PathBuf {
    let mut target = Path::new(page).parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::CurDir => {}
            other => target.push(other),
        }
    }
    target
}
