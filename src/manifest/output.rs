//! The sections that say what comes out: published numbers, tables, figures, claims.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, entries, items, text};
use crate::manifest::name;
use crate::manifest::part::choose;
use crate::manifest::span::Located;
use crate::manifest::suggest::advice;
use crate::manifest::tree::{Content, Entry, Node};
use crate::manifest::types::{
    Claim, Column, Figure, Over, Panel, Reference, Status, Table, Verdict,
};
use crate::manifest::value::{described, untyped};
use crate::manifest::vocabulary::{PLOT, Vocabulary};

/// Names that later sections refer to.
pub struct Known<'a> {
    /// Names of sweeps.
    pub sweeps: Vec<&'a str>,
    /// Names of analyses.
    pub analyses: Vec<&'a str>,
}

/// Largest number of panels per row.
const MAX_ACROSS: u32 = 12;
/// Most significant digits that a double has.
const MAX_DIGITS: u32 = 17;

const STATUS: [(&str, Status); 4] = [
    ("paper", Status::Paper),
    ("code", Status::Code),
    ("recalled", Status::Recalled),
    ("derived", Status::Derived),
];

const OVER: [(&str, Over); 2] = [("every", Over::Every), ("any", Over::Any)];

const VERDICTS: [(&str, Verdict); 3] = [
    ("reproduced", Verdict::Reproduced),
    ("contradicted", Verdict::Contradicted),
    ("inconclusive", Verdict::Inconclusive),
];

/// The analysis under `of`.
fn of_analysis(fields: &mut Fields<'_>, known: &Known<'_>, faults: &mut Faults) -> Option<String> {
    let of = fields.required_text("of", faults)?;
    if !known.analyses.contains(&of.value.as_str()) {
        let message = format!("there is no analysis `{}`", of.value);
        let help = advice(&of.value, &known.analyses, "analyses");
        let is_sweep = known.sweeps.contains(&of.value.as_str());
        let label = if is_sweep { "this is a sweep" } else { "unknown name" };
        faults.push(Diagnostic::new(of.span, message).label(label).help(help));
        return None;
    }
    Some(of.value)
}

/// The words that a manifest names, with their names.
pub fn names(entries: &[Entry], faults: &mut Faults) -> Vec<(Located<String>, String)> {
    let mut names = Vec::new();
    for Entry { key, value } in entries {
        names.extend(text(value, &key.value, faults).map(|name| (key.clone(), name.value)));
    }
    names
}

/// One entry of `reference`.
pub fn reference(node: &Node, known: &Known<'_>, faults: &mut Faults) -> Option<Reference> {
    let mut fields = Fields::open(node, node.span, "a reference", faults);
    let of = of_analysis(&mut fields, known, faults);
    let filter = fields.filter("where", faults);
    fields.require("kind");
    let status = fields.one_of("kind", &STATUS, faults);
    let source = fields.required_text("source", faults);
    let is_exact = fields.flag("exact", faults);
    let values = fields.require("values");
    fields.close(faults);
    let mut published = Vec::new();
    for entry in values.map_or(&[][..], |node| entries(node, "`values`", faults)) {
        match untyped(&entry.value) {
            Some(value) if value.as_list().is_none() => published.push((entry.key.clone(), value)),
            _ => {
                let message = format!(
                    "a published value is a number or text, not {}",
                    described(&entry.value)
                );
                faults.push(Diagnostic::new(entry.value.span, message));
            }
        }
    }
    let (values, span) = (published, node.span);
    Some(Reference {
        of: of?,
        filter,
        status: status?,
        source: source?.value,
        is_exact,
        values,
        span,
    })
}

/// One table.
pub fn table(entry: &Entry, known: &Known<'_>, faults: &mut Faults) -> Option<Table> {
    name::check(&entry.key, "a table", faults);
    let what = format!("table `{}`", entry.key.value);
    let mut fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let of = of_analysis(&mut fields, known, faults);
    let caption = fields.plain_text("caption", faults);
    let filter = fields.filter("where", faults);
    let node = fields.require("columns");
    fields.close(faults);
    let nodes = node.map_or(&[][..], |node| items(node, "`columns`", faults));
    if let Some(node) = node.filter(|_| nodes.is_empty()) {
        faults.push(Diagnostic::new(node.span, format!("{what} has no columns")));
    }
    let columns = nodes.iter().filter_map(|node| column(node, faults)).collect();
    let name = entry.key.value.clone();
    Some(Table { name, of: of?, caption, filter, columns, span: entry.key.span })
}

