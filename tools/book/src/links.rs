//! Links and anchors of the built pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use mdbook_driver::errors::Error;

/// Pages that the builder makes out of others.
const MADE: [&str; 3] = ["print.html", "toc.html", "404.html"];

/// Adds every link of the pages below `site` that leads nowhere to `faults`; the number of pages.
pub fn check(site: &Path, faults: &mut Vec<String>) -> Result<usize, Error> {
    let mut pages = BTreeMap::new();
    collect(site, &mut pages)?;
    let anchors: BTreeMap<&Path, BTreeSet<&str>> =
        pages.iter().map(|(path, text)| (path.as_path(), values(text, "id").collect())).collect();
    let mut n_pages = 0;
    for (path, text) in &pages {
        let name = path.strip_prefix(site).unwrap_or(path);
        if MADE.iter().any(|made| name == Path::new(made)) {
            continue;
        }
        n_pages += 1;
        for to in values(text, "href").chain(values(text, "src")) {
            let to = to.replace("&amp;", "&");
            if !leads_somewhere(&to, path, &anchors) {
                faults.push(format!("{}: `{to}` leads nowhere", name.display()));
            }
        }
    }
    Ok(n_pages)
}

fn collect(folder: &Path, pages: &mut BTreeMap<PathBuf, String>) -> Result<(), Error> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path)?;
            pages.insert(path, text);
        }
    }
    Ok(())
}

/// The values of an attribute, in the order of the page.
fn values<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> {
    let start = format!(" {name}=\"");
    let places: Vec<usize> = text.match_indices(&start).map(|(at, _)| at + start.len()).collect();
    places.into_iter().filter_map(|at| text[at..].split_once('"').map(|(value, _)| value))
}

fn leads_somewhere(to: &str, page: &Path, anchors: &BTreeMap<&Path, BTreeSet<&str>>) -> bool {
    let has_scheme =
        to.split_once(':').is_some_and(|(scheme, _)| !scheme.contains(['/', '#', '.']));
    if has_scheme {
        return to.starts_with("https:") || to.starts_with("http:") || to.starts_with("data:");
    }
    let (path, anchor) = to.split_once('#').map_or((to, None), |(path, one)| (path, Some(one)));
    let target = if path.is_empty() { page.to_owned() } else { joined(page, path) };
    if !target.exists() {
        return false;
    }
    let wanted = anchor.filter(|anchor| !anchor.is_empty());
    let known = anchors.get(target.as_path());
    wanted.is_none_or(|anchor| known.is_some_and(|known| known.contains(anchor)))
}

/// The file that `path` in `page` means.
pub fn joined(page: &Path, path: &str) -> PathBuf {
    let mut target = page.parent().unwrap_or(page).to_owned();
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
