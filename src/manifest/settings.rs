//! Parameters of a part given outside a manifest, in the same language.

use maruyama_dynamics::parameter::{Parameters, Part};

use crate::manifest::diagnostic::{Diagnostic, Diagnostics};
use crate::manifest::fields::{entries, unknown_key};
use crate::manifest::tree;
use crate::manifest::value::typed;
use crate::manifest::vocabulary::{defaults, is_required};

/// The parameters of `part` that `text`, a YAML mapping, gives; defaults filled in.
///
/// # Errors
/// Every mistake, with its place in `text`, which is called `name`.
pub fn settings(part: &Part, name: &str, text: &str) -> Result<Parameters, Diagnostics> {
    let mut parameters = defaults(part.parameters);
    let report = |list| Diagnostics::new(name, text, list);
    let mut faults = Vec::new();
    if !text.trim().is_empty() {
        let (root, duplicates) = tree::parse(text).map_err(|error| report(vec![error]))?;
        faults = duplicates;
        for entry in entries(&root, "the settings", &mut faults) {
            let known: Vec<&str> = part.parameters.iter().map(|one| one.name).collect();
            let found = part.parameters.iter().find(|one| one.name == entry.key.value);
            match found.map(|parameter| (parameter, typed(&entry.value, parameter))) {
                None => faults.push(unknown_key(&entry.key, part.name, &known)),
                Some((_, Err(fault))) => faults.push(fault),
                Some((parameter, Ok(value))) => {
                    parameters.insert(parameter.name.to_owned(), value);
                }
            }
        }
    }
    let is_missing = |name: &str| !parameters.contains_key(name);
    for missing in part.parameters.iter().filter(|one| is_required(one) && is_missing(one.name)) {
        let message = format!("{} lacks `{}`", part.name, missing.name);
        faults.push(
            Diagnostic::new(crate::manifest::span::Span::default(), message).help(missing.doc),
        );
    }
    if faults.is_empty() { Ok(parameters) } else { Err(report(faults)) }
}
