//! Values of parameters: from a node of the tree to a value of the declared kind.

use maruyama_dynamics::parameter::{Kind, Names, Parameter, Range, Value};

use crate::manifest::canonical::readable;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::scalar::Scalar;
use crate::manifest::suggest::{closest, listed};
use crate::manifest::tree::{Content, Node};

/// Largest magnitude of an integer: what a double, and so every JSON reader, holds exactly.
const MAX_INTEGER: i64 = 1 << 53;

/// The value of `node` for `parameter`. A number without fraction is an integer however it is
/// written (`1e4`), and the other way round; nothing else is converted.
///
/// # Errors
/// What is wrong with it: its type, its range, an unknown name.
pub fn typed(node: &Node, parameter: &Parameter) -> Result<Value, Diagnostic> {
    let items_kind = match parameter.kind {
        Kind::Vectors(range) => Some(Kind::Reals(range)),
        Kind::Reals(range) => Some(Kind::Real(range)),
        Kind::Integers { min, max } => Some(Kind::Integer { min, max }),
        Kind::Choices(names) => Some(Kind::Choice(names)),
        Kind::Names(names) => Some(Kind::Name(names)),
        Kind::Texts => Some(Kind::Text),
        Kind::Real(_)
        | Kind::Integer { .. }
        | Kind::Choice(_)
        | Kind::Name(_)
        | Kind::Text
        | Kind::Boolean => None,
    };
    match (&node.content, items_kind) {
        (Content::Sequence(items), Some(kind)) => items
            .iter()
            .map(|item| typed(item, &Parameter { kind, ..*parameter }))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Content::Scalar(scalar), Some(_)) if *scalar != Scalar::Null => {
            Err(mistyped(node, parameter, parameter.kind).help("write it in brackets: `[...]`"))
        }
        (_, Some(_)) => Err(mistyped(node, parameter, parameter.kind)),
        (_, None) => scalar_value(node, parameter, parameter.kind),
    }
}

fn scalar_value(node: &Node, parameter: &Parameter, kind: Kind) -> Result<Value, Diagnostic> {
    let Content::Scalar(scalar) = &node.content else {
        return Err(mistyped(node, parameter, kind));
    };
    let value = match (kind, scalar) {
        (Kind::Real(range), Scalar::Real(value)) => {
            return real(*value, range).ok_or_else(|| out_of_range(node, parameter, kind, scalar));
        }
        (Kind::Real(range), Scalar::Integer(value)) => {
            return real(*value as f64, range)
                .ok_or_else(|| out_of_range(node, parameter, kind, scalar));
        }
        (Kind::Integer { min, max }, scalar) => {
            let Some(value) = whole(scalar) else {
                return Err(mistyped(node, parameter, kind));
            };
            if value < min.max(-MAX_INTEGER) || value > max.min(MAX_INTEGER) {
                return Err(out_of_range(node, parameter, kind, scalar));
            }
            Value::Integer(value)
        }
        (Kind::Choice(names), Scalar::Text(text)) => {
            if !names.contains(&text.as_str()) {
                return Err(unknown_choice(node, parameter, text, kind));
            }
            Value::Text(text.clone())
        }
        (Kind::Name(names), Scalar::Text(text)) => {
            if !names.contains(text) {
                return Err(unknown_choice(node, parameter, text, kind));
            }
            Value::Text(text.clone())
        }
        (Kind::Text, Scalar::Text(text)) => Value::Text(text.clone()),
        (Kind::Boolean, Scalar::Boolean(value)) => Value::Boolean(*value),
        _ => return Err(mistyped(node, parameter, kind)),
    };
    Ok(value)
}

/// The number as a value, if it is finite and in range; `-0` becomes `0`.
fn real(value: f64, range: Range) -> Option<Value> {
    (value.is_finite() && range.contains(value)).then_some(Value::Real(value + 0.0))
}

/// The integer that a scalar stands for, if it does.
fn whole(scalar: &Scalar) -> Option<i64> {
    match *scalar {
        Scalar::Integer(value) => Some(value),
        Scalar::Real(value) if value.fract() == 0.0 && value.abs() <= MAX_INTEGER as f64 => {
            Some(value as i64)
        }
        _ => None,
    }
}

/// The value of a node without a declaration: for comparisons and for columns of results.
#[must_use]
pub fn untyped(node: &Node) -> Option<Value> {
    match &node.content {
        Content::Scalar(Scalar::Boolean(value)) => Some(Value::Boolean(*value)),
        Content::Scalar(Scalar::Integer(value)) => Some(Value::Integer(*value)),
        Content::Scalar(Scalar::Real(value)) => Some(Value::Real(*value)),
        Content::Scalar(Scalar::Text(text)) => Some(Value::Text(text.clone())),
        Content::Sequence(items) => {
            items.iter().map(untyped).collect::<Option<_>>().map(Value::List)
        }
        Content::Scalar(Scalar::Null) | Content::Mapping(_) => None,
    }
}

/// Whether two values are the same, an integer and a real by their number.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Real(_), _) | (_, Value::Real(_)) => {
            a.as_real().is_some_and(|a| b.as_real() == Some(a))
        }
        _ => a == b,
    }
}

/// A node as a message names it.
#[must_use]
pub fn described(node: &Node) -> String {
    match &node.content {
        Content::Scalar(scalar) => scalar.to_string(),
        Content::Sequence(_) => "a list".to_owned(),
        Content::Mapping(_) => "a mapping".to_owned(),
    }
}

