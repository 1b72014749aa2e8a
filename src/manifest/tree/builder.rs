//! From the events of the parser to a tree: aliases expanded, merge keys merged, duplicates noted.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::granit_parser::{Event, ScalarStyle};

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::scalar::Scalar;
use crate::manifest::span::{Located, Span};
use crate::manifest::tree::{Content, Entry, MAX_DEPTH, MAX_NODES, Node};

/// A collection whose end has not been reached.
struct Open {
    anchor: usize,
    span: Span,
    parts: Parts,
}

enum Parts {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Option<Located<String>> },
}

/// An anchored node and what a copy of it adds to the tree.
struct Anchored {
    node: Node,
    size: usize,
    depth: usize,
}

/// Puts events together to a tree.
pub struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    /// The finished tree.
    pub root: Option<Node>,
    size: usize,
    /// Keys given twice.
    pub duplicates: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    /// A builder for the events of `text`.
    pub fn new(text: &'a str) -> Builder<'a> {
        let (open, anchors, duplicates) = (Vec::new(), BTreeMap::new(), Vec::new());
        Builder { text, open, anchors, root: None, size: 0, duplicates }
    }

    /// Takes one event of the parser.
    ///
    /// # Errors
    /// What cannot be part of a manifest: tags, second documents, keys that are no names.
    pub fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        let tag = event.tag().map(ToString::to_string);
        if let Some(tag) = tag {
            return Err(Diagnostic::new(span, format!("the tag `{tag}` has no meaning here"))
                .help("remove it; quote a value to make it text"));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let scalar = if plain && !self.key_is_next() {
                    Scalar::from_plain(&text)
                } else {
                    Scalar::Text(text.into_owned())
                };
                let span = self.unquoted(&scalar, style, span);
                self.add(Node { content: Content::Scalar(scalar), span }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(Open { anchor, span, parts: Parts::Sequence(Vec::new()) })
            }
            Event::MappingStart(_, anchor, _) => {
                let parts = Parts::Mapping { entries: Vec::new(), key: None };
                self.start(Open { anchor, span, parts })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Diagnostic::new(span, "a second document in one file")
                    .help("write each manifest in a file of its own"))
            }
            _ => Ok(()),
        }
    }

    fn key_is_next(&self) -> bool {
        matches!(self.open.last(), Some(Open { parts: Parts::Mapping { key: None, .. }, .. }))
    }

    /// The place between the quotes, if the text stands there as it is.
    fn unquoted(&self, scalar: &Scalar, style: ScalarStyle, span: Span) -> Span {
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1) };
        match scalar {
            Scalar::Text(text)
                if quoted
                    && !text.is_empty()
                    && self.text.get(inner.start..inner.end) == Some(text) =>
            {
                inner
            }
            _ => span,
        }
    }

    fn start(&mut self, open: Open) -> Result<(), Diagnostic> {
        if self.key_is_next() {
            return Err(Diagnostic::new(open.span, "a list or mapping as a key")
                .help("quote the text, if braces or brackets belong to it"));
        }
        self.open.push(open);
        self.check_depth(0)
    }

    fn check_depth(&self, below: usize) -> Result<(), Diagnostic> {
        let span = self.open.last().map_or(Span::default(), |open| open.span);
        if self.open.len() + below > MAX_DEPTH {
            return Err(Diagnostic::new(span, format!("nested more than {MAX_DEPTH} deep")));
        }
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let (content, last) = match open.parts {
            Parts::Sequence(items) => {
                let last = items.last().map(|item| item.span);
                (Content::Sequence(items), last)
            }
            Parts::Mapping { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span);
                (Content::Mapping(self.merged(entries)?), last)
            }
        };
        // A block collection ends where the parser notices it: behind blank lines and comments.
        let flow = self.text[..span.end].ends_with([']', '}']) && span.end > span.start;
        let end = if flow { span } else { last.unwrap_or(open.span) };
        self.add(Node { content, span: open.span.to(end) }, open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::new(span, "an alias inside the node that it stands for"));
        };
        self.check_depth(anchored.depth)?;
        self.size += anchored.size;
        self.check_size(span)?;
        let node = self.anchors[&anchor].node.clone();
        self.add(node, 0)
    }

    fn check_size(&self, span: Span) -> Result<(), Diagnostic> {
        if self.size > MAX_NODES {
            return Err(Diagnostic::new(span, format!("the manifest has over {MAX_NODES} nodes"))
                .help("aliases count with everything that they stand for"));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs: the key or value of a mapping, an item, the root.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        self.size += 1;
        self.check_size(node.span)?;
        if anchor != 0 {
            let (size, depth) = extent(&node);
            self.size += size;
            self.check_size(node.span)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, depth });
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.root = Some(node),
            Some(Parts::Sequence(items)) => items.push(node),
            Some(Parts::Mapping { entries, key }) => match key.take() {
                Some(key) => entries.push(Entry { key, value: node }),
                None => *key = Some(as_key(node)?),
            },
        }
        Ok(())
    }

    /// The entries with merge keys (`<<`) replaced by what they merge; the mapping's own keys win.
    fn merged(&mut self, entries: Vec<Entry>) -> Result<Vec<Entry>, Diagnostic> {
        let mut own: BTreeMap<String, Span> = BTreeMap::new();
        for entry in &entries {
            if let Some(first) = own.get(&entry.key.value) {
                let message = format!("`{}` is given twice", entry.key.value);
                let twice = Diagnostic::new(entry.key.span, message).label("given again");
                self.duplicates.push(twice.related(*first, "first given here"));
            } else {
                own.insert(entry.key.value.clone(), entry.key.span);
            }
        }
        let mut seen = BTreeSet::new();
        let mut merged = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.value == "<<" {
                for inherited in mergeable(entry.value)? {
                    if !own.contains_key(&inherited.key.value)
                        && seen.insert(inherited.key.value.clone())
                    {
                        merged.push(inherited);
                    }
                }
            } else if seen.insert(entry.key.value.clone()) {
                merged.push(entry);
            }
        }
        Ok(merged)
    }
}

/// Nodes below and including `node`, and levels of nesting.
fn extent(node: &Node) -> (usize, usize) {
    let children: Vec<&Node> = match &node.content {
        Content::Scalar(_) => return (1, 0),
        Content::Sequence(items) => items.iter().collect(),
        Content::Mapping(entries) => entries.iter().map(|entry| &entry.value).collect(),
    };
    children
        .into_iter()
        .map(extent)
        .fold((1, 1), |(size, depth), (child, below)| (size + child, depth.max(below + 1)))
}

fn as_key(node: Node) -> Result<Located<String>, Diagnostic> {
    match node.content {
        Content::Scalar(Scalar::Text(value)) => Ok(Located { value, span: node.span }),
        _ => Err(Diagnostic::new(node.span, "a key is a name")),
    }
}

/// The entries that a merge key's value contributes.
fn mergeable(node: Node) -> Result<Vec<Entry>, Diagnostic> {
    match node.content {
        Content::Mapping(entries) => Ok(entries),
        Content::Sequence(items) => {
            let merged: Result<Vec<_>, _> = items.into_iter().map(mergeable).collect();
            merged.map(|merged| merged.into_iter().flatten().collect())
        }
        Content::Scalar(_) => Err(Diagnostic::new(node.span, "`<<` merges a mapping")
            .help("write `<<: *name` with the anchor `&name` on a mapping")),
    }
}
