//! The pages of a site in memory, each with its version.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::identity::Hasher;
use crate::store::WrittenFile;

/// Where a page says which version of it it is.
const UNSTAMPED: &str = "data-version=\"\"";
/// Tags of what versions are digests of.
const FILES: &str = "maruyama served files 1";
const PAGE: &str = "maruyama served page 1";

/// The pages, which one thread replaces and others hand out.
#[derive(Debug, Default)]
pub struct Pages {
    current: Mutex<Current>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Current {
    files: BTreeMap<String, Arc<[u8]>>,
    /// What open pages are told, as JSON in one line.
    news: Arc<str>,
    /// How often the news have changed.
    number: u64,
}

impl Pages {
    /// Replaces all files. Open pages are told the versions of all pages and `status`, if one of them
    /// has changed.
    ///
    /// The version of a page is a digest of itself and of the files beside it that are no pages:
    /// figures, tables.
    pub fn replace(&self, files: Vec<WrittenFile>, status: &Json) {
        let versions = versions(&files);
        let news: Arc<str> = json!({ "pages": versions, "status": status }).to_string().into();
        let stamped = files.into_iter().map(|file| {
            let bytes = match versions.get(&file.path) {
                Some(version) => stamped(&file.bytes, version),
                None => file.bytes,
            };
            (file.path, Arc::from(bytes))
        });
        let files = stamped.collect();
        let mut current = self.lock();
        current.files = files;
        if current.news != news {
            current.news = news;
            current.number += 1;
            self.changed.notify_all();
        }
    }

    /// The file at `path`, with `/` between folders.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Arc<[u8]>> {
        self.lock().files.get(path).cloned()
    }

    /// The news and their number, as soon as that is not `known`, or after `longest`.
    #[must_use]
    pub fn news(&self, known: u64, longest: Duration) -> (u64, Arc<str>) {
        let is_known = |current: &mut Current| current.number == known;
        let waited = self.changed.wait_timeout_while(self.lock(), longest, is_known);
        let (current, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (current.number, Arc::clone(&current.news))
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_page(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "html")
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The version of each page.
fn versions(files: &[WrittenFile]) -> BTreeMap<String, String> {
    let mut beside: BTreeMap<&str, Hasher> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_page(&file.path)) {
        let hasher = beside.entry(folder(&file.path)).or_insert_with(|| Hasher::new(FILES));
        hasher.field(file.path.as_bytes());
        hasher.field(&file.bytes);
    }
    let beside: BTreeMap<&str, String> =
        beside.into_iter().map(|(folder, hasher)| (folder, hasher.finish().to_string())).collect();
    let version = |file: &WrittenFile| {
        let mut hasher = Hasher::new(PAGE);
        hasher.field(&file.bytes);
        hasher.field(beside.get(folder(&file.path)).map_or(&[], |digest| digest.as_bytes()));
        hasher.finish().short()
    };
    let pages = files.iter().filter(|file| is_page(&file.path));
    pages.map(|file| (file.path.clone(), version(file))).collect()
}

/// A page that says which version it is.
fn stamped(bytes: &[u8], version: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.replacen(UNSTAMPED, &format!("data-version=\"{version}\""), 1).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> WrittenFile {
        WrittenFile { path: path.to_owned(), bytes: text.into() }
    }

    fn replace(pages: &Pages, figure: &str) -> (u64, Json) {
        let page = |path| file(path, "<html data-version=\"\">");
        let files = vec![page("index.html"), page("a/index.html"), file("a/b.svg", figure)];
        pages.replace(files, &json!(null));
        let (number, news) = pages.news(u64::MAX, Duration::ZERO);
        (number, serde_json::from_str(&news).unwrap())
    }

    #[test]
    fn the_version_of_a_page_changes_with_its_figures_and_with_nothing_else() {
        let pages = Pages::default();
        let (first, before) = replace(&pages, "1");
        assert_eq!(replace(&pages, "1").0, first);
        let (second, after) = replace(&pages, "2");
        assert_eq!(second, first + 1);
        let version = |news: &Json, page: &str| news["pages"][page].as_str().unwrap().to_owned();
        assert_eq!(version(&before, "index.html"), version(&after, "index.html"));
        assert_ne!(version(&before, "a/index.html"), version(&after, "a/index.html"));
        assert!(after["pages"].get("a/b.svg").is_none());
        let stamp = format!("<html data-version=\"{}\">", version(&after, "a/index.html"));
        assert_eq!(*pages.get("a/index.html").unwrap(), *stamp.as_bytes());
        assert!(pages.get("a/../index.html").is_none() && pages.get("/index.html").is_none());
    }

    #[test]
    fn news_are_waited_for() {
        let pages = Pages::default();
        let (number, _) = replace(&pages, "1");
        let patience = Duration::from_mins(1);
        std::thread::scope(|scope| {
            let told = scope.spawn(|| pages.news(number, patience).0);
            replace(&pages, "2");
            assert_eq!(told.join().unwrap(), number + 1);
        });
    }
}
