//! From `SUMMARY.md` to chapters.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;
use mdbook_driver::errors::Error;
use mdbook_summary::parse_summary;

/// Files of `docs/` that are no pages.
const NO_PAGES: [&str; 1] = ["SUMMARY.md"];

/// The book of the folder `docs`, and what is missing in its summary.
pub fn load(docs: &Path) -> Result<(MDBook, Vec<String>), Error> {
    let text = fs::read_to_string(docs.join("SUMMARY.md"))?;
    let summary = parse_summary(&text)?;
    let config = Config::from_disk(docs.join("book.toml"))?;
    let mut book = MDBook::load_with_config_and_summary(docs, config, summary)?;
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    book.book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else { return };
        let Some(path) = chapter.path.clone() else {
            faults.push(format!("SUMMARY.md: `{}` has no page", chapter.name));
            return;
        };
        chapter.path = Some(place(&path));
        if !named.insert(path.clone()) {
            faults.push(format!("SUMMARY.md names {} twice", path.display()));
        }
    });
    for page in pages(docs)? {
        let name = page.strip_prefix(docs).unwrap_or(&page);
        if !named.contains(name) && !NO_PAGES.iter().any(|other| name == Path::new(other)) {
            faults.push(format!("SUMMARY.md does not name {}", name.display()));
        }
    }
    Ok((book, faults))
}

/// Where a page stands in the book: `README.md` is the index of its folder, a page from above `docs`
/// stands at the top.
fn place(path: &Path) -> PathBuf {
    let is_readme = path.file_name().is_some_and(|name| name == "README.md");
    match path.strip_prefix("..") {
        Ok(_) if is_readme => PathBuf::from("project.md"),
        Ok(name) => name.to_owned(),
        Err(_) if is_readme => path.with_file_name("index.md"),
        Err(_) => path.to_owned(),
    }
}

/// The Markdown files below `folder`.
fn pages(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(pages(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