/// A column: its name, or a mapping with `show`.
fn column(node: &Node, faults: &mut Faults) -> Option<Column> {
    if let Content::Scalar(_) = node.content {
        return text(node, "a column", faults).map(|show| Column {
            show,
            heading: None,
            digits: None,
        });
    }
    let mut fields = Fields::open(node, node.span, "a column", faults);
    let show = fields.required_text("show", faults);
    let heading = fields.text("as", faults).map(|heading| heading.value);
    let digits = fields.count("digits", MAX_DIGITS, faults);
    fields.close(faults);
    Some(Column { show: show?, heading, digits })
}

/// One figure.
pub fn figure(
    entry: &Entry,
    vocabulary: &Vocabulary<'_>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<Figure> {
    name::check(&entry.key, "a figure", faults);
    let what = format!("figure `{}`", entry.key.value);
    let mut fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let caption = fields.plain_text("caption", faults);
    let across = fields.count("across", MAX_ACROSS, faults);
    let node = fields.require("panels");
    fields.close(faults);
    let node = node?;
    let nodes = items(node, "`panels`", faults);
    if nodes.is_empty() {
        faults.push(Diagnostic::new(node.span, format!("{what} has no panels")));
    }
    let panels = nodes.iter().filter_map(|node| panel(node, vocabulary, known, faults)).collect();
    Some(Figure { name: entry.key.value.clone(), caption, across, panels, span: entry.key.span })
}

fn panel(
    node: &Node,
    vocabulary: &Vocabulary<'_>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<Panel> {
    let mut fields = Fields::open(node, node.span, "a panel", faults);
    let of = of_analysis(&mut fields, known, faults);
    let filter = fields.filter("where", faults);
    let facet = fields.text("facet", faults);
    let title = fields.text("title", faults).map(|title| title.value);
    let chosen = choose(fields, PLOT, vocabulary.plots, &[], faults)?;
    Some(Panel {
        plot: chosen.part.name.to_owned(),
        of: of?,
        filter,
        facet,
        title,
        parameters: chosen.parameters,
        origins: chosen.origins,
        span: node.span,
    })
}

/// The claims, whose identifiers are unique.
pub fn claims(node: &Node, known: &Known<'_>, faults: &mut Faults) -> Vec<Claim> {
    let mut ids: Vec<Located<String>> = Vec::new();
    let mut claims = Vec::new();
    for node in items(node, "`claims`", faults) {
        claims.extend(claim(node, &mut ids, known, faults));
    }
    claims
}

fn claim(
    node: &Node,
    ids: &mut Vec<Located<String>>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<Claim> {
    let mut fields = Fields::open(node, node.span, "a claim", faults);
    let id = fields.required_text("id", faults);
    if let Some(id) = &id {
        name::check(id, "a claim", faults);
        check_unique(id, ids, faults);
    }
    let statement = fields.required_text("statement", faults);
    let source = fields.require("source").map(|node| source(node, faults));
    let of = of_analysis(&mut fields, known, faults);
    let filter = fields.filter("where", faults);
    let test = fields.required_text("test", faults);
    let over = fields.one_of("over", &OVER, faults).unwrap_or(Over::Every);
    let evidence = fields.take("evidence");
    let expect = fields.one_of("expect", &VERDICTS, faults).unwrap_or(Verdict::Reproduced);
    let remark = fields.plain_text("remark", faults);
    fields.close(faults);
    let evidence = evidence.map_or(&[][..], |node| items(node, "`evidence`", faults));
    let evidence = evidence.iter().filter_map(|node| text(node, "evidence", faults)).collect();
    let (place, status) = source?;
    Some(Claim {
        id: id?.value,
        statement: statement?.value,
        place,
        status: status?,
        of: of?,
        filter,
        test: test?,
        over,
        evidence,
        expect,
        remark,
        span: node.span,
    })
}

/// Place and status of a claim's source.
fn source(node: &Node, faults: &mut Faults) -> (String, Option<Status>) {
    let mut fields = Fields::open(node, node.span, "the source of a claim", faults);
    let place = fields.plain_text("where", faults);
    fields.require("status");
    let status = fields.one_of("status", &STATUS, faults);
    fields.close(faults);
    (place, status)
}

fn check_unique(id: &Located<String>, ids: &mut Vec<Located<String>>, faults: &mut Faults) {
    match ids.iter().find(|other| other.value == id.value) {
        Some(first) => faults.push(
            Diagnostic::new(id.span, format!("two claims have the id `{}`", id.value))
                .label("used again")
                .related(first.span, "first used here"),
        ),
        None => ids.push(id.clone()),
    }
}
