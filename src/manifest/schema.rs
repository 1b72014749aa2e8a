//! JSON Schema (draft 2020-12) of a manifest, generated from the vocabulary, so that an editor
//! completes keys, shows their documentation and marks values that are out of range.
//!
//! The schema accepts every valid manifest. What needs the whole file (grids, references between
//! sections, required parameters that an axis gives) is left to [`crate::manifest::parse()`].

use maruyama_dynamics::parameter::{Default, Kind, Names, Parameter, Part, Range, Value};
use serde_json::{Map, Value as Json, json};

use crate::manifest::vocabulary::{
    DATA, ESTIMATE, MODEL, PLOT, PROBLEM, SOURCE, Vocabulary, is_required, names,
};

mod cell;
mod output;

/// The schema of the manifests that `vocabulary` allows.
#[must_use]
pub fn schema(vocabulary: &Vocabulary<'_>) -> Json {
    let mut definitions = cell::definitions(vocabulary);
    let name = json!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$" });
    definitions.insert("name".to_owned(), name);
    definitions
        .insert("data_set".to_owned(), part(SOURCE, vocabulary.data_sources, Map::new(), &[]));
    output::define(vocabulary, &mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "maruyama manifest",
        "type": "object",
        "required": ["title", "simulate"],
        "additionalProperties": false,
        "properties": {
            "title": text("Title of the report page."),
            "item": {
                "$ref": "#/$defs/name",
                "description": "Name in outputs; by default the path below the experiments folder.",
            },
            "paper": { "$ref": "#/$defs/paper", "description": "The paper that the item is about." },
            "about": text("Markdown at the top of the report page."),
            "data": named("data_set", "Named data sets; a name is a label, not part of an identity."),
            "simulate": named("sweep", "Named sweeps: grids of cells."),
            "analyse": named("analysis", "Named analyses: an estimator applied to each cell."),
            "names": {
                "type": "object",
                "description": "Names of columns and their values in tables, figures and evidence.",
                "additionalProperties": { "type": "string" },
            },
            "reference": list("reference", "Published numbers, shown beside ours."),
            "tables": named("table", "Tables of the report."),
            "figures": named("figure", "Figures of the report."),
            "claims": list("claim", "Statements to be tested."),
            "profiles": named("profile", "Scaled-down variants of this file."),
        },
        "$defs": definitions,
    })
}

/// A mapping from names to one definition.
fn named(definition: &str, description: &str) -> Json {
    json!({
        "type": "object",
        "description": description,
        "propertyNames": { "$ref": "#/$defs/name" },
        "additionalProperties": reference(definition),
    })
}

/// A list of one definition.
fn list(definition: &str, description: &str) -> Json {
    json!({ "type": "array", "description": description, "items": reference(definition) })
}

fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

fn text(description: &str) -> Json {
    json!({ "type": "string", "description": description })
}

/// One of the names of `parts`, with their documentation.
fn selector(parts: &[Part]) -> Json {
    let docs: Vec<&str> = parts.iter().map(|part| part.doc).collect();
    json!({
        "type": "string", "enum": names(parts), "enumDescriptions": docs,
        "description": "Which part of the program.",
    })
}

/// A mapping that selects one of `parts` by `key` and has its parameters beside the `generic`
/// properties, of which some are `required`.
fn part(key: &str, parts: &[Part], generic: Map<String, Json>, required: &[&str]) -> Json {
    let branches: Vec<Json> = parts.iter().map(|part| branch(key, part, &generic)).collect();
    let mut properties = generic;
    properties.insert(key.to_owned(), selector(parts));
    let required: Vec<&str> = std::iter::once(key).chain(required.iter().copied()).collect();
    json!({
        "type": "object", "properties": properties, "required": required, "allOf": branches,
    })
}

fn branch(key: &str, part: &Part, generic: &Map<String, Json>) -> Json {
    let mut properties: Map<String, Json> =
        generic.keys().map(|name| (name.clone(), json!(true))).collect();
    properties.insert(key.to_owned(), json!(true));
    for parameter in part.parameters {
        properties.insert(parameter.name.to_owned(), value(parameter));
    }
    let required = part.parameters.iter().filter(|one| is_required(one));
    let required: Vec<&str> = required.map(|one| one.name).collect();
    json!({
        "if": { "properties": { key: { "const": part.name } }, "required": [key] },
        "then": {
            "description": part.doc,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        },
    })
}

