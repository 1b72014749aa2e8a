//! What a cell of a given problem and model takes, prepared for the keys of one grid.

use std::collections::{BTreeMap, BTreeSet};

use maruyama_dynamics::parameter::{Parameter, Parameters, Part, Value};

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::Faults;
use crate::manifest::grid::{Given, Grid, Setting};
use crate::manifest::span::Span;
use crate::manifest::value::typed;
use crate::manifest::vocabulary::{MODEL, PROBLEM, Vocabulary, defaults_for, is_required};

/// Identity of a value among the values of its key; equal values have equal identities.
pub type ValueId = u32;

/// Identity of no value.
pub const NONE: ValueId = ValueId::MAX;

/// What a setting comes to in a scheme.
#[derive(Clone)]
enum Checked {
    NotYet,
    Wrong,
    Right(Value, ValueId),
}

/// The parameters of the cells with one problem and one model.
pub struct Scheme<'a> {
    vocabulary: &'a Vocabulary<'a>,
    problem: &'a Part,
    model: &'a Part,
    /// Every default, and the discriminators.
    pub defaults: Parameters,
    /// For each key of the grid its declaration, if the scheme has it.
    pub declared: Vec<Option<&'a Parameter>>,
    /// For each key of the grid the identity of its default.
    pub default_ids: Vec<ValueId>,
    /// Parameters that must be given, with the index of their key if the grid has it.
    pub required: Vec<(&'a Parameter, Option<usize>)>,
    /// For each setting of the grid what it comes to, once it has been checked.
    checked: Vec<Checked>,
}

impl<'a> Scheme<'a> {
    /// The scheme of `problem` and `model` for the keys of `grid`.
    pub fn new(
        (problem, model): (&'a Part, &'a Part),
        vocabulary: &'a Vocabulary<'a>,
        grid: &Grid,
        ids: &mut Interner,
    ) -> Scheme<'a> {
        let parameters = vocabulary.of_cell(problem, model);
        let mut defaults = defaults_for(problem.name, parameters.iter().copied());
        defaults.insert(PROBLEM.to_owned(), Value::Text(problem.name.to_owned()));
        defaults.insert(MODEL.to_owned(), Value::Text(model.name.to_owned()));
        let declared = |key: &String| parameters.iter().copied().find(|one| one.name == key);
        let default_id = |(idx, key): (usize, &String)| {
            defaults.get(key).map_or(NONE, |value| ids.id(idx, value))
        };
        Scheme {
            vocabulary,
            problem,
            model,
            default_ids: grid.keys.iter().enumerate().map(default_id).collect(),
            declared: grid.keys.iter().map(declared).collect(),
            required: parameters
                .iter()
                .filter(|one| is_required(one))
                .map(|one| (*one, grid.keys.iter().position(|key| key == one.name)))
                .collect(),
            checked: vec![Checked::NotYet; grid.given.len()],
            defaults,
        }
    }

    /// The identity of a setting's value in this scheme, checked on first use; `None` if the value
    /// is wrong or the scheme has no such key, which is reported.
    pub fn id(
        &mut self,
        setting: Setting,
        given: &Given,
        key: &str,
        ids: &mut Interner,
        reports: &mut Reports<'_>,
    ) -> Option<ValueId> {
        match self.checked[setting as usize] {
            Checked::Right(_, id) => return Some(id),
            Checked::Wrong => return None,
            Checked::NotYet => {}
        }
        let value = match self.declared[given.key] {
            Some(parameter) => typed(&given.node, parameter),
            None => Err(self.foreign(given, key)),
        };
        let checked = &mut self.checked[setting as usize];
        match value {
            Ok(value) => {
                let id = ids.id(given.key, &value);
                *checked = Checked::Right(value, id);
                Some(id)
            }
            Err(fault) => {
                reports.add(fault);
                *checked = Checked::Wrong;
                None
            }
        }
    }

    /// The value of a setting that [`Scheme::id`] found right.
    #[must_use]
    pub fn value(&self, setting: Setting) -> Option<&Value> {
        match &self.checked[setting as usize] {
            Checked::Right(value, _) => Some(value),
            Checked::Wrong | Checked::NotYet => None,
        }
    }

    fn foreign(&self, given: &Given, key: &str) -> Diagnostic {
        let owners = self.vocabulary.owners(key).join(", ");
        let message = format!("`{key}` belongs to {owners}");
        let this = if owners.starts_with(PROBLEM) { "problem" } else { "model" };
        let name = if this == "problem" { self.problem.name } else { self.model.name };
        Diagnostic::new(given.key_span, message).label(format!("this cell's {this} is {name}")).help(
            format!("remove it, or set it where it belongs: `when: [{{ if: {{ {this}: ... }}, set: ... }}]`"),
        )
    }

    /// Who needs the parameter `name`, for a message.
    #[must_use]
    pub fn owner(&self, name: &str) -> String {
        let takes = |part: &Part| part.parameters.iter().any(|one| one.name == name);
        if takes(self.model) {
            format!("model {} needs it", self.model.name)
        } else if takes(self.problem) {
            format!("problem {} needs it", self.problem.name)
        } else {
            "every cell needs it".to_owned()
        }
    }
}

/// Numbers the distinct values of each key.
#[derive(Default)]
pub struct Interner(BTreeMap<(usize, Distinct), ValueId>);

/// What tells values apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Distinct {
    /// The bits of a real number.
    Real(u64),
    Integer(i64),
    /// The text of any other value.
    Other(String),
}

impl Interner {
    /// The identity of `value` among the values of key `key`.
    pub fn id(&mut self, key: usize, value: &Value) -> ValueId {
        let next = self.0.len() as ValueId;
        let distinct = match value {
            Value::Real(value) => Distinct::Real(value.to_bits()),
            Value::Integer(value) => Distinct::Integer(*value),
            other => Distinct::Other(format!("{other:?}")),
        };
        *self.0.entry((key, distinct)).or_insert(next)
    }
}

/// Reports each mistake once, though many cells may share it.
pub struct Reports<'f> {
    faults: &'f mut Faults,
    seen: BTreeSet<(Span, String)>,
}

impl<'f> Reports<'f> {
    /// Reports go to `faults`.
    pub fn new(faults: &'f mut Faults) -> Reports<'f> {
        Reports { faults, seen: BTreeSet::new() }
    }

    /// Adds a mistake unless it is already known.
    pub fn add(&mut self, fault: Diagnostic) {
        if self.seen.insert((fault.span, fault.message.clone())) {
            self.faults.push(fault);
        }
    }
}
