//! The section `analyse`: estimators applied to sweeps.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::fields::{Faults, Fields, items, text};
use crate::manifest::name;
use crate::manifest::output::Known;
use crate::manifest::part::choose;
use crate::manifest::span::Located;
use crate::manifest::suggest::advice;
use crate::manifest::tree::{Entry, Node};
use crate::manifest::types::{Adjust, Against, Analysis};
use crate::manifest::vocabulary::{ESTIMATE, Vocabulary};

const ADJUST: [(&str, Adjust); 3] = [
    ("holm", Adjust::Holm),
    ("benjamini_hochberg", Adjust::BenjaminiHochberg),
    ("benjamini_yekutieli", Adjust::BenjaminiYekutieli),
];

/// One analysis, with the settings that the profile makes on it.
pub fn analysis(
    entry: &Entry,
    settings: &[Entry],
    vocabulary: &Vocabulary<'_>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Option<Analysis> {
    name::check(&entry.key, "an analysis", faults);
    let what = format!("analysis `{}`", entry.key.value);
    let mut fields = Fields::open(&entry.value, entry.key.span, &what, faults);
    let of = fields.required_text("of", faults).and_then(|of| sweep(of, known, faults));
    let against = against(&mut fields, known, faults);
    let adjust_span = fields.peek("adjust").map(|node| node.span);
    let adjust = fields.one_of("adjust", &ADJUST, faults);
    let chosen = choose(fields, ESTIMATE, vocabulary.estimators, settings, faults)?;
    Some(Analysis {
        name: entry.key.value.clone(),
        estimate: chosen.part.name.to_owned(),
        of: of?.value,
        against,
        adjust: adjust.zip(adjust_span).map(|(value, span)| Located { value, span }),
        parameters: chosen.parameters,
        origins: chosen.origins,
        span: entry.key.span,
    })
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