/// The schema of a parameter's value, with its documentation, unit and default.
fn value(parameter: &Parameter) -> Json {
    let mut schema = kind(parameter.kind);
    let unit = match parameter.unit {
        "" => String::new(),
        unit => format!(" Unit: {unit}."),
    };
    schema["description"] = json!(format!("{}{unit}", parameter.doc));
    if !parameter.unit.is_empty() {
        schema["x-unit"] = json!(parameter.unit);
    }
    match parameter.default {
        Default::TextByProblem(names) | Default::TextsByProblem(names) => {
            let others =
                names.others.iter().map(|(problem, name)| format!(", {name} for {problem}"));
            let others: String = others.collect();
            let doc = format!("{} Default: {}{others}.", parameter.doc, names.usual);
            schema["description"] = json!(doc);
        }
        other => {
            if let Some(value) = default(other) {
                schema["default"] = value;
            }
        }
    }
    schema
}

fn default(default: Default) -> Option<Json> {
    fn json(value: &Value) -> Json {
        match value {
            Value::Real(value) => json!(value),
            Value::Integer(value) => json!(value),
            Value::Text(value) => json!(value),
            Value::Boolean(value) => json!(value),
            Value::List(values) => values.iter().map(json).collect(),
        }
    }
    default.value().as_ref().map(json)
}

fn kind(kind_of_value: Kind) -> Json {
    let array = |items: Kind| json!({ "type": "array", "items": kind(items) });
    match kind_of_value {
        Kind::Real(range) => real(range),
        Kind::Integer { min, max } => {
            // Bounds at the end of what doubles hold are those of the format, not of the parameter.
            const LIMIT: i64 = 1 << 53;
            let mut schema = json!({ "type": "integer" });
            if min > -LIMIT {
                schema["minimum"] = json!(min);
            }
            if max < LIMIT {
                schema["maximum"] = json!(max);
            }
            schema
        }
        Kind::Choice(names) => json!({ "type": "string", "enum": names }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Reals(range) => array(Kind::Real(range)),
        Kind::Vectors(range) => array(Kind::Reals(range)),
        Kind::Integers { min, max } => array(Kind::Integer { min, max }),
        Kind::Choices(names) => array(Kind::Choice(names)),
        Kind::Name(names) => {
            let any = [json!({ "enum": names.finite() }), json!({ "pattern": pattern(names) })];
            json!({ "type": "string", "anyOf": any })
        }
        Kind::Names(names) => array(Kind::Name(names)),
        Kind::Texts => array(Kind::Text),
    }
}

/// A regular expression for the names that have an index or a prefix.
fn pattern(names: Names) -> String {
    let whole = if names.whole { names.families } else { &[] };
    let member = format!("({})_(0|[1-9][0-9]*)", names.families.join("|"));
    let plain: Vec<&str> = names.fixed.iter().chain(whole).copied().chain([&*member]).collect();
    let prefix =
        if names.prefix.is_empty() { String::new() } else { format!("({})?", names.prefix) };
    format!("^{prefix}({})$", plain.join("|"))
}

fn real(range: Range) -> Json {
    let mut schema = json!({ "type": "number" });
    if range.low.is_finite() {
        let key = if range.low_included { "minimum" } else { "exclusiveMinimum" };
        schema[key] = json!(range.low);
    }
    if range.high.is_finite() {
        let key = if range.high_included { "maximum" } else { "exclusiveMaximum" };
        schema[key] = json!(range.high);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_become_bounds() {
        assert_eq!(real(Range::POSITIVE), json!({ "type": "number", "exclusiveMinimum": 0.0 }));
        assert_eq!(real(Range::ANY), json!({ "type": "number" }));
        let closed = Range { low: 1.0, high: 2.0, low_included: true, high_included: true };
        assert_eq!(real(closed), json!({ "type": "number", "minimum": 1.0, "maximum": 2.0 }));
        let count = Kind::Integers { min: 1, max: i64::MAX };
        let items = json!({ "type": "integer", "minimum": 1 });
        assert_eq!(kind(count), json!({ "type": "array", "items": items }));
    }

    #[test]
    fn parameters_carry_their_documentation() {
        let parameter = Parameter {
            name: "dt",
            doc: "Step.",
            unit: "time",
            kind: Kind::Real(Range::POSITIVE),
            default: Default::Real(0.5),
        };
        let expected = json!({
            "type": "number", "exclusiveMinimum": 0.0, "default": 0.5,
            "description": "Step. Unit: time.", "x-unit": "time",
        });
        assert_eq!(value(&parameter), expected);
    }
}
