//! The generated JSON Schema.

use serde_json::{Value as Json, json};

use super::vocabulary;
use crate::manifest::schema::schema;

/// Every `$ref` below `json`.
fn references(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        Json::Object(members) => {
            found.extend(members.get("$ref").and_then(Json::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[test]
fn every_reference_resolves_and_every_definition_is_used() {
    let schema = schema(&vocabulary());
    let mut found = Vec::new();
    references(&schema, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(schema.pointer(pointer).is_some(), "{reference}");
    }
    for name in schema["$defs"].as_object().expect("definitions").keys() {
        assert!(found.contains(&format!("#/$defs/{name}")), "{name} is not used");
    }
}

#[test]
fn keys_of_other_models_are_refused_and_shared_ones_are_not() {
    let schema = schema(&vocabulary());
    let branches = schema["$defs"]["sweep"]["allOf"].as_array().expect("branches");
    let of = |model: &str| {
        let branch = branches
            .iter()
            .find(|branch| branch["if"]["properties"]["model"] == json!({ "const": model }));
        branch.map(|branch| branch["then"]["propertyNames"]["not"]["enum"].clone())
    };
    assert_eq!(of("sgd"), Some(json!(["dt", "temperature"])));
    assert_eq!(of("hsgd"), Some(json!(["nesterov", "temperature"])));
    assert_eq!(of("annealed"), Some(json!(["batch_size", "nesterov", "dt"])));
}

#[test]
fn axes_of_numbers_accept_ranges_and_others_do_not() {
    let schema = schema(&vocabulary());
    let axes = &schema["$defs"]["matrix"]["properties"];
    let range = json!({ "$ref": "#/$defs/range" });
    assert_eq!(axes["step_size"]["anyOf"][1], range);
    assert_eq!(axes["nesterov"]["type"], "array");
    assert_eq!(schema["$defs"]["cell.step_size"]["exclusiveMinimum"], 0.0);
    assert_eq!(schema["$defs"]["cell.step_size"]["x-unit"], "time per step");
}
