//! Mappings that select a part of the program by a key and set its parameters: data sets,
//! analyses, panels.

use std::collections::BTreeMap;
use std::sync::Arc;

use maruyama_dynamics::parameter::{Parameter, Parameters, Part, Value};

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, entries, unknown_key};
use crate::manifest::name;
use crate::manifest::span::{Located, Span};
use crate::manifest::suggest::{advice, closest};
use crate::manifest::tree::{Entry, Node};
use crate::manifest::types::DataSet;
use crate::manifest::value::typed;
use crate::manifest::vocabulary::{SOURCE, Vocabulary, defaults, is_required, names};

/// A selected part with its parameters.
pub struct Chosen<'a> {
    /// The part.
    pub part: &'a Part,
    /// Its parameters, defaults filled in; incomplete only if something was reported.
    pub parameters: Parameters,
    /// Where each given parameter is given.
    pub origins: BTreeMap<String, Span>,
}

/// Reads the discriminator `key` and, from the entries of `fields` that nobody asked for and then
/// from `settings`, which override them, the parameters of the part that it selects.
pub fn choose<'a>(
    mut fields: Fields<'_>,
    key: &'static str,
    parts: &'a [Part],
    settings: &[Entry],
    faults: &mut Faults,
) -> Option<Chosen<'a>> {
    let selected = fields.required_text(key, faults);
    fields.report_missing(faults);
    let selected = selected?;
    let part = find(&selected, key, parts, faults)?;
    let mut chosen =
        Chosen { part, parameters: defaults(part.parameters), origins: BTreeMap::new() };
    let mut missing: Vec<&Parameter> =
        part.parameters.iter().filter(|one| is_required(one)).collect();
    for entry in fields.rest().chain(settings) {
        let Some(parameter) = part.parameters.iter().find(|one| one.name == entry.key.value) else {
            let own: Vec<&str> = part.parameters.iter().map(|one| one.name).collect();
            let meant = closest(&entry.key.value, &own);
            missing.retain(|one| Some(one.name) != meant);
            faults.push(foreign_key(&entry.key, &fields, key, part, parts));
            continue;
        };
        missing.retain(|one| one.name != parameter.name);
        chosen.origins.insert(parameter.name.to_owned(), entry.value.span);
        match typed(&entry.value, parameter) {
            Ok(value) => {
                chosen.parameters.insert(parameter.name.to_owned(), value);
            }
            Err(fault) => faults.push(fault),
        }
    }
    for parameter in missing {
        let message = format!("{key} `{}` lacks `{}`", part.name, parameter.name);
        let fault = Diagnostic::new(selected.span, message);
        faults.push(fault.label(format!("`{}` is required", parameter.name)).help(parameter.doc));
    }
    Some(chosen)
}

/// The part that `selected` names; reports an unknown name.
pub fn find<'a>(
    selected: &Located<String>,
    key: &str,
    parts: &'a [Part],
    faults: &mut Faults,
) -> Option<&'a Part> {
    let found = parts.iter().find(|part| part.name == selected.value);
    if found.is_none() {
        let message = format!("there is no {key} `{}`", selected.value);
        let help = advice(&selected.value, &names(parts), &format!("values of `{key}`"));
        faults.push(Diagnostic::new(selected.span, message).label("unknown name").help(help));
    }
    found
}

/// A key that the selected part does not have, though another may.
fn foreign_key(
    key: &Located<String>,
    fields: &Fields<'_>,
    discriminator: &str,
    part: &Part,
    parts: &[Part],
) -> Diagnostic {
    let takes = |other: &&Part| other.parameters.iter().any(|one| one.name == key.value);
    if let Some(owner) = parts.iter().find(takes) {
        let message = format!("`{}` belongs to {discriminator} {}", key.value, owner.name);
        return Diagnostic::new(key.span, message)
            .label(format!("this {discriminator} is {}", part.name));
    }
    let own = part.parameters.iter().map(|one| one.name);
    let known: Vec<&str> = fields.asked().iter().copied().chain(own).collect();
    unknown_key(key, &format!("{discriminator} `{}`", part.name), &known)
}

/// The data sets of a manifest by name; `None` for one that is wrong and was reported.
pub type DataSets = BTreeMap<String, Option<Arc<DataSet>>>;

/// Reads the section `data`.
pub fn data_sets(
    node: Option<&Node>,
    vocabulary: &Vocabulary<'_>,
    faults: &mut Faults,
) -> DataSets {
    let Some(node) = node else { return DataSets::new() };
    let read = entries(node, "`data`", faults)
        .iter()
        .map(|entry| (entry.key.value.clone(), data_set(entry, vocabulary, faults).map(Arc::new)));
    read.collect()
}

fn data_set(entry: &Entry, vocabulary: &Vocabulary<'_>, faults: &mut Faults) -> Option<DataSet> {
    let known = faults.len();
    name::check(&entry.key, "a data set", faults);
    let what = format!("data set `{}`", entry.key.value);
    let fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let mut chosen = choose(fields, SOURCE, vocabulary.data_sources, &[], faults)?;
    if faults.len() > known {
        return None;
    }
    chosen.parameters.insert(SOURCE.to_owned(), Value::Text(chosen.part.name.to_owned()));
    let data = DataSet { name: entry.key.value.clone(), parameters: chosen.parameters };
    for violation in (vocabulary.check_data)(&data) {
        let span = chosen.origins.get(violation.parameter).copied().unwrap_or(entry.key.span);
        let fault = Diagnostic::new(span, violation.message);
        faults.push(fault.label(format!("in data set `{}`", data.name)).help(violation.remedy));
    }
    (faults.len() == known).then_some(data)
}
