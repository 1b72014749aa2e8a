//! The keys of a manifest as a page of documentation, generated from the schema.

mod sections;

use std::fmt::Write as _;

use maruyama_dynamics::parameter::Parameter;
use serde_json::Value as Json;

use crate::cli::keys::sections::{SECTIONS, Section};
use crate::cli::parts::{accepted, cell, shown};
use crate::manifest::schema::schema;
use crate::manifest::vocabulary::{DATA, MODEL, PROBLEM, Vocabulary};

/// Above this many values an enumeration is one of parts, which have a page of their own.
const LISTED: usize = 5;

/// The page `docs/keys.md`.
pub(crate) fn page(vocabulary: &Vocabulary<'_>) -> String {
    let schema = schema(vocabulary);
    let mut page = String::from(
        "# Keys of a manifest\n\nEvery key with what it takes. \
         [The manifest language](manifest.md) says what the keys do together, and \
         [the page of parts](parts.md) has the parameters of data sources, estimators and plots. \
         This page is what `maruyama schema --markdown` prints.\n",
    );
    for section in SECTIONS {
        add_section(&mut page, section, &schema, vocabulary);
    }
    page.push_str("\n## Keys of cells\n\n");
    page.push_str("What a sweep, an axis and a condition may set.\n\n");
    page.push_str("| key | value | default | of | meaning |\n| :-- | :-- | :-- | :-- | :-- |\n");
    for key in vocabulary.cell_keys() {
        add_cell_key(&mut page, key, vocabulary);
    }
    page
}

fn add_section(page: &mut String, section: &Section, schema: &Json, vocabulary: &Vocabulary<'_>) {
    let Section { title, definition, text, example } = section;
    let of = if definition.is_empty() { schema } else { &schema["$defs"][definition] };
    let _ = write!(page, "\n## {title}\n\n{text}\n");
    let cell_keys = if *definition == "filter" { Vec::new() } else { vocabulary.cell_keys() };
    let rows = rows(of, &cell_keys);
    if !rows.is_empty() {
        page.push_str("\n| key | | value | default | meaning |\n");
        page.push_str("| :-- | :-- | :-- | :-- | :-- |\n");
        page.push_str(&rows);
    }
    let _ = write!(page, "\n```yaml\n{}\n```\n", example.trim());
}

/// The lines of a mapping's keys, required ones first; those of a cell have a table of their own.
fn rows(of: &Json, cell_keys: &[&str]) -> String {
    let Some(properties) = of["properties"].as_object() else { return String::new() };
    let required: Vec<&str> =
        of["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let others = properties.keys().map(String::as_str).filter(|key| !required.contains(key));
    let of_cells = properties.len() > cell_keys.len();
    let mut rows = String::new();
    for key in required.iter().copied().chain(others) {
        if of_cells && cell_keys.contains(&key) {
            continue;
        }
        let property = &properties[key];
        let need = if required.contains(&key) { "required" } else { "" };
        let meaning = property["description"].as_str().unwrap_or_default();
        let default = match &property["default"] {
            Json::Null => String::new(),
            Json::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        };
        let value = cell(&words(property));
        let _ = writeln!(rows, "| `{key}` | {need} | {value} | {default} | {} |", cell(meaning));
    }
    rows
}

/// What a schema accepts, in words.
fn words(schema: &Json) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return named(name);
    }
    if let Some(values) = schema["enum"].as_array() {
        if values.len() > LISTED {
            return "name of a [part](parts.md)".to_owned();
        }
        let values = values.iter().filter_map(Json::as_str).map(|value| format!("`{value}`"));
        return values.collect::<Vec<_>>().join(", ");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(words).collect::<Vec<_>>().join(", or ");
    }
    if let Some(types) = schema["type"].as_array() {
        return types.iter().filter_map(Json::as_str).map(scalar).collect::<Vec<_>>().join(", ");
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", words(&schema["items"])),
        Some("object") => mapping(schema),
        Some("integer") => match (&schema["minimum"], &schema["maximum"]) {
            (Json::Null, _) => "integer".to_owned(),
            (low, Json::Null) => format!("integer, at least {low}"),
            (low, high) => format!("integer, {low} to {high}"),
        },
        Some(name) => scalar(name).to_owned(),
        None => "anything".to_owned(),
    }
}

fn scalar(name: &str) -> &str {
    match name {
        "string" => "text",
        "boolean" => "`true`, `false`",
        other => other,
    }
}

/// A definition, with its section if it has one.
fn named(name: &str) -> String {
    match SECTIONS.iter().find(|section| section.definition == name) {
        Some(Section { title, .. }) => {
            let anchor = title.to_lowercase().replace(' ', "-");
            format!("[{}](#{anchor})", title.to_lowercase())
        }
        None if name == "name" => "name".to_owned(),
        None if name == "status" => "`paper`, `code`, `recalled`, `derived`".to_owned(),
        None if name == "settings" => "[keys of cells](#keys-of-cells)".to_owned(),
        None => name.to_owned(),
    }
}

fn mapping(schema: &Json) -> String {
    if let Some(properties) = schema["properties"].as_object() {
        let keys: Vec<String> = properties.keys().map(|key| format!("`{key}`")).collect();
        return format!("mapping of {}", keys.join(", "));
    }
    format!("mapping from names to {}", words(&schema["additionalProperties"]))
}

/// One line for each declaration of `key`, of which several parts may have one.
fn add_cell_key(page: &mut String, key: &str, vocabulary: &Vocabulary<'_>) {
    let mut line = |value: &str, default: &str, of: &str, doc: &str| {
        let _ = writeln!(page, "| `{key}` | {value} | {default} | {of} | {} |", cell(doc));
    };
    let selected = match key {
        PROBLEM => Some(("[problem](parts.md#problems)", "`least_squares`", "The problem.")),
        MODEL => Some(("[model](parts.md#models)", "required", "The model.")),
        DATA => Some(("data set", "none", "The data, where the problem is posed on some.")),
        _ => None,
    };
    if let Some((what, default, doc)) = selected {
        line(&format!("name of a {what}"), default, "all", doc);
    }
    let mut declared: Vec<(&Parameter, Vec<String>)> = Vec::new();
    let common = vocabulary.common.iter().map(|one| (one, "all".to_owned()));
    let parts = vocabulary.problems.iter().chain(vocabulary.models);
    let own =
        parts.flat_map(|part| part.parameters.iter().map(|one| (one, format!("`{}`", part.name))));
    for (parameter, owner) in common.chain(own).filter(|(one, _)| one.name == key) {
        let is_same = |other: &&mut (&Parameter, Vec<String>)| is_same(other.0, parameter);
        match declared.iter_mut().find(is_same) {
            Some((_, owners)) => owners.push(owner),
            None => declared.push((parameter, vec![owner])),
        }
    }
    for (parameter, owners) in declared {
        let unit = if parameter.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", parameter.unit)
        };
        let value = format!("{}{unit}", cell(&accepted(&parameter.kind)));
        line(&value, &cell(&shown(&parameter.default)), &owners.join(", "), parameter.doc);
    }
}

fn is_same(a: &Parameter, b: &Parameter) -> bool {
    (a.doc, a.unit, a.kind, a.default) == (b.doc, b.unit, b.kind, b.default)
}
