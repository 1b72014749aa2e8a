//! The pages' frames, and what all pages share.

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use crate::site::error::SiteError;
use crate::store::WrittenFile;

const FRAME: (&str, &str) = ("frame.html", include_str!("pages/frame.html"));
const LEDGER: (&str, &str) = ("ledger.html", include_str!("pages/ledger.html"));
const ITEM: (&str, &str) = ("item.html", include_str!("pages/item.html"));

/// The frames of the pages; what is put into them is escaped.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    pub(crate) fn new() -> Templates {
        let mut environment = Environment::new();
        for (name, text) in [FRAME, LEDGER, ITEM] {
            // They are constants of this program, which its tests fill.
            let _ = environment.add_template(name, text);
        }
        Templates(environment)
    }

    pub(crate) fn ledger(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(LEDGER.0, values)
    }

    pub(crate) fn item(&self, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        self.fill(ITEM.0, values)
    }

    fn fill(&self, name: &str, values: impl Serialize) -> Result<Vec<u8>, SiteError> {
        Ok(self.0.get_template(name)?.render(Serde(values))?.into_bytes())
    }
}

/// The style and the script of all pages.
pub(crate) fn shared() -> [WrittenFile; 2] {
    let file = |path: &str, text: &str| WrittenFile { path: path.to_owned(), bytes: text.into() };
    [
        file("site.css", include_str!("pages/site.css")),
        file("site.js", include_str!("pages/site.js")),
    ]
}
