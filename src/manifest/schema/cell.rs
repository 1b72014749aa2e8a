//! Schema of sweeps: settings, axes, conditions.

use maruyama_dynamics::parameter::{Kind, Parameter, Part};
use serde_json::{Map, Value as Json, json};

use crate::manifest::schema::{DATA, MODEL, PROBLEM, Vocabulary, reference, selector, value};

/// Definitions of every key of a cell, and of sweeps and what they consist of.
pub fn definitions(vocabulary: &Vocabulary<'_>) -> Map<String, Json> {
    let keys = vocabulary.cell_keys();
    let mut definitions = Map::new();
    for key in &keys {
        definitions.insert(format!("cell.{key}"), setting(key, vocabulary));
    }
    let properties = |of: &dyn Fn(&str) -> Json| -> Map<String, Json> {
        keys.iter().map(|key| ((*key).to_owned(), of(key))).collect()
    };
    let closed = |properties: Map<String, Json>| json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let settings = properties(&|key| reference(&format!("cell.{key}")));
    let mut sweep = settings.clone();
    sweep.insert("matrix".to_owned(), reference("matrix"));
    sweep.insert("when".to_owned(), when());
    let mut sweep = closed(sweep);
    sweep["allOf"] = foreign_keys(vocabulary);
    let axes = properties(&|key| axis(key, vocabulary));
    let condition = |key: &str| {
        let value = reference(&format!("cell.{key}"));
        json!({ "anyOf": [value, { "type": "array", "items": value, "minItems": 1 }] })
    };
    definitions.insert("settings".to_owned(), closed(settings));
    definitions.insert("condition".to_owned(), closed(properties(&condition)));
    definitions.insert("zip".to_owned(), closed(axes.clone()));
    definitions.insert("matrix".to_owned(), closed(matrix(axes)));
    definitions.insert("sweep".to_owned(), sweep);
    definitions.insert("range".to_owned(), range());
    definitions
}

/// The declarations of a key: one, unless several problems or models use the same name.
fn declared<'a>(key: &str, vocabulary: &Vocabulary<'a>) -> Vec<&'a Parameter> {
    let parts = vocabulary.problems.iter().chain(vocabulary.models);
    let all = vocabulary.common.iter().chain(parts.flat_map(|part| part.parameters));
    all.filter(|one| one.name == key).collect()
}

fn setting(key: &str, vocabulary: &Vocabulary<'_>) -> Json {
    match key {
        PROBLEM => selector(vocabulary.problems),
        MODEL => selector(vocabulary.models),
        DATA => json!({ "type": "string", "description": "Name of a data set." }),
        _ => {
            let mut schemas: Vec<Json> = Vec::new();
            for parameter in declared(key, vocabulary) {
                let schema = value(parameter);
                if !schemas.contains(&schema) {
                    schemas.push(schema);
                }
            }
            if schemas.len() == 1 { schemas.swap_remove(0) } else { json!({ "anyOf": schemas }) }
        }
    }
}

fn axis(key: &str, vocabulary: &Vocabulary<'_>) -> Json {
    let value = reference(&format!("cell.{key}"));
    let list = json!({ "type": "array", "items": value, "minItems": 1 });
    let is_number = |one: &&Parameter| matches!(one.kind, Kind::Real(_) | Kind::Integer { .. });
    if declared(key, vocabulary).iter().any(is_number) {
        json!({ "anyOf": [list, reference("range")] })
    } else {
        list
    }
}

fn matrix(mut axes: Map<String, Json>) -> Map<String, Json> {
    let zips = json!({
        "description": "Parallel lists of one length, or several such mappings.",
        "anyOf": [reference("zip"), { "type": "array", "items": reference("zip") }],
    });
    let list = |definition: &str, description: &str| json!({ "type": "array", "description": description, "items": reference(definition) });
    axes.insert("zip".to_owned(), zips);
    axes.insert("exclude".to_owned(), list("condition", "Cells to drop: those matching all keys."));
    axes.insert("include".to_owned(), list("settings", "Cells to add: the base and these keys."));
    axes
}

fn when() -> Json {
    json!({
        "type": "array",
        "description": "Conditional settings, applied in order after the matrix.",
        "items": {
            "type": "object",
            "properties": { "if": reference("condition"), "set": reference("settings") },
            "required": ["if", "set"],
            "additionalProperties": false,
        },
    })
}

fn range() -> Json {
    let numbers = |kind: &str, min: usize, max: usize| json!({ "type": "array", "items": { "type": kind }, "minItems": min, "maxItems": max });
    let described = |mut schema: Json, description: &str| {
        schema["description"] = json!(description);
        schema
    };
    json!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": {
            "linspace": described(numbers("number", 3, 3), "First, last, number of points."),
            "logspace": described(numbers("number", 3, 3), "First, last, number of points."),
            "range": described(numbers("integer", 2, 3), "Start, stop (excluded), step."),
        },
    })
}

/// Under a fixed problem or model, the keys that belong only to others are not allowed.
fn foreign_keys(vocabulary: &Vocabulary<'_>) -> Json {
    let selectors = [(PROBLEM, vocabulary.problems), (MODEL, vocabulary.models)];
    let branches =
        selectors.iter().flat_map(|(key, parts)| parts.iter().map(move |part| (*key, part)));
    let branches = branches.filter_map(|(key, part)| {
        let foreign = foreign_to(key, part, vocabulary);
        (!foreign.is_empty()).then(|| {
            json!({
                "if": { "properties": { key: { "const": part.name } }, "required": [key] },
                "then": { "propertyNames": { "not": { "enum": foreign } } },
            })
        })
    });
    branches.collect()
}

fn foreign_to<'a>(key: &str, part: &Part, vocabulary: &Vocabulary<'a>) -> Vec<&'a str> {
    let (siblings, others) = if key == PROBLEM {
        (vocabulary.problems, vocabulary.models)
    } else {
        (vocabulary.models, vocabulary.problems)
    };
    let takes = |parts: &[Part], name: &str| {
        parts.iter().any(|part| part.parameters.iter().any(|one| one.name == name))
    };
    let is_foreign = |name: &&str| {
        takes(siblings, name)
            && !takes(std::slice::from_ref(part), name)
            && !takes(others, name)
            && !vocabulary.common.iter().any(|one| one.name == *name)
    };
    vocabulary.cell_keys().into_iter().filter(is_foreign).collect()
}
