//! What the commands print.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::cli::arguments::{Format, Options};
use crate::cli::comparisons;
use crate::cli::holding::{Holdings, State, size};
use crate::cli::pipeline::{Done, Pipeline, digest};
use crate::error::plural;
use crate::plan::{PlannedItem, Reason, ToRun, explain};

/// Cells listed for each item and reason before the rest is counted.
const LISTED_CELLS: usize = 8;

/// The plan: which cells will run and why.
pub(crate) fn plan(pipeline: &Pipeline, format: Format) -> String {
    let to_run = explain(&pipeline.plan, &pipeline.store, &pipeline.index);
    let n_cells = pipeline.plan.cells().filter(|(_, sweep, _)| sweep.is_simulated).count();
    if format == Format::Json {
        let cells: Vec<_> = to_run
            .iter()
            .map(|to_run| {
                json!({
                    "item": to_run.item,
                    "sweep": to_run.sweep,
                    "cell": to_run.cell.id.to_string(),
                    "label": to_run.cell.label(),
                    "reason": to_run.reason.to_string(),
                })
            })
            .collect();
        let damaged = damaged_json(pipeline);
        let compared: Vec<_> = pipeline.plan.items.iter().flat_map(comparisons::json).collect();
        let text = json!({
            "cells": n_cells, "to_run": cells, "comparisons": compared, "damaged": damaged,
        });
        return format!("{text:#}\n");
    }
    let mut text = damaged_text(pipeline);
    for item in &pipeline.plan.items {
        let name = &item.manifest.item;
        let mut by_reason: BTreeMap<&Reason, Vec<&ToRun<'_>>> = BTreeMap::new();
        for one in to_run.iter().filter(|one| one.item == name) {
            by_reason.entry(&one.reason).or_default().push(one);
        }
        let n_to_run: usize = by_reason.values().map(Vec::len).sum();
        let simulated = item.sweeps.iter().filter(|sweep| sweep.is_simulated);
        let n_cells = simulated.map(|sweep| sweep.cells.len()).sum::<usize>();
        let _ = writeln!(text, "{name}: {}, {n_to_run} to run", plural(n_cells, "cell"));
        for (reason, cells) in by_reason {
            for ToRun { sweep, cell, .. } in cells.iter().take(LISTED_CELLS) {
                let _ = writeln!(text, "  {sweep}, {}: {reason}", cell.label());
            }
            if cells.len() > LISTED_CELLS {
                let more = plural(cells.len() - LISTED_CELLS, "more cell");
                let _ = writeln!(text, "  and {more}: {reason}");
            }
        }
        text.push_str(&comparisons::lines(item));
    }
    let cached = n_cells - to_run.len();
    let _ = writeln!(text, "{} to run, {cached} cached", plural(to_run.len(), "cell"));
    text
}

/// What is stored of an item.
struct OfItem {
    n_cells: usize,
    n_stored: usize,
    size_bytes: f64,
    seconds: f64,
}

impl OfItem {
    fn of(item: &PlannedItem, holdings: &Holdings<'_>) -> OfItem {
        let mut stored = OfItem { n_cells: 0, n_stored: 0, size_bytes: 0.0, seconds: 0.0 };
        let simulated = item.sweeps.iter().filter(|sweep| sweep.is_simulated);
        for cell in simulated.flat_map(|sweep| &sweep.cells) {
            let holding = holdings.of(cell);
            stored.n_cells += 1;
            stored.n_stored += usize::from(holding.state == State::Stored);
            stored.size_bytes += holding.size_bytes;
            stored.seconds += holding.seconds;
        }
        stored
    }
}

/// What is stored of each item.
pub(crate) fn status(pipeline: &Pipeline, format: Format) -> String {
    let store = &pipeline.store;
    let holdings = Holdings::new(&pipeline.index, store);
    let stored = |item: &PlannedItem| OfItem::of(item, &holdings);
    let results = digest(&pipeline.plan, &pipeline.index);
    if format == Format::Json {
        let items: Vec<_> = pipeline
            .plan
            .items
            .iter()
            .map(|item| {
                let stored = stored(item);
                json!({
                    "item": item.manifest.item,
                    "manifest": item.manifest.path,
                    "cells": stored.n_cells,
                    "stored": stored.n_stored,
                    "size_bytes": stored.size_bytes.round(),
                    "seconds": stored.seconds,
                    "report": store.published_report(&item.manifest.report_name()).is_some(),
                })
            })
            .collect();
        let text = json!({
            "items": items,
            "files": pipeline.index.files.len(),
            "size_bytes": pipeline.index.size_bytes(),
            "damaged": damaged_json(pipeline),
            "results": results.map(|digest| digest.to_string()),
        });
        return format!("{text:#}\n");
    }
    let mut text = String::new();
    for item in &pipeline.plan.items {
        let OfItem { n_cells, n_stored, size_bytes, seconds } = stored(item);
        let name = &item.manifest.item;
        let report = if store.published_report(&item.manifest.report_name()).is_some() {
            "reported"
        } else {
            "no report"
        };
        let (cells, size) = (plural(n_cells, "cell"), size(size_bytes));
        let _ = writeln!(
            text,
            "{name}: {n_stored} of {cells} stored, {report}; {size}, {seconds:.1} s of computation"
        );
    }
    text.push_str(&damaged_text(pipeline));
    let mebibytes = pipeline.index.size_bytes() as f64 / f64::from(1 << 20);
    let files = plural(pipeline.index.files.len(), "results file");
    let root = store.root().display();
    let place = match pipeline.location.url() {
        Some(url) => format!("{url} (cache {root})"),
        None => root.to_string(),
    };
    let _ = writeln!(text, "store {place}: {files}, {mebibytes:.1} MiB");
    if let Some(digest) = results {
        let _ = writeln!(text, "results: sha256 {digest}");
    }
    text
}

