//! The parts that a manifest can name, as a page of documentation.

use std::fmt::Write as _;

use maruyama_dynamics::parameter::{Default, Kind, Parameter, Part};
use maruyama_dynamics::{dataset, model, observable, problem, simulate};

use crate::analyse::ESTIMATORS;
use crate::report::PLOTS;

/// The page `docs/parts.md`.
#[must_use]
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Parts\n\nWhat a manifest can name, with every parameter. This page is what `maruyama parts` prints.\n",
    );
    page.push_str("\n## Parameters of every cell\n\n");
    table(&mut page, simulate::PARAMETERS);
    section(&mut page, "Data sources", dataset::SOURCES.iter().map(|source| source.part()));
    section(&mut page, "Problems", problem::PROBLEMS.iter().map(|problem| problem.part()));
    page.push_str("\n## Models\n");
    for kind in model::MODELS {
        part(&mut page, kind.part());
        let problems = kind.problems().iter().map(|name| format!("`{name}`"));
        let _ = writeln!(page, "\nFor {}.", problems.collect::<Vec<_>>().join(", "));
    }
    page.push_str("\n## Observables\n\n| name | meaning | for |\n| :-- | :-- | :-- |\n");
    for observable in observable::OBSERVABLES {
        let name = format!("`{}`", observable.part.name);
        observed(&mut page, &name, observable.part.doc, observable.problems);
    }
    for family in observable::FAMILIES {
        let name = format!("`{0}`, `{0}_0`, `{0}_1`, ...", family.part.name);
        observed(&mut page, &name, family.part.doc, family.problems);
    }
    section(&mut page, "Estimators", ESTIMATORS.iter().map(|estimator| estimator.part()));
    section(&mut page, "Plots", PLOTS.iter().map(|plot| plot.part()));
    page
}

/// The line of an observable.
fn observed(page: &mut String, name: &str, doc: &str, problems: &[&str]) {
    let problems = match problems {
        [] => "every problem".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    let _ = writeln!(page, "| {name} | {} | {problems} |", cell(doc));
}

fn section(page: &mut String, title: &str, parts: impl Iterator<Item = &'static Part>) {
    let _ = writeln!(page, "\n## {title}");
    parts.for_each(|one| part(page, one));
}

fn part(page: &mut String, part: &Part) {
    let _ = write!(page, "\n### `{}`\n\n{}\n", part.name, part.doc);
    if !part.parameters.is_empty() {
        page.push('\n');
        table(page, part.parameters);
    }
}

fn table(page: &mut String, parameters: &[Parameter]) {
    page.push_str("| parameter | value | default | unit | meaning |\n");
    page.push_str("| :-- | :-- | :-- | :-- | :-- |\n");
    for parameter in parameters {
        let Parameter { name, doc, unit, kind, default } = parameter;
        let (value, default) = (cell(&accepted(kind)), cell(&shown(default)));
        let _ = writeln!(page, "| `{name}` | {value} | {default} | {unit} | {} |", cell(doc));
    }
}

/// What a parameter of this kind accepts, in words.
fn accepted(kind: &Kind) -> String {
    let names = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match kind {
        Kind::Real(range) => format!("real, {range}"),
        Kind::Integer { min, max } => format!("integer, {min} to {max}"),
        Kind::Choice(choices) => names(choices),
        Kind::Name(_) => "observable".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "`true`, `false`".to_owned(),
        Kind::Reals(range) => format!("list of reals, {range}"),
        Kind::Vectors(range) => format!("list of lists of reals, {range}"),
        Kind::Integers { min, max } => format!("list of integers, {min} to {max}"),
        Kind::Choices(choices) => format!("list of {}", names(choices)),
        Kind::Names(_) => "list of observables".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
    }
}

fn shown(default: &Default) -> String {
    match default {
        Default::Required => "required".to_owned(),
        Default::Absent => "none".to_owned(),
        default => default.value().map(|value| format!("`{value}`")).unwrap_or_default(),
    }
}

/// Text inside a table: a bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
