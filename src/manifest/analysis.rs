//! The section `analyse`: estimators applied to sweeps.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, items, text};
use crate::manifest::name;
use crate::manifest::output::Known;
use crate::manifest::part::{Chosen, choose};
use crate::manifest::span::Located;
use crate::manifest::suggest::advice;
use crate::manifest::tree::{Entry, Node};
use crate::manifest::types::{Adjust, Against, Analysis, Sweep};
use crate::manifest::vocabulary::{ESTIMATE, PROBLEM, Vocabulary, defaults_for};

const ADJUST: [(&str, Adjust); 3] = [
    ("holm", Adjust::Holm),
    ("benjamini_hochberg", Adjust::BenjaminiHochberg),
    ("benjamini_yekutieli", Adjust::BenjaminiYekutieli),
];

/// One analysis of one of the `sweeps`, with the settings that the profile makes on it.
pub fn analysis(
    entry: &Entry,
    settings: &[Entry],
    vocabulary: &Vocabulary<'_>,
    (known, sweeps): (&Known<'_>, &[Sweep]),
    faults: &mut Faults,
) -> Option<Analysis> {
    name::check(&entry.key, "an analysis", faults);
    let what = format!("analysis `{}`", entry.key.value);
    let mut fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let of = fields.required_text("of", faults).and_then(|of| sweep(of, known, faults));
    let against = against(&mut fields, known, faults);
    let adjust_span = fields.peek("adjust").map(|node| node.span);
    let adjust = fields.one_of("adjust", &ADJUST, faults);
    let mut chosen = choose(fields, ESTIMATE, vocabulary.estimators, settings, faults)?;
    let of = of?.value;
    follow_problem(&mut chosen, sweeps.iter().find(|sweep| sweep.name == of));
    Some(Analysis {
        name: entry.key.value.clone(),
        estimate: chosen.part.name.to_owned(),
        of,
        against,
        adjust: adjust.zip(adjust_span).map(|(value, span)| Located { value, span }),
        parameters: chosen.parameters,
        origins: chosen.origins,
        span: entry.key.span,
    })
}

/// Gives parameters that the manifest does not set the defaults for the problem of the first cell.
fn follow_problem(chosen: &mut Chosen<'_>, sweep: Option<&Sweep>) {
    let cell = sweep.and_then(|sweep| sweep.cells.first());
    let Some(problem) = cell.and_then(|cell| cell.parameters.get(PROBLEM)?.as_text()) else {
        return;
    };
    for (name, value) in &defaults_for(problem, chosen.part.parameters) {
        if !chosen.origins.contains_key(name) {
            chosen.parameters.insert(name, value.clone());
        }
    }
}

/// The sweep that `given` names.
fn sweep(
    given: Located<String>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<Located<String>> {
    if !known.sweeps.contains(&given.value.as_str()) {
        let message = format!("there is no sweep `{}`", given.value);
        let help = advice(&given.value, &known.sweeps, "sweeps");
        faults.push(Diagnostic::new(given.span, message).label("unknown name").help(help));
        return None;
    }
    Some(given)
}

/// The other side of a comparison: the sweep under `against` and the names under `pair`.
fn against(fields: &mut Fields<'_>, known: &Known<'_>, faults: &mut Faults) -> Option<Against> {
    let given = fields.text("against", faults);
    let pair = fields.take("pair");
    if let (None, Some(node)) = (&given, pair) {
        let fault = Diagnostic::new(node.span, "`pair` stands without `against`");
        faults.push(fault.help("name the sweep that cells are paired with: `against: ...`"));
    }
    let names = |node: &Node| {
        let nodes = items(node, "`pair`", faults);
        nodes.iter().filter_map(|node| text(node, "pair", faults)).collect()
    };
    let pair = pair.map(names);
    Some(Against { sweep: sweep(given?, known, faults)?, pair })
}
