//! Named, documented and range-checked parameters: the vocabulary that a manifest is written in.
//!
//! Every part of the project (data source, problem, model, observable, estimator, plot) declares
//! its parameters as a constant list of [`Parameter`].
//! From that list come the checks with their messages, the JSON Schema, the defaults that complete
//! a cell, and the generated documentation; no parameter is named twice.

use std::fmt;

mod names;
mod range;
mod set;

pub use crate::parameter::names::{Names, member};
pub use crate::parameter::range::Range;
pub use crate::parameter::set::Parameters;

/// A resolved parameter value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A finite real number.
    Real(f64),
    /// An integer; at most 2⁵³ in magnitude, so that every JSON reader sees the same number.
    Integer(i64),
    /// A name or free text.
    Text(String),
    /// A truth value.
    Boolean(bool),
    /// A list, for parameters that hold several values at once.
    List(Vec<Value>),
}

impl Value {
    /// The value as a real number, if it is one (an integer counts as one).
    #[must_use]
    pub fn as_real(&self) -> Option<f64> {
        match *self {
            Value::Real(value) => Some(value),
            #[expect(clippy::cast_precision_loss, reason = "integers are bounded by 2^53")]
            Value::Integer(value) => Some(value as f64),
            _ => None,
        }
    }

    /// The value as an integer, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match *self {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The value as text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The value as a list, if it is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(values) => Some(values),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Real(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Text(value) => write!(f, "{value}"),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::List(values) => {
                write!(f, "[")?;
                for (idx, value) in values.iter().enumerate() {
                    if idx > 0 {
                        write!(f, ", ")?;
                    }
                    write!(f, "{value}")?;
                }
                write!(f, "]")
            }
        }
    }
}

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A real number in a range.
    Real(Range),
    /// An integer with inclusive bounds.
    Integer {
        /// Smallest accepted value.
        min: i64,
        /// Largest accepted value.
        max: i64,
    },
    /// One of a fixed list of names.
    Choice(&'static [&'static str]),
    /// Free text: a title, a file path, a column name.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A list of reals in a range.
    Reals(Range),
    /// A list of lists of reals in a range.
    Vectors(Range),
    /// A list of integers with inclusive bounds.
    Integers {
        /// Smallest accepted value.
        min: i64,
        /// Largest accepted value.
        max: i64,
    },
    /// A list of names out of a fixed list.
    Choices(&'static [&'static str]),
    /// A name of a set that is open at its end.
    Name(Names),
    /// A list of such names.
    Names(Names),
    /// A list of texts.
    Texts,
}

/// The value that a parameter takes when a manifest does not give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// The manifest must give it.
    Required,
    /// The parameter may be absent, and is then absent from the resolved cell too.
    Absent,
    /// A real number.
    Real(f64),
    /// An integer.
    Integer(i64),
    /// A name or text.
    Text(&'static str),
    /// A truth value.
    Boolean(bool),
    /// A list of names.
    Texts(&'static [&'static str]),
    /// A list of reals.
    Reals(&'static [f64]),
    /// A name that depends on the problem.
    TextByProblem(ByProblem),
    /// A list of one such name.
    TextsByProblem(ByProblem),
}

/// A default that depends on the problem of the cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByProblem {
    /// For every problem that `others` does not name.
    pub usual: &'static str,
    /// Names of problems, each with what is the default there.
    pub others: &'static [(&'static str, &'static str)],
}

impl ByProblem {
    /// The default for cells of the problem called `problem`.
    #[must_use]
    pub fn of(&self, problem: &str) -> &'static str {
        let other = self.others.iter().find(|(name, _)| *name == problem);
        other.map_or(self.usual, |(_, value)| value)
    }
}

impl Default {
    /// The default as a value, if there is one; the usual one, if it depends on the problem.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        self.value_for("")
    }

    /// The default as a value for cells of the problem called `problem`, if there is one.
    #[must_use]
    pub fn value_for(&self, problem: &str) -> Option<Value> {
        match *self {
            Default::TextByProblem(names) => Some(Value::Text(names.of(problem).to_owned())),
            Default::TextsByProblem(names) => {
                Some(Value::List(vec![Value::Text(names.of(problem).to_owned())]))
            }
            Default::Required | Default::Absent => None,
            Default::Real(value) => Some(Value::Real(value)),
            Default::Integer(value) => Some(Value::Integer(value)),
            Default::Text(value) => Some(Value::Text(value.to_owned())),
            Default::Boolean(value) => Some(Value::Boolean(value)),
            Default::Texts(values) => {
                Some(Value::List(values.iter().map(|&text| Value::Text(text.to_owned())).collect()))
            }
            Default::Reals(values) => {
                Some(Value::List(values.iter().map(|&value| Value::Real(value)).collect()))
            }
        }
    }
}

/// One parameter that a manifest may set.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Key in the manifest, in `snake_case`.
    pub name: &'static str,
    /// One or two sentences: meaning, symbol in the paper.
    pub doc: &'static str,
    /// Unit, or `""` if the parameter is dimensionless or not a quantity.
    pub unit: &'static str,
    /// Accepted values.
    pub kind: Kind,
    /// Value when absent.
    pub default: Default,
}

/// A documented part that a manifest selects by name: a data source, a model, an estimator.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Name in the manifest.
    pub name: &'static str,
    /// What it is, in a sentence that stands alone, then details.
    pub doc: &'static str,
    /// Its parameters, in the order of the documentation.
    pub parameters: &'static [Parameter],
    /// The source file that computes it, as `file!()` gives it: root of its code fingerprint.
    pub source: &'static str,
}

/// A combination of values that is invalid although each value is in its own range.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The parameter to point at.
    pub parameter: &'static str,
    /// What is wrong, with the numbers: a lower-case fragment.
    pub message: String,
    /// What to do about it: a lower-case fragment.
    pub remedy: String,
}

/// The defaults of `parameters`, for those that have one.
#[must_use]
pub fn defaults(parameters: &[Parameter]) -> Parameters {
    let value = |parameter: &Parameter| Some((parameter.name, parameter.default.value()?));
    parameters.iter().filter_map(value).collect()
}

/// Typed look-ups in parameters that a check against the part's declaration has already passed.
pub trait Lookup {
    /// The real parameter `name`.
    ///
    /// # Panics
    /// If it is absent or not a number: the declaration and its use then disagree, a bug.
    fn real(&self, name: &str) -> f64;
    /// The non-negative integer parameter `name`.
    ///
    /// # Panics
    /// If it is absent, negative or not an integer.
    fn count(&self, name: &str) -> u64;
    /// The text parameter `name`.
    ///
    /// # Panics
    /// If it is absent or not text.
    fn text(&self, name: &str) -> &str;
}

impl Lookup for Parameters {
    fn real(&self, name: &str) -> f64 {
        self.get(name)
            .and_then(Value::as_real)
            .unwrap_or_else(|| panic!("parameter `{name}` is declared as a number"))
    }

    fn count(&self, name: &str) -> u64 {
        self.get(name)
            .and_then(Value::as_integer)
            .and_then(|value| u64::try_from(value).ok())
            .unwrap_or_else(|| panic!("parameter `{name}` is declared as a count"))
    }

    fn text(&self, name: &str) -> &str {
        self.get(name)
            .and_then(Value::as_text)
            .unwrap_or_else(|| panic!("parameter `{name}` is declared as text"))
    }
}