/// The values that a kind accepts, as a message names them: `a number greater than 0`.
#[must_use]
pub fn accepted(kind: Kind) -> String {
    match kind {
        Kind::Real(Range { low: f64::NEG_INFINITY, high: f64::INFINITY, .. }) => "a number".into(),
        Kind::Real(range) => format!("a number {}", range_text(range)),
        Kind::Integer { min, max } => match (min > -MAX_INTEGER, max < MAX_INTEGER) {
            (true, true) => format!("an integer from {min} to {max}"),
            (true, false) => format!("an integer of at least {min}"),
            (false, true) => format!("an integer of at most {max}"),
            (false, false) => "an integer".into(),
        },
        Kind::Choice(names) => format!("one of {}", listed(names)),
        Kind::Name(names) => accepted_names(names),
        Kind::Text => "text".into(),
        Kind::Boolean => "`true` or `false`".into(),
        Kind::Reals(range) => format!("a list of numbers, each {}", range_text(range)),
        Kind::Vectors(range) => format!("a list of lists of numbers, each {}", range_text(range)),
        Kind::Integers { min, max } => {
            format!("a list, each item {}", accepted(Kind::Integer { min, max }))
        }
        Kind::Choices(names) => format!("a list, each item {}", accepted(Kind::Choice(names))),
        Kind::Names(names) => format!("a list, each item {}", accepted(Kind::Name(names))),
        Kind::Texts => "a list of texts".into(),
    }
}

/// The names, and of each family the first.
fn accepted_names(names: Names) -> String {
    let mut all = vec![listed(&names.finite())];
    all.extend(names.families.iter().map(|family| format!("`{family}_0`, ...")));
    if let (false, Some(first)) = (names.prefix.is_empty(), names.fixed.first()) {
        all.push(format!("`{}{first}`, ...", names.prefix));
    }
    format!("one of {}", all.join(", "))
}

fn range_text(range: Range) -> String {
    let Range { low, high, low_included, high_included } = range;
    match (low.is_finite(), high.is_finite()) {
        (false, false) => "finite".to_owned(),
        (true, false) if low_included => format!("of at least {}", readable(low)),
        (true, false) => format!("greater than {}", readable(low)),
        (false, true) if high_included => format!("of at most {}", readable(high)),
        (false, true) => format!("less than {}", readable(high)),
        (true, true) => {
            let open = if low_included { '[' } else { '(' };
            let close = if high_included { ']' } else { ')' };
            format!("in {open}{}, {}{close}", readable(low), readable(high))
        }
    }
}

fn mistyped(node: &Node, parameter: &Parameter, kind: Kind) -> Diagnostic {
    let name = parameter.name;
    if node.content == Content::Scalar(Scalar::Null) {
        return Diagnostic::new(node.span, format!("`{name}` has no value"))
            .label(format!("expected {}", accepted(kind)));
    }
    let message = format!("`{name}` cannot be {}", described(node));
    let help = match (&node.content, kind) {
        (Content::Scalar(Scalar::Text(text)), Kind::Real(_) | Kind::Integer { .. }) => {
            number_help(text)
        }
        (Content::Scalar(Scalar::Text(text)), Kind::Boolean) => match text.as_str() {
            "yes" | "Yes" | "on" | "On" => Some("write `true`".to_owned()),
            "no" | "No" | "off" | "Off" => Some("write `false`".to_owned()),
            _ => None,
        },
        (Content::Scalar(_), Kind::Text) => Some("quote it to make it text".to_owned()),
        (Content::Sequence(_) | Content::Mapping(_), _) => {
            Some("several values go under `matrix`, as an axis of the grid".to_owned())
        }
        _ => None,
    };
    Diagnostic::new(node.span, message)
        .label(format!("expected {}", accepted(kind)))
        .help(help.unwrap_or_else(|| explained(parameter)))
}

/// Why text that looks like a number is none.
fn number_help(text: &str) -> Option<String> {
    if Scalar::from_plain(text).is_number() {
        return Some("in quotes a number is text: remove them".to_owned());
    }
    let compact: String = text.chars().filter(|letter| !"_, '".contains(*letter)).collect();
    let separated = compact.len() < text.len() && Scalar::from_plain(&compact).is_number();
    separated.then(|| format!("numbers have no separators: write `{compact}`"))
}

fn out_of_range(node: &Node, parameter: &Parameter, kind: Kind, scalar: &Scalar) -> Diagnostic {
    let number = match scalar {
        Scalar::Integer(value) => value.to_string(),
        Scalar::Real(value) => readable(*value),
        other => other.to_string(),
    };
    let message = format!("`{}` is {number}, which is out of range", parameter.name);
    Diagnostic::new(node.span, message)
        .label(format!("expected {}", accepted(kind)))
        .help(explained(parameter))
}

/// A name that is none of those of `kind`.
fn unknown_choice(node: &Node, parameter: &Parameter, text: &str, kind: Kind) -> Diagnostic {
    let candidates = match kind {
        Kind::Choice(names) => names.iter().map(|&name| name.to_owned()).collect(),
        Kind::Name(names) => names.candidates(text),
        _ => Vec::new(),
    };
    let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
    let help = closest(text, &candidates).map(|name| format!("did you mean `{name}`?"));
    let message = format!("`{text}` is not a value of `{}`", parameter.name);
    Diagnostic::new(node.span, message)
        .label(format!("expected {}", accepted(kind)))
        .help(help.unwrap_or_else(|| explained(parameter)))
}

/// The parameter's documentation, as a remedy of last resort.
fn explained(parameter: &Parameter) -> String {
    let unit =
        if parameter.unit.is_empty() { String::new() } else { format!(" [{}]", parameter.unit) };
    let doc = parameter.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}{unit}: {doc}", parameter.name)
}
