//! The pages' frames, and what all pages share.

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use crate::site::error::SiteError;
use crate::store::WrittenFile;

const FRAME: (&str, &str) = ("frame.html", include_str!("pages/frame.html"));
const LEDGER: (&str, &str) = ("ledger.html", include_str!("pages/ledger.html"));
const ITEM: (&str, &str) = ("item.html", include_str!("pages/item.html"));
const CELLS: (&str, &str) = ("cells.html", include_str!("pages/cells.html"));
const SWEEP: (&str, &str) = ("sweep.html", include_str!("pages/sweep.html"));
const ENDED: (&str, &str) = ("ended.html", include_str!("pages/ended.html"));
const PROGRESS: (&str, &str) = ("progress.html", include_str!("pages/progress.html"));

/// The frames of the pages; what is put into them is escaped.
pub(crate) struct Templates {
    environment: Environment<'static>,
    is_live: bool,
}

impl Templates {
    /// The frames of a site; pages of one that is live look for changes of themselves.
    pub(crate) fn new(is_live: bool) -> Templates {
        let mut environment = Environment::new();
        for (name, text) in [FRAME, LEDGER, ITEM, CELLS, SWEEP, ENDED, PROGRESS] {
            // They are constants of this program, which its tests fill.
            let _ = environment.add_template(name, text);
        }
        environment.add_global("is_live", is_live);
        Templates { environment, is_live }
    }

    pub(crate) fn ledger(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(LEDGER.0, values)
    }

    pub(crate) fn item(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(ITEM.0, values)
    }

    pub(crate) fn cells(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(CELLS.0, values)
    }

    pub(crate) fn progress(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(PROGRESS.0, values)
    }

    fn fill(&self, name: &str, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        Ok(self.environment.get_template(name)?.render(Serde(values))?.into_bytes())
    }

    /// The style and the scripts of all pages.
    pub(crate) fn shared(&self) -> Vec<WrittenFile> {
        let file =
            |path: &str, text: &str| WrittenFile { path: path.to_owned(), bytes: text.into() };
        let mut files = vec![
            file("site.css", include_str!("pages/site.css")),
            file("site.js", include_str!("pages/site.js")),
        ];
        if self.is_live {
            files.push(file("live.js", include_str!("pages/live.js")));
        }
        files
    }
}
