//! Uploads beside a computation: each result as soon as it is in the cache.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::store::remote::bucket::Bucket;
use crate::store::remote::name::Name;

/// How often the bucket is listed, for results of others.
const LOOK: Duration = Duration::from_secs(10);

/// A thread that uploads what it is told to; the end waits for it.
#[derive(Debug)]
pub(crate) struct Uploads {
    names: Option<Sender<Name>>,
    thread: Option<JoinHandle<()>>,
}

impl Uploads {
    /// Begins with what the cache at `root` has and the bucket has not.
    ///
    /// A failure is none of the computation: what is not uploaded now is left to
    /// [`Bucket::share`], which says so.
    pub(crate) fn start(bucket: Arc<Bucket>, root: PathBuf) -> Uploads {
        let (names, queue) = channel();
        let serve = move || serve(&bucket, &root, &queue);
        let thread = std::thread::Builder::new().name("uploads".to_owned()).spawn(serve).ok();
        Uploads { names: Some(names), thread }
    }

    pub(crate) fn add(&self, name: Name) {
        if let Some(names) = &self.names {
            // A thread that has ended leaves it to `share` too.
            let _ = names.send(name);
        }
    }
}

impl Drop for Uploads {
    fn drop(&mut self) {
        self.names = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(bucket: &Bucket, root: &Path, queue: &Receiver<Name>) {
    let is_up = |name| bucket.upload(root, name).is_ok();
    if !bucket.lacking(root).into_iter().all(is_up) {
        return;
    }
    let mut looked = Instant::now();
    loop {
        match queue.recv_timeout(LOOK.saturating_sub(looked.elapsed())) {
            Ok(name) if !is_up(name) => return,
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
        }
        if looked.elapsed() >= LOOK {
            if bucket.refresh().and_then(|()| bucket.read_footers(root)).is_err() {
                return;
            }
            looked = Instant::now();
        }
    }
}
