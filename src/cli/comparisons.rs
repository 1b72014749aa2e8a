//! Which cells are compared with which, as `plan` prints it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::analyse;
use crate::plan::PlannedItem;

/// Pairs listed for each analysis before the rest is counted.
const LISTED_PAIRS: usize = 8;

/// The lines of the comparisons of `item`; none if it has none.
pub(crate) fn lines(item: &PlannedItem) -> String {
    let mut text = String::new();
    for analysis in &item.manifest.analyses {
        let Some(against) = &analysis.against else { continue };
        let (name, of, there) = (&analysis.name, &analysis.of, &against.sweep.value);
        let pairs = analyse::cells(item, analysis);
        for (cell, other) in pairs.iter().take(LISTED_PAIRS) {
            let other = other.map_or_else(String::new, crate::plan::PlannedCell::label);
            let _ =
                writeln!(text, "  {name} compares {of}, {} with {there}, {other}", cell.label());
        }
        if pairs.len() > LISTED_PAIRS {
            let more = crate::error::plural(pairs.len() - LISTED_PAIRS, "more pair");
            let _ = writeln!(text, "  and {more} of {name}");
        }
    }
    text
}

/// The comparisons of `item` for machines.
pub(crate) fn json(item: &PlannedItem) -> Vec<Json> {
    let mut list = Vec::new();
    for analysis in item.manifest.analyses.iter().filter(|one| one.against.is_some()) {
        for (cell, other) in analyse::cells(item, analysis) {
            list.push(json!({
                "item": item.manifest.item,
                "analysis": analysis.name,
                "cell": cell.id.to_string(),
                "against": other.map(|other| other.id.to_string()),
            }));
        }
    }
    list
}
