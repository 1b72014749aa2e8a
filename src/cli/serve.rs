//! `serve`: the site on this machine, made anew while a run goes on in another process.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cli::arguments::{Format, Options, ServeOptions};
use crate::cli::pipeline::Pipeline;
use crate::cli::print;
use crate::error::{DONE, Error};
use crate::identity::{Digest, Hasher};
use crate::load::manifest_files;
use crate::plan::Plan;
use crate::serve::{Pages, Server};
use crate::site::{self, SiteError, Sources};
use crate::store::{Arrivals, BlockId, Index, Location, Store, WrittenFile};

/// Time between two looks, at least and at most. A look at many reports takes its time, and twenty
/// times as long is waited for the next.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// The same where each look lists a bucket.
const PAUSE_OF_BUCKET: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(1));

/// Serves the site until the user interrupts.
pub(crate) fn serve(arguments: &ServeOptions) -> Result<u8, Error> {
    let server = Server::bind(arguments.port)?;
    let mut watched = Watched::open(arguments.options.clone())?;
    let pages = Arc::new(Pages::default());
    watched.publish(&pages)?;
    let is_over = until_interrupted()?;
    let url = server.url();
    server.start(Arc::clone(&pages));
    print(&match arguments.options.format {
        Format::Json => format!("{}\n", json!({ "url": url })),
        Format::Text => format!("{url} shows the reports until Ctrl-C\n"),
    });
    let (least, most) = if watched.location.url().is_some() { PAUSE_OF_BUCKET } else { PAUSE };
    let mut pause = least;
    while !is_over.load(Ordering::SeqCst) {
        thread::park_timeout(pause);
        let start = Instant::now();
        watched.look(&pages);
        pause = (20 * start.elapsed()).clamp(least, most);
    }
    Ok(DONE)
}

/// Becomes true with Ctrl-C or the termination signal, which also wake this thread.
fn until_interrupted() -> Result<Arc<AtomicBool>, Error> {
    let is_over = Arc::new(AtomicBool::new(false));
    let (flag, waiting) = (Arc::clone(&is_over), thread::current());
    let handler = move || {
        flag.store(true, Ordering::SeqCst);
        waiting.unpark();
    };
    ctrlc::set_handler(handler).map_err(|error| Error::Start(error.to_string()))?;
    Ok(is_over)
}

/// What the site is made from, as it was when it was last looked at.
struct Watched {
    options: Options,
    plan: Plan,
    texts: Vec<String>,
    reports: PathBuf,
    location: Location,
    index: Index,
    arrivals: Arrivals,
    /// Blocks in the store.
    stored: BTreeSet<BlockId>,
    /// Digest of the manifests.
    manifests: Option<Digest>,
    /// Digest of the reports.
    published: Digest,
    /// The pages, without that of progress.
    site: Vec<WrittenFile>,
    /// Why manifests that have changed are not shown.
    mistake: Option<String>,
    /// What could not be read at the last look.
    problem: Option<String>,
}

impl Watched {
    fn open(options: Options) -> Result<Watched, Error> {
        let manifests = digest_of_manifests(&options).ok();
        // The store is let go, so that it can be pruned while the site is shown.
        let Pipeline { plan, index, texts, reports, location, store, .. } =
            Pipeline::open(&options)?;
        let published = digest_of_reports(&plan, &reports);
        let mut watched = Watched {
            arrivals: Arrivals::since(index.files.keys().copied().collect()),
            stored: index.blocks.keys().copied().collect(),
            // The pool of threads is set up once.
            options: Options { threads: None, ..options },
            plan,
            texts,
            reports,
            location,
            index,
            manifests,
            published,
            site: Vec::new(),
            mistake: None,
            problem: None,
        };
        watched.site = watched.make(&store)?;
        Ok(watched)
    }

    /// The pages as they are now.
    fn make(&self, store: &Store) -> Result<Vec<WrittenFile>, SiteError> {
        let sources = Sources {
            plan: &self.plan,
            store,
            index: &self.index,
            texts: &self.texts,
            reports: &self.reports,
            is_live: true,
        };
        let mut files = Vec::new();
        site::make(&sources, |file| {
            files.push(file);
            Ok::<(), SiteError>(())
        })?;
        Ok(files)
    }

    /// Hands the pages and the progress on.
    fn publish(&self, pages: &Pages) -> Result<(), SiteError> {
        let (progress, page) = site::progress(&self.plan, &self.stored)?;
        let problem = self.problem.as_ref().or(self.mistake.as_ref());
        let status: Json =
            json!({ "stored": progress.stored, "all": progress.all, "problem": problem });
        let mut files = self.site.clone();
        files.push(page);
        pages.replace(files, &status);
        Ok(())
    }

    /// Looks at manifests, reports and store, and hands on what has changed. What cannot be read is
    /// said on the pages, and looked at again.
    fn look(&mut self, pages: &Pages) {
        let before = (self.stored.len(), self.problem.clone());
        let refreshed = self.refresh();
        self.problem = refreshed.as_ref().err().map(|error| with_causes(error));
        let is_new =
            refreshed.unwrap_or(false) || before != (self.stored.len(), self.problem.clone());
        if is_new && let Err(error) = self.publish(pages) {
            self.problem = Some(with_causes(&error));
        }
    }

    /// Makes the pages anew if manifests or reports have changed; says whether it has.
    fn refresh(&mut self) -> Result<bool, Error> {
        let manifests = digest_of_manifests(&self.options)?;
        if self.manifests != Some(manifests) {
            match Watched::open(self.options.clone()) {
                Ok(anew) => *self = anew,
                Err(error) => self.mistake = Some(with_causes(&error)),
            }
            self.manifests = Some(manifests);
            return Ok(true);
        }
        self.location.refresh()?;
        let store = self.location.open_to_read()?;
        self.stored.extend(self.arrivals.look(&store)?);
        let published = digest_of_reports(&self.plan, &self.reports);
        if published == self.published {
            return Ok(false);
        }
        if self.stored.len() > self.index.blocks.len() {
            self.index = store.index()?;
        }
        self.site = self.make(&store)?;
        self.published = published;
        Ok(true)
    }
}

/// Digest of the texts of all manifests.
fn digest_of_manifests(options: &Options) -> Result<Digest, Error> {
    let mut hasher = Hasher::new("maruyama watched manifests 1");
    for path in manifest_files(&options.manifests)? {
        let failed = |source| Error::ReadManifest { path: path.clone(), source };
        hasher.field(path.as_os_str().as_encoded_bytes());
        hasher.field(&fs::read(&path).map_err(failed)?);
    }
    Ok(hasher.finish())
}

/// Digest of the files of the reports that pages are made from: all but pictures of points, which
/// stand beside vectors.
fn digest_of_reports(plan: &Plan, reports: &Path) -> Digest {
    let mut hasher = Hasher::new("maruyama watched reports 1");
    for item in &plan.items {
        let folder = reports.join(&item.manifest.item);
        for folder in [folder.join("claims"), folder] {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            paths.retain(|path| path.extension().is_none_or(|extension| extension != "png"));
            paths.sort_unstable();
            for path in paths {
                // A file that goes away meanwhile is seen to be gone at the next look.
                let Ok(bytes) = fs::read(&path) else { continue };
                hasher.field(path.as_os_str().as_encoded_bytes());
                hasher.field(&bytes);
            }
        }
    }
    hasher.finish()
}

/// An error with what led to it, in a line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
