//! The cases of the public YAML test suite, each given to the reader of manifests.
//!
//! A manifest is one document of plain data: tags, second documents, keys that are no text and keys
//! given twice are refused on purpose, so that a case may be refused that the suite accepts. What
//! must not happen: a panic, another content than the suite has, or that broken text is accepted.

use std::collections::BTreeMap;

use maruyama::manifest::scalar::Scalar;
use maruyama::manifest::tree::{Content, Node, parse};
use serde_json::{Deserializer, Map, Value as Json};

use crate::entry;

const CASES: &str = include_str!("yaml-test-suite/cases.json");

/// What is read otherwise than the suite says, each with the reason, by kind and identifier.
fn deviations(kind: &str) -> BTreeMap<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/yaml-test-suite/deviations.json");
    let text = std::fs::read_to_string(path).expect("the list of deviations");
    let all: Json = serde_json::from_str(&text).expect("a list of deviations");
    serde_json::from_value(all[kind].clone()).expect("identifiers with reasons")
}

fn cases() -> Vec<Json> {
    serde_json::from_str(CASES).expect("a list of cases")
}

/// The content of a node; `None` for what JSON cannot hold.
fn json(node: &Node) -> Option<Json> {
    Some(match &node.content {
        Content::Scalar(Scalar::Null) => Json::Null,
        Content::Scalar(Scalar::Boolean(value)) => (*value).into(),
        Content::Scalar(Scalar::Integer(value)) => (*value as f64).into(),
        Content::Scalar(Scalar::Real(value)) => Json::from(*value),
        Content::Scalar(Scalar::Text(text)) => text.as_str().into(),
        Content::Sequence(items) => items.iter().map(json).collect::<Option<_>>()?,
        Content::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                map.insert(entry.key.value.clone(), json(&entry.value)?);
            }
            Json::Object(map)
        }
    })
}

/// The same with every number as a double, as the tree is compared.
fn doubles(value: Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().into(),
        Json::Array(items) => items.into_iter().map(doubles).collect(),
        Json::Object(map) => map.into_iter().map(|(key, value)| (key, doubles(value))).collect(),
        other => other,
    }
}

#[test]
fn no_case_makes_the_reader_of_manifests_panic() {
    let cases = cases();
    assert_eq!(cases.len(), 402);
    for case in &cases {
        let text = case["yaml"].as_str().expect("a text");
        assert!(!entry::manifest(text.as_bytes()), "{case} is no manifest");
    }
}

#[test]
fn cases_have_the_content_that_the_suite_says() {
    let (mut lenient, mut otherwise, mut n_equal) = (Vec::new(), BTreeMap::new(), 0);
    for case in cases() {
        let id = case["id"].as_str().expect("a name").to_owned();
        let Ok((root, duplicates)) = parse(case["yaml"].as_str().expect("a text")) else {
            continue;
        };
        if case["fail"] == true {
            lenient.push(id);
            continue;
        }
        let Some(expected) = case["json"].as_str() else { continue };
        let expected: Vec<Json> = Deserializer::from_str(expected)
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("documents as JSON");
        let expected: Vec<Json> = expected.into_iter().map(doubles).collect();
        if duplicates.is_empty() && json(&root).as_ref() == expected.first() && expected.len() == 1
        {
            n_equal += 1;
        } else {
            otherwise.insert(id, format!("{root:?}"));
        }
    }
    let known: Vec<String> = deviations("broken text that is read").into_keys().collect();
    lenient.sort();
    assert_eq!(lenient, known);
    let found: Vec<&String> = otherwise.keys().collect();
    let known = deviations("text that is read otherwise");
    assert_eq!(found, known.keys().collect::<Vec<_>>(), "{otherwise:#?}");
    assert!(n_equal >= 200, "{n_equal} cases are read as the suite says");
}
