//! What a manifest asks of estimators and plots, checked before anything runs.
//!
//! The manifest layer knows the words; here it is known which columns an estimator gives, which
//! observables it reads and what a claim's test says.

mod comparison;

use std::collections::BTreeMap;

use maruyama_dynamics::parameter::{Lookup as _, Parameters, Value};
use maruyama_dynamics::problem;
use maruyama_dynamics::simulate::{self, MOMENTS, QUANTILES};

use crate::analyse::{self, Reads};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::span::{Located, Span};
use crate::manifest::suggest;
use crate::manifest::types::{Analysis, Cell, Filter, Manifest, Sweep};
use crate::plan::{MAX_BLOCKS, most_blocks};
use crate::report::{self, PREVIOUS, Test};

/// Every mistake in what `manifest` asks of estimators and plots.
///
/// # Arguments
/// * `n_blocks`: number of blocks of a cell
#[must_use]
pub fn check(manifest: &Manifest, n_blocks: &dyn Fn(&Cell) -> u64) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    check_sizes(manifest, n_blocks, &mut mistakes);
    check_common_noise(manifest, &mut mistakes);
    for analysis in &manifest.analyses {
        check_observables(manifest, analysis, &mut mistakes);
        check_reduced(manifest, analysis, &mut mistakes);
        check_parameters(analysis, &mut mistakes);
        comparison::check(manifest, analysis, &mut mistakes);
    }
    for reference in &manifest.references {
        let columns = Columns::of(manifest, &reference.of);
        columns.check_filter(&reference.filter, &mut mistakes);
        for (column, _) in &reference.values {
            columns.check(&column.value, column.span, &mut mistakes);
        }
    }
    for table in &manifest.tables {
        let columns = Columns::of(manifest, &table.of);
        columns.check_filter(&table.filter, &mut mistakes);
        for column in &table.columns {
            columns.check(&column.show.value, column.show.span, &mut mistakes);
        }
    }
    for panel in manifest.figures.iter().flat_map(|figure| &figure.panels) {
        let columns = Columns::of(manifest, &panel.of);
        columns.check_filter(&panel.filter, &mut mistakes);
        if let Some(facet) = &panel.facet {
            columns.check(&facet.value, facet.span, &mut mistakes);
        }
        for parameter in report::plot(&panel.plot).column_parameters() {
            let span = panel.origins.get(*parameter).copied().unwrap_or(panel.span);
            let given = panel.parameters.get(parameter);
            let list = given.and_then(Value::as_list).unwrap_or_default();
            for column in given.into_iter().chain(list).filter_map(Value::as_text) {
                columns.check(column, span, &mut mistakes);
            }
        }
    }
    for claim in &manifest.claims {
        let columns = Columns::of(manifest, &claim.of);
        columns.check_filter(&claim.filter, &mut mistakes);
        check_test(&columns, &claim.test, &mut mistakes);
        for column in &claim.evidence {
            let name = column.value.strip_prefix(PREVIOUS).unwrap_or(&column.value);
            columns.check(name, column.span, &mut mistakes);
        }
    }
    mistakes
}

fn check_test(columns: &Columns<'_>, test: &Located<String>, mistakes: &mut Vec<Diagnostic>) {
    match Test::parse(&test.value) {
        Ok(parsed) => {
            for column in parsed.columns() {
                let start = word(&test.value, column);
                let column = column.strip_prefix(PREVIOUS).unwrap_or(column);
                let start = start + test.value[start..].find(column).unwrap_or(0);
                columns.check(column, test.part(start..start + column.len()), mistakes);
            }
        }
        Err(error) => {
            let span = test.part(error.offset..test.value.len());
            let message = format!("the test cannot be read: {error}");
            mistakes.push(Diagnostic::new(span, message).help(
                "a test compares columns and numbers, for example `p_naive >= 0.05 and nu in [2, 4]`",
            ));
        }
    }
}

/// Where `name` stands in `text` as a word, not as a part of a longer name.
fn word(text: &str, name: &str) -> usize {
    let in_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let is_whole = |start: usize| {
        !text[..start].ends_with(in_name) && !text[start + name.len()..].starts_with(in_name)
    };
    text.match_indices(name).map(|(start, _)| start).find(|start| is_whole(*start)).unwrap_or(0)
}

