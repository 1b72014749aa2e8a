//! Schema of analyses, published numbers, tables, figures, claims and profiles.

use serde_json::{Map, Value as Json, json};

use crate::manifest::schema::{ESTIMATE, PLOT, Vocabulary, part, reference, text};

/// Adds the definitions of the sections behind `simulate`.
pub fn define(vocabulary: &Vocabulary<'_>, definitions: &mut Map<String, Json>) {
    let analysis = Map::from_iter([
        ("of".to_owned(), text("Name of a sweep.")),
        ("against".to_owned(), text("Name of the sweep to compare with.")),
        ("pair".to_owned(), pair()),
        ("adjust".to_owned(), adjust()),
    ]);
    let panel = Map::from_iter([
        ("of".to_owned(), text("Name of an analysis.")),
        ("where".to_owned(), described(reference("filter"), "Rows that are drawn.")),
        ("facet".to_owned(), text("Column with one panel for each distinct value.")),
        ("title".to_owned(), text("Title of the panel.")),
    ]);
    let mut add = |name: &str, schema: Json| definitions.insert(name.to_owned(), schema);
    add("analysis", part(ESTIMATE, vocabulary.estimators, analysis, &["of"]));
    add("panel", part(PLOT, vocabulary.plots, panel, &["of"]));
    add("paper", paper());
    add("filter", filter());
    add("status", status());
    add("reference", published());
    add("table", table());
    add("figure", figure());
    add("claim", claim());
    add("profile", profile());
}

/// A mapping with these properties, the first `required` of which must be given.
fn closed(properties: &[(&str, Json)], required: usize) -> Json {
    let names: Vec<&str> = properties[..required].iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Json> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

fn described(mut schema: Json, description: &str) -> Json {
    schema["description"] = json!(description);
    schema
}

fn pair() -> Json {
    json!({
        "type": "array", "items": { "type": "string" },
        "description": "Parameters by whose values cells of both sweeps are paired.",
    })
}

fn adjust() -> Json {
    json!({
        "enum": ["holm", "benjamini_hochberg", "benjamini_yekutieli"],
        "description": "How p-values are adjusted for the number of rows.",
    })
}

fn paper() -> Json {
    closed(&[("arxiv", text("arXiv identifier.")), ("where", text("Place in the paper."))], 0)
}

fn filter() -> Json {
    let scalar = json!({ "type": ["number", "string", "boolean"] });
    json!({
        "type": "object",
        "description": "Rows by the values of columns.",
        "additionalProperties": {
            "anyOf": [scalar, { "type": "array", "items": scalar, "minItems": 1 }],
        },
    })
}

fn status() -> Json {
    json!({
        "enum": ["paper", "code", "recalled", "derived"],
        "enumDescriptions": [
            "Read in the publication.", "Printed by the authors' public code.",
            "Remembered, not looked up.", "Computed or proved by us.",
        ],
    })
}

fn published() -> Json {
    closed(
        &[
            ("of", text("Name of an analysis.")),
            ("kind", described(reference("status"), "How the numbers are known.")),
            ("source", text("Where the numbers stand.")),
            (
                "values",
                json!({
                    "type": "object",
                    "description": "Column and published number.",
                    "additionalProperties": { "type": ["number", "string", "boolean"] },
                }),
            ),
            ("where", described(reference("filter"), "Rows that the numbers are of.")),
            (
                "exact",
                json!({
                    "type": "boolean",
                    "description": "Whether the numbers are exact, and not rounded to their last digit.",
                }),
            ),
        ],
        4,
    )
}

fn table() -> Json {
    let column = closed(
        &[
            ("show", text("Column of the analysis.")),
            ("as", text("Heading.")),
            (
                "digits",
                json!({
                    "type": "integer", "minimum": 1, "maximum": 17,
                    "description": "Significant digits.",
                }),
            ),
        ],
        1,
    );
    let columns = json!({
        "type": "array",
        "minItems": 1,
        "items": { "anyOf": [text("Column of the analysis."), column] },
        "description": "Columns of the analysis, by name or with heading and digits.",
    });
    closed(
        &[
            ("of", text("Name of an analysis.")),
            ("columns", columns),
            ("caption", text("Caption.")),
            ("where", described(reference("filter"), "Rows that are shown.")),
        ],
        2,
    )
}

fn figure() -> Json {
    let panels = json!({
        "type": "array", "minItems": 1, "items": reference("panel"), "description": "The panels.",
    });
    let across = json!({
        "type": "integer", "minimum": 1, "maximum": 12, "description": "Panels per row.",
    });
    closed(&[("panels", panels), ("caption", text("Caption.")), ("across", across)], 1)
}

fn claim() -> Json {
    let source =
        closed(&[("status", reference("status")), ("where", text("Place in the paper."))], 1);
    let source = described(source, "Who says it.");
    let evidence = json!({
        "type": "array", "items": { "type": "string" },
        "description": "Columns shown beside the verdict.",
    });
    closed(
        &[
            (
                "id",
                described(reference("name"), "Name of the claim; no two of a run are the same."),
            ),
            ("statement", text("The statement.")),
            ("source", source),
            ("of", text("Name of an analysis.")),
            ("test", text("Condition on the columns of the analysis.")),
            ("where", described(reference("filter"), "Rows that are tested.")),
            (
                "over",
                json!({
                    "enum": ["every", "any"], "default": "every",
                    "description": "Whether the test must hold of every row or of one.",
                }),
            ),
            ("evidence", evidence),
            (
                "expect",
                json!({
                    "enum": ["reproduced", "contradicted", "inconclusive"], "default": "reproduced",
                    "description": "The verdict on record; another one is exit code 1.",
                }),
            ),
            ("remark", text("Markdown beside the verdict.")),
        ],
        5,
    )
}

fn profile() -> Json {
    let settings = |schema: Json, description: &str| json!({ "type": "object", "description": description, "additionalProperties": schema });
    closed(
        &[
            ("simulate", settings(reference("settings"), "Final settings of sweeps.")),
            ("analyse", settings(json!({ "type": "object" }), "Final settings of analyses.")),
        ],
        0,
    )
}
