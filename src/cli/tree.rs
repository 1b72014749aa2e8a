//! What a command has to say as a tree: printed indented for people, as JSON for machines.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::cli::arguments::Format;

/// A value, a list, or named values in their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// A value; text is printed as it is.
    Leaf(Json),
    /// Values one below the other.
    List(Vec<Tree>),
    /// Values with names.
    Fields(Vec<(&'static str, Tree)>),
    /// Values with names that the user gave, such as parameters.
    Named(Vec<(String, Tree)>),
}

impl<T: Into<Json>> From<T> for Tree {
    fn from(value: T) -> Tree {
        Tree::Leaf(value.into())
    }
}

impl Tree {
    /// The tree as a command prints it.
    pub(crate) fn show(&self, format: Format) -> String {
        match format {
            Format::Json => format!("{:#}\n", self.to_json()),
            Format::Text => {
                let mut text = String::new();
                self.write(0, &mut text);
                text
            }
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match self {
            Tree::Leaf(value) => value.clone(),
            Tree::List(items) => items.iter().map(Tree::to_json).collect(),
            Tree::Fields(fields) => {
                fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect()
            }
            Tree::Named(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Tree::Leaf(value) => value.is_null(),
            Tree::List(items) => items.is_empty(),
            Tree::Fields(fields) => fields.is_empty(),
            Tree::Named(fields) => fields.is_empty(),
        }
    }

    fn write(&self, depth: usize, text: &mut String) {
        match self {
            Tree::Leaf(value) => {
                let _ = writeln!(text, "{}{}", "  ".repeat(depth), shown(value));
            }
            Tree::List(items) => items.iter().for_each(|item| item.write(depth, text)),
            Tree::Fields(fields) => {
                for (name, value) in fields {
                    entry(name, value, depth, text);
                }
            }
            Tree::Named(fields) => {
                for (name, value) in fields {
                    entry(name, value, depth, text);
                }
            }
        }
    }
}

/// A name with its value: beside it, or below it if it has parts. What is empty is left out.
fn entry(name: &str, value: &Tree, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        value if value.is_empty() => {}
        Tree::Leaf(value) => {
            let _ = writeln!(text, "{indent}{name}: {}", shown(value));
        }
        value => {
            let _ = writeln!(text, "{indent}{name}:");
            value.write(depth + 1, text);
        }
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trees_print_indented_and_as_json() {
        let tree = Tree::Fields(vec![
            ("cell", "a1".into()),
            ("none", Json::Null.into()),
            ("blocks", Tree::List(vec![Tree::Named(vec![("n".to_owned(), 2.into())])])),
        ]);
        assert_eq!(tree.show(Format::Text), "cell: a1\nblocks:\n  n: 2\n");
        assert_eq!(tree.to_json(), json!({ "cell": "a1", "none": null, "blocks": [{ "n": 2 }] }));
    }
}
