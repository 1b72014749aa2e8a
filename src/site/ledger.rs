//! The first page: all claims, to be filtered, and all items.

use std::collections::BTreeMap;

use maruyama_figure::Cell;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::report::PublishedValue;
use crate::site::error::SiteError;
use crate::site::markup::inline_html;
use crate::site::templates::Templates;
use crate::store::WrittenFile;

/// Significant digits of numbers in the ledger, at most, and of estimates with an interval.
const NUMBER_DIGITS: usize = 7;
const INTERVAL_DIGITS: usize = 4;

/// A claim in the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub id: String,
    /// As HTML, when it is shown.
    pub statement: String,
    /// As HTML, when it is shown.
    pub source: String,
    pub verdict: String,
    pub expected: String,
    #[serde(default)]
    pub published: Vec<PublishedValue>,
    /// The published values beside ours, when they are shown.
    #[serde(skip_deserializing)]
    pub beside: Vec<Beside>,
}

/// A published value beside ours, as it is read.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Beside {
    /// As HTML.
    name: String,
    of: String,
    published: String,
    known: String,
    source: String,
    ours: String,
}

impl Beside {
    pub(crate) fn new(published: &PublishedValue) -> Beside {
        let of = published.of.iter().map(|(name, value)| format!("{name}={value}"));
        Beside {
            name: inline_html(&published.name),
            of: of.collect::<Vec<_>>().join(", "),
            published: number_text(&published.published),
            known: published.known.clone(),
            source: published.source.clone(),
            ours: number_text(&published.ours),
        }
    }
}

/// A number or an interval of `claims.json` with the digits that a table shows.
fn number_text(json: &Json) -> String {
    let real = |json: &Json| match json {
        Json::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let text = |json: &Json| json.get("text").and_then(Json::as_str).map(str::to_owned);
    let ends = [&json["value"], &json["low"], &json["high"]].map(real);
    let cell = match (real(json), ends) {
        (Some(value), _) => Cell::Number { value, digits: digits_of(value) },
        (None, [Some(value), Some(lo), Some(hi)]) => {
            Cell::Interval { value, lo, hi, digits: INTERVAL_DIGITS }
        }
        _ => return text(json).or(json.as_str().map(str::to_owned)).unwrap_or_default(),
    };
    cell.to_markdown()
}

/// The digits that a number has, up to some.
fn digits_of(value: f64) -> usize {
    let text = format!("{value:e}");
    let mantissa = text.split('e').next().unwrap_or_default();
    mantissa.chars().filter(char::is_ascii_digit).count().clamp(1, NUMBER_DIGITS)
}

/// An item in the ledger.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub item: String,
    pub title: String,
    /// Number of the paper on arXiv; empty without one.
    pub paper: String,
    /// Whether it has a report.
    pub is_reported: bool,
    pub claims: Vec<Claim>,
}

/// How often each verdict was found.
#[derive(Clone, Debug, Default, Serialize)]
struct Counts {
    all: usize,
    reproduced: usize,
    contradicted: usize,
    inconclusive: usize,
}

impl Counts {
    fn of<'a>(claims: impl Iterator<Item = &'a Claim>) -> Counts {
        let mut counts = Counts::default();
        for claim in claims {
            counts.all += 1;
            match claim.verdict.as_str() {
                "reproduced" => counts.reproduced += 1,
                "contradicted" => counts.contradicted += 1,
                _ => counts.inconclusive += 1,
            }
        }
        counts
    }
}

/// A paper with its items.
#[derive(Debug, Serialize)]
struct Paper<'a> {
    name: &'a str,
    counts: Counts,
    items: Vec<&'a Entry>,
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    root: &'a str,
    path: &'a str,
    title: &'a str,
    counts: Counts,
    papers: Vec<Paper<'a>>,
}

/// The ledger of `entries`, and the files that all pages share.
pub(crate) fn pages(
    entries: &[Entry],
    templates: &Templates,
) -> Result<Vec<WrittenFile>, SiteError> {
    let mut papers: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        papers.entry(&entry.paper).or_default().push(entry);
    }
    // Items without a paper last.
    let without = papers.remove("").map(|items| ("", items));
    let papers = papers.into_iter().chain(without).map(|(name, items)| Paper {
        name,
        counts: Counts::of(items.iter().flat_map(|entry| &entry.claims)),
        items,
    });
    let page = Page {
        root: "",
        path: "index.html",
        title: "Ledger of claims",
        counts: Counts::of(entries.iter().flat_map(|entry| &entry.claims)),
        papers: papers.collect(),
    };
    let ledger = WrittenFile { path: "index.html".to_owned(), bytes: templates.ledger(page)? };
    Ok([ledger].into_iter().chain(templates.shared()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_have_the_digits_that_they_were_given_with() {
        for (json, expected) in [
            (json!(0.029), "0.029"),
            (json!(1000.0), "1000"),
            (json!(319.831_317_141), "319.8313"),
            (json!("inf"), "∞"),
            (json!({ "value": 1.5, "low": 1.25, "high": 1.75 }), "1.500 [1.250, 1.750]"),
            (json!({ "text": "normal" }), "normal"),
            (Json::Null, ""),
        ] {
            assert_eq!(number_text(&json), expected, "{json}");
        }
    }
}