/// Refuses sweeps whose blocks cannot be listed.
fn check_sizes(
    manifest: &Manifest,
    n_blocks: &dyn Fn(&Cell) -> u64,
    mistakes: &mut Vec<Diagnostic>,
) {
    for sweep in &manifest.sweeps {
        let bounds = sweep.cells.iter().map(|cell| most_blocks(&cell.parameters));
        if bounds.fold(0, u64::saturating_add) <= MAX_BLOCKS {
            continue;
        }
        let n_blocks = sweep.cells.iter().map(n_blocks).fold(0, u64::saturating_add);
        if n_blocks > MAX_BLOCKS && analyse::needs_samples(manifest, &sweep.name) {
            let message = format!("sweep `{}` has {n_blocks} blocks of chains", sweep.name);
            let help = format!("a sweep has at most {MAX_BLOCKS}: take fewer chains or cells");
            mistakes.push(Diagnostic::new(sweep.span, message).help(help));
        }
    }
}

/// Refuses cells that share a Brownian path whose steps are not equally long, or not in equally
/// many directions.
fn check_common_noise(manifest: &Manifest, mistakes: &mut Vec<Diagnostic>) {
    let mut paths: BTreeMap<(String, u64), (&Cell, f64, Option<usize>)> = BTreeMap::new();
    for cell in manifest.sweeps.iter().flat_map(|sweep| &sweep.cells) {
        let parameters = &cell.parameters;
        let Some(name) = parameters.get("common_noise") else { continue };
        // What forbids a single cell to share a path has been reported.
        let Some(Ok(step)) = simulate::common_step(parameters) else { continue };
        let dim = dim_without_data(parameters);
        let key = (name.to_string(), parameters.count("seed"));
        let (first, first_step, first_dim) = *paths.entry(key).or_insert((cell, step, dim));
        let is_known = dim.is_some() && first_dim.is_some();
        if step.to_bits() == first_step.to_bits() && (!is_known || dim == first_dim) {
            continue;
        }
        let message = format!(
            "cells of the common noise `{name}` differ: a step takes the time {first_step}{} there, \
             {step}{} here",
            first_dim.map_or_else(String::new, |dim| format!(" in {dim} dimensions")),
            dim.map_or_else(String::new, |dim| format!(" in {dim}")),
        );
        let help = "share a path between cells of one step size (`dt` of langevin; for `sgd`, times 2 to the power of its \
             `refinement`) and one dimension";
        let label = |cell: &Cell| match cell.label() {
            none if none.is_empty() => "this cell".to_owned(),
            label => format!("cell {label}"),
        };
        let mistake = Diagnostic::new(cell.span, message).label(label(cell)).help(help);
        mistakes.push(mistake.related(first.span, label(first)));
    }
}

/// Number of parameters of the problem of a cell; none is known before its data are read.
fn dim_without_data(parameters: &Parameters) -> Option<usize> {
    let kind = problem::problem(parameters.text("problem"));
    let needs_data = kind.is_some_and(problem::ProblemKind::needs_data);
    (!needs_data).then(|| simulate::common_dim(parameters))
}

fn check_observables(manifest: &Manifest, analysis: &Analysis, mistakes: &mut Vec<Diagnostic>) {
    let read = analyse::estimator(&analysis.estimate).observables(&analysis.parameters);
    let origin = |name| analysis.origins.get(name).copied();
    let span = origin("observable").or_else(|| origin("observables")).unwrap_or(analysis.span);
    for sweep in sweeps_of(manifest, analysis) {
        for observable in &read {
            let is_recorded = |cell: &Cell| simulate::records(&cell.parameters, observable);
            if !sweep.cells.iter().all(is_recorded) {
                let message = format!(
                    "analysis `{}` reads `{observable}`, which sweep `{}` does not record",
                    analysis.name, sweep.name
                );
                let help = format!("add it to the sweep: `observe: [{observable}]`");
                mistakes.push(Diagnostic::new(span, message).help(help));
            }
        }
    }
}

/// The sweeps whose cells `analysis` reads.
fn sweeps_of<'a>(
    manifest: &'a Manifest,
    analysis: &'a Analysis,
) -> impl Iterator<Item = &'a Sweep> {
    let against = analysis.against.iter().map(|against| &against.sweep.value);
    std::iter::once(&analysis.of).chain(against).filter_map(|name| find_sweep(manifest, name))
}

fn find_sweep<'a>(manifest: &'a Manifest, name: &str) -> Option<&'a Sweep> {
    manifest.sweeps.iter().find(|sweep| sweep.name == name)
}

