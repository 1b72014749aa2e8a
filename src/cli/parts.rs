//! The parts that a manifest can name, as a page of documentation.

use std::fmt::Write as _;

use maruyama_dynamics::model::ModelKind;
use maruyama_dynamics::parameter::{Default, Kind, Parameter, Part};
use maruyama_dynamics::{dataset, model, observable, problem, simulate};

use crate::analyse::{ESTIMATORS, Estimator};
use crate::error::Error;
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
        heading(&mut page, kind.part());
        page.push_str(&of_model(*kind));
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
    page.push_str("\n## Estimators\n");
    for estimator in ESTIMATORS {
        heading(&mut page, estimator.part());
        page.push_str(&of_estimator(*estimator));
    }
    section(&mut page, "Plots", PLOTS.iter().map(|plot| plot.part()));
    page
}

/// What the page says of the part called `name`, without its heading.
///
/// # Errors
/// If no part has this name.
pub(crate) fn of(name: &str) -> Result<String, Error> {
    if let Some(kind) = model::MODELS.iter().find(|kind| kind.part().name == name) {
        return Ok(of_model(*kind));
    }
    if let Some(estimator) = ESTIMATORS.iter().find(|estimator| estimator.part().name == name) {
        return Ok(of_estimator(*estimator));
    }
    let sources = dataset::SOURCES.iter().map(|source| source.part());
    let problems = problem::PROBLEMS.iter().map(|problem| problem.part());
    let plots = PLOTS.iter().map(|plot| plot.part());
    let mut others = sources.chain(problems).chain(plots);
    others.find(|part| part.name == name).map(body).ok_or_else(|| Error::NoPart(name.to_owned()))
}

fn of_model(kind: &dyn ModelKind) -> String {
    let problems: Vec<String> = kind.problems().iter().map(|name| format!("`{name}`")).collect();
    format!("{}\nFor {}.\n", body(kind.part()), problems.join(", "))
}

/// An estimator has columns besides.
fn of_estimator(estimator: &dyn Estimator) -> String {
    let mut text = body(estimator.part());
    if !estimator.columns().is_empty() {
        text.push_str("\n| column | meaning |\n| :-- | :-- |\n");
    }
    for (name, meaning) in estimator.columns() {
        let _ = writeln!(text, "| `{name}` | {} |", cell(meaning));
    }
    text
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
    for part in parts {
        heading(page, part);
        page.push_str(&body(part));
    }
}

fn heading(page: &mut String, part: &Part) {
    let _ = write!(page, "\n### `{}`\n\n", part.name);
}

/// What a part is, and its parameters.
fn body(part: &Part) -> String {
    let mut text = format!("{}\n", part.doc);
    if !part.parameters.is_empty() {
        text.push('\n');
        table(&mut text, part.parameters);
    }
    text
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
pub(crate) fn accepted(kind: &Kind) -> String {
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

/// A default in words; one that depends on the problem with those problems.
pub(crate) fn shown(default: &Default) -> String {
    let value = |problem: &str| {
        default.value_for(problem).map(|value| format!("`{value}`")).unwrap_or_default()
    };
    match default {
        Default::Required => "required".to_owned(),
        Default::Absent => "none".to_owned(),
        Default::TextByProblem(names) | Default::TextsByProblem(names) => {
            let others = names.others.iter().map(|(problem, _)| problem);
            let others = others.map(|problem| format!("; {} for `{problem}`", value(problem)));
            format!("{}{}", value(""), others.collect::<String>())
        }
        _ => value(""),
    }
}

/// Text inside a table: a bar would end the cell.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
