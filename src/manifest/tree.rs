//! YAML text as a tree in which every node knows its place.
//!
//! The tree is built from the parser's events and not by way of `serde`: a deserializer stops at
//! the first duplicate key, resolves `yes` as YAML 1.1 did and forgets where merged keys stood.
//! The parser carries the spans; types of scalars are those of [`crate::manifest::scalar`].

use serde_yaml::granit_parser::{ErrorKind, Parser, ScanError};

use crate::manifest::diagnostic::{Diagnostic, Diagnostics};
use crate::manifest::scalar::Scalar;
use crate::manifest::span::{Located, Span};

mod builder;

/// Most nodes of a tree once its aliases are expanded: what bounds the memory that a small file
/// can ask for.
const MAX_NODES: usize = 1 << 20;

/// Deepest nesting once aliases are expanded; a manifest needs less than ten.
const MAX_DEPTH: usize = 64;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What the node is.
    pub content: Content,
    /// Its place; that of the anchored node, if it came through an alias.
    pub span: Span,
}

/// The content of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A number, text, truth value or nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file.
    Mapping(Vec<Entry>),
}

/// A key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, always as text.
    pub key: Located<String>,
    /// The value.
    pub value: Node,
}

/// The text of a file.
///
/// # Errors
/// One diagnostic with the place of the first byte that is not UTF-8.
pub fn decode<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Diagnostics> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        let at = Span { start: valid.len(), end: valid.len() };
        let encoding = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16: save it as UTF-8",
            _ => "save the file as UTF-8",
        };
        let message = format!("byte {} of the file is not UTF-8", valid.len());
        Diagnostics::new(path, &valid, vec![Diagnostic::new(at, message).help(encoding)])
    })
}

/// The tree of the one document in `text`, with the duplicate keys found in it (the first of
/// equal keys stays in the tree).
///
/// # Errors
/// The first syntax error: behind it nothing can be trusted.
pub fn parse(text: &str) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let options = serde_yaml::granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = builder::Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| syntax_error(text, &error))?;
        let range = span.byte_range().unwrap_or(0..0);
        builder.event(event, Span { start: range.start, end: range.end })?;
    }
    let empty = Diagnostic::new(Span::default(), "the manifest is empty")
        .help("it needs at least `title` and `simulate`");
    builder.root.ok_or(empty).map(|root| (root, builder.duplicates))
}

fn syntax_error(text: &str, error: &ScanError) -> Diagnostic {
    let offset = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let line_start = text[..text.floor_char_boundary(offset)].rfind('\n').map_or(0, |idx| idx + 1);
    let line = text[line_start..].lines().next().unwrap_or("");
    let indent = &line[..line.len() - line.trim_start().len()];
    if let Some(tab) = indent.find('\t') {
        let span = Span { start: line_start + tab, end: line_start + tab + 1 };
        return Diagnostic::new(span, "a tab in the indentation")
            .label("this is a tab")
            .help("YAML is indented with spaces");
    }
    let message = match error.kind() {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation => {
            "a tab where YAML allows only spaces".to_owned()
        }
        kind => format!("not YAML: {}", kind.to_string().lines().collect::<Vec<_>>().join(" ")),
    };
    Diagnostic::new(Span { start: offset, end: offset + 1 }, message)
}

#[cfg(test)]
mod tests;