fn damaged_text(pipeline: &Pipeline) -> String {
    let damaged = pipeline.index.damaged.iter();
    damaged.fold(String::new(), |mut text, (path, reason)| {
        let _ = writeln!(text, "damaged: {}: {reason}", path.display());
        text
    })
}

fn damaged_json(pipeline: &Pipeline) -> Vec<serde_json::Value> {
    let damaged = pipeline.index.damaged.iter();
    damaged.map(|(path, reason)| json!({ "file": path, "reason": reason })).collect()
}

/// What a command did, and what is wrong.
pub(crate) fn done(done: &Done, options: &Options) -> String {
    if options.format == Format::Json {
        return format!("{:#}\n", done_json(done));
    }
    let mut text = what_is_wrong(done);
    if !options.quiet {
        text.push_str(&what_was_done(done));
    }
    text
}

fn what_is_wrong(done: &Done) -> String {
    let mut text = String::new();
    for (path, reason) in &done.damaged {
        let store = path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let quarantine = store.join("damaged");
        let (quarantine, path) = (quarantine.display(), path.display());
        let _ = writeln!(text, "damaged, moved to {quarantine}: {path}: {reason}");
    }
    for (cell, reason) in &done.failed_cells {
        let _ = writeln!(text, "failed: {cell}: {reason}");
    }
    for failure in &done.analysis_failures {
        let crate::analyse::Failure { item, analysis, cell, error } = failure;
        let _ = writeln!(text, "failed: {item}, analysis `{analysis}`, {cell}: {error}");
    }
    for report in &done.reports {
        for problem in &report.problems {
            let _ = writeln!(text, "failed: {}: {problem}", report.item);
        }
    }
    for (id, verdict, expected) in done.differing() {
        let _ = writeln!(text, "differs: claim {id} is {verdict}, on record {expected}");
    }
    text
}

fn what_was_done(done: &Done) -> String {
    let mut text = String::new();
    let run = &done.run;
    let cached = done.n_blocks - run.computed - run.shared - run.left - run.failures.len();
    let shared = match run.shared {
        0 => String::new(),
        n => format!("{n} computed by another process, "),
    };
    let _ = writeln!(
        text,
        "{} of simulation: {} computed, {shared}{cached} cached",
        plural(done.n_cells, "cell"),
        plural(done.run.computed, "block"),
    );
    if run.steps_resumed > 0 {
        let _ =
            writeln!(text, "{} taken from checkpoints", plural(run.steps_resumed as usize, "step"));
    }
    if done.interrupted {
        let left = match done.run.left {
            0 => plural(done.analyses_left, "analysis result"),
            blocks => plural(blocks, "block"),
        };
        let _ = writeln!(text, "interrupted with {left} left; the same command resumes");
        return text;
    }
    if !done.reports.is_empty() {
        let written = done.reports.iter().filter(|report| report.written).count();
        let claims = done.reports.iter().map(|report| report.verdicts.len()).sum();
        let _ = writeln!(
            text,
            "{} computed, {} cached",
            plural(done.analysed, "analysis result"),
            done.analyses_cached
        );
        let _ = writeln!(
            text,
            "{} written, {} up to date in {}; {}, {} not as on record",
            plural(written, "report"),
            done.reports.len() - written,
            done.reports_folder.display(),
            plural(claims, "claim"),
            done.differing().count(),
        );
    }
    if let Some(digest) = done.digest {
        let _ = writeln!(text, "results: sha256 {digest}");
    }
    text
}

fn done_json(done: &Done) -> serde_json::Value {
    let verdicts: Vec<_> = done
        .reports
        .iter()
        .flat_map(|report| &report.verdicts)
        .map(|(id, verdict, expected)| {
            json!({ "id": id, "verdict": verdict.to_string(), "expected": expected.to_string() })
        })
        .collect();
    let failed: Vec<_> = done
        .failed_cells
        .iter()
        .map(|(cell, reason)| json!({ "cell": cell, "reason": reason }))
        .chain(done.analysis_failures.iter().map(|failure| {
            json!({
                "cell": failure.cell,
                "analysis": failure.analysis,
                "item": failure.item,
                "reason": failure.error.to_string(),
            })
        }))
        .collect();
    let problems: Vec<_> = done
        .reports
        .iter()
        .flat_map(|report| report.problems.iter().map(|problem| (&report.item, problem)))
        .map(|(item, problem)| json!({ "item": item, "reason": problem }))
        .collect();
    let damaged: Vec<_> = done
        .damaged
        .iter()
        .map(|(path, reason)| json!({ "file": path, "reason": reason }))
        .collect();
    json!({
        "cells": done.n_cells,
        "damaged": damaged,
        "undrawn": problems,
        "blocks": done.n_blocks,
        "simulated": done.run.computed,
        "shared": done.run.shared,
        "left": done.run.left,
        "steps_resumed": done.run.steps_resumed,
        "failed": failed,
        "analysed": done.analysed,
        "analyses_cached": done.analyses_cached,
        "reports_written": done.reports.iter().filter(|report| report.written).count(),
        "verdicts": verdicts,
        "interrupted": done.interrupted,
        "results": done.digest.map(|digest| digest.to_string()),
    })
}
