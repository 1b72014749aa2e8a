//! Reading a mapping key by key, so that every key is either used or reported.

use maruyama_dynamics::parameter::Value;

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::scalar::Scalar;
use crate::manifest::span::{Located, Span};
use crate::manifest::suggest::{advice, closest, listed};
use crate::manifest::tree::{Content, Entry, Node};
use crate::manifest::types::{Condition, Filter};
use crate::manifest::value::{described, untyped};

/// Collects the mistakes of one manifest.
pub type Faults = Vec<Diagnostic>;

/// The entries of a mapping; reports it if the node is none. Nothing at all is an empty mapping.
pub fn entries<'n>(node: &'n Node, what: &str, faults: &mut Faults) -> &'n [Entry] {
    match &node.content {
        Content::Mapping(entries) => entries,
        Content::Scalar(Scalar::Null) => &[],
        _ => {
            let message = format!("{what} is a mapping, not {}", described(node));
            faults.push(Diagnostic::new(node.span, message).label("expected `key: value` entries"));
            &[]
        }
    }
}

/// The items of a list; reports it if the node is none.
pub fn items<'n>(node: &'n Node, what: &str, faults: &mut Faults) -> &'n [Node] {
    match &node.content {
        Content::Sequence(items) => items,
        Content::Scalar(Scalar::Null) => &[],
        _ => {
            let message = format!("{what} is a list, not {}", described(node));
            faults.push(Diagnostic::new(node.span, message).label("expected a list"));
            &[]
        }
    }
}

/// A mapping whose keys are taken one after the other.
pub struct Fields<'n> {
    entries: &'n [Entry],
    /// Where to point when a key is missing.
    span: Span,
    what: String,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Opens the mapping `node`, described as `what` ("a table"); missing keys are reported at
    /// `span`.
    pub fn open(node: &'n Node, span: Span, what: &str, faults: &mut Faults) -> Fields<'n> {
        let entries = entries(node, what, faults);
        Fields { entries, span, what: what.to_owned(), asked: Vec::new(), missing: Vec::new() }
    }

    /// The value under `key`, if the key is there.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.peek(key)
    }

    /// The value under `key` without asking for it.
    pub fn peek(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// The value under `key`; [`Fields::close`] reports it if the key is missing.
    pub fn require(&mut self, key: &'static str) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            self.missing.push(key);
        }
        found
    }

    /// Text under `key`, if the key is there.
    pub fn text(&mut self, key: &'static str, faults: &mut Faults) -> Option<Located<String>> {
        self.take(key).and_then(|node| text(node, key, faults))
    }

    /// Text under `key`; [`Fields::close`] reports it if the key is missing.
    pub fn required_text(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
    ) -> Option<Located<String>> {
        self.require(key).and_then(|node| text(node, key, faults))
    }

    /// Text under `key` without its place; empty if the key is missing.
    pub fn plain_text(&mut self, key: &'static str, faults: &mut Faults) -> String {
        self.text(key, faults).map(|text| text.value).unwrap_or_default()
    }

    /// An integer from 1 to `max` under `key`, if the key is there.
    pub fn count(&mut self, key: &'static str, max: u32, faults: &mut Faults) -> Option<u32> {
        let node = self.take(key)?;
        if let Content::Scalar(Scalar::Integer(value)) = node.content
            && let Ok(value) = u32::try_from(value)
            && (1..=max).contains(&value)
        {
            return Some(value);
        }
        let message = format!("`{key}` takes an integer from 1 to {max}, not {}", described(node));
        faults.push(Diagnostic::new(node.span, message));
        None
    }

    /// `true` or `false` under `key`; `false` if the key is missing.
    pub fn flag(&mut self, key: &'static str, faults: &mut Faults) -> bool {
        let Some(node) = self.take(key) else { return false };
        if let Content::Scalar(Scalar::Boolean(value)) = node.content {
            return value;
        }
        let message = format!("`{key}` takes `true` or `false`, not {}", described(node));
        faults.push(Diagnostic::new(node.span, message));
        false
    }

    /// One of the named values under `key`, if the key is there.
    pub fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        values: &[(&str, T)],
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.text(key, faults)?;
        let found = values.iter().find(|(name, _)| *name == text.value);
        if found.is_none() {
            let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            let message = format!("`{}` is not a value of `{key}`", text.value);
            let fault = Diagnostic::new(text.span, message);
            let fault = fault.label(format!("expected one of {}", listed(&names)));
            let meant = closest(&text.value, &names);
            faults.push(
                fault.help(meant.map(|name| format!("did you mean `{name}`?")).unwrap_or_default()),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// The row filter under `key`; empty if the key is missing.
    pub fn filter(&mut self, key: &'static str, faults: &mut Faults) -> Filter {
        let Some(node) = self.take(key) else { return Filter::new() };
        let conditions = entries(node, &format!("`{key}`"), faults);
        conditions.iter().filter_map(|entry| condition(entry, faults)).collect()
    }

    /// Reports every key that was not asked for, and the missing ones.
    pub fn close(self, faults: &mut Faults) {
        for entry in self.rest() {
            faults.push(unknown_key(&entry.key, &self.what, &self.asked));
        }
        self.report_missing(faults);
    }

    /// Reports the missing keys, except those that an unknown key was meant to be.
    pub fn report_missing(&self, faults: &mut Faults) {
        let meant: Vec<&str> =
            self.rest().filter_map(|entry| closest(&entry.key.value, &self.asked)).collect();
        for key in self.missing.iter().filter(|key| !meant.contains(*key)) {
            let message = format!("{} lacks `{key}`", self.what);
            faults.push(Diagnostic::new(self.span, message).label(format!("`{key}` is required")));
        }
    }

    /// The entries that were not asked for.
    pub fn rest(&self) -> impl Iterator<Item = &'n Entry> {
        self.entries.iter().filter(|entry| !self.asked.contains(&entry.key.value.as_str()))
    }

    /// The keys asked for so far.
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }
}

/// A key that `what` does not have.
pub fn unknown_key(key: &Located<String>, what: &str, known: &[&str]) -> Diagnostic {
    let message = format!("{what} has no key `{}`", key.value);
    Diagnostic::new(key.span, message).label("unknown key").help(advice(&key.value, known, "keys"))
}

/// The text of a node; reports anything else.
pub fn text(node: &Node, key: &str, faults: &mut Faults) -> Option<Located<String>> {
    if let Content::Scalar(Scalar::Text(value)) = &node.content {
        return Some(Located { value: value.clone(), span: node.span });
    }
    let fault = match node.content {
        Content::Scalar(Scalar::Null) => {
            Diagnostic::new(node.span, format!("`{key}` has no value")).label("expected text")
        }
        _ => Diagnostic::new(node.span, format!("`{key}` takes text, not {}", described(node))),
    };
    let scalar = matches!(&node.content, Content::Scalar(scalar) if *scalar != Scalar::Null);
    faults.push(fault.help(if scalar { "quote it to make it text" } else { "" }));
    None
}

fn condition(entry: &Entry, faults: &mut Faults) -> Option<Condition> {
    values(&entry.value, faults).map(|values| Condition { column: entry.key.clone(), values })
}

/// The values that a condition lets through: a scalar, or a list of scalars.
pub fn values(node: &Node, faults: &mut Faults) -> Option<Vec<Value>> {
    let values = match untyped(node) {
        Some(Value::List(values)) => values,
        Some(value) => vec![value],
        None => Vec::new(),
    };
    if values.is_empty() {
        let message =
            format!("a condition is a value or a list of values, not {}", described(node));
        faults.push(Diagnostic::new(node.span, message));
        return None;
    }
    Some(values)
}
