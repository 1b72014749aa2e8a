//! What can be wrong with a comparison of two sweeps and with the adjustment of p-values.

use crate::analyse::{self, Unpaired};
use crate::check::find_sweep;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::suggest::{closest, listed};
use crate::manifest::types::{Against, Analysis, Cell, Manifest, Sweep};
use crate::manifest::vocabulary::DATA;

/// Every mistake in `against`, `pair` and `adjust` of `analysis`.
pub(crate) fn check(manifest: &Manifest, analysis: &Analysis, mistakes: &mut Vec<Diagnostic>) {
    let estimator = analyse::estimator(&analysis.estimate);
    let name = &analysis.estimate;
    if let Some(adjust) = &analysis.adjust
        && estimator.p_column(&analysis.parameters).is_none()
    {
        let message = format!("estimator `{name}` gives no p-values to adjust");
        mistakes.push(Diagnostic::new(adjust.span, message).help("leave `adjust` out"));
    }
    match (estimator.compares(), &analysis.against) {
        (false, None) => {}
        (true, None) => mistakes.push(without_against(manifest, analysis)),
        (false, Some(against)) => {
            let message = format!("estimator `{name}` does not compare simulations");
            let help = format!("leave `against` out; what compares is {}", comparing());
            mistakes.push(Diagnostic::new(against.sweep.span, message).help(help));
        }
        (true, Some(against)) if against.sweep.value == analysis.of => {
            let message = format!("sweep `{}` is compared with itself", analysis.of);
            let help = "name another sweep: a cell is compared with one of that";
            mistakes.push(Diagnostic::new(against.sweep.span, message).help(help));
        }
        (true, Some(against)) => {
            let of = find_sweep(manifest, &analysis.of);
            let there = find_sweep(manifest, &against.sweep.value);
            if let Some((of, there)) = of.zip(there) {
                check_pairs(of, there, against, mistakes);
            }
        }
    }
}

/// The names of the estimators that compare.
fn comparing() -> String {
    let compares = analyse::ESTIMATORS.iter().filter(|estimator| estimator.compares());
    let names: Vec<String> = compares.map(|one| format!("`{}`", one.part().name)).collect();
    names.join(" and ")
}

fn without_against(manifest: &Manifest, analysis: &Analysis) -> Diagnostic {
    let message =
        format!("analysis `{}` compares two simulations, and one is named", analysis.name);
    let others: Vec<&str> = manifest
        .sweeps
        .iter()
        .map(|sweep| sweep.name.as_str())
        .filter(|name| *name != analysis.of)
        .collect();
    let help = match others.as_slice() {
        [] => "add the sweep to compare with to `simulate`, and name it: `against: ...`".to_owned(),
        names => format!("name the sweep to compare with, `against: ...`: {}", listed(names)),
    };
    Diagnostic::new(analysis.span, message).label("`against` is required").help(help)
}

fn check_pairs(of: &Sweep, there: &Sweep, against: &Against, mistakes: &mut Vec<Diagnostic>) {
    let known = mistakes.len();
    for name in against.pair.iter().flatten() {
        for sweep in [of, there] {
            let has = |cell: &Cell| match name.value.as_str() {
                DATA => cell.data.is_some(),
                name => cell.parameters.contains_key(name),
            };
            if let Some(cell) = sweep.cells.iter().find(|cell| !has(cell)) {
                let keys: Vec<&str> = cell.parameters.keys().collect();
                let message =
                    format!("cells of sweep `{}` have no parameter `{}`", sweep.name, name.value);
                let meant = closest(&name.value, &keys);
                let help = meant.map(|meant| format!("did you mean `{meant}`?"));
                mistakes.push(Diagnostic::new(name.span, message).help(help.unwrap_or_default()));
                break;
            }
        }
    }
    if mistakes.len() == known
        && let Err(unpaired) = analyse::pair(of, there, against)
    {
        mistakes.push(unpaired_cell(of, there, against, &unpaired));
    }
}

fn unpaired_cell(of: &Sweep, there: &Sweep, against: &Against, unpaired: &Unpaired) -> Diagnostic {
    let cell = &of.cells[unpaired.cell];
    let subject = match cell.label() {
        none if none.is_empty() => format!("the cell of sweep `{}`", of.name),
        label => format!("cell {label} of sweep `{}`", of.name),
    };
    let pairs = unpaired.values.iter().map(|(name, value)| format!("{name}={value}"));
    let values = pairs.collect::<Vec<_>>().join(", ");
    let names: Vec<&str> = unpaired.values.iter().map(|(name, _)| name.as_str()).collect();
    let (message, label, help) = if unpaired.n_candidates == 0 {
        (
            format!("{subject} has no counterpart in sweep `{}`", there.name),
            format!("no cell has {values}"),
            format!(
                "give both sweeps the same values of {}, or say which parameters pair cells: `pair: [...]`",
                listed(&names)
            ),
        )
    } else {
        let n = unpaired.n_candidates;
        let label = if values.is_empty() {
            format!("{n} cells, told apart by nothing that `{}` varies", of.name)
        } else {
            format!("{n} cells have {values}")
        };
        let only_there: Vec<&str> = unpaired.only_there.iter().map(String::as_str).collect();
        let by = [names.as_slice(), only_there.as_slice()].concat().join(", ");
        let help = format!(
            "vary {0} in `{1}` too, or fix it in `{2}`, or pair cells by its value: `pair: [{by}]`",
            listed(&only_there),
            of.name,
            there.name
        );
        (format!("{subject} has {n} counterparts in sweep `{}`", there.name), label, help)
    };
    Diagnostic::new(against.sweep.span, message)
        .label(label)
        .help(help)
        .related(cell.span, "each cell of this needs one counterpart")
}