/// Refuses an analysis of what a sweep does not keep.
fn check_reduced(manifest: &Manifest, analysis: &Analysis, mistakes: &mut Vec<Diagnostic>) {
    let estimator = analyse::estimator(&analysis.estimate);
    if estimator.observables(&analysis.parameters).is_empty() {
        return;
    }
    let (what, statistic) = match estimator.reads() {
        Reads::Ends | Reads::Chains => ("single chains", None),
        Reads::Moments => ("moments", Some(MOMENTS)),
        Reads::Quantiles => ("quantiles", Some(QUANTILES)),
    };
    let lacks = |cell: &&Cell| {
        let kept = |statistic| simulate::keeps(&cell.parameters, statistic);
        simulate::is_reduced(&cell.parameters) && !statistic.is_some_and(kept)
    };
    let lacking = |sweep: &'_ Sweep| sweep.cells.iter().find(lacks).cloned();
    let mut found = sweeps_of(manifest, analysis)
        .filter_map(|sweep| lacking(sweep).map(|cell| (sweep.name.clone(), cell)));
    let Some((sweep, cell)) = found.next() else { return };
    let kept: Vec<&str> = [MOMENTS, QUANTILES]
        .into_iter()
        .filter(|one| simulate::keeps(&cell.parameters, one))
        .collect();
    let message = format!(
        "analysis `{}` reads {what}, and sweep `{}` keeps {} only",
        analysis.name,
        sweep,
        kept.join(" and ")
    );
    let help = match statistic {
        None => "leave `reduce` out of the sweep, or estimate `moments` or `quantiles`".to_owned(),
        Some(statistic) => format!("add `{statistic}` to `reduce` of the sweep"),
    };
    mistakes.push(Diagnostic::new(analysis.span, message).help(help));
}

/// Combinations of an analysis' parameters that are invalid.
fn check_parameters(analysis: &Analysis, mistakes: &mut Vec<Diagnostic>) {
    let violation = analyse::estimator(&analysis.estimate).check(&analysis.parameters);
    if let Some(violation) = violation {
        let span = analysis.origins.get(violation.parameter).copied().unwrap_or(analysis.span);
        mistakes.push(Diagnostic::new(span, violation.message).help(violation.remedy));
    }
}

/// The columns that rows of an analysis can be asked for.
struct Columns<'a> {
    manifest: &'a Manifest,
    analysis: Option<&'a Analysis>,
}

impl<'a> Columns<'a> {
    fn of(manifest: &'a Manifest, analysis: &str) -> Columns<'a> {
        let analysis = manifest.analyses.iter().find(|candidate| candidate.name == analysis);
        Columns { manifest, analysis }
    }

    /// The columns of the rows themselves and of their cells.
    fn own(&self) -> Vec<String> {
        let Some(analysis) = self.analysis else { return Vec::new() };
        let mut names = columns_of(analysis);
        let sweep = self.manifest.sweeps.iter().find(|sweep| sweep.name == analysis.of);
        for cell in sweep.iter().flat_map(|sweep| &sweep.cells).take(1) {
            names.extend(cell.parameters.keys().map(str::to_owned));
        }
        names.push("data".to_owned());
        names
    }

    fn has(&self, column: &str) -> bool {
        let stripped = ["ref_", "rel_"].iter().find_map(|prefix| column.strip_prefix(prefix));
        if let Some((analysis, column)) = column.split_once('.') {
            let beside = |other: &&Analysis| {
                other.name == analysis && self.analysis.is_some_and(|own| own.of == other.of)
            };
            let other = self.manifest.analyses.iter().find(beside);
            let column = column.rsplit('.').next().unwrap_or(column);
            return other.is_some_and(|other| columns_of(other).iter().any(|own| own == column));
        }
        let own = self.own();
        let has = |column: &str| own.iter().any(|own| own == column);
        has(column) || stripped.is_some_and(has)
    }

    fn check(&self, column: &str, span: Span, mistakes: &mut Vec<Diagnostic>) {
        let Some(analysis) = self.analysis else { return };
        if self.has(column) {
            return;
        }
        let own = self.own();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let message = format!("analysis `{}` has no column `{column}`", analysis.name);
        let help = match suggest::closest(column, &own) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("its columns are {}", columns_of(analysis).join(", ")),
        };
        mistakes.push(Diagnostic::new(span, message).help(help));
    }

    fn check_filter(&self, filter: &Filter, mistakes: &mut Vec<Diagnostic>) {
        for condition in filter {
            self.check(&condition.column.value, condition.column.span, mistakes);
        }
    }
}

fn columns_of(analysis: &Analysis) -> Vec<String> {
    let estimator = analyse::estimator(&analysis.estimate);
    let mut names: Vec<String> =
        estimator.columns().iter().map(|(name, _)| (*name).to_owned()).collect();
    names.extend(estimator.more_columns(&analysis.parameters));
    names.extend(analysis.adjust.iter().map(|_| analyse::ADJUSTED.to_owned()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_pointed_at_where_it_stands_alone() {
        assert_eq!(word("p_naive >= 0.05 and p > 1", "p"), 20);
        assert_eq!(word("bounds.nu < nu", "nu"), 12);
        assert_eq!(word("nu<2", "nu"), 0);
    }
}
