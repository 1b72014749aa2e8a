//! The command `ls`: cells with their state, size and time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::cli::arguments::{Format, ListOptions};
use crate::cli::holding::{Holding, Holdings, size};
use crate::cli::pipeline::Pipeline;
use crate::cli::select::{Place, places};
use crate::error::plural;

/// Every cell that is simulated, one a line.
pub(crate) fn list(pipeline: &Pipeline, arguments: &ListOptions) -> String {
    let store = &pipeline.store;
    let holdings = Holdings::new(&pipeline.index, store);
    let held = places(pipeline).map(|place| (place, holdings.of(place.cell)));
    let is_wanted = |holding: &Holding| arguments.state.is_none_or(|state| state == holding.state);
    let held = held.filter(|(_, holding)| is_wanted(holding));
    if arguments.options.format == Format::Json {
        let cells: Vec<_> = held.map(|(place, holding)| to_json(place, &holding)).collect();
        return format!("{:#}\n", json!(cells));
    }
    let mut text = String::new();
    for (Place { item, sweep, cell, .. }, holding) in held {
        let Holding { state, n_blocks, n_stored, size_bytes, seconds, ended } = holding;
        let ended = ended_text(&ended);
        let (id, size) = (cell.id.short(), size(size_bytes));
        let (item, sweep, label) = (&item.manifest.item, &sweep.name, cell.label());
        let _ = writeln!(
            text,
            "{id}  {state:<7}  {n_stored:>4}/{n_blocks:<4}  {size:>10}  {seconds:>9.3} s  {item}/{sweep}/{label}{ended}"
        );
    }
    text
}

/// What ended chains, if something but overflow did.
fn ended_text(ended: &BTreeMap<String, usize>) -> String {
    let causes: Vec<String> =
        ended.iter().map(|(cause, n)| format!("{} by {cause}", plural(*n, "chain"))).collect();
    if causes.is_empty() { String::new() } else { format!("  ended: {}", causes.join(", ")) }
}

fn to_json(Place { item, sweep, cell, .. }: Place<'_>, holding: &Holding) -> serde_json::Value {
    json!({
        "cell": cell.id.to_string(),
        "item": item.manifest.item,
        "sweep": sweep.name,
        "label": cell.label(),
        "state": holding.state.to_string(),
        "blocks": holding.n_blocks,
        "stored": holding.n_stored,
        "size_bytes": holding.size_bytes.round(),
        "seconds": holding.seconds,
        "ended": holding.ended,
    })
}
